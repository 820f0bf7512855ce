//! The texts that a request holds under a parameter's name, wherever the parameter is read from.

use std::borrow::Cow;

use http::header;
use serde_json::Value;

use super::{
    Parameter, Reading, Scalar, Segment,
    decoding::{self, Undecodable},
};
use crate::check::Location;

/// One text, or the fact that it is not readable as text.
pub(crate) type Text<'a> = Result<Cow<'a, str>, Undecodable>;

impl Reading {
    /// Calls `visit` with every text under the parameter's name, in order.
    pub(crate) fn each_text<'a>(&'a self, parameter: &Parameter, visit: &mut dyn FnMut(Text<'a>)) {
        self.each_text_named(parameter.location, parameter.name, parameter.segment, visit);
    }

    pub(crate) fn each_text_named<'a>(
        &'a self,
        location: Location,
        name: &str,
        segment: Segment,
        visit: &mut dyn FnMut(Text<'a>),
    ) {
        match location {
            Location::Path => path_text(self.parts.uri.path(), segment, visit),
            Location::Query => pairs(self.parts.uri.query().unwrap_or(""), name, visit),
            Location::Header => self.header_texts(name, visit),
            Location::Cookie => self.cookie_texts(name, visit),
            Location::Form => {
                if let Some(form) = &self.form {
                    form.each_text(name, visit);
                }
            }
            Location::Body => {}
        }
    }

    fn header_texts<'a>(&'a self, name: &str, visit: &mut dyn FnMut(Text<'a>)) {
        for value in self.parts.headers.get_all(name) {
            visit(std::str::from_utf8(value.as_bytes()).map(Cow::Borrowed).map_err(|_| Undecodable));
        }
    }

    /// Cookies as RFC 6265 §4.2.1 has them: `name=value` pairs between semicolons.
    fn cookie_texts<'a>(&'a self, name: &str, visit: &mut dyn FnMut(Text<'a>)) {
        for value in self.parts.headers.get_all(header::COOKIE) {
            let Ok(text) = std::str::from_utf8(value.as_bytes()) else { continue };
            for pair in text.split(';') {
                let (key, value) = pair.trim().split_once('=').unwrap_or((pair.trim(), ""));
                if key == name {
                    visit(decoding::path(value.trim_matches('"')));
                }
            }
        }
    }
}

fn path_text<'a>(path: &'a str, segment: Segment, visit: &mut dyn FnMut(Text<'a>)) {
    let path = path.strip_prefix('/').unwrap_or(path);
    match segment {
        Segment::None => {}
        Segment::At(index) => {
            if let Some(text) = path.split('/').nth(index) {
                visit(decoding::path(text));
            }
        }
        Segment::From(index) => {
            let start = path.split('/').take(index).map(|segment| segment.len() + 1).sum::<usize>();
            visit(decoding::path(path.get(start..).unwrap_or("")));
        }
    }
}

/// The values under `name` in `name=value&…`; a pair without `=` has an empty value.
pub(super) fn pairs<'a>(encoded: &'a str, name: &str, visit: &mut dyn FnMut(Text<'a>)) {
    let mut rest = Some(encoded);
    while let Some(pairs) = rest {
        let (pair, behind) = split_at(pairs, b'&');
        let (key, value) = split_at(pair, b'=');
        // A name that cannot be decoded is no parameter's.
        if key == name || (decoding::is_encoded(key) && decoding::form(key).is_ok_and(|key| key == name)) {
            visit(decoding::form(value.unwrap_or("")));
        }
        rest = behind;
    }
}

/// What stands before the first `separator`, and behind it.
///
/// By bytes: `str::split` searches in a way that pays only in texts longer than a query.
fn split_at(text: &str, separator: u8) -> (&str, Option<&str>) {
    match text.bytes().position(|byte| byte == separator) {
        Some(index) => (&text[..index], Some(&text[index + 1..])),
        None => (text, None),
    }
}

/// The JSON value that a text stands for under a schema: a number where numbers are expected, a list where lists are.
/// A text that does not fit stays a text, for the schema to find.
pub(crate) fn value_by_schema(texts: &[Cow<'_, str>], schema: &Value, definitions: &Value) -> Value {
    let schema = resolve(schema, definitions);
    if is_type(schema, "array") {
        let items = schema.get("items").unwrap_or(&Value::Null);
        return texts.iter().map(|text| scalar_value(text, resolve(items, definitions))).collect();
    }
    match texts {
        [text] => scalar_value(text, schema),
        texts => texts.iter().map(|text| Value::from(text.as_ref())).collect(),
    }
}

fn scalar_value(text: &str, schema: &Value) -> Value {
    // A type that takes texts, such as a decimal number, reads it itself, and exactly.
    if is_type(schema, "string") {
        return Value::from(text);
    }
    let number = if is_type(schema, "integer") {
        i64::parse(text).map(Value::from).or_else(|_| u64::parse(text).map(Value::from)).ok()
    } else if is_type(schema, "number") {
        f64::parse(text).map(Value::from).ok()
    } else if is_type(schema, "boolean") {
        bool::parse(text).map(Value::from).ok()
    } else {
        None
    };
    number.unwrap_or_else(|| beyond(text).unwrap_or_else(|| Value::from(text)))
}

/// An integer that no 64 bits hold: a number still, for its range to be told.
fn beyond(text: &str) -> Option<Value> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let integer = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
    integer.then(|| f64::parse(text).ok().map(Value::from)).flatten()
}

pub(crate) fn is_type(schema: &Value, name: &str) -> bool {
    match schema.get("type") {
        Some(Value::String(ty)) => ty == name,
        Some(Value::Array(types)) => types.iter().any(|ty| ty == name),
        _ => false,
    }
}

/// Follows a reference, and takes the first part of an "this or null".
fn resolve<'a>(schema: &'a Value, definitions: &'a Value) -> &'a Value {
    if let Some(name) = schema.get("$ref").and_then(Value::as_str).and_then(|target| target.rsplit('/').next())
        && let Some(target) = definitions.get(name)
    {
        return resolve(target, definitions);
    }
    match schema.get("anyOf").and_then(Value::as_array).map(Vec::as_slice) {
        Some([first, second]) if is_type(second, "null") => resolve(first, definitions),
        _ => schema,
    }
}
