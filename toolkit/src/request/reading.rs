use std::any::{Any, TypeId};

use axum::{body::Body, response::Response};
use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode, header, request::Parts};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use schemars::Schema;

use super::multipart::FormData;
use crate::{
    check::Violation,
    problem::{Problem, ProblemReply},
};

/// A request while its parameters are read, with what has been found wrong so far.
#[derive(Debug)]
pub struct Reading {
    pub(crate) parts: Parts,
    body: Option<Body>,
    pub(crate) body_limit: usize,
    pub(crate) form: Option<FormData>,
    pub(crate) violations: Vec<Violation>,
    pub(super) body_rules: Option<fn(&mut Schema)>,
    // Few: a list is found through faster than a map is made.
    dependencies: Vec<(TypeId, Box<dyn Any + Send>)>,
}

/// The answer to a request that goes no further.
#[derive(Debug)]
pub struct Refusal(Box<Response>);

impl Refusal {
    /// The answer itself.
    #[must_use]
    pub fn into_response(self) -> Response {
        *self.0
    }
}

impl From<Response> for Refusal {
    fn from(response: Response) -> Self {
        Self(Box::new(response))
    }
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self(Box::new(axum::response::IntoResponse::into_response(problem)))
    }
}

impl Refusal {
    /// The refusal that a declared problem is.
    pub fn declared(problem: impl ProblemReply) -> Self {
        problem.into_problem().into()
    }
}

impl Reading {
    pub(crate) fn new(request: Request<Body>, body_limit: usize) -> Self {
        let (parts, body) = request.into_parts();
        Self {
            parts,
            body: Some(body),
            body_limit,
            form: None,
            violations: Vec::new(),
            body_rules: None,
            dependencies: Vec::new(),
        }
    }

    /// The request's headers.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.parts.headers
    }

    /// Adds one thing that is wrong.
    pub fn violate(&mut self, violation: Violation) {
        if self.violations.len() < Violation::MOST {
            self.violations.push(violation);
        }
    }

    /// Lends the rules of the parameter that is read next: a body of a wrong type is searched by them too.
    pub fn lend_rules(&mut self, describe: Option<fn(&mut Schema)>) {
        self.body_rules = describe;
    }

    /// How much has been found wrong so far.
    #[must_use]
    pub fn violation_count(&self) -> usize {
        self.violations.len()
    }

    /// Ends the reading.
    ///
    /// # Errors
    ///
    /// One 422 problem with all that was found wrong.
    pub fn finish(&mut self) -> Result<(), Refusal> {
        if self.violations.is_empty() {
            return Ok(());
        }
        Err(Problem::invalid(std::mem::take(&mut self.violations)).into())
    }

    /// The body's media type without its parameters, in lower case; `None` if there is no `Content-Type`.
    pub(crate) fn media_type(&self) -> Option<String> {
        let value = self.parts.headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
        let essence = value.split(';').next().unwrap_or(value);
        Some(essence.trim().to_ascii_lowercase())
    }

    /// The body as it comes in, cut off at the endpoint's limit.
    ///
    /// # Errors
    ///
    /// 413 when the length that the request announces is over the limit; nothing is read then.
    pub(crate) fn take_body(&mut self) -> Result<Limited<Body>, Refusal> {
        let announced = self.parts.headers.get(header::CONTENT_LENGTH);
        let announced = announced.and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
        if announced.is_some_and(|length| length > self.body_limit as u64) {
            return Err(too_large(self.body_limit));
        }
        Ok(Limited::new(self.body.take().unwrap_or_default(), self.body_limit))
    }

    /// The whole body.
    ///
    /// # Errors
    ///
    /// 413 over the endpoint's limit; 400 when the client breaks off.
    pub(crate) async fn body_bytes(&mut self) -> Result<Bytes, Refusal> {
        match self.take_body()?.collect().await {
            Ok(body) => Ok(body.to_bytes()),
            Err(error) if error.is::<LengthLimitError>() => Err(too_large(self.body_limit)),
            Err(_) => Err(Problem::new(StatusCode::BAD_REQUEST).detail("the body broke off").into()),
        }
    }

    /// The value of a dependency that was computed for this request already.
    pub(crate) fn cached<T: Clone + 'static>(&self, dependency: TypeId) -> Option<T> {
        let (_, value) = self.dependencies.iter().find(|(known, _)| *known == dependency)?;
        value.downcast_ref().cloned()
    }

    /// Keeps the value of a dependency for the rest of the request.
    pub(crate) fn cache<T: Send + 'static>(&mut self, dependency: TypeId, value: T) {
        self.dependencies.push((dependency, Box::new(value)));
    }
}

/// 415 with what is expected instead.
pub(crate) fn unsupported(expected: &str) -> Refusal {
    Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE)
        .detail(format!("the body must be {expected}"))
        .header(header::ACCEPT, expected)
        .into()
}

/// 413 with the limit, in bytes.
pub(crate) fn too_large(limit: usize) -> Refusal {
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE)
        .detail(format!("the body must be at most {limit} bytes"))
        .header(header::CONNECTION, "close")
        .into()
}
