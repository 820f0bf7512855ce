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
    reply::{
        Axum, Probe, ProbeAxum, ProbeDeclared, ProbeInner, ProbeJson, ProbeUnknown, Wrapping, document_reply, respond,
    },
    request::{
        Argument, BodyArgument, Expected, Found, JsonBody, Named, Parameter, ReadByItself, Reading, Refusal, Scalar,
        Segment, document_argument, document_body, document_named, finish_argument, head_of_argument,
        place_of_argument, place_of_named, read_body, read_named, scalar_by_serde,
    },
    resource::{
        Boxed, Build, Dependency, Need, Outcome, Produced, ResourceEntry, Resources, Shared, built, depend,
        document_dependency, shared,
    },
    settings::{ServerSettings, SettingsEntry, Sources},
};

use schemars::JsonSchema;
use serde_json::Value;

/// Whether an argument is read from the body.
pub const fn reads_body<T: Argument<M>, M>() -> bool {
    T::BODY
}

/// A limit's value, or a compile error that says how one is written.
pub const fn declared<T: Copy>(value: Option<T>, otherwise: &'static str) -> Option<T> {
    match value {
        Some(value) => Some(value),
        None => panic!("{}", otherwise),
    }
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

/// A default or an example as JSON, for the document.
pub fn json_of<T: serde::Serialize>(value: T) -> Option<Value> {
    serde_json::to_value(value).ok()
}

/// The problem of a declared status, which its macro has checked.
pub fn problem_of(status: u16) -> Problem {
    Problem::new(http::StatusCode::from_u16(status).unwrap_or(http::StatusCode::INTERNAL_SERVER_ERROR))
}
