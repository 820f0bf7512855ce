use std::{mem::discriminant, ops::Range};

use super::{Column, Tensors, Values, column::flat_kinds};
use crate::tensor::Strings;

/// Values of one kind were to be added to a column of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the columns hold values of different kinds; only those of one schema can be joined")]
pub struct DifferentKinds;

impl Column {
    /// Adds the values `range` of `other` at the end; so far as there are so many.
    ///
    /// # Errors
    ///
    /// [`DifferentKinds`] if `other` is not of the same kind, all the way down; nothing is added then.
    pub fn append(&mut self, other: &Self, range: Range<usize>) -> Result<(), DifferentKinds> {
        if !self.is_like(other) {
            return Err(DifferentKinds);
        }
        self.append_like(other, range);
        Ok(())
    }

    /// A column of the values `range`; so far as there are so many.
    #[must_use]
    pub fn slice(&self, range: Range<usize>) -> Self {
        let mut part = self.without_values();
        part.append_like(self, range);
        part
    }

    /// A column of the same kind, without values.
    #[must_use]
    pub fn without_values(&self) -> Self {
        Self::new(self.values.without_values())
    }

    /// Whether the values are of the same kind, all the way down.
    pub fn is_like(&self, other: &Self) -> bool {
        match (&self.values, &other.values) {
            (Values::List(_, items), Values::List(_, others)) => items.is_like(others),
            (Values::Struct(_, fields), Values::Struct(_, others)) => {
                fields.len() == others.len() && fields.iter().zip(others).all(|(field, other)| field.is_like(other))
            }
            (Values::Tensor(tensors), Values::Tensor(others)) => {
                tensors.rank == others.rank && tensors.elements.is_like(&others.elements)
            }
            (values, others) => discriminant(values) == discriminant(others),
        }
    }

    /// Adds values of a column that is like this one.
    fn append_like(&mut self, other: &Self, range: Range<usize>) {
        let end = range.end.min(other.len());
        let range = range.start.min(end)..end;
        self.validity.append(self.values.len(), &other.validity, range.clone());
        self.values.append_like(&other.values, range);
    }
}

impl Values {
    fn append_like(&mut self, other: &Self, range: Range<usize>) {
        macro_rules! each {
            ($($Kind:ident)*) => {
                match (self, other) {
                    $((Self::$Kind(vec), Self::$Kind(other)) => vec.extend_from_slice(&other[range]),)*
                    (Self::String(strings), Self::String(other)) | (Self::Json(strings), Self::Json(other)) => {
                        strings.append(other, range);
                    }
                    (Self::Binary(offsets, bytes), Self::Binary(others, other)) => {
                        bytes.extend_from_slice(&other[append_offsets(offsets, others, range)]);
                    }
                    (Self::List(offsets, items), Self::List(others, other)) => {
                        items.append_like(other, append_offsets(offsets, others, range));
                    }
                    (Self::Struct(count, fields), Self::Struct(_, others)) => {
                        *count += range.len();
                        for (field, other) in fields.iter_mut().zip(others) {
                            field.append_like(other, range.clone());
                        }
                    }
                    (Self::Tensor(tensors), Self::Tensor(other)) => {
                        let axes = range.start * other.rank..range.end * other.rank;
                        tensors.axes.extend_from_slice(&other.axes[axes]);
                        let elements = append_offsets(&mut tensors.offsets, &other.offsets, range);
                        tensors.elements.append_like(&other.elements, elements);
                    }
                    // The columns are alike.
                    _ => {}
                }
            };
        }
        flat_kinds!(each);
    }

    fn without_values(&self) -> Self {
        macro_rules! each {
            ($($Kind:ident)*) => {
                match self {
                    $(Self::$Kind(_) => Self::$Kind(Vec::new()),)*
                    Self::String(_) => Self::String(Strings::default()),
                    Self::Json(_) => Self::Json(Strings::default()),
                    Self::Binary(..) => Self::Binary(vec![0], Vec::new()),
                    Self::List(_, items) => Self::List(vec![0], Box::new(items.without_values())),
                    Self::Struct(_, fields) => Self::Struct(0, fields.iter().map(Column::without_values).collect()),
                    Self::Tensor(tensors) => Self::Tensor(Box::new(Tensors {
                        rank: tensors.rank,
                        axes: Vec::new(),
                        offsets: vec![0],
                        elements: tensors.elements.without_values(),
                    })),
                }
            };
        }
        flat_kinds!(each)
    }
}

/// Adds where the values `range` of another column begin and end, and gives where their items are in the other.
fn append_offsets(offsets: &mut Vec<usize>, others: &[usize], range: Range<usize>) -> Range<usize> {
    let (start, end) = (others[range.start], others[range.end]);
    let here = offsets.last().copied().unwrap_or_default();
    offsets.extend(others[range.start + 1..=range.end].iter().map(|offset| here + offset - start));
    start..end
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strings(values: &[&str]) -> Column {
        Column::new(Values::String(values.iter().copied().collect()))
    }

    #[test]
    fn a_part_of_a_column_goes_behind_another() {
        let mut all = strings(&["a"]);
        let mut other = strings(&["b", "cd"]);
        other.push_null();
        all.append(&other, 1..3).unwrap();
        let mut expected = strings(&["a", "cd"]);
        expected.push_null();
        assert_eq!(all, expected);
        assert_eq!(all.slice(1..2), strings(&["cd"]));
    }

    #[test]
    fn a_range_beyond_the_end_is_cut() {
        let numbers = Column::new(Values::List(vec![0, 2, 3], Box::new(Column::new(Values::Int8(vec![1, 2, 3])))));
        assert_eq!(numbers.slice(1..9).items(), Some(&Column::new(Values::Int8(vec![3]))));
        assert!(numbers.slice(5..9).is_empty());
    }

    #[test]
    fn columns_of_different_kinds_are_not_joined() {
        let mut lists = Column::new(Values::List(vec![0], Box::new(strings(&[]))));
        let others = Column::new(Values::List(vec![0, 1], Box::new(Column::new(Values::Bool(vec![true])))));
        let before = lists.clone();
        assert_eq!(lists.append(&others, 0..1), Err(DifferentKinds));
        assert_eq!(lists, before);
        assert_eq!(strings(&[]).append(&Column::new(Values::Json(Strings::default())), 0..0), Err(DifferentKinds));
    }
}
