use std::sync::Arc;

use arrow_schema::{DataType, TimeUnit, extension::EXTENSION_TYPE_NAME_KEY};
use serde_json::{Map, Value};

use super::{JSON, OWN, UUID, natural};
use crate::schema::{self, Field, Kind, Schema, document, header};

impl Schema {
    /// The schema as the field `name` of an Arrow schema, which [`Schema::from_arrow`] reads.
    pub fn to_arrow(&self, name: &str) -> arrow_schema::Field {
        described(name, self, false, Map::new())
    }
}

impl Field {
    /// The field as one of an Arrow schema, which [`Field::from_arrow`] reads.
    ///
    /// ```
    /// use arrow_schema::DataType;
    /// use toolkit_envelope::schema::{Field, Kind, Schema};
    ///
    /// let age = Field::new("age", Schema::new(Kind::Int64).nullable());
    /// let arrow = age.to_arrow();
    /// assert_eq!(arrow, arrow_schema::Field::new("age", DataType::Int64, true));
    /// assert_eq!(Field::from_arrow(&arrow), Ok(age));
    /// ```
    pub fn to_arrow(&self) -> arrow_schema::Field {
        with_own(self, Map::new())
    }
}

/// The field; what is not there and has no default is null in its column.
fn with_own(field: &Field, mut own: Map<String, Value>) -> arrow_schema::Field {
    if !field.required {
        own.insert("required".to_owned(), false.into());
    }
    if let Some(default) = &field.default {
        own.insert("default".to_owned(), document::to_document(&field.schema, default));
    }
    described(&field.name, &field.schema, !field.required && field.default.is_none(), own)
}

/// A field of Arrow, and beside it what its own words do not say.
fn described(name: &str, schema: &Schema, may_lack: bool, mut own: Map<String, Value>) -> arrow_schema::Field {
    let mut field = arrow_schema::Field::new(name, data_type(&schema.kind), schema.nullable || may_lack);
    let extension = match schema.kind {
        Kind::Uuid => Some(UUID),
        Kind::Any | Kind::Union { .. } => Some(JSON),
        _ => None,
    };
    let mut metadata = field.metadata().clone();
    if let Some(extension) = extension {
        metadata.insert(EXTENSION_TYPE_NAME_KEY, extension);
        field.set_metadata(metadata.clone());
    }
    let mut actual = schema.header();
    if let Kind::Union { of } = &schema.kind {
        // It is text in Arrow, so its members have no other place.
        actual.insert("of".to_owned(), of.iter().map(Schema::to_value).collect());
    }
    if let Some(missing) = header::missing(natural::header(&field).ok().as_ref(), &actual) {
        own.insert("schema".to_owned(), missing.into());
    }
    if !own.is_empty() {
        metadata.insert(OWN, Value::Object(own).to_string());
        field.set_metadata(metadata);
    }
    field
}

fn data_type(kind: &Kind) -> DataType {
    let list = |schema: &Schema| DataType::List(Arc::new(schema.to_arrow("item")));
    match kind {
        Kind::Bool => DataType::Boolean,
        Kind::Int8 => DataType::Int8,
        Kind::Int16 => DataType::Int16,
        Kind::Int32 => DataType::Int32,
        Kind::Int64 => DataType::Int64,
        Kind::UInt8 => DataType::UInt8,
        Kind::UInt16 => DataType::UInt16,
        Kind::UInt32 => DataType::UInt32,
        Kind::UInt64 => DataType::UInt64,
        Kind::Float16 => DataType::Float16,
        Kind::Float32 => DataType::Float32,
        Kind::Float64 => DataType::Float64,
        // A scale is at most 38.
        Kind::Decimal { precision, scale } => DataType::Decimal128(*precision, scale.cast_signed()),
        Kind::String | Kind::Any | Kind::Union { .. } => DataType::Utf8,
        Kind::Binary => DataType::Binary,
        Kind::Date => DataType::Date32,
        Kind::Time { unit } => match time_unit(*unit) {
            unit @ (TimeUnit::Second | TimeUnit::Millisecond) => DataType::Time32(unit),
            unit => DataType::Time64(unit),
        },
        Kind::Timestamp { unit, timezone } => DataType::Timestamp(time_unit(*unit), timezone.as_deref().map(Arc::from)),
        Kind::Duration { unit } => DataType::Duration(time_unit(*unit)),
        Kind::Uuid => DataType::FixedSizeBinary(16),
        Kind::Categorical { values, .. } => {
            let categories = match values.first() {
                Some(Value::Bool(_)) => DataType::Boolean,
                Some(Value::Number(_)) => DataType::Int64,
                _ => DataType::Utf8,
            };
            DataType::Dictionary(Box::new(DataType::Int32), Box::new(categories))
        }
        Kind::List { items, .. } => list(items),
        Kind::Series { values } => list(values),
        Kind::Map { values } => {
            let key = arrow_schema::Field::new("key", DataType::Utf8, false);
            let entries = DataType::Struct(vec![key, values.to_arrow("value")].into());
            DataType::Map(Arc::new(arrow_schema::Field::new("entries", entries, false)), false)
        }
        Kind::Struct { fields } => DataType::Struct(fields.iter().map(Field::to_arrow).collect()),
        Kind::Tuple { items } => {
            let item = |(index, schema): (usize, &Schema)| schema.to_arrow(&index.to_string());
            DataType::Struct(items.iter().enumerate().map(item).collect())
        }
        Kind::Frame { columns, index } => {
            let level =
                |field: &Field| with_own(field, [("index".to_owned(), Value::Bool(true))].into_iter().collect());
            let fields = columns.iter().map(Field::to_arrow).chain(index.iter().flatten().map(level));
            let row = DataType::Struct(fields.collect());
            DataType::List(Arc::new(arrow_schema::Field::new("item", row, false)))
        }
        Kind::Tensor { dtype, shape } => shape.iter().rev().fold(data_type(dtype), |items, length| {
            let item = Arc::new(arrow_schema::Field::new("item", items, false));
            match i32::try_from(*length) {
                Ok(length @ 0..) => DataType::FixedSizeList(item, length),
                _ => DataType::List(item),
            }
        }),
    }
}

fn time_unit(unit: schema::TimeUnit) -> TimeUnit {
    match unit {
        schema::TimeUnit::Second => TimeUnit::Second,
        schema::TimeUnit::Millisecond => TimeUnit::Millisecond,
        schema::TimeUnit::Microsecond => TimeUnit::Microsecond,
        schema::TimeUnit::Nanosecond => TimeUnit::Nanosecond,
    }
}
