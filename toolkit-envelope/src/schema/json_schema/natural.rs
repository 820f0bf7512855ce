//! What the words of JSON Schema itself say of a node, in the words of the schema language.

use serde_json::{Map, Value, json};

use crate::schema::{Kind, document};

/// Keywords that restrict values and are understood.
pub(super) const UNDERSTOOD: [&str; 16] = [
    "type",
    "format",
    "minimum",
    "maximum",
    "enum",
    "pattern",
    "contentEncoding",
    "items",
    "prefixItems",
    "minItems",
    "maxItems",
    "properties",
    "required",
    "additionalProperties",
    "anyOf",
    "not",
];

/// Keywords that restrict nothing.
pub(super) const ANNOTATIONS: [&str; 11] = [
    "title",
    "description",
    "default",
    "examples",
    "deprecated",
    "readOnly",
    "writeOnly",
    "$schema",
    "$id",
    "$comment",
    super::OWN,
];

/// The least and the greatest that stand in a schema of an integer kind without a domain.
///
/// Those of 64 bits are left out: many readers of JSON would round them.
pub(super) fn own_bounds(kind: &Kind) -> (Option<i128>, Option<i128>) {
    match (kind, kind.integer_range()) {
        (Kind::Int64, _) | (_, None) => (None, None),
        (Kind::UInt64, _) => (Some(0), None),
        (_, Some((least, greatest))) => (Some(least), Some(greatest)),
    }
}

/// All of the node but its parts; else what cannot be said in the schema language.
pub(super) fn header(node: &Map<String, Value>) -> Result<Map<String, Value>, String> {
    if node.contains_key("anyOf") {
        let nullable = any_of(node).any(is_null);
        return Ok(object(json!({ "type": "union" }), nullable));
    }
    let Some(types) = types(node)? else { return untyped(node) };
    let nullable = types.contains(&"null");
    let types = types.into_iter().filter(|name| *name != "null").collect::<Vec<_>>();
    let format = node.get("format").and_then(Value::as_str);
    let unknown = || Err(format!("has the format `{}`, which has no type here", format.unwrap_or_default()));
    let choices = node.get("enum").map(|_| choices(node));
    let header = match (types.as_slice(), format) {
        (["boolean"], None) => with_domain(node, "bool"),
        (["integer"], None) if choices.is_some() => categorical(choices),
        (["integer"], None) => with_domain(node, "int64"),
        (["integer"], Some(format)) if Kind::plain(format).is_some_and(|kind| kind.integer_range().is_some()) => {
            with_domain(node, format)
        }
        (["number"], None | Some("double")) => with_domain(node, "float64"),
        (["number"], Some("float")) => with_domain(node, "float32"),
        (["string", "number"] | ["number", "string"], Some("decimal")) => json!({ "type": "decimal" }),
        (["string"], None) => match node.get("contentEncoding").map(|encoding| encoding.as_str()) {
            Some(Some("base64")) => with_domain(node, "binary"),
            Some(_) => return Err("has another encoding than base64, which has no type here".to_owned()),
            None if choices.is_some() => categorical(choices),
            None => with_domain(node, "string"),
        },
        (["string"], Some("date")) => with_domain(node, "date"),
        (["string"], Some("uuid")) => with_domain(node, "uuid"),
        (["string"], Some("time-local")) => timed(node, json!({ "type": "time", "unit": "us" })),
        (["string"], Some("duration")) => timed(node, json!({ "type": "duration", "unit": "us" })),
        (["string"], Some("date-time-local")) => timed(node, json!({ "type": "timestamp", "unit": "us" })),
        (["string"], Some("date-time")) => timed(node, json!({ "type": "timestamp", "unit": "us", "timezone": "UTC" })),
        (["array"], None) if node.contains_key("prefixItems") => json!({ "type": "tuple" }),
        (["array"], None) => list(node),
        (["object"], None) => return object_kind(node).map(|header| object(header, nullable)),
        (_, Some(_)) => return unknown(),
        _ => return Err(format!("takes {}, which has no type here", types.join(" or "))),
    };
    Ok(object(header, nullable))
}

/// The members of `anyOf`.
pub(super) fn any_of(node: &Map<String, Value>) -> impl Iterator<Item = &Value> {
    node.get("anyOf").and_then(Value::as_array).into_iter().flatten()
}

