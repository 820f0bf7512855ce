//! What a schema generator's schemas are made into before they are shown, or bodies are checked against them.

use schemars::Schema;
use serde_json::{Value, json};

/// What is read, as clients see it.
pub(super) fn as_read(schema: &mut Schema) {
    as_written(schema);
    // A set takes an element twice, and holds it once.
    schema.remove("uniqueItems");
}

/// What is written, as clients see it.
pub(super) fn as_written(schema: &mut Schema) {
    bound_narrow_integers(schema);
    list_names(schema);
}

/// What is read, as bodies are checked against it.
pub(super) fn as_checked(schema: &mut Schema) {
    bound_numbers(schema);
    list_names(schema);
    schema.remove("uniqueItems");
    choose_by_tag(schema);
}

/// Turns "one of these constants", each with its own description, into an `enum`, which pages show as a choice. The
/// descriptions become a list.
fn list_names(schema: &mut Schema) {
    let Some(forms) = schema.get("oneOf").and_then(Value::as_array) else { return };
    let Some(names) = forms.iter().map(names_of).collect::<Option<Vec<_>>>() else { return };
    let described = forms.iter().filter_map(|form| {
        Some(format!("- `{}`: {}", form.get("const")?.as_str()?, form.get("description")?.as_str()?))
    });
    let list = described.collect::<Vec<_>>().join("\n");
    let own = schema.get("description").and_then(Value::as_str).unwrap_or("");
    let description = [own, list.as_str()].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n\n");
    schema.remove("oneOf");
    schema.insert("type".to_owned(), json!("string"));
    schema.insert("enum".to_owned(), names.concat().into());
    if !description.is_empty() {
        schema.insert("description".to_owned(), description.into());
    }
}

/// The texts that a schema allows, if it allows nothing else.
fn names_of(form: &Value) -> Option<Vec<Value>> {
    let names = match (form.get("const"), form.get("enum")) {
        (Some(name), None) => vec![name.clone()],
        (None, Some(names)) => names.as_array()?.clone(),
        _ => return None,
    };
    names.iter().all(Value::is_string).then_some(names)
}

/// Turns "one of these objects, each with its own tag" into "the tag says which": otherwise a value is held against
/// all of them, on each level anew, which takes exponential time in a recursive type.
fn choose_by_tag(schema: &mut Schema) {
    let Some(forms) = schema.get("oneOf").and_then(Value::as_array).cloned() else { return };
    let Some(tag) = common_tag(&forms) else { return };
    let constant = |form: &Value| form["properties"][&tag]["const"].clone();
    let names: Vec<_> = forms.iter().map(constant).collect();
    let choices = forms.into_iter().map(|form| {
        json!({ "if": { "properties": { &tag: { "const": constant(&form) } }, "required": [&tag] }, "then": form })
    });
    let chosen = json!({
        "type": "object",
        "required": [&tag],
        "properties": { &tag: { "enum": names } },
        "allOf": choices.collect::<Vec<_>>(),
    });
    schema.remove("oneOf");
    match schema.ensure_object().entry("allOf").or_insert_with(|| json!([])) {
        Value::Array(all) => all.push(chosen),
        other => *other = chosen,
    }
}

/// The property that every form requires, with a constant of its own.
fn common_tag(forms: &[Value]) -> Option<String> {
    let first = forms.first()?.get("properties")?.as_object()?;
    let is_tag = |name: &String| {
        forms.iter().all(|form| {
            let required = form.get("required").and_then(Value::as_array);
            form["properties"][name]["const"].is_string()
                && required.is_some_and(|required| required.iter().any(|required| required == name))
        })
    };
    first.keys().find(|name| is_tag(name)).cloned()
}

/// Bounds that the format of an integer implies, written out for clients that do not know the format.
///
/// Only up to 32 bits: a 64-bit bound is no number that JavaScript can show.
fn bound_narrow_integers(schema: &mut Schema) {
    match schema.get("format").and_then(Value::as_str) {
        Some("int8") => bound_to(schema, i8::MIN, i8::MAX),
        Some("uint8") => bound_to(schema, u8::MIN, u8::MAX),
        Some("int16") => bound_to(schema, i16::MIN, i16::MAX),
        Some("uint16") => bound_to(schema, u16::MIN, u16::MAX),
        Some("int32") => bound_to(schema, i32::MIN, i32::MAX),
        Some("uint32") => bound_to(schema, u32::MIN, u32::MAX),
        _ => {}
    }
}

fn bound_numbers(schema: &mut Schema) {
    match schema.get("format").and_then(Value::as_str) {
        Some("float") => bound_to(schema, f64::from(f32::MIN), f64::from(f32::MAX)),
        Some("int64" | "int") => bound_to(schema, i64::MIN, i64::MAX),
        Some("uint64" | "uint") => bound_to(schema, u64::MIN, u64::MAX),
        _ => bound_narrow_integers(schema),
    }
}

fn bound_to(schema: &mut Schema, min: impl Into<Value>, max: impl Into<Value>) {
    let Some(object) = schema.as_object_mut() else { return };
    if !object.contains_key("minimum") && !object.contains_key("exclusiveMinimum") {
        object.insert("minimum".to_owned(), min.into());
    }
    if !object.contains_key("maximum") && !object.contains_key("exclusiveMaximum") {
        object.insert("maximum".to_owned(), max.into());
    }
}
