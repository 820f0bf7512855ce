use axum::{
    Json,
    http::{StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use serde::Serialize;

/// A request that is not valid, as RFC 9457 writes it.
#[derive(Debug, Serialize)]
pub(crate) struct Problem {
    #[serde(rename = "type")]
    type_uri: &'static str,
    title: &'static str,
    status: u16,
    instance: String,
    trace_id: String,
    violations: Vec<Violation>,
}

/// One thing that is wrong.
#[derive(Debug, Serialize)]
pub(crate) struct Violation {
    #[serde(rename = "in")]
    location: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'static str>,
    code: &'static str,
    message: &'static str,
}

impl Violation {
    pub(crate) fn range(name: &'static str, message: &'static str) -> Self {
        Self { location: "query", name: Some(name), code: "range", message }
    }

    /// A query that serde stops at: it does not say in which parameter.
    pub(crate) fn unreadable() -> Self {
        Self { location: "query", name: None, code: "type", message: "cannot be read" }
    }
}

impl Problem {
    pub(crate) fn invalid(parts: &Parts, violations: Vec<Violation>) -> Self {
        Self {
            type_uri: "about:blank",
            title: "The request is not valid",
            status: StatusCode::UNPROCESSABLE_ENTITY.as_u16(),
            instance: parts.uri.path().to_owned(),
            trace_id: trace_id(parts),
            violations,
        }
    }
}

fn trace_id(parts: &Parts) -> String {
    let given = parts.headers.get("traceparent").and_then(|value| value.to_str().ok()?.split('-').nth(1));
    given.map_or_else(|| format!("{:032x}", fastrand::u128(1..)), str::to_owned)
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let media_type = [(header::CONTENT_TYPE, "application/problem+json")];
        (StatusCode::UNPROCESSABLE_ENTITY, media_type, Json(self)).into_response()
    }
}