/// Whether a schema takes null and nothing else.
pub(super) fn is_null(schema: &Value) -> bool {
    schema.get("type").and_then(Value::as_str) == Some("null")
}

fn types(node: &Map<String, Value>) -> Result<Option<Vec<&str>>, String> {
    match node.get("type") {
        None => Ok(None),
        Some(Value::String(name)) => Ok(Some(vec![name])),
        Some(Value::Array(names)) => {
            let names = names.iter().map(Value::as_str).collect::<Option<Vec<_>>>();
            names.map(Some).ok_or_else(|| "has a `type` that is no list of names".to_owned())
        }
        Some(_) => Err("has a `type` that is no name".to_owned()),
    }
}

fn untyped(node: &Map<String, Value>) -> Result<Map<String, Value>, String> {
    if node.contains_key("enum") {
        let nullable = node["enum"].as_array().is_some_and(|values| values.contains(&Value::Null));
        return Ok(object(categorical(Some(choices(node))), nullable));
    }
    match node.get("not") {
        Some(not) if *not == json!({ "type": "null" }) => Ok(object(json!({ "type": "any" }), false)),
        Some(_) => Err("has a `not` other than that of null, which has no type here".to_owned()),
        None => match node.keys().find(|key| UNDERSTOOD.contains(&key.as_str())) {
            Some(key) => Err(format!("has `{key}` and no `type`, expected both")),
            None => Ok(object(json!({ "type": "any" }), true)),
        },
    }
}

fn object_kind(node: &Map<String, Value>) -> Result<Value, String> {
    let others = node.get("additionalProperties");
    match (node.contains_key("properties"), others) {
        (_, Some(Value::Bool(false))) => Ok(json!({ "type": "struct" })),
        (false, Some(_)) => Ok(json!({ "type": "map" })),
        _ => {
            Err("takes other properties of any type, expected `additionalProperties` with a schema, or `false`"
                .to_owned())
        }
    }
}

/// The values of `enum` but null, which `nullable` says.
fn choices(node: &Map<String, Value>) -> Vec<Value> {
    let values = node.get("enum").and_then(Value::as_array);
    values.into_iter().flatten().filter(|value| !value.is_null()).cloned().collect()
}

fn categorical(values: Option<Vec<Value>>) -> Value {
    json!({ "type": "categorical", "values": values, "ordered": false })
}

fn list(node: &Map<String, Value>) -> Value {
    let mut header = json!({ "type": "list" });
    for (word, name) in [("minItems", "min"), ("maxItems", "max")] {
        if let Some(length) = node.get(word) {
            header[name] = length.clone();
        }
    }
    header
}

/// The kind with the bounds, choices and pattern that are its domain.
fn with_domain(node: &Map<String, Value>, name: &str) -> Value {
    let kind = Kind::plain(name).unwrap_or(Kind::Any);
    let mut domain = Map::new();
    let written = |value: &Value| document::leaf_to_document(&kind, value);
    let (least, greatest) = own_bounds(&kind);
    for (word, name, own) in [("minimum", "min", least), ("maximum", "max", greatest)] {
        let is_own = |bound: &Value| own.is_some() && bound.as_number().and_then(serde_json::Number::as_i128) == own;
        if let Some(bound) = node.get(word).filter(|bound| kind.is_ordered() && !is_own(bound)) {
            domain.insert(name.to_owned(), written(bound));
        }
    }
    if node.contains_key("enum") {
        domain.insert("values".to_owned(), choices(node).iter().map(written).collect());
    }
    if let Some(pattern) = node.get("pattern").filter(|_| kind == Kind::String) {
        domain.insert("pattern".to_owned(), pattern.clone());
    }
    let mut header = json!({ "type": name });
    if !domain.is_empty() {
        header["domain"] = domain.into();
    }
    header
}

/// A kind of time with the choices that are its domain.
fn timed(node: &Map<String, Value>, mut header: Value) -> Value {
    if node.contains_key("enum") {
        header["domain"] = json!({ "values": choices(node) });
    }
    header
}

fn object(header: Value, nullable: bool) -> Map<String, Value> {
    let mut header = match header {
        Value::Object(header) => header,
        _ => Map::new(),
    };
    if nullable {
        header.insert("nullable".to_owned(), true.into());
    }
    header
}
