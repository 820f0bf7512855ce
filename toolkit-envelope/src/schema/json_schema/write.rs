use serde_json::{Map, Value, json};

use super::{OWN, natural};
use crate::schema::{Domain, Field, Kind, Schema, header};

impl Schema {
    /// The schema as a JSON Schema (2020-12), which [`Schema::from_json_schema`] reads.
    ///
    /// ```
    /// use serde_json::json;
    /// use toolkit_envelope::schema::{Kind, Schema};
    ///
    /// assert_eq!(Schema::new(Kind::Date).nullable().to_json_schema(), json!({ "type": ["string", "null"], "format": "date" }));
    /// ```
    pub fn to_json_schema(&self) -> Value {
        let mut node = words(self);
        if let Some(domain) = &self.domain {
            restrict(&mut node, domain, &self.kind);
        }
        if self.nullable {
            take_null(&mut node);
        }
        let read = natural::header(&node).ok();
        if let Some(own) = header::missing(read.as_ref(), &own_header(self)) {
            node.insert(OWN.to_owned(), own.into());
        }
        Value::Object(node)
    }
}

/// All of the node but its parts; a frame says which of its columns are levels of the index.
fn own_header(schema: &Schema) -> Map<String, Value> {
    let mut header = schema.header();
    if let Kind::Frame { index: Some(index), .. } = &schema.kind {
        header.insert("index".to_owned(), index.iter().map(|level| level.name.clone()).collect());
    }
    header
}

/// The kind, in JSON Schema's words.
fn words(schema: &Schema) -> Map<String, Value> {
    let words = match &schema.kind {
        Kind::Any if schema.nullable => json!({}),
        Kind::Any => json!({ "not": { "type": "null" } }),
        Kind::List { items, min, max } => {
            let mut list = json!({ "type": "array", "items": items.to_json_schema() });
            if let Some(min) = min {
                list["minItems"] = (*min).into();
            }
            if let Some(max) = max {
                list["maxItems"] = (*max).into();
            }
            list
        }
        Kind::Series { values } => json!({ "type": "array", "items": values.to_json_schema() }),
        Kind::Map { values } => json!({ "type": "object", "additionalProperties": values.to_json_schema() }),
        Kind::Struct { fields } => object(fields.iter()),
        Kind::Tuple { items } => {
            let schemas = items.iter().map(Schema::to_json_schema).collect::<Vec<_>>();
            json!({ "type": "array", "prefixItems": schemas, "items": false, "minItems": items.len() })
        }
        Kind::Union { of } => json!({ "anyOf": of.iter().map(Schema::to_json_schema).collect::<Vec<_>>() }),
        Kind::Frame { columns, index } => {
            let fields = || columns.iter().chain(index.iter().flatten());
            json!({ "anyOf": [{ "type": "array", "items": object(fields()) }, columns_of(fields())] })
        }
        Kind::Tensor { dtype, shape } => {
            let element = Value::Object(scalar(dtype));
            shape.iter().rev().fold(element, |items, length| match length {
                0.. => json!({ "type": "array", "items": items, "minItems": length, "maxItems": length }),
                _ => json!({ "type": "array", "items": items }),
            })
        }
        kind => Value::Object(scalar(kind)),
    };
    match words {
        Value::Object(words) => words,
        _ => Map::new(),
    }
}

/// A kind without parts.
fn scalar(kind: &Kind) -> Map<String, Value> {
    let words = match kind {
        Kind::Bool => json!({ "type": "boolean" }),
        Kind::Float16 => json!({ "type": "number" }),
        Kind::Float32 => json!({ "type": "number", "format": "float" }),
        Kind::Float64 => json!({ "type": "number", "format": "double" }),
        Kind::Decimal { .. } => json!({ "type": ["string", "number"], "format": "decimal" }),
        Kind::Binary => json!({ "type": "string", "contentEncoding": "base64" }),
        Kind::Date => json!({ "type": "string", "format": "date" }),
        Kind::Time { .. } => json!({ "type": "string", "format": "time-local" }),
        Kind::Timestamp { timezone: Some(_), .. } => json!({ "type": "string", "format": "date-time" }),
        Kind::Timestamp { timezone: None, .. } => json!({ "type": "string", "format": "date-time-local" }),
        Kind::Duration { .. } => json!({ "type": "string", "format": "duration" }),
        Kind::Uuid => json!({ "type": "string", "format": "uuid" }),
        Kind::Categorical { values, .. } => {
            let type_ = match values.first() {
                Some(Value::Bool(_)) => "boolean",
                Some(Value::Number(_)) => "integer",
                _ => "string",
            };
            json!({ "type": type_, "enum": values })
        }
        integer if integer.integer_range().is_some() => {
            let mut words = json!({ "type": "integer", "format": integer.name() });
            let bound = |bound: i128| i64::try_from(bound).map(Value::from).unwrap_or_default();
            let (least, greatest) = natural::own_bounds(integer);
            if let Some(least) = least {
                words["minimum"] = bound(least);
            }
            if let Some(greatest) = greatest {
                words["maximum"] = bound(greatest);
            }
            words
        }
        _ => json!({ "type": "string" }),
    };
    match words {
        Value::Object(words) => words,
        _ => Map::new(),
    }
}

fn restrict(node: &mut Map<String, Value>, domain: &Domain, kind: &Kind) {
    let mut insert = |word: &str, value: Value| node.insert(word.to_owned(), value);
    // JSON Schema compares numbers only, and a decimal may be a string.
    if kind.is_float() || kind.integer_range().is_some() {
        domain.min.clone().map(|min| insert("minimum", min));
        domain.max.clone().map(|max| insert("maximum", max));
    }
    if !matches!(kind, Kind::Decimal { .. }) {
        domain.values.clone().map(|values| insert("enum", values.into()));
    }
    domain.pattern.clone().map(|pattern| insert("pattern", pattern.into()));
}

fn take_null(node: &mut Map<String, Value>) {
    if let Some(Value::Array(of)) = node.get_mut("anyOf") {
        of.push(json!({ "type": "null" }));
    }
    if let Some(Value::Array(values)) = node.get_mut("enum") {
        values.push(Value::Null);
    }
    match node.get_mut("type") {
        Some(Value::Array(types)) => types.push("null".into()),
        Some(name) => *name = json!([name.clone(), "null"]),
        None => {}
    }
}

fn object<'f>(fields: impl Iterator<Item = &'f Field> + Clone) -> Value {
    let property = |field: &Field| {
        let mut schema = field.schema.to_json_schema();
        if let Some(default) = &field.default {
            schema["default"] = default.clone();
        }
        (field.name.clone(), schema)
    };
    let mut object = json!({ "type": "object", "properties": fields.clone().map(property).collect::<Map<_, _>>() });
    let required = required(fields);
    if !required.is_empty() {
        object["required"] = required.into();
    }
    object["additionalProperties"] = false.into();
    object
}

/// The other form of a frame. What the values are is said by the rows.
fn columns_of<'f>(fields: impl Iterator<Item = &'f Field> + Clone) -> Value {
    let column = |field: &Field| (field.name.clone(), json!({ "type": "array" }));
    let mut object = json!({ "type": "object", "properties": fields.clone().map(column).collect::<Map<_, _>>() });
    let required = required(fields);
    if !required.is_empty() {
        object["required"] = required.into();
    }
    object["additionalProperties"] = false.into();
    object
}

fn required<'f>(fields: impl Iterator<Item = &'f Field>) -> Vec<Value> {
    fields.filter(|field| field.required).map(|field| field.name.clone().into()).collect()
}
