use std::cmp::Ordering;

use regex::Regex;

use crate::table::{Column, Values};

/// Which values are taken, ready to be asked.
#[derive(Clone, Debug, Default)]
pub(super) struct Domain {
    pub(super) min: Option<Column>,
    pub(super) max: Option<Column>,
    /// In ascending order.
    pub(super) values: Option<Column>,
    pub(super) pattern: Option<Regex>,
    /// The bounds as they are told: `at least 0 and at most 120`.
    pub(super) bounds: String,
}

/// Why a value is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outside {
    Range,
    Values,
    Pattern,
}

impl Domain {
    /// Whether the value at `index` is taken.
    pub(super) fn check(&self, column: &Values, index: usize) -> Result<(), Outside> {
        let against =
            |bound: &Option<Column>| bound.as_ref().and_then(|bound| compare(column, index, &bound.values, 0));
        if against(&self.min) == Some(Ordering::Less) || against(&self.max) == Some(Ordering::Greater) {
            return Err(Outside::Range);
        }
        if let Some(values) = &self.values
            && !has(&values.values, column, index)
        {
            return Err(Outside::Values);
        }
        if let (Some(pattern), Values::String(strings)) = (&self.pattern, column)
            && strings.get(index).is_some_and(|string| !pattern.is_match(string))
        {
            return Err(Outside::Pattern);
        }
        Ok(())
    }
}

/// Whether one of `values`, which ascend, is the one of `column` at `index`.
fn has(values: &Values, column: &Values, index: usize) -> bool {
    let (mut low, mut high) = (0, values.len());
    while low < high {
        let middle = low.midpoint(high);
        match compare(values, middle, column, index) {
            Some(Ordering::Equal) => return true,
            Some(Ordering::Less) => low = middle + 1,
            _ => high = middle,
        }
    }
    false
}

/// The order of two values of one kind without parts; nothing for other kinds.
pub(super) fn compare(left: &Values, at: usize, right: &Values, of: usize) -> Option<Ordering> {
    macro_rules! each {
        ($($Kind:ident)*) => {
            match (left, right) {
                $((Values::$Kind(left), Values::$Kind(right)) => left.get(at)?.partial_cmp(right.get(of)?),)*
                (Values::String(left), Values::String(right)) => Some(left.get(at)?.cmp(right.get(of)?)),
                (Values::Binary(left, bytes), Values::Binary(right, others)) => {
                    let left = bytes.get(*left.get(at)?..*left.get(at + 1)?)?;
                    Some(left.cmp(others.get(*right.get(of)?..*right.get(of + 1)?)?))
                }
                _ => None,
            }
        };
    }
    each! {
        Bool Int8 Int16 Int32 Int64 UInt8 UInt16 UInt32 UInt64 Float16 Float32 Float64 Decimal
        Date Time Timestamp Duration Uuid Categorical
    }
}
