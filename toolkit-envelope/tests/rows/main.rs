//! Reading JSON into typed columns, and writing columns as JSON.

#[cfg(feature = "arrow")]
mod arrow;
#[cfg(feature = "csv")]
mod csv;
mod frames;
mod numbers;
mod parts;
mod syntax;
mod writing;

use serde_json::Value;
use toolkit_envelope::{
    rows::{Arguments, Plan, Violations},
    schema::{Field, Kind, Schema},
};

fn schema(kind: Kind) -> Schema {
    Schema::new(kind)
}

fn field(name: &str, kind: Kind) -> Field {
    Field::new(name, schema(kind))
}

fn optional(name: &str, kind: Kind) -> Field {
    Field { required: false, ..field(name, kind) }
}

fn with_default(field: Field, default: Value) -> Field {
    Field { default: Some(default), required: false, ..field }
}

fn frame(columns: Vec<Field>) -> Field {
    field("rows", Kind::Frame { columns, index: None })
}

fn list(items: Kind) -> Kind {
    Kind::List { items: Box::new(schema(items)), min: None, max: None }
}

fn read_with(plan: &Plan, json: &str) -> Result<Arguments, Violations> {
    let mut arguments = plan.arguments();
    plan.read(json.as_bytes(), &mut arguments).map(|()| arguments)
}

fn read(parameters: &[Field], json: &str) -> Result<Arguments, Violations> {
    read_with(&Plan::new(parameters).expect("the parameters are right"), json)
}

/// Where and by which code each violation is.
fn found(parameters: &[Field], json: &str) -> Vec<(String, &'static str)> {
    let violations = read(parameters, json).expect_err("something is wrong");
    violations.list.into_iter().map(|violation| (violation.pointer, violation.code)).collect()
}

fn places(places: &[(&str, &'static str)]) -> Vec<(String, &'static str)> {
    places.iter().map(|(pointer, code)| ((*pointer).to_owned(), *code)).collect()
}
