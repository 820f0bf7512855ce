use super::{Column, Table, Values, column::flat_kinds};
use crate::schema::{Field, Kind, Schema};

impl Table {
    /// Whether this is a value of `schema`, as far as its rows, axes, nulls and categories go: what whoever fills a table
    /// by hand may get wrong. That the columns are [of its kinds](Self::is_like) is known.
    pub(crate) fn is_of(&self, schema: &Schema) -> bool {
        let fields = |fields: &[Field], more: &[Field]| {
            let schemas = fields.iter().chain(more).map(|field| &field.schema);
            schemas.zip(&self.columns).all(|(schema, column)| column.len() == self.rows && column.is_of(schema))
        };
        match &schema.kind {
            Kind::Frame { columns, index } => fields(columns, index.as_deref().unwrap_or_default()),
            Kind::Struct { fields: all } => fields(all, &[]),
            Kind::Series { values } => self.columns.iter().all(|one| one.len() == self.rows && one.is_of(values)),
            Kind::Tensor { shape, .. } => self.has_axes(shape),
            _ => self.columns.iter().all(|one| one.len() == self.rows && one.is_of(schema)),
        }
    }

    /// Whether the axes are those of a tensor's schema, where −1 is any length, and there are as many elements.
    fn has_axes(&self, expected: &[i64]) -> bool {
        let fits = |(length, expected): (&usize, &i64)| {
            *expected == -1 || usize::try_from(*expected).is_ok_and(|expected| expected == *length)
        };
        let elements = self.shape.iter().try_fold(1_usize, |elements, length| elements.checked_mul(*length));
        let is_whole = self.columns.iter().all(|column| column.validity.all() && Some(column.len()) == elements);
        let is_absent = !self.present && self.rows == 0 && elements == Some(0);
        let rows = match expected.first() {
            Some(-1) => self.shape.first().copied(),
            _ => Some(1),
        };
        is_whole && (is_absent || Some(self.rows) == rows && self.shape.iter().zip(expected).all(fits))
    }

    /// How much memory the columns hold, in bytes, used or not.
    pub(crate) fn reserved(&self) -> usize {
        self.columns.iter().map(Column::reserved).sum()
    }
}

impl Column {
    /// Whether there are nulls only where the schema has them, and only categories that it has.
    fn is_of(&self, schema: &Schema) -> bool {
        let are_known = match (&self.values, &schema.kind) {
            (Values::Categorical(places), Kind::Categorical { values, .. }) => {
                places.iter().enumerate().all(|(at, place)| !self.is_valid(at) || (*place as usize) < values.len())
            }
            _ => true,
        };
        (schema.nullable || self.validity.all()) && are_known
    }

    /// How much memory the values hold, in bytes, used or not.
    fn reserved(&self) -> usize {
        fn of<T>(vec: &Vec<T>) -> usize {
            vec.capacity() * size_of::<T>()
        }
        macro_rules! each {
            ($($Kind:ident)*) => {
                match &self.values {
                    $(Values::$Kind(vec) => of(vec),)*
                    Values::String(strings) | Values::Json(strings) => strings.reserved(),
                    Values::Binary(offsets, bytes) => of(offsets) + of(bytes),
                    Values::List(offsets, items) => of(offsets) + items.reserved(),
                    Values::Struct(_, fields) => fields.iter().map(Self::reserved).sum(),
                    Values::Tensor(tensors) => of(&tensors.axes) + of(&tensors.offsets) + tensors.elements.reserved(),
                }
            };
        }
        flat_kinds!(each)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(values: Schema) -> Schema {
        Schema::new(Kind::Series { values: Box::new(values) })
    }

    fn table(column: Column) -> Table {
        Table { rows: column.len(), columns: vec![column], shape: vec![], present: true }
    }

    #[test]
    fn nulls_are_only_where_the_schema_has_them() {
        let mut column = Column::new(Values::Int64(vec![1]));
        column.push_null();
        assert!(!table(column.clone()).is_of(&series(Schema::new(Kind::Int64))));
        assert!(table(column).is_of(&series(Schema::new(Kind::Int64).nullable())));
    }

    #[test]
    fn categories_are_only_those_of_the_schema() {
        let kind = Kind::Categorical { values: vec!["a".into(), "b".into()], ordered: false };
        let schema = series(Schema::new(kind));
        assert!(table(Column::new(Values::Categorical(vec![0, 1]))).is_of(&schema));
        assert!(!table(Column::new(Values::Categorical(vec![0, 2]))).is_of(&schema));
    }

    #[test]
    fn a_column_has_as_many_values_as_the_table_has_rows() {
        let schema = series(Schema::new(Kind::Int64));
        assert!(!Table { rows: 2, ..table(Column::new(Values::Int64(vec![1]))) }.is_of(&schema));
    }

    #[test]
    fn a_tensor_has_the_axes_of_its_schema_and_so_many_rows_and_elements() {
        let schema = Schema::new(Kind::Tensor { dtype: Box::new(Kind::Int64), shape: vec![-1, 2] });
        let tensor = |rows, shape: &[usize], elements| Table {
            rows,
            shape: shape.to_vec(),
            ..table(Column::new(Values::Int64(vec![0; elements])))
        };
        assert!(tensor(2, &[2, 2], 4).is_of(&schema));
        assert!(tensor(0, &[0, 2], 0).is_of(&schema));
        assert!(!tensor(1, &[2, 2], 4).is_of(&schema));
        assert!(!tensor(2, &[2, 2], 3).is_of(&schema));
        assert!(!tensor(2, &[2, 1], 2).is_of(&schema));
        assert!(!tensor(2, &[2, usize::MAX], 2).is_of(&schema));
        assert!(Table::of(&schema).is_of(&schema));
    }

    #[test]
    fn what_was_filled_once_is_counted_after_it_is_emptied() {
        let mut some = table(Column::new(Values::Int64(vec![0; 100])));
        some.clear();
        assert!(some.reserved() >= 800);
    }
}
