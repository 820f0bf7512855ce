use schemars::{
    JsonSchema, Schema, SchemaGenerator,
    generate::{Contract, SchemaSettings},
    transform::{RecursiveTransform, transform_subschemas},
};
use serde_json::{Map, Value, json};
use utoipa::openapi::{Ref, RefOr, schema::Schema as ShownSchema};

use super::{
    components::{merge, of_one_name, prune},
    forms::{as_checked, as_read, as_written},
};
use crate::{
    check::TOLD,
    problem::{ProblemDocument, ValidationProblem},
};

/// Where a `#[data]` type notes in its schema who it is; taken out before anyone sees the schema.
pub(super) const ORIGIN: &str = "x-toolkit-origin";
/// The reference that stands for a schema of ours inside utoipa's types, until the document is serialised.
const INLINE: &str = "toolkit:inline:";
pub(super) const READ_PATH: &str = "/components/schemas";
pub(super) const WRITTEN_PATH: &str = "/components/written";

/// The schemas that a document's operations refer to.
///
/// A type has two: what is read (fields with a default may be missing) and what is written (they are always there).
/// Where the two are one, so is the component; otherwise the written one is called `…Reply`.
#[derive(Debug)]
pub(crate) struct Schemas {
    read: SchemaGenerator,
    written: SchemaGenerator,
    inline: Vec<Value>,
    /// Those that are no Rust type's.
    named: Map<String, Value>,
    faults: Vec<String>,
}

impl Schemas {
    pub(crate) fn new() -> Self {
        let mut schemas = Self {
            read: generator(Contract::Deserialize, READ_PATH, as_read),
            written: generator(Contract::Serialize, WRITTEN_PATH, as_written),
            inline: Vec::new(),
            named: Map::new(),
            faults: Vec::new(),
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
        transformed(self.written.subschema_for::<T>(), as_written)
    }

    /// The properties of the object that `T` is read from, and the names of those that are required.
    pub(crate) fn properties<T: JsonSchema>(&mut self) -> Vec<(String, Schema, bool)> {
        let root = Value::from(self.read::<T>());
        let name = root.get("$ref").and_then(Value::as_str).and_then(|target| target.rsplit('/').next());
        let object = name.and_then(|name| self.read.definitions().get(name)).unwrap_or(&root).clone();
        self.refuse_what_cannot_spread(&object);
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

    /// Notes the fields that no texts can stand for.
    fn refuse_what_cannot_spread(&mut self, object: &Value) {
        let at = object.get(ORIGIN).and_then(|origin| origin.get("at")?.as_str()).unwrap_or("a type without `#[data]`");
        let open = object.get("additionalProperties").is_some_and(Value::is_object);
        if open || object.get("oneOf").is_some() || object.get("anyOf").is_some() {
            self.faults.push(format!(
                "{at} spreads into parameters, and what it takes is not told by its fields: spread a struct without maps \
                 and enums that are flattened"
            ));
        }
        for (name, property) in object.get("properties").and_then(Value::as_object).into_iter().flatten() {
            if !is_text_or_list(property, self.read.definitions()) {
                self.faults.push(format!(
                    "{at} spreads into parameters, and its field `{name}` is neither a scalar nor a list of scalars"
                ));
            }
        }
    }

    /// A stand-in for `schema` inside utoipa's types, which cannot hold all of JSON Schema.
    pub(crate) fn stand_in(&mut self, schema: impl Into<Value>) -> RefOr<ShownSchema> {
        self.inline.push(schema.into());
        RefOr::Ref(Ref::new(format!("{INLINE}{}", self.inline.len() - 1)))
    }

    /// A reference to a schema that is no Rust type's, and has a name of its own.
    #[cfg(feature = "model")]
    pub(crate) fn named(&mut self, name: &str, schema: Value) -> RefOr<ShownSchema> {
        self.named.insert(name.to_owned(), schema);
        RefOr::Ref(Ref::new(format!("#{READ_PATH}/{name}")))
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
        let mut faults = of_one_name(&read, &written);
        self.faults.sort();
        self.faults.dedup();
        faults.append(&mut self.faults);
        if !faults.is_empty() {
            return Err(faults);
        }
        let mut components = merge(read, written, document)?;
        if let Some(other) = document.pointer_mut("/components/schemas").map(Value::take) {
            components.extend(other.as_object().cloned().unwrap_or_default());
        }
        components.append(&mut self.named);
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

/// Whether a schema is of what one text can be read as, or a list of texts.
fn is_text_or_list(schema: &Value, definitions: &Map<String, Value>) -> bool {
    let target = schema.get("$ref").and_then(Value::as_str).and_then(|target| target.rsplit('/').next());
    if let Some(target) = target.and_then(|name| definitions.get(name)) {
        return is_text_or_list(target, definitions);
    }
    let forms = ["anyOf", "oneOf"].into_iter().filter_map(|keyword| schema.get(keyword)?.as_array()).flatten();
    let is_object = schema.get("properties").is_some() || schema.get("type").is_some_and(|ty| ty == "object");
    let items = schema.get("items").filter(|items| items.get("items").is_none());
    !is_object
        && items.is_none_or(|items| is_text_or_list(items, definitions))
        && forms.into_iter().all(|form| is_text_or_list(form, definitions))
}

/// The whole schema of `T` as a request brings it, with bounds on every integer, for checking a body against.
pub(crate) fn read_schema<T: JsonSchema>() -> Value {
    whole_schema::<T>(Contract::Deserialize)
}

/// The whole schema of `T` as it is written, with bounds on every integer.
#[cfg(feature = "model")]
pub(crate) fn written_schema<T: JsonSchema>() -> Value {
    whole_schema::<T>(Contract::Serialize)
}

fn whole_schema<T: JsonSchema>(contract: Contract) -> Value {
    let mut generator = generator(contract, READ_PATH, as_checked);
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

fn put_inline(value: &mut Value, inline: &[Value]) {
    let index = value.get("$ref").and_then(Value::as_str).and_then(|target| target.strip_prefix(INLINE)?.parse().ok());
    if let Some(schema) = index.and_then(|index: usize| inline.get(index)) {
        *value = schema.clone();
    }
    each_child(value, &mut |child| put_inline(child, inline));
}

fn strip_notes(value: &mut Value) {
    if let Some(object) = value.as_object_mut() {
        object.shift_remove(ORIGIN);
        object.shift_remove(TOLD);
    }
    each_child(value, &mut strip_notes);
}

pub(super) fn each_child(value: &mut Value, visit: &mut dyn FnMut(&mut Value)) {
    match value {
        Value::Object(object) => object.values_mut().for_each(visit),
        Value::Array(array) => array.iter_mut().for_each(visit),
        _ => {}
    }
}
