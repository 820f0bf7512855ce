use serde_json::Value;

use super::{Refused, binary, date, decimal, duration, number, time, timestamp, uuid};
use crate::schema::Kind;

/// A value without parts, as a column keeps it. Two of one kind can be compared.
#[derive(Clone, Debug, PartialEq, PartialOrd)]
pub(crate) enum Stored<'a> {
    /// `bool`
    Bool(bool),
    /// Integers; decimals, dates, times, timestamps and durations in their units; categories by their place.
    Integer(i128),
    /// IEEE 754 numbers, as their kind rounds them.
    Float(f64),
    /// `string`
    Text(&'a str),
    /// `binary`, `uuid`
    Bytes(Vec<u8>),
}

impl Stored<'_> {
    /// Bytes that two values of one kind have in common just if they are equal.
    pub(crate) fn key(&self) -> Vec<u8> {
        match self {
            Self::Bool(value) => vec![u8::from(*value)],
            Self::Integer(value) => value.to_be_bytes().to_vec(),
            // Zero has two signs and is one number.
            Self::Float(value) => (value + 0.0).to_bits().to_be_bytes().to_vec(),
            Self::Text(value) => value.as_bytes().to_vec(),
            Self::Bytes(value) => value.clone(),
        }
    }
}

/// Bytes that two categories have in common just if they are the same: an integer is, however it is written.
pub(crate) fn category_key(value: &Value) -> Vec<u8> {
    match value.as_number().map(number::integer) {
        Some(Ok(integer)) => integer.to_string().into_bytes(),
        _ => value.to_string().into_bytes(),
    }
}

/// The value as a column of `kind` keeps it; `kind` is one without parts.
pub(crate) fn read<'a>(kind: &Kind, value: &'a Value) -> Result<Stored<'a>, Refused> {
    Ok(match kind {
        Kind::Bool => Stored::Bool(value.as_bool().ok_or_else(|| Refused::type_("must be true or false"))?),
        Kind::Float16 | Kind::Float32 | Kind::Float64 => {
            Stored::Float(number::float(kind, json_number(value, "a number")?)?)
        }
        Kind::Decimal { precision, scale } => Stored::Integer(match value {
            Value::Number(number) => decimal::read(&number.to_string(), *precision, *scale)?,
            Value::String(text) => decimal::read(text, *precision, *scale)?,
            _ => return Err(Refused::type_("must be a decimal number, as a string or a number")),
        }),
        Kind::String => Stored::Text(text(value)?),
        Kind::Binary => {
            let mut bytes = Vec::new();
            binary::read(text(value)?, &mut bytes)?;
            Stored::Bytes(bytes)
        }
        Kind::Date => Stored::Integer(date::read(text(value)?)?.into()),
        Kind::Time { unit } => Stored::Integer(time::read(text(value)?, *unit)?.into()),
        Kind::Timestamp { unit, timezone } => {
            Stored::Integer(timestamp::read(text(value)?, *unit, timezone.is_some())?.into())
        }
        Kind::Duration { unit } => Stored::Integer(duration::read(text(value)?, *unit)?.into()),
        Kind::Uuid => Stored::Bytes(uuid::read(text(value)?)?.to_vec()),
        Kind::Categorical { values, .. } => Stored::Integer(category(values, value)?),
        integer if integer.integer_range().is_some() => {
            Stored::Integer(number::fits(integer, number::integer(json_number(value, "an integer")?)?)?)
        }
        with_parts => return Err(Refused::type_(format!("must be {}, which has parts", with_parts.name()))),
    })
}

fn json_number<'a>(value: &'a Value, what: &str) -> Result<&'a serde_json::Number, Refused> {
    value.as_number().ok_or_else(|| Refused::type_(format!("must be {what}")))
}

fn text(value: &Value) -> Result<&str, Refused> {
    value.as_str().ok_or_else(|| Refused::type_("must be a string"))
}

/// The place of `value` among the categories; an integer is the same however it is written.
fn category(values: &[Value], value: &Value) -> Result<i128, Refused> {
    let same = |category: &Value| match (category, value) {
        (Value::Number(category), Value::Number(found)) => {
            number::integer(category).is_ok_and(|category| number::integer(found) == Ok(category))
        }
        (category, found) => category == found,
    };
    let place = values.iter().position(same).map(|place| place as i128);
    place.ok_or_else(|| Refused::enum_(one_of(values)))
}

/// What a value must be that is one of these.
pub(crate) fn one_of(values: &[Value]) -> String {
    const MOST: usize = 20;
    let listed = values.iter().take(MOST).map(Value::to_string).collect::<Vec<_>>().join(", ");
    match values.len().checked_sub(MOST) {
        None | Some(0) => format!("must be one of {listed}"),
        Some(more) => format!("must be one of {listed} and {more} more"),
    }
}
