use super::{names::Names, node::Node};
use crate::table::Column;

/// The fields of a struct, the columns of a frame or the parameters of a function, and how their names are found.
#[derive(Clone, Debug)]
pub(super) struct Fields {
    pub(super) list: Vec<FieldNode>,
    pub(super) names: Names,
    /// Which of the scratch's key orders is theirs.
    pub(super) order: usize,
    /// How many of them have to be there.
    pub(super) needed: usize,
}

/// One field.
#[derive(Clone, Debug)]
pub(super) struct FieldNode {
    pub(super) name: String,
    /// The name as most writers write it, quotes and all.
    pub(super) key: Box<[u8]>,
    pub(super) node: Node,
    pub(super) required: bool,
    /// One value, for where the field is missing.
    pub(super) default: Option<Column>,
}

impl FieldNode {
    /// Whether it is a violation when the field is missing.
    pub(super) fn is_needed(&self) -> bool {
        self.required && self.default.is_none()
    }

    /// Whether null stands for a value that is missing, where each row has all columns.
    #[cfg(any(feature = "arrow", feature = "csv"))]
    pub(super) fn null_is_missing(&self) -> bool {
        !self.required && !self.node.nullable
    }

    /// Adds what stands for `count` values that are missing: the default, or null.
    pub(super) fn push_missing(&self, column: &mut Column, count: usize) {
        let Some(default) = &self.default else { return column.push_nulls(count) };
        for _ in 0..count {
            // The default was read into a column of the same schema.
            let _ = column.append(default, 0..1);
        }
    }
}

/// Which key came after which in the last object.
///
/// Almost always the next object has the same keys in the same order, whatever that is: then a key is found by comparing
/// its bytes with those of one name, without looking for where it ends and without hashing.
#[derive(Clone, Debug, Default)]
pub(super) struct KeyOrder {
    /// The field that comes first, and for each field the one behind it.
    next: Vec<u32>,
}

impl KeyOrder {
    /// The order in which `count` fields are declared.
    pub(super) fn declared(count: usize) -> Self {
        // A schema has fewer fields than 32 bits count.
        Self { next: (0..=count as u32).collect() }
    }

    /// The field that is likely to come behind `last`.
    #[inline]
    pub(super) fn guess(&self, last: Option<usize>) -> Option<usize> {
        self.next.get(last.map_or(0, |last| last + 1)).map(|index| *index as usize)
    }

    /// Notes that `index` came behind `last`.
    pub(super) fn learn(&mut self, last: Option<usize>, index: usize) {
        if let Some(next) = self.next.get_mut(last.map_or(0, |last| last + 1)) {
            *next = index as u32;
        }
    }
}
