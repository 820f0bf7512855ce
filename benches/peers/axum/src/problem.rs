//! What is answered to a request that is not valid.

use std::borrow::Cow;

use axum::{
    Json,
    extract::Request,
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header, request::Parts},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use validator::{ValidationErrors, ValidationErrorsKind};

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
struct Violation {
    #[serde(rename = "in")]
    location: Location,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pointer: Option<String>,
    code: Cow<'static, str>,
    message: String,
}

/// Where a violation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Location {
    Path,
    Query,
    Body,
}

/// What a problem tells of the request.
pub(crate) struct About {
    uri: Uri,
    traceparent: Option<HeaderValue>,
}

impl About {
    pub(crate) fn of(parts: &Parts) -> Self {
        Self::new(&parts.uri, &parts.headers)
    }

    /// Before the body is read: the reading takes the request.
    pub(crate) fn of_request(request: &Request) -> Self {
        Self::new(request.uri(), request.headers())
    }

    fn new(uri: &Uri, headers: &HeaderMap) -> Self {
        Self { uri: uri.clone(), traceparent: headers.get("traceparent").cloned() }
    }

    fn trace_id(&self) -> String {
        let given = self.traceparent.as_ref().and_then(|value| value.to_str().ok()?.split('-').nth(1));
        given.map_or_else(|| format!("{:032x}", fastrand::u128(1..)), str::to_owned)
    }
}

impl Problem {
    /// What serde stops at: the reading ends at the first thing that is wrong.
    pub(crate) fn unreadable(about: &About, location: Location, status: StatusCode, message: String) -> Self {
        let violation = Violation { location, name: None, pointer: None, code: Cow::Borrowed("type"), message };
        Self::new(about, status, vec![violation])
    }

    /// What breaks the rules.
    pub(crate) fn broken(about: &About, location: Location, errors: &ValidationErrors) -> Self {
        let mut violations = Vec::new();
        gather(location, "", errors, &mut violations);
        Self::new(about, StatusCode::UNPROCESSABLE_ENTITY, violations)
    }

    fn new(about: &About, status: StatusCode, violations: Vec<Violation>) -> Self {
        Self {
            type_uri: "about:blank",
            title: "The request is not valid",
            status: status.as_u16(),
            instance: about.uri.path().to_owned(),
            trace_id: about.trace_id(),
            violations,
        }
    }
}

fn gather(location: Location, above: &str, errors: &ValidationErrors, violations: &mut Vec<Violation>) {
    for (field, kind) in errors.errors() {
        let pointer = format!("{above}/{field}");
        match kind {
            ValidationErrorsKind::Field(errors) => {
                violations.extend(errors.iter().map(|error| Violation {
                    location,
                    name: (location != Location::Body).then(|| field.clone().into_owned()),
                    pointer: (location == Location::Body).then(|| pointer.clone()),
                    code: error.code.clone(),
                    message: error.to_string(),
                }));
            }
            ValidationErrorsKind::Struct(errors) => gather(location, &pointer, errors, violations),
            ValidationErrorsKind::List(elements) => {
                for (index, errors) in elements {
                    gather(location, &format!("{pointer}/{index}"), errors, violations);
                }
            }
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let media_type = [(header::CONTENT_TYPE, "application/problem+json")];
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
        (status, media_type, Json(self)).into_response()
    }
}
