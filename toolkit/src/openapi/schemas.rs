use std::collections::BTreeSet;

use schemars::{
    JsonSchema, Schema, SchemaGenerator,
    generate::{Contract, SchemaSettings},
    transform::{RecursiveTransform, transform_subschemas},
};
use serde_json::{Map, Value, json};
use utoipa::openapi::{Ref, RefOr, schema::Schema as ShownSchema};

use crate::{
    check::TOLD,
    problem::{ProblemDocument, ValidationProblem},
};

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
        let mut schemas = Self {
            read: generator(Contract::Deserialize, READ_PATH, as_read),
            written: generator(Contract::Serialize, WRITTEN_PATH, bound_narrow_integers),
            inline: Vec::new(),
        };
        // The toolkit's own come first and keep their names, so that a type of the same name is told of.
        schemas.written::<ValidationProblem>();
        schemas.written::<ProblemDocument>();
        schemas
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
        let clashes: BTreeSet<_> = clashes(&read).chain(clashes(&written)).chain(strangers(&read, &written)).collect();
        if !clashes.is_empty() {
            return Err(clashes.into_iter().collect());
        }
        let mut components = merge(read, written, document)?;
        if let Some(other) = document.pointer_mut("/components/schemas").map(Value::take) {
            components.extend(other.as_object().cloned().unwrap_or_default());
        }
        prune(&mut components, document);
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
    choose_by_tag(schema);
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
fn prune(components: &mut Map<String, Value>, document: &Value) {
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
fn merge(
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
