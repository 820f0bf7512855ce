//! What is observed of columns whose kinds are known: of Parquet, of Arrow, of a program.

use serde_json::Value;

use crate::{
    schema::{Field, Kind, Observed, Schema, TimeUnit, scalar},
    table::{Column, Table, Values},
};

impl Schema {
    /// The schema of a column whose kind is known: nullable if something in it is null, with what was
    /// [observed](Self::observed) in all of its parts.
    ///
    /// A column of another kind than the schema's says nothing but how many values and nulls it has.
    ///
    /// ```
    /// use serde_json::json;
    /// use toolkit_envelope::{schema::{Kind, Schema}, table::{Column, Values}};
    ///
    /// let mut ages = Column::new(Values::Int64(vec![41, 7]));
    /// ages.push_null();
    /// assert_eq!(Schema::new(Kind::Int64).observing(&ages).to_value(), json!({
    ///     "type": "int64",
    ///     "nullable": true,
    ///     "observed": { "min": 7, "max": 41, "null_fraction": 1.0 / 3.0, "n": 3 },
    /// }));
    /// ```
    #[must_use]
    pub fn observing(&self, column: &Column) -> Self {
        let (n, nulls) = (column.len(), column.validity.nulls());
        let (min, max) = bounds(&self.kind, column).unzip();
        let null_fraction = (n > 0).then(|| nulls as f64 / n as f64);
        let observed = Observed { min, max, null_fraction, distinct: None, n: n as u64 };
        Self {
            kind: parts(&self.kind, column),
            nullable: self.nullable || nulls > 0,
            domain: self.domain.clone(),
            observed: Some(observed),
        }
    }

    /// The frame of a table whose columns' kinds are known, with what was observed in each column.
    ///
    /// ```
    /// use toolkit_envelope::{schema::{Field, Kind, Schema}, table::{Column, Table, Values}};
    ///
    /// let columns = vec![Column::new(Values::Int8(vec![1, 2]))];
    /// let table = Table { columns, rows: 2, present: true, ..Table::default() };
    /// let frame = Schema::infer_table(&[Field::new("a", Schema::new(Kind::Int8))], &table);
    /// let Kind::Frame { columns, .. } = &frame.kind else { panic!() };
    /// assert_eq!(columns[0].schema.observed.as_ref().unwrap().n, 2);
    /// ```
    pub fn infer_table(columns: &[Field], table: &Table) -> Self {
        Self::new(Kind::Frame { columns: fields(columns, &table.columns), index: None })
    }
}

fn fields(fields: &[Field], columns: &[Column]) -> Vec<Field> {
    let field = |(place, field): (usize, &Field)| match columns.get(place) {
        Some(column) => Field { schema: field.schema.observing(column), ..field.clone() },
        None => field.clone(),
    };
    fields.iter().enumerate().map(field).collect()
}

fn parts(kind: &Kind, column: &Column) -> Kind {
    match (kind, &column.values) {
        (Kind::List { items, min, max }, Values::List(_, column)) => {
            Kind::List { items: Box::new(items.observing(column)), min: *min, max: *max }
        }
        (Kind::Series { values }, Values::List(_, column)) => {
            Kind::Series { values: Box::new(values.observing(column)) }
        }
        (Kind::Struct { fields: all }, Values::Struct(_, columns)) => Kind::Struct { fields: fields(all, columns) },
        (Kind::Tuple { items }, Values::Struct(_, columns)) if items.len() == columns.len() => {
            Kind::Tuple { items: items.iter().zip(columns).map(|(schema, column)| schema.observing(column)).collect() }
        }
        (kind, _) => kind.clone(),
    }
}

