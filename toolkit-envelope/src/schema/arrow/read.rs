use std::sync::Arc;

use arrow_schema::{DataType, Fields};
use serde_json::{Map, Value, json};

use super::{OWN, natural};
use crate::{
    Fault,
    json::escape,
    schema::{
        Field, Schema,
        header::{self, Places},
    },
};

impl Schema {
    /// Reads a field of an Arrow schema; its name means nothing.
    ///
    /// # Errors
    ///
    /// Everything that has no word here, each with the names of the fields that lead to it: intervals, unions, maps
    /// whose keys are no strings, decimals of more than 38 digits.
    pub fn from_arrow(field: &arrow_schema::Field) -> Result<Self, Vec<Fault>> {
        read(|reader| Value::from(reader.schema(field, "", "", &reader_own(field).0)), Self::from_json)
    }
}

impl Field {
    /// Reads a field of an Arrow schema.
    ///
    /// # Errors
    ///
    /// As [`Schema::from_arrow`].
    pub fn from_arrow(field: &arrow_schema::Field) -> Result<Self, Vec<Fault>> {
        read(|reader| reader.field(field, "", "").0, Self::from_json)
    }

    /// Reads all fields of an Arrow schema: the columns of a frame.
    ///
    /// # Errors
    ///
    /// As [`Schema::from_arrow`], and names that are there twice.
    pub fn all_from_arrow(schema: &arrow_schema::Schema) -> Result<Vec<Self>, Vec<Fault>> {
        read(
            |reader| reader.fields(schema.fields(), "", "").into_iter().map(|(field, _)| field).collect(),
            |fields| {
                let faults = crate::json::Faults::default();
                let fields = Self::decode_all(&crate::json::Decoder::new(fields, &faults));
                let faults = faults.into_vec();
                fields.filter(|_| faults.is_empty()).ok_or(faults)
            },
        )
    }
}

fn read<T>(
    node: impl FnOnce(&mut Reader) -> Value,
    decode: impl FnOnce(&Value) -> Result<T, Vec<Fault>>,
) -> Result<T, Vec<Fault>> {
    let mut reader = Reader { faults: Vec::new(), places: Places::default() };
    let node = node(&mut reader);
    if !reader.faults.is_empty() {
        return Err(reader.faults);
    }
    decode(&node).map_err(|faults| faults.into_iter().map(|fault| reader.places.placed(fault)).collect())
}

/// What stands beside a field, and why it cannot be read.
fn reader_own(field: &arrow_schema::Field) -> (Map<String, Value>, Option<&'static str>) {
    let Some(own) = field.metadata().get(OWN) else { return (Map::new(), None) };
    match crate::json::parse(own.as_bytes(), usize::MAX) {
        Ok(Value::Object(own)) => (own, None),
        _ => (Map::new(), Some("has metadata under `envelope` that is no JSON object, expected one")),
    }
}

struct Reader {
    faults: Vec<Fault>,
    places: Places,
}

impl Reader {
    fn fault(&mut self, pointer: &str, message: impl Into<String>) {
        self.faults.push(Fault { pointer: pointer.to_owned(), message: message.into() });
    }

    /// Each field, and whether it is a level of the index.
    fn fields(&mut self, fields: &Fields, from: &str, to: &str) -> Vec<(Value, bool)> {
        let field = |(index, field): (usize, &Arc<arrow_schema::Field>)| {
            self.field(field, &format!("{from}/{}", escape(field.name())), &format!("{to}/{index}"))
        };
        fields.iter().enumerate().map(field).collect()
    }

    fn field(&mut self, field: &arrow_schema::Field, from: &str, to: &str) -> (Value, bool) {
        self.places.note(to, from);
        let (own, _) = reader_own(field);
        let required = own.get("required").cloned().unwrap_or(Value::Bool(true));
        let schema = self.schema(field, from, &format!("{to}/schema"), &own);
        let mut node = json!({ "name": field.name(), "schema": schema, "required": required });
        if let Some(default) = own.get("default") {
            node["default"] = default.clone();
        }
        (node, own.get("index") == Some(&Value::Bool(true)))
    }

