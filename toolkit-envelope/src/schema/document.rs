//! Values inside of documents: domains, defaults, what was observed.
//!
//! They stand there as they do in data, with one difference: numbers of a canonical document are doubles (RFC 8785), so
//! an integer beyond ±(2⁵³−1) is written as a string of its digits, where its kind tells that it is an integer.

use std::collections::HashMap;

use serde_json::{Map, Number, Value};

use super::{
    Field, Kind, Schema,
    scalar::{self, number::EXACT},
};
use crate::json;

/// The value as it stands in a document.
pub(super) fn to_document(schema: &Schema, value: &Value) -> Value {
    mapped(schema, value, &leaf_to_document)
}

/// The value that stands in a document; what does not fit the schema is left as it is.
pub(super) fn from_document(schema: &Schema, value: &Value) -> Value {
    mapped(schema, value, &leaf_from_document)
}

/// The same for a value without parts.
pub(super) fn leaf_to_document(kind: &Kind, value: &Value) -> Value {
    if has_digits(kind) && is_beyond_doubles(value) { Value::String(value.to_string()) } else { json::normal(value) }
}

/// Whether the value is an integer that has to be written as a string.
pub(super) fn is_beyond_doubles(value: &Value) -> bool {
    let integer = value.as_number().and_then(Number::as_i128);
    integer.is_some_and(|integer| integer.unsigned_abs() > EXACT.unsigned_abs().into())
}

/// The same for a value without parts.
pub(super) fn leaf_from_document(kind: &Kind, value: &Value) -> Value {
    match value {
        Value::String(digits) if kind.integer_range().is_some() => {
            large_integer(digits).unwrap_or_else(|| value.clone())
        }
        // A canonical document writes 1e11 as an integer, which a float32 does not hold exactly; it is the double meant.
        Value::Number(number) if kind.is_float() => match number.as_f64() {
            Some(double) if scalar::number::float(&Kind::Float64, number).is_ok() => Value::from(double),
            _ => value.clone(),
        },
        // A decimal can be a string in data too: one form of it is enough.
        _ if matches!(kind, Kind::Decimal { .. }) => leaf_to_document(kind, value),
        _ => json::normal(value),
    }
}

fn has_digits(kind: &Kind) -> bool {
    kind.integer_range().is_some() || matches!(kind, Kind::Decimal { .. })
}

/// The integer of these digits, if it has to be written as a string.
fn large_integer(digits: &str) -> Option<Value> {
    let integer: i128 = digits.parse().ok()?;
    if integer.unsigned_abs() <= EXACT.unsigned_abs().into() || integer.to_string() != digits {
        return None;
    }
    u64::try_from(integer).map(Value::from).or_else(|_| i64::try_from(integer).map(Value::from)).ok()
}

fn mapped(schema: &Schema, value: &Value, leaf: &impl Fn(&Kind, &Value) -> Value) -> Value {
    let items = |schema: &Schema| match value {
        Value::Array(items) => Value::Array(items.iter().map(|item| mapped(schema, item, leaf)).collect()),
        other => json::normal(other),
    };
    match (&schema.kind, value) {
        (Kind::List { items: schema, .. } | Kind::Series { values: schema }, _) => items(schema),
        (Kind::Map { values }, Value::Object(entries)) => {
            let entries = entries.iter().map(|(key, value)| (key.clone(), mapped(values, value, leaf)));
            Value::Object(entries.collect())
        }
        (Kind::Struct { fields }, Value::Object(entries)) => by_name(fields.iter(), entries, leaf),
        (Kind::Tuple { items }, Value::Array(values)) if items.len() == values.len() => {
            Value::Array(items.iter().zip(values).map(|(schema, value)| mapped(schema, value, leaf)).collect())
        }
        (Kind::Frame { columns, index }, _) => {
            let fields = || columns.iter().chain(index.iter().flatten());
            match value {
                Value::Array(rows) => Value::Array(
                    rows.iter()
                        .map(|row| match row {
                            Value::Object(entries) => by_name(fields(), entries, leaf),
                            other => json::normal(other),
                        })
                        .collect(),
                ),
                Value::Object(entries) => {
                    let series = |field: &Field| Field {
                        schema: Schema::new(Kind::Series { values: Box::new(field.schema.clone()) }),
                        ..field.clone()
                    };
                    by_name(fields().map(series).collect::<Vec<_>>().iter(), entries, leaf)
                }
                other => json::normal(other),
            }
        }
        (Kind::Tensor { dtype, .. }, _) => elements(dtype, value, leaf),
        (kind, value) if kind.is_scalar() => leaf(kind, value),
        _ => json::normal(value),
    }
}

fn elements(dtype: &Kind, value: &Value, leaf: &impl Fn(&Kind, &Value) -> Value) -> Value {
    match value {
        Value::Array(items) => Value::Array(items.iter().map(|item| elements(dtype, item, leaf)).collect()),
        element => leaf(dtype, element),
    }
}

fn by_name<'f>(
    fields: impl Iterator<Item = &'f Field>,
    entries: &Map<String, Value>,
    leaf: &impl Fn(&Kind, &Value) -> Value,
) -> Value {
    let fields = fields.map(|field| (field.name.as_str(), field)).collect::<HashMap<_, _>>();
    let value = |name: &str, value: &Value| match fields.get(name) {
        Some(field) => mapped(&field.schema, value, leaf),
        None => json::normal(value),
    };
    Value::Object(entries.iter().map(|(name, entry)| (name.clone(), value(name, entry))).collect())
}
