use serde_json::{Map, Value};

use super::{Domain, Field, Kind, Observed, Schema, document};

impl Schema {
    /// The JSON form, which [`Schema::from_json`] reads.
    pub fn to_value(&self) -> Value {
        let mut node = self.header();
        parts(&self.kind, &mut node);
        Value::Object(node)
    }

    /// All of the JSON form but the schemas of the parts.
    pub(super) fn header(&self) -> Map<String, Value> {
        let mut node = Map::new();
        node.insert("type".to_owned(), self.kind.name().into());
        parameters(&self.kind, &mut node);
        if self.nullable {
            node.insert("nullable".to_owned(), true.into());
        }
        if let Some(domain) = &self.domain {
            node.insert("domain".to_owned(), domain.to_value(&self.kind));
        }
        if let Some(observed) = &self.observed {
            node.insert("observed".to_owned(), observed.to_value(&self.kind));
        }
        node
    }
}

impl Field {
    /// The JSON form, which [`Field::from_json`] reads.
    pub fn to_value(&self) -> Value {
        let mut node = Map::new();
        node.insert("name".to_owned(), self.name.clone().into());
        node.insert("schema".to_owned(), self.schema.to_value());
        node.insert("required".to_owned(), self.required.into());
        if let Some(default) = &self.default {
            node.insert("default".to_owned(), document::to_document(&self.schema, default));
        }
        Value::Object(node)
    }
}

impl Domain {
    fn to_value(&self, kind: &Kind) -> Value {
        let value = |value: &Value| document::leaf_to_document(kind, value);
        object([
            ("min", self.min.as_ref().map(value)),
            ("max", self.max.as_ref().map(value)),
            ("values", self.values.as_ref().map(|values| values.iter().map(value).collect())),
            ("pattern", self.pattern.clone().map(Value::from)),
        ])
    }
}

impl Observed {
    fn to_value(&self, kind: &Kind) -> Value {
        let value = |value: &Value| document::leaf_to_document(kind, value);
        object([
            ("min", self.min.as_ref().map(value)),
            ("max", self.max.as_ref().map(value)),
            ("null_fraction", self.null_fraction.map(|fraction| crate::json::normal(&fraction.into()))),
            ("distinct", self.distinct.map(Value::from)),
            ("n", Some(self.n.into())),
        ])
    }
}

/// What a kind has beside schemas.
fn parameters(kind: &Kind, node: &mut Map<String, Value>) {
    let mut insert = |key: &str, value: Value| node.insert(key.to_owned(), value);
    match kind {
        Kind::Decimal { precision, scale } => {
            insert("precision", (*precision).into());
            insert("scale", (*scale).into());
        }
        Kind::Time { unit } | Kind::Duration { unit } => {
            insert("unit", unit.name().into());
        }
        Kind::Timestamp { unit, timezone } => {
            insert("unit", unit.name().into());
            if let Some(timezone) = timezone {
                insert("timezone", timezone.clone().into());
            }
        }
        Kind::Categorical { values, ordered } => {
            insert("values", values.clone().into());
            insert("ordered", (*ordered).into());
        }
        Kind::List { min, max, .. } => {
            if let Some(min) = min {
                insert("min", (*min).into());
            }
            if let Some(max) = max {
                insert("max", (*max).into());
            }
        }
        Kind::Tensor { dtype, shape } => {
            insert("dtype", dtype_value(dtype));
            insert("shape", shape.clone().into());
        }
        _ => {}
    }
}

/// A kind's schemas.
fn parts(kind: &Kind, node: &mut Map<String, Value>) {
    let mut insert = |key: &str, value: Value| node.insert(key.to_owned(), value);
    match kind {
        Kind::List { items, .. } => insert("items", items.to_value()),
        Kind::Map { values } | Kind::Series { values } => insert("values", values.to_value()),
        Kind::Struct { fields } => insert("fields", all(fields)),
        Kind::Tuple { items } => insert("items", items.iter().map(Schema::to_value).collect()),
        Kind::Union { of } => insert("of", of.iter().map(Schema::to_value).collect()),
        Kind::Frame { columns, index } => {
            if let Some(index) = index {
                insert("index", all(index));
            }
            insert("columns", all(columns))
        }
        _ => None,
    };
}

fn all(fields: &[Field]) -> Value {
    fields.iter().map(Field::to_value).collect()
}

fn dtype_value(dtype: &Kind) -> Value {
    let mut node = Map::new();
    parameters(dtype, &mut node);
    if node.is_empty() {
        return dtype.name().into();
    }
    node.shift_insert(0, "type".to_owned(), dtype.name().into());
    Value::Object(node)
}

fn object<const N: usize>(entries: [(&str, Option<Value>); N]) -> Value {
    let there = entries.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?)));
    Value::Object(there.collect())
}