/// The least and the greatest value, as they stand in JSON; nothing if there is none, or no order.
fn bounds(kind: &Kind, column: &Column) -> Option<(Value, Value)> {
    /// Of values that are all comparable.
    macro_rules! ends {
        ($values:expr, $value:expr) => {{
            let valid = || $values.iter().enumerate().filter(|(row, _)| column.is_valid(*row)).map(|(_, value)| *value);
            valid().min().zip(valid().max()).and_then(|(least, greatest)| Some(($value(least)?, $value(greatest)?)))
        }};
    }
    macro_rules! floats {
        ($values:expr) => {{
            // JSON has neither infinities nor NaN, which a column from elsewhere may have.
            let valid = $values.iter().enumerate().filter(|(row, value)| column.is_valid(*row) && value.is_finite());
            let range = valid.fold(None, |range: Option<(f64, f64)>, (_, value)| {
                let value = f64::from(*value);
                Some(range.map_or((value, value), |(least, greatest)| (least.min(value), greatest.max(value))))
            });
            range.map(|(least, greatest)| (Value::from(least), Value::from(greatest)))
        }};
    }
    let text = |write: &dyn Fn(&mut String) -> Option<()>| {
        let mut text = String::new();
        write(&mut text).map(|()| Value::String(text))
    };
    match (kind, &column.values) {
        (Kind::Int8, Values::Int8(values)) => ends!(values, |value: i8| Some(Value::from(value))),
        (Kind::Int16, Values::Int16(values)) => ends!(values, |value: i16| Some(Value::from(value))),
        (Kind::Int32, Values::Int32(values)) => ends!(values, |value: i32| Some(Value::from(value))),
        (Kind::Int64, Values::Int64(values)) => ends!(values, |value: i64| Some(Value::from(value))),
        (Kind::UInt8, Values::UInt8(values)) => ends!(values, |value: u8| Some(Value::from(value))),
        (Kind::UInt16, Values::UInt16(values)) => ends!(values, |value: u16| Some(Value::from(value))),
        (Kind::UInt32, Values::UInt32(values)) => ends!(values, |value: u32| Some(Value::from(value))),
        (Kind::UInt64, Values::UInt64(values)) => ends!(values, |value: u64| Some(Value::from(value))),
        (Kind::Float16, Values::Float16(values)) | (Kind::Float32, Values::Float32(values)) => floats!(values),
        (Kind::Float64, Values::Float64(values)) => floats!(values),
        (Kind::Decimal { scale, .. }, Values::Decimal(values)) => {
            ends!(values, |units: i128| text(&|out| scalar::decimal::write(units, *scale, out)))
        }
        (Kind::Date, Values::Date(values)) => ends!(values, |days: i32| text(&|out| scalar::date::write(days, out))),
        (Kind::Time { unit }, Values::Time(values)) => {
            let unit: TimeUnit = *unit;
            ends!(values, |time: i64| text(&|out| scalar::time::write(time, unit, out)))
        }
        (Kind::Timestamp { unit, timezone }, Values::Timestamp(values)) => {
            let (unit, zoned) = (*unit, timezone.is_some());
            ends!(values, |moment: i64| text(&|out| scalar::timestamp::write(moment, unit, zoned, out)))
        }
        (Kind::Duration { unit }, Values::Duration(values)) => {
            let unit: TimeUnit = *unit;
            ends!(values, |length: i64| text(&|out| scalar::duration::write(length, unit, out)))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn with_nulls(values: Values, nulls: usize) -> Column {
        let mut column = Column::new(values);
        (0..nulls).for_each(|_| column.push_null());
        column
    }

    /// The numbers are those of the cases in the research on model platforms, section 5, "Frame columns".
    #[test]
    fn a_column_keeps_its_kind_and_is_nullable_when_something_is_null() {
        let unit = TimeUnit::Nanosecond;
        let zoned = Kind::Timestamp { unit, timezone: Some("UTC".to_owned()) };
        for (case, kind, values, nulls, min) in [
            (1, Kind::Int64, Values::Int64(vec![3, 1]), 0, json!(1)),
            (4, Kind::Int64, Values::Int64(vec![3, 1]), 1, json!(1)),
            (5, Kind::UInt8, Values::UInt8(vec![3, 255]), 0, json!(3)),
            (7, Kind::UInt64, Values::UInt64(vec![u64::MAX]), 0, json!(u64::MAX)),
            (8, Kind::Float16, Values::Float16(vec![0.5]), 0, json!(0.5)),
            (9, Kind::Float32, Values::Float32(vec![f32::NAN, 2.5, f32::INFINITY]), 0, json!(2.5)),
            (10, Kind::Float64, Values::Float64(vec![]), 2, json!(null)),
            (13, Kind::Bool, Values::Bool(vec![true]), 1, json!(null)),
            (20, Kind::Decimal { precision: 5, scale: 2 }, Values::Decimal(vec![150, -1]), 0, json!("-0.01")),
            (27, zoned.clone(), Values::Timestamp(vec![1, 0]), 1, json!("1970-01-01T00:00:00Z")),
            (28, zoned, Values::Timestamp(vec![1_000_000_000]), 0, json!("1970-01-01T00:00:01Z")),
            (29, Kind::Date, Values::Date(vec![1, 2]), 0, json!("1970-01-02")),
            (30, Kind::Time { unit }, Values::Time(vec![5_000_000_000]), 0, json!("00:00:05")),
            (31, Kind::Duration { unit }, Values::Duration(vec![5_000_000_000]), 0, json!("PT5S")),
        ] {
            let schema = Schema::new(kind.clone()).observing(&with_nulls(values, nulls));
            assert_eq!(schema.check(), Ok(()), "case {case}");
            assert_eq!((&schema.kind, schema.nullable), (&kind, nulls > 0), "case {case}");
            assert_eq!(schema.observed.and_then(|observed| observed.min).unwrap_or_default(), min, "case {case}");
        }
    }

    #[test]
    fn a_table_without_rows_keeps_its_kinds() {
        let fields = [Field::new("a", Schema::new(Kind::Int8)), Field::new("b", Schema::new(Kind::String))];
        let frame = Schema::new(Kind::Frame { columns: fields.to_vec(), index: None });
        let inferred = Schema::infer_table(&fields, &Table::of(&frame));
        assert_eq!(inferred.check(), Ok(()));
        let Kind::Frame { columns, .. } = inferred.kind else { panic!("a table is a frame") };
        assert_eq!(
            columns.iter().map(|column| column.schema.kind.clone()).collect::<Vec<_>>(),
            [Kind::Int8, Kind::String],
            "case 54"
        );
        assert!(columns.iter().all(|column| column.schema.observed.as_ref().is_some_and(|observed| observed.n == 0)));
    }

    #[test]
    fn parts_are_observed_too() {
        let items = with_nulls(Values::Int8(vec![4, 2]), 1);
        let lists = Column::new(Values::List(vec![0, 1, 3], Box::new(items)));
        let schema = Schema::new(Kind::List { items: Box::new(Schema::new(Kind::Int8)), min: None, max: None })
            .observing(&lists);
        let Kind::List { items, .. } = &schema.kind else { panic!("it stays a list") };
        assert!(items.nullable && !schema.nullable, "case 37");
        assert_eq!(items.observed.as_ref().unwrap().min, Some(json!(2)));
    }

    proptest! {
        #[test]
        fn a_column_says_what_its_values_as_json_say(values in prop::collection::vec(prop::option::of(any::<i32>()), 1..9), float: bool) {
            prop_assume!(values.iter().any(Option::is_some));
            let mut column = Column::new(if float { Values::Float64(vec![]) } else { Values::Int64(vec![]) });
            for value in &values {
                match (&mut column.values, value) {
                    (Values::Float64(floats), Some(value)) => floats.push(f64::from(*value) / 2.0),
                    (Values::Int64(integers), Some(value)) => integers.push(i64::from(*value)),
                    _ => {
                        column.push_null();
                        continue;
                    }
                }
                column.validity.push();
            }
            let kind = if float { Kind::Float64 } else { Kind::Int64 };
            let json = values.iter().map(|value| value.map_or(Value::Null, |value| if float { json!(f64::from(value) / 2.0) } else { json!(value) }));
            let samples = json.collect::<Vec<_>>();
            let inferred = Schema::infer(&samples).unwrap().schema;
            prop_assert_eq!(Schema::new(kind).observing(&column), inferred);
        }
    }
}
