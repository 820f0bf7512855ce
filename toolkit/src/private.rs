//! What the macros name. Nothing here is meant for people, and everything may change with any version.

pub use std::{process::ExitCode, sync::Arc};

pub use axum::{response::Response, routing::MethodRouter};
pub use http::Method;
pub use inventory;
pub use regex;
pub use schemars;
pub use serde;
pub use serde_json;

pub use crate::{
    app::{MainOutcome, block_on_test, run_main},
    check::{
        AnyNested, Contains, Custom, DoesNotContain, Each, Email, Ip, Length, Location, Nested, NoControlCharacters,
        Pattern, Place, Range, Required, Rule, Url, Validate, ValidatedNested, Violation, Worded,
    },
    endpoint::{
        BodyData, Data, Declaration, Endpoint, EndpointEntry, Mounted, Mounting, Origin, check_argument, mount,
        present, run_in_pool,
    },
    limits::{DeclaredLimits, Pool, Rate, bytes, duration, rate},
    openapi::{OperationDoc, ParameterDoc, origin},
    problem::{Problem, ProblemReply, ProblemSchema},
    reply::{Axum, Probe, ProbeAxum, ProbeDeclared, ProbeInner, ProbeJson, ProbeUnknown, Replying, Wrapping, reply},
    request::{
        Argument, ArgumentWay, BodyArgument, BodyWay, Expected, Found, JsonBody, Named, NamedWay, Parameter,
        ReadByItself, Reading, Refusal, Scalar, Segment, document_argument, document_body, document_named,
        finish_argument, head_of_argument, place_of_argument, place_of_named, read_body, read_named, reads_body,
        scalar_by_serde, way_of_argument, way_of_body, way_of_named,
    },
    resource::{
        Boxed, Build, Dependency, DependencyFunction, Gives, MakesDependency, MakesResource, Need, NoDependency,
        ResourceEntry, Resources, Returned, Returns, ReturnsValue, Settling, Shared, ValueIn, built, depend,
        document_dependency, is_dependency, settling, shared,
    },
    settings::{ServerSettings, SettingsEntry, Sources},
    telemetry::{FunctionSpan, InSpan, LogFormat, TracedFunction, TracedValue, TracedValues},
};

use schemars::JsonSchema;
use serde_json::Value;

/// A type that a text in an attribute can stand for.
#[diagnostic::on_unimplemented(
    message = "a text is no `{Self}`",
    label = "this is a text",
    note = "write a value of the type itself, as in `#[default(10)]`"
)]
pub trait FromText {
    /// The value.
    fn from_text(text: &'static str) -> Self;
}

#[diagnostic::do_not_recommend]
impl<T: From<&'static str>> FromText for T {
    fn from_text(text: &'static str) -> Self {
        Self::from(text)
    }
}

/// What a text in `#[default("…")]` stands for.
pub fn from_text<T: FromText>(text: &'static str) -> T {
    T::from_text(text)
}

/// The names and descriptions of a settings struct's fields.
pub fn settings_fields<T: JsonSchema + 'static>() -> Vec<(String, String)> {
    let schema = crate::request::SchemaCheck::of::<T>();
    let described = |(name, property): (&String, &Value)| {
        let description = property.get("description").and_then(Value::as_str).unwrap_or("");
        (name.clone(), description.replace('\n', " "))
    };
    schema.properties().map(described).collect()
}

/// A default or an example as JSON, for the document: as it is written, so that an `f32` has its own digits.
pub fn json_of<T: serde::Serialize>(value: T) -> Option<Value> {
    serde_json::from_str(&serde_json::to_string(&value).ok()?).ok()
}

/// The problem of a declared status, which its macro has checked.
pub fn problem_of(status: u16) -> Problem {
    Problem::new(http::StatusCode::from_u16(status).unwrap_or(http::StatusCode::INTERNAL_SERVER_ERROR))
}
