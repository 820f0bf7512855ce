use schemars::{
    JsonSchema, Schema, SchemaGenerator,
    generate::{Contract, SchemaSettings},
    transform::{RecursiveTransform, transform_subschemas},
};
use serde_json::{Map, Value, json};
use utoipa::openapi::{Ref, RefOr, schema::Schema as ShownSchema};

use crate::check::TOLD;

/// Where a `#[data]` type notes in its schema who it is; taken out before anyone sees the schema.
const ORIGIN: &str = "x-toolkit-origin";
/// The reference that stands for a schema of ours inside utoipa's types, until the document is serialised.
const INLINE: &str = "toolkit:inline:";
const READ_PATH: &str = "/components/schemas";
const WRITTEN_PATH: &str = "/components/written";

/// The schemas that a document's operations refer to.
///
/// A type has two: what is read (fields with a default may be missing) and what is written (they are always there).
/// Where the two are one, so is the component; otherwise the written one is called `…Reply`.
#[derive(Debug)]
pub(crate) struct Schemas {
    read: SchemaGenerator,
    written: SchemaGenerator,
    inline: Vec<Value>,
}

impl Schemas {
    pub(crate) fn new() -> Self {
        Self {
            read: generator(Contract::Deserialize, READ_PATH, as_read),
            written: generator(Contract::Serialize, WRITTEN_PATH, bound_narrow_integers),
            inline: Vec::new(),
        }
    }

    /// The schema of `T` as a request brings it.
    pub(crate) fn read<T: JsonSchema + ?Sized>(&mut self) -> Schema {
        transformed(self.read.subschema_for::<T>(), as_read)
    }

    /// The schema of `T` as a reply carries it.
    pub(crate) fn written<T: JsonSchema + ?Sized>(&mut self) -> Schema {
        transformed(self.written.subschema_for::<T>(), bound_narrow_integers)
    }

    /// The properties of the object that `T` is read from, and the names of those that are required.
    pub(crate) fn properties<T: JsonSchema>(&mut self) -> Vec<(String, Schema, bool)> {
        let root = Value::from(self.read::<T>());
        let name = root.get("$ref").and_then(Value::as_str).and_then(|target| target.rsplit('/').next());
        let object = name.and_then(|name| self.read.definitions().get(name)).unwrap_or(&root).clone();
        let required: Vec<_> = object.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
        let properties = object.get("properties").and_then(Value::as_object).cloned().unwrap_or_default();
        let properties = properties.into_iter().filter_map(|(name, property)| {
            // An absent list is an empty one, as it is for a parameter of its own.
            let is_list = property.get("type").is_some_and(|ty| ty == "array");
            let is_required = !is_list && required.iter().any(|required| *required == name);
            Some((name, transformed(Schema::try_from(property).ok()?, as_read), is_required))
        });
        properties.collect()
    }

    /// A stand-in for `schema` inside utoipa's types, which cannot hold all of JSON Schema.
    pub(crate) fn stand_in(&mut self, schema: impl Into<Value>) -> RefOr<ShownSchema> {
        self.inline.push(schema.into());
        RefOr::Ref(Ref::new(format!("{INLINE}{}", self.inline.len() - 1)))
    }

    /// Puts the schemas where their stand-ins are, and the named ones under `components`.
    ///
    /// # Errors
    ///
    /// A sentence for every two types that have one name.
    pub(crate) fn splice(mut self, document: &mut Value) -> Result<(), Vec<String>> {
        put_inline(document, &self.inline);
        let read = self.read.take_definitions(true);
        let written = self.written.take_definitions(true);
        let clashes = clashes(&read).chain(clashes(&written)).collect::<std::collections::BTreeSet<_>>();
        if !clashes.is_empty() {
            return Err(clashes.into_iter().collect());
        }
        let mut components = merge(read, written, document);
        if let Some(other) = document.pointer_mut("/components/schemas").map(Value::take) {
            components.extend(other.as_object().cloned().unwrap_or_default());
        }
        components.sort_keys();
        components.values_mut().for_each(strip_notes);
        strip_notes(document);
        if !components.is_empty() {
            document["components"]["schemas"] = Value::Object(components);
        }
        Ok(())
    }
}

/// The whole schema of `T` as a request brings it, with bounds on every integer, for checking a body against.
pub(crate) fn read_schema<T: JsonSchema>() -> Value {
    let mut generator = generator(Contract::Deserialize, READ_PATH, as_checked);
    let mut root = Value::from(transformed(generator.subschema_for::<T>(), as_checked));
    root["components"] = json!({ "schemas": generator.take_definitions(true) });
    root
}

/// The note of who a `#[data]` type is, for finding two types with one name.
#[must_use]
pub fn origin<T: JsonSchema + ?Sized>(module: &str, file: &str, line: u32) -> Value {
    json!({ "name": T::schema_name(), "at": format!("{module} ({file}:{line})") })
}

fn generator(contract: Contract, definitions_path: &'static str, bound: fn(&mut Schema)) -> SchemaGenerator {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.definitions_path = definitions_path.into();
        settings.meta_schema = None;
        settings.contract = contract;
    });
    settings.with_transform(RecursiveTransform(bound)).into_generator()
}

fn transformed(mut schema: Schema, bound: fn(&mut Schema)) -> Schema {
    bound(&mut schema);
    transform_subschemas(&mut RecursiveTransform(bound), &mut schema);
    schema
}

/// What is read, as clients see it.
fn as_read(schema: &mut Schema) {
    bound_narrow_integers(schema);
    // A set takes an element twice, and holds it once.
    schema.remove("uniqueItems");
}

/// What is read, as bodies are checked against it.
fn as_checked(schema: &mut Schema) {
    bound_integers(schema);
    schema.remove("uniqueItems");
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

fn bound_integers(schema: &mut Schema) {
    match schema.get("format").and_then(Value::as_str) {
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

fn put_inline(value: &mut Value, inline: &[Value]) {
    let index = value.get("$ref").and_then(Value::as_str).and_then(|target| target.strip_prefix(INLINE)?.parse().ok());
    if let Some(schema) = index.and_then(|index: usize| inline.get(index)) {
        *value = schema.clone();
    }
    each_child(value, &mut |child| put_inline(child, inline));
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
        let other = other.unwrap_or("a type without `#[data]`");
        Some(format!(
            "two data types have the schema name `{name}`: {here} and {other}; rename one of them in the document with \
             `#[schemars(rename = \"…\")]`"
        ))
    })
}

/// One set of components out of both contracts. A written schema that differs from the read one of the same name, or
/// refers to one that does, gets a name of its own, here and wherever the document refers to it.
fn merge(read: Map<String, Value>, written: Map<String, Value>, document: &mut Value) -> Map<String, Value> {
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
    let rename =
        |name: &str| if apart.iter().any(|apart| apart == name) { format!("{name}Reply") } else { name.into() };
    let mut components = read;
    for (name, mut schema) in written {
        point(&mut schema, &rename);
        components.insert(rename(&name), schema);
    }
    point(document, &rename);
    components
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

fn strip_notes(value: &mut Value) {
    if let Some(object) = value.as_object_mut() {
        object.shift_remove(ORIGIN);
        object.shift_remove(TOLD);
    }
    each_child(value, &mut strip_notes);
}

fn each_child(value: &mut Value, visit: &mut dyn FnMut(&mut Value)) {
    match value {
        Value::Object(object) => object.values_mut().for_each(visit),
        Value::Array(array) => array.iter_mut().for_each(visit),
        _ => {}
    }
}
