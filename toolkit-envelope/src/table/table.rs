use std::ops::Range;

use super::{Column, DifferentKinds, Values};
use crate::schema::{Field, Kind, Schema};

/// What one parameter of a function was given, or what a function gave: columns of one length.
///
/// | schema | columns | rows |
/// |---|---|---|
/// | frame | one for each of its columns, then one for each level of its index | as many as there are |
/// | series | one | as many as there are values |
/// | struct | one for each field | 1 |
/// | tensor | one, of all elements row by row; [`shape`](Self::shape) says how they lie | the length of the first axis if that is the batch, else 1 |
/// | anything else | one, with one value | 1 |
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// The columns, in the order of the schema.
    pub columns: Vec<Column>,
    /// How many rows there are.
    pub rows: usize,
    /// For a tensor the length of each axis; else empty.
    pub shape: Vec<usize>,
    /// Whether there is a value at all: not if it was left out and has no default, and not if it is a frame, series,
    /// struct or tensor that is null.
    pub present: bool,
}

impl Table {
    /// A table without rows, for a value of `schema`.
    pub fn of(schema: &Schema) -> Self {
        let fields = |fields: &[Field]| fields.iter().map(|field| Column::of(&field.schema)).collect();
        let (columns, shape) = match &schema.kind {
            Kind::Frame { columns, index } => {
                let mut all: Vec<Column> = fields(columns);
                all.extend(index.iter().flatten().map(|field| Column::of(&field.schema)));
                (all, Vec::new())
            }
            Kind::Struct { fields: all } => (fields(all), Vec::new()),
            Kind::Series { values } => (vec![Column::of(values)], Vec::new()),
            Kind::Tensor { dtype, shape } => (vec![Column::new(Values::of(dtype))], vec![0; shape.len()]),
            _ => (vec![Column::of(schema)], Vec::new()),
        };
        Self { columns, rows: 0, shape, present: false }
    }

    /// Removes all rows, and keeps the memory.
    pub fn clear(&mut self) {
        self.columns.iter_mut().for_each(Column::clear);
        self.shape.fill(0);
        self.rows = 0;
        self.present = false;
    }

    /// Adds the rows `range` of `other` at the end, as when requests are run as one batch.
    ///
    /// For tensors all axes but the first have to be of the same length; one whose first axis is not the batch goes into
    /// an empty table alone.
    ///
    /// # Errors
    ///
    /// [`DifferentKinds`] if the columns of `other` are not of the same kinds, or the tensors do not fit; nothing is
    /// added then.
    pub fn append(&mut self, other: &Self, range: Range<usize>) -> Result<(), DifferentKinds> {
        let end = range.end.min(other.rows);
        let range = range.start.min(end)..end;
        if !self.is_like(other) {
            return Err(DifferentKinds);
        }
        if self.rows == 0
            && let (Some(axes), Some(others)) = (self.shape.get_mut(1..), other.shape.get(1..))
        {
            axes.copy_from_slice(others);
        }
        if range.is_empty() {
            self.present |= other.present;
            return Ok(());
        }
        if self.rows == 0 && !other.has_rows_of_axis() {
            self.clone_from(other);
            return Ok(());
        }
        if !self.has_rows_of_axis() || !other.has_rows_of_axis() || self.shape.get(1..) != other.shape.get(1..) {
            return Err(DifferentKinds);
        }
        let each = other.shape.get(1..).map_or(1, |axes| axes.iter().product());
        for (column, other) in self.columns.iter_mut().zip(&other.columns) {
            column.append(other, range.start * each..range.end * each)?;
        }
        self.present |= other.present;
        self.rows += range.len();
        if let Some(first) = self.shape.first_mut() {
            *first = self.rows;
        }
        Ok(())
    }

    /// Whether the rows are those of a tensor's first axis, or there is no tensor; else there is one row, which cannot be
    /// taken apart.
    fn has_rows_of_axis(&self) -> bool {
        self.shape.first().is_none_or(|first| *first == self.rows)
    }

    /// Whether the columns are of the same kinds, all the way down.
    pub fn is_like(&self, other: &Self) -> bool {
        self.columns.len() == other.columns.len()
            && self.shape.len() == other.shape.len()
            && self.columns.iter().zip(&other.columns).all(|(column, other)| column.is_like(other))
    }

    /// A table of the rows `range`, as when a batch is split.
    #[must_use]
    pub fn slice(&self, range: Range<usize>) -> Self {
        let mut part = Self {
            columns: self.columns.iter().map(Column::without_values).collect(),
            rows: 0,
            shape: vec![0; self.shape.len()],
            present: self.present,
        };
        // A table is like its own part.
        let _ = part.append(self, range);
        part
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tensor(shape: &[usize], elements: Vec<i64>) -> Table {
        let columns = vec![Column::new(Values::Int64(elements))];
        Table { columns, rows: shape[0], shape: shape.to_vec(), present: true }
    }

    #[test]
    fn tensors_are_joined_and_split_by_their_first_axis() {
        let mut all = tensor(&[1, 2], vec![1, 2]);
        all.append(&tensor(&[2, 2], vec![3, 4, 5, 6]), 0..2).unwrap();
        assert_eq!(all, tensor(&[3, 2], vec![1, 2, 3, 4, 5, 6]));
        assert_eq!(all.slice(1..2), tensor(&[1, 2], vec![3, 4]));
    }

    #[test]
    fn tensors_of_other_axes_are_not_joined() {
        let mut all = tensor(&[1, 2], vec![1, 2]);
        assert_eq!(all.append(&tensor(&[1, 3], vec![3, 4, 5]), 0..1), Err(DifferentKinds));
        assert_eq!(all, tensor(&[1, 2], vec![1, 2]));
    }

    #[test]
    fn a_tensor_without_a_batch_is_one_row() {
        let fixed = Table { rows: 1, ..tensor(&[2, 2], vec![1, 2, 3, 4]) };
        assert_eq!(fixed.slice(0..1), fixed);
        assert_eq!(fixed.slice(1..1).columns[0].len(), 0);
        assert_eq!(fixed.clone().append(&fixed, 0..1), Err(DifferentKinds));
    }

    #[test]
    fn a_cleared_table_is_like_a_new_one() {
        let columns =
            vec![Field::new("a", Schema::new(Kind::String)), Field::new("b", Schema::new(Kind::Int8).nullable())];
        let schema = Schema::new(Kind::Frame { columns, index: None });
        let mut table = Table::of(&schema);
        table.columns.iter_mut().for_each(Column::push_null);
        (table.rows, table.present) = (1, true);
        table.clear();
        assert_eq!(table, Table::of(&schema));
    }
}
