//! What Arrow's own words say of a field, in the words of the schema language.

use arrow_schema::{DataType, Field, TimeUnit, extension::EXTENSION_TYPE_NAME_KEY};
use serde_json::{Map, Value, json};

use super::{JSON, UUID};
use crate::schema::scalar::decimal;

/// All of a field's schema but its parts; else what cannot be said in the schema language.
pub(super) fn header(field: &Field) -> Result<Map<String, Value>, String> {
    let extension = field.metadata().get(EXTENSION_TYPE_NAME_KEY).map(String::as_str);
    let mut header = match (extension, field.data_type()) {
        (Some(UUID), DataType::FixedSizeBinary(16)) => json!({ "type": "uuid" }),
        (Some(JSON), DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View) => json!({ "type": "any" }),
        (_, data_type) => of_type(data_type)?,
    };
    if field.is_nullable() {
        header["nullable"] = true.into();
    }
    match header {
        Value::Object(header) => Ok(header),
        _ => Ok(Map::new()),
    }
}

fn of_type(data_type: &DataType) -> Result<Value, String> {
    let name = match data_type {
        DataType::Boolean => "bool",
        DataType::Int8 => "int8",
        DataType::Int16 => "int16",
        DataType::Int32 => "int32",
        DataType::Int64 => "int64",
        DataType::UInt8 => "uint8",
        DataType::UInt16 => "uint16",
        DataType::UInt32 => "uint32",
        DataType::UInt64 => "uint64",
        DataType::Float16 => "float16",
        DataType::Float32 => "float32",
        DataType::Float64 => "float64",
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => "string",
        DataType::Binary | DataType::LargeBinary | DataType::BinaryView => "binary",
        DataType::Date32 => "date",
        DataType::List(_) | DataType::LargeList(_) | DataType::ListView(_) | DataType::LargeListView(_) => "list",
        DataType::Struct(_) => "struct",
        DataType::Map(..) => "map",
        DataType::FixedSizeList(_, length) => return Ok(json!({ "type": "list", "min": length, "max": length })),
        DataType::Time32(unit) | DataType::Time64(unit) => {
            return Ok(json!({ "type": "time", "unit": unit_name(*unit) }));
        }
        DataType::Duration(unit) => return Ok(json!({ "type": "duration", "unit": unit_name(*unit) })),
        DataType::Timestamp(unit, None) => return Ok(json!({ "type": "timestamp", "unit": unit_name(*unit) })),
        DataType::Timestamp(unit, Some(timezone)) => {
            return Ok(json!({ "type": "timestamp", "unit": unit_name(*unit), "timezone": timezone.as_ref() }));
        }
        DataType::Decimal32(precision, scale)
        | DataType::Decimal64(precision, scale)
        | DataType::Decimal128(precision, scale)
        | DataType::Decimal256(precision, scale)
            if *precision <= decimal::DIGITS && *scale >= 0 =>
        {
            return Ok(json!({ "type": "decimal", "precision": precision, "scale": scale }));
        }
        // How values repeat is a way to keep them; which categories there are, the data alone knows.
        DataType::Dictionary(_, values) => return of_type(values),
        DataType::RunEndEncoded(_, values) => return of_type(values.data_type()),
        other => return Err(format!("is of Arrow's type {other}, which has no type here")),
    };
    Ok(json!({ "type": name }))
}

fn unit_name(unit: TimeUnit) -> &'static str {
    match unit {
        TimeUnit::Second => "s",
        TimeUnit::Millisecond => "ms",
        TimeUnit::Microsecond => "us",
        TimeUnit::Nanosecond => "ns",
    }
}
