//! A `#[data]` struct under `#[query]`, `#[header]`, `#[cookie]` or `#[form]`: it spreads into one parameter per field.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::{
    Found, Named, Parameter, Reading, SchemaCheck, Segment, named::undecodable, texts::is_type, value_by_schema,
};
use crate::{
    check::{Location, Place, Violation},
    endpoint::Data,
    openapi::{OperationDoc, ParameterDoc},
};

/// A struct that spreads.
#[derive(Debug)]
pub struct ViaFields;

impl<T: Data + DeserializeOwned + JsonSchema + Send + 'static> Named<ViaFields> for T {
    fn read(reading: &mut Reading, parameter: &Parameter) -> Found<Self> {
        let schema = SchemaCheck::of::<T>();
        let mut violations = Vec::new();
        let object = gather(reading, parameter.location, &schema, &mut violations);
        if violations.is_empty() {
            // The JSON that texts make is never deep, so that a second look is cheap.
            match serde_json::from_value(Value::Object(object.clone())) {
                Ok(value) => return Found::Value(value),
                Err(_) => violations = wrong_fields(&schema, object, parameter.location),
            }
        }
        reading.violations.append(&mut violations);
        Found::Invalid
    }

    fn absent() -> Option<Self> {
        None
    }

    fn place(parameter: &Parameter) -> Place<'static> {
        Place::spread(parameter.location)
    }

    fn document(operation: &mut OperationDoc<'_>, parameter: &ParameterDoc<'_>) {
        operation.spread::<T>(parameter);
    }
}

fn gather(
    reading: &Reading,
    location: Location,
    schema: &SchemaCheck,
    violations: &mut Vec<Violation>,
) -> Map<String, Value> {
    let mut object = Map::new();
    for (field, property) in schema.properties() {
        let name = location.wire_name(field);
        let mut texts: Vec<Cow<'_, str>> = Vec::new();
        // An absent list is an empty one, as it is for a parameter of its own.
        let is_list = property.get("type").is_some_and(|ty| ty == "array") && property.get("default").is_none();
        reading.each_text_named(location, &name, Segment::None, &mut |text| match text {
            // A header's list stands between commas (RFC 9110 §5.6.1).
            Ok(Cow::Borrowed(text)) if location == Location::Header && is_type(property, "array") => {
                texts.extend(text.split(',').map(|text| Cow::Borrowed(text.trim())));
            }
            Ok(text) => texts.push(text),
            Err(_) => {
                let expected = undecodable(location);
                violations.push(Violation::new(&Place::parameter(location, &name), expected.code, expected.message));
            }
        });
        if !texts.is_empty() || is_list {
            object.insert(field.clone(), value_by_schema(&texts, property, schema.definitions()));
        }
    }
    object
}

fn wrong_fields(schema: &SchemaCheck, object: Map<String, Value>, location: Location) -> Vec<Violation> {
    let found = schema.violations(&Value::Object(object));
    let located: Vec<_> = found.into_iter().map(|violation| in_parameter(violation, location)).collect();
    if located.is_empty() {
        return vec![Violation {
            location,
            name: None,
            pointer: None,
            row: None,
            column: None,
            code: "type".into(),
            message: "is not valid".into(),
        }];
    }
    located
}

/// A violation of the struct's schema, told of the parameter that the field is.
fn in_parameter(violation: Violation, location: Location) -> Violation {
    let pointer = violation.pointer.unwrap_or_default();
    let mut tokens = pointer.trim_start_matches('/').splitn(2, '/');
    let field = tokens.next().unwrap_or("").replace("~1", "/").replace("~0", "~");
    let rest = tokens.next().map(|rest| format!("/{rest}"));
    Violation { location, name: Some(location.wire_name(&field).into_owned()), pointer: rest, ..violation }
}
