//! The named schemas of a document: one set out of what is read and what is written, each type under its own name.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::schemas::{ORIGIN, READ_PATH, WRITTEN_PATH, each_child};

/// A sentence for every two types that have one name.
pub(super) fn of_one_name(read: &Map<String, Value>, written: &Map<String, Value>) -> Vec<String> {
    let told: BTreeSet<_> = clashes(read).chain(clashes(written)).chain(strangers(read, written)).collect();
    told.into_iter().collect()
}

/// Types whose schema got a number behind its name because another one was there first.
fn clashes(definitions: &Map<String, Value>) -> impl Iterator<Item = String> {
    definitions.iter().filter_map(|(key, schema)| {
        let origin = schema.get(ORIGIN)?;
        let name = origin.get("name")?.as_str()?;
        if name == key {
            return None;
        }
        let here = origin.get("at")?.as_str()?;
        let other = definitions.get(name).and_then(|schema| schema.get(ORIGIN)?.get("at")?.as_str());
        Some(two_of_one_name(name, here, other.unwrap_or("one of the toolkit's own, or without `#[data]`")))
    })
}

/// Types of one name of which one is only read and the other only written.
fn strangers(read: &Map<String, Value>, written: &Map<String, Value>) -> impl Iterator<Item = String> {
    read.iter().filter_map(|(name, schema)| {
        let place = |schema: &Value| Some(schema.get(ORIGIN)?.get("at")?.as_str()?.to_owned());
        let other = written.get(name)?;
        let unknown = || "one of the toolkit's own, or without `#[data]`".to_owned();
        match (place(schema), place(other)) {
            (here, there) if here == there => None,
            (here, there) => Some(two_of_one_name(name, &here.unwrap_or_else(unknown), &there.unwrap_or_else(unknown))),
        }
    })
}

fn two_of_one_name(name: &str, here: &str, there: &str) -> String {
    format!(
        "two data types have the schema name `{name}`: {here} and {there}; rename one of them in the document with \
         `#[schemars(rename = \"…\")]`"
    )
}

/// Takes out the components that nothing refers to.
pub(super) fn prune(components: &mut Map<String, Value>, document: &Value) {
    let mut used = BTreeSet::new();
    let mut open = references(document);
    while let Some(name) = open.pop() {
        if let Some(schema) = components.get(&name)
            && used.insert(name)
        {
            open.extend(references(schema));
        }
    }
    components.retain(|name, _| used.contains(name));
}

/// The names of the components that are referred to inside `value`.
fn references(value: &Value) -> Vec<String> {
    let target = value.get("$ref").and_then(Value::as_str).and_then(|target| target.rsplit('/').next());
    let mut names: Vec<_> = target.map(str::to_owned).into_iter().collect();
    match value {
        Value::Object(object) => names.extend(object.values().flat_map(references)),
        Value::Array(array) => names.extend(array.iter().flat_map(references)),
        _ => {}
    }
    names
}

/// One set of components out of both contracts. A written schema that differs from the read one of the same name, or
/// refers to one that does, gets a name of its own, here and wherever the document refers to it.
///
/// # Errors
///
/// A sentence when that name is another type's.
pub(super) fn merge(
    read: Map<String, Value>,
    written: Map<String, Value>,
    document: &mut Value,
) -> Result<Map<String, Value>, Vec<String>> {
    let mut apart: Vec<String> = written
        .iter()
        .filter(|(name, schema)| read.get(*name).is_some_and(|read| *read != referring_to_read(schema)))
        .map(|(name, _)| name.clone())
        .collect();
    loop {
        let more: Vec<_> = written
            .iter()
            .filter(|(name, schema)| read.contains_key(*name) && !apart.contains(name) && refers_to_any(schema, &apart))
            .map(|(name, _)| name.clone())
            .collect();
        if more.is_empty() {
            break;
        }
        apart.extend(more);
    }
    let taken = apart.iter().filter(|name| {
        let reply = format!("{name}Reply");
        read.contains_key(&reply) || written.contains_key(&reply)
    });
    let faults: Vec<_> = taken
        .map(|name| {
            format!(
                "the data type `{name}` is written otherwise than it is read, so that its schema in replies is called \
                 `{name}Reply`, which is another type's name; rename that one in the document with \
                 `#[schemars(rename = \"…\")]`"
            )
        })
        .collect();
    if !faults.is_empty() {
        return Err(faults);
    }
    let rename =
        |name: &str| if apart.iter().any(|apart| apart == name) { format!("{name}Reply") } else { name.into() };
    let mut components = read;
    for (name, mut schema) in written {
        point(&mut schema, &rename);
        components.insert(rename(&name), schema);
    }
    point(document, &rename);
    Ok(components)
}

fn referring_to_read(schema: &Value) -> Value {
    let mut schema = schema.clone();
    point(&mut schema, &|name| name.to_owned());
    schema
}

fn refers_to_any(schema: &Value, names: &[String]) -> bool {
    let here = written_reference(schema).is_some_and(|target| names.iter().any(|name| name == target));
    let children: Box<dyn Iterator<Item = &Value>> = match schema {
        Value::Object(object) => Box::new(object.values()),
        Value::Array(array) => Box::new(array.iter()),
        _ => Box::new(std::iter::empty()),
    };
    here || children.into_iter().any(|child| refers_to_any(child, names))
}

/// Turns references to written schemas into references to components.
fn point(value: &mut Value, rename: &dyn Fn(&str) -> String) {
    if let Some(name) = written_reference(value).map(rename) {
        value["$ref"] = Value::String(format!("#{READ_PATH}/{name}"));
    }
    each_child(value, &mut |child| point(child, rename));
}

fn written_reference(value: &Value) -> Option<&str> {
    value.get("$ref")?.as_str()?.strip_prefix('#')?.strip_prefix(WRITTEN_PATH)?.strip_prefix('/')
}