    fn schema(
        &mut self,
        field: &arrow_schema::Field,
        from: &str,
        to: &str,
        own: &Map<String, Value>,
    ) -> Map<String, Value> {
        self.places.note(to, from);
        if let (_, Some(why)) = reader_own(field) {
            self.fault(from, why);
        }
        let beside = own.get("schema").and_then(Value::as_object);
        let natural = natural::header(field);
        if let (Err(why), None) = (&natural, beside) {
            self.fault(from, why.clone());
        }
        let Some(mut node) = header::completed(natural.ok(), beside) else { return Map::new() };
        self.parts(field.data_type(), &mut node, from, to);
        node
    }

    fn parts(&mut self, data_type: &DataType, node: &mut Map<String, Value>, from: &str, to: &str) {
        let mut insert = |key: &str, value: Value| node.insert(key.to_owned(), value);
        let kind = insert("type", Value::Null).unwrap_or_default();
        insert("type", kind.clone());
        match (kind.as_str().unwrap_or_default(), data_type) {
            (_, DataType::RunEndEncoded(_, values)) => self.parts(values.data_type(), node, from, to),
            (
                name @ ("list" | "series"),
                DataType::List(item)
                | DataType::LargeList(item)
                | DataType::ListView(item)
                | DataType::LargeListView(item)
                | DataType::FixedSizeList(item, _),
            ) => {
                let key = if name == "list" { "items" } else { "values" };
                let items = self.schema(item, &format!("{from}/*"), &format!("{to}/{key}"), &reader_own(item).0);
                insert(key, items.into());
            }
            ("map", DataType::Map(entries, _)) => {
                let (key, value) = match entries.data_type() {
                    DataType::Struct(fields) if fields.len() == 2 => (&fields[0], &fields[1]),
                    _ => return self.fault(from, "is a map without a key and a value, expected both"),
                };
                if !matches!(key.data_type(), DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View) {
                    self.fault(from, format!("is a map with keys of {}, expected strings", key.data_type()));
                }
                let values = self.schema(value, &format!("{from}/*"), &format!("{to}/values"), &reader_own(value).0);
                insert("values", values.into());
            }
            ("struct", DataType::Struct(fields)) => {
                let fields = self.fields(fields, from, &format!("{to}/fields"));
                insert("fields", fields.into_iter().map(|(field, _)| field).collect());
            }
            ("tuple", DataType::Struct(fields)) => {
                let items = fields.iter().enumerate().map(|(index, item)| {
                    let (from, to) = (format!("{from}/{index}"), format!("{to}/items/{index}"));
                    Value::from(self.schema(item, &from, &to, &reader_own(item).0))
                });
                let items = items.collect();
                insert("items", items);
            }
            ("frame", DataType::List(row)) => match row.data_type() {
                DataType::Struct(fields) => {
                    let fields = self.fields(fields, from, &format!("{to}/columns"));
                    let (index, columns): (Vec<_>, Vec<_>) = fields.into_iter().partition(|(_, is_level)| *is_level);
                    if !index.is_empty() {
                        insert("index", index.into_iter().map(|(field, _)| field).collect());
                    }
                    insert("columns", columns.into_iter().map(|(field, _)| field).collect());
                }
                _ => self.fault(from, "is a frame without rows, expected a list of structs"),
            },
            ("list" | "series" | "map" | "struct" | "tuple" | "frame", other) => {
                self.fault(
                    from,
                    format!("is of Arrow's type {other}, but its metadata say {}", kind.as_str().unwrap_or_default()),
                );
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use arrow_schema::{Field as ArrowField, IntervalUnit, TimeUnit};
    use proptest::prelude::*;

    use super::*;
    use crate::schema::{
        Kind,
        testing::{any_schema, fewer_cases},
    };

    fn told(field: &ArrowField) -> Vec<String> {
        Field::from_arrow(field).unwrap_err().iter().map(Fault::to_string).collect()
    }

    #[test]
    fn arrows_own_types_need_nothing_beside() {
        let item = || Arc::new(ArrowField::new("item", DataType::Utf8, true));
        for (data_type, schema) in [
            (DataType::Int32, json!({ "type": "int32" })),
            (DataType::Float16, json!({ "type": "float16" })),
            (DataType::Decimal128(9, 2), json!({ "type": "decimal", "precision": 9, "scale": 2 })),
            (DataType::Date32, json!({ "type": "date" })),
            (DataType::Time64(TimeUnit::Nanosecond), json!({ "type": "time", "unit": "ns" })),
            (
                DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
                json!({ "type": "timestamp", "unit": "us", "timezone": "UTC" }),
            ),
            (DataType::Duration(TimeUnit::Second), json!({ "type": "duration", "unit": "s" })),
            (DataType::List(item()), json!({ "type": "list", "items": { "type": "string", "nullable": true } })),
            (
                DataType::Struct(vec![item()].into()),
                json!({ "type": "struct", "fields": [{ "name": "item", "schema": { "type": "string", "nullable": true }, "required": true }] }),
            ),
        ] {
            let field = ArrowField::new("a", data_type, false);
            let read = Schema::from_arrow(&field).unwrap();
            assert_eq!(read, Schema::from_json(&schema).unwrap());
            assert_eq!(read.to_arrow("a"), field);
        }
    }

    #[test]
    fn other_writers_types_are_read() {
        for (data_type, kind) in [
            (DataType::LargeUtf8, Kind::String),
            (DataType::Utf8View, Kind::String),
            (DataType::Dictionary(Box::new(DataType::Int8), Box::new(DataType::Utf8)), Kind::String),
            (DataType::Decimal64(5, 0), Kind::Decimal { precision: 5, scale: 0 }),
            (
                DataType::FixedSizeList(Arc::new(ArrowField::new("x", DataType::Float32, false)), 3),
                Kind::List { items: Box::new(Schema::new(Kind::Float32)), min: Some(3), max: Some(3) },
            ),
        ] {
            assert_eq!(Schema::from_arrow(&ArrowField::new("a", data_type, false)), Ok(Schema::new(kind)));
        }
    }

    #[test]
    fn what_has_no_type_here_is_told_with_its_path() {
        let interval = ArrowField::new("every", DataType::Interval(IntervalUnit::DayTime), false);
        let wide = ArrowField::new("wide", DataType::Decimal256(60, 2), false);
        let null = ArrowField::new("nothing", DataType::Null, true);
        let field = ArrowField::new("row", DataType::Struct(vec![interval, wide, null].into()), false);
        assert_eq!(
            told(&field),
            [
                "/every: is of Arrow's type Interval(DayTime), which has no type here",
                "/wide: is of Arrow's type Decimal256(60, 2), which has no type here",
                "/nothing: is of Arrow's type Null, which has no type here",
            ]
        );
    }

    #[test]
    fn metadata_that_do_not_fit_are_told() {
        let with = |own: &str, data_type: DataType| {
            ArrowField::new("a", data_type, false)
                .with_metadata(std::collections::HashMap::from([(OWN.to_owned(), own.to_owned())]))
        };
        assert_eq!(
            told(&with("[", DataType::Utf8)),
            ["/: has metadata under `envelope` that is no JSON object, expected one"]
        );
        assert_eq!(
            told(&with(r#"{"schema":{"type":"struct"}}"#, DataType::Utf8)),
            ["/: is of Arrow's type Utf8, but its metadata say struct"]
        );
        assert_eq!(
            told(&with(r#"{"schema":{"domain":{"min":1}}}"#, DataType::Utf8)),
            ["/: `domain/min` has no meaning for string, expected none"]
        );
    }

    proptest! {
        #![proptest_config(fewer_cases())]

        #[test]
        fn a_schema_comes_back_from_arrow(schema in any_schema()) {
            let read = Schema::from_arrow(&schema.to_arrow("a"));
            prop_assert_eq!(read.as_ref(), Ok(&schema));
        }

        #[test]
        fn the_columns_of_a_frame_come_back_from_arrow(schema in any_schema()) {
            if let Kind::Struct { fields } | Kind::Frame { columns: fields, .. } = schema.kind {
                let arrow = arrow_schema::Schema::new(fields.iter().map(Field::to_arrow).collect::<Vec<_>>());
                let read = Field::all_from_arrow(&arrow);
                prop_assert_eq!(read.as_ref(), Ok(&fields));
            }
        }
    }
}
