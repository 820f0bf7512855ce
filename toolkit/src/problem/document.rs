use std::{borrow::Cow, convert::Infallible, fmt, sync::Arc};

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use opentelemetry::{
    Context,
    trace::{TraceContextExt, TraceId},
};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::check::Violation;

/// The media type of a problem document (RFC 9457 §3).
pub(crate) const PROBLEM_JSON: &str = "application/problem+json";

/// One problem, on its way to becoming an answer.
///
/// ```
/// use toolkit::{Problem, StatusCode};
///
/// let problem = Problem::new(StatusCode::CONFLICT).title("The order was sent already").with("order_id", 7);
/// assert_eq!(problem.status(), StatusCode::CONFLICT);
/// ```
#[derive(Clone, Debug)]
pub struct Problem(Box<Parts>);

#[derive(Clone, Debug)]
struct Parts {
    status: StatusCode,
    type_uri: Cow<'static, str>,
    title: Option<Cow<'static, str>>,
    detail: Option<Cow<'static, str>>,
    members: Map<String, Value>,
    violations: Vec<Violation>,
    headers: HeaderMap,
    cause: Option<Arc<super::Error>>,
}

impl Problem {
    /// The problem that its status alone tells: `about:blank` with the status's phrase as title.
    #[must_use]
    pub fn new(status: StatusCode) -> Self {
        Self(Box::new(Parts {
            status,
            type_uri: Cow::Borrowed("about:blank"),
            title: None,
            detail: None,
            members: Map::new(),
            violations: Vec::new(),
            headers: HeaderMap::new(),
            cause: None,
        }))
    }

    /// A request with something wrong in it: 422 with every violation.
    #[must_use]
    pub fn invalid(violations: Vec<Violation>) -> Self {
        let mut problem = Self::new(StatusCode::UNPROCESSABLE_ENTITY).title("The request is not valid");
        problem.0.violations = violations;
        if problem.0.violations.len() >= Violation::MOST {
            problem.0.violations.truncate(Violation::MOST);
            return problem.with("more", true);
        }
        problem
    }

    /// A failure of the service: 500, with the cause kept for the log only. A problem that `?` has made an error is
    /// itself again.
    #[must_use]
    pub fn internal(cause: super::Error) -> Self {
        let cause = match cause.downcast::<Self>() {
            Ok(problem) => return problem,
            Err(cause) => cause,
        };
        let mut problem = Self::new(StatusCode::INTERNAL_SERVER_ERROR);
        problem.0.cause = Some(Arc::new(cause));
        problem
    }

    /// Sets the URI that identifies the kind of problem.
    #[must_use]
    pub fn type_uri(mut self, uri: impl Into<Cow<'static, str>>) -> Self {
        self.0.type_uri = uri.into();
        self
    }

    /// Sets the sentence that names the kind of problem.
    #[must_use]
    pub fn title(mut self, title: impl Into<Cow<'static, str>>) -> Self {
        self.0.title = Some(title.into());
        self
    }

    /// Sets the sentence about this occurrence.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<Cow<'static, str>>) -> Self {
        self.0.detail = Some(detail.into());
        self
    }

    /// Adds a member of one's own; a value that cannot be JSON is left out, as is a member that every problem has.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Serialize) -> Self {
        const OF_ALL: [&str; 7] = ["type", "title", "status", "detail", "instance", "trace_id", "violations"];
        if !OF_ALL.contains(&name)
            && let Ok(value) = serde_json::to_value(value)
        {
            self.0.members.insert(name.to_owned(), value);
        }
        self
    }

    /// Adds a header to the answer; one with characters that no header can hold is left out.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.0.headers.append(name, value);
        }
        self
    }

    /// The status of the answer.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// What went wrong inside the service, if that is what the problem is about.
    pub(crate) fn cause(&self) -> Option<&super::Error> {
        self.0.cause.as_deref()
    }

    /// What was wrong with the request.
    pub(crate) fn into_violations(self) -> Vec<Violation> {
        self.0.violations
    }

    /// The document, with the request's path and the id of the current trace.
    pub(crate) fn document(&self, instance: &str) -> Bytes {
        let trace_id = Context::map_current(|context| context.span().span_context().trace_id());
        self.to_json(Some(instance), (trace_id != TraceId::INVALID).then_some(trace_id)).into()
    }

    /// The answer with a document.
    pub(crate) fn answer(&self, document: Bytes) -> Response {
        self.answer_of(PROBLEM_JSON, document)
    }

    /// The problem in one line, as `{"error": "…"}`.
    pub(crate) fn error(&self) -> Bytes {
        serde_json::json!({ "error": self.to_line() }).to_string().into()
    }

    /// All that it says in one line, for protocols without problem documents.
    pub(crate) fn to_line(&self) -> String {
        let parts = &*self.0;
        let status = || parts.status.canonical_reason().unwrap_or("the request failed");
        let mut line = parts.detail.as_deref().or(parts.title.as_deref()).unwrap_or_else(status).to_owned();
        for violation in &parts.violations {
            let place = violation.pointer.as_deref().or(violation.name.as_deref()).unwrap_or_default();
            line.extend(["; `", place, "` ", &violation.message]);
        }
        line
    }

    /// The answer with a body of another type.
    pub(crate) fn answer_of(&self, media_type: &'static str, body: Bytes) -> Response {
        self.head(media_type, body.into())
    }

    fn head(&self, media_type: &'static str, body: Body) -> Response {
        let mut response = (self.0.status, [(header::CONTENT_TYPE, media_type)], body).into_response();
        response.headers_mut().extend(self.0.headers.clone());
        response
    }

    fn to_json(&self, instance: Option<&str>, trace_id: Option<TraceId>) -> Vec<u8> {
        let parts = &*self.0;
        let document = Document {
            type_uri: &parts.type_uri,
            title: parts.title.as_deref().or(parts.status.canonical_reason()),
            status: parts.status.as_u16(),
            detail: parts.detail.as_deref(),
            instance,
            trace_id: trace_id.map(|id| id.to_string()),
            violations: &parts.violations,
            members: &parts.members,
        };
        // Texts, numbers and JSON values always serialise.
        serde_json::to_vec(&document).unwrap_or_default()
    }
}

/// For logs; what the client gets is the document.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Parts { status, title, detail, violations, cause, .. } = &*self.0;
        match title {
            Some(title) => write!(f, "{title} ({})", status.as_u16())?,
            None => write!(f, "{status}")?,
        }
        if let Some(detail) = detail {
            write!(f, ": {detail}")?;
        }
        for violation in violations {
            let place = violation.pointer.as_deref().or(violation.name.as_deref()).unwrap_or("/");
            write!(f, "; `{place}` {}", violation.message)?;
        }
        cause.as_ref().map_or(Ok(()), |cause| write!(f, ": {cause:#}"))
    }
}

impl std::error::Error for Problem {}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        // The layer around the service answers instead, with what it knows of the request; without it, this is written.
        let problem = self.clone();
        let body = async move { Ok::<_, Infallible>(problem.to_json(None, None)) };
        let mut response = self.head(PROBLEM_JSON, Body::from_stream(futures_util::stream::once(body)));
        response.extensions_mut().insert(self);
        response
    }
}

#[derive(Serialize)]
struct Document<'a> {
    #[serde(rename = "type")]
    type_uri: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'a str>,
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    instance: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trace_id: Option<String>,
    #[serde(skip_serializing_if = "<[Violation]>::is_empty")]
    violations: &'a [Violation],
    #[serde(flatten)]
    members: &'a Map<String, Value>,
}

/// A problem, as RFC 9457 has it.
#[derive(schemars::JsonSchema)]
#[schemars(rename = "Problem")]
#[allow(dead_code, reason = "only its schema is used")]
pub(crate) struct ProblemDocument {
    /// A URI that identifies the kind of problem; `about:blank` when the status says it all.
    #[schemars(rename = "type", extend("format" = "uri-reference"))]
    type_uri: String,
    /// The kind of problem, for a person.
    title: String,
    /// The status code of the answer.
    #[schemars(extend("minimum" = 400, "maximum" = 599))]
    status: u16,
    /// This occurrence of the problem, for a person.
    #[schemars(skip_serializing_if = "Option::is_none", extend("type" = "string"))]
    detail: Option<String>,
    /// The path that was asked for.
    #[schemars(skip_serializing_if = "Option::is_none", extend("type" = "string", "format" = "uri-reference"))]
    instance: Option<String>,
    /// What the service's logs and traces of this request are found by.
    #[schemars(skip_serializing_if = "Option::is_none", extend("type" = "string", "pattern" = "^[0-9a-f]{32}$"))]
    trace_id: Option<String>,
}

/// A problem that lists everything that is wrong with the request.
#[derive(schemars::JsonSchema)]
#[allow(dead_code, reason = "only its schema is used")]
pub(crate) struct ValidationProblem {
    #[schemars(flatten)]
    problem: ProblemDocument,
    /// Everything that is wrong with the request.
    #[schemars(extend("minItems" = 1))]
    violations: Vec<Violation>,
    /// Whether there is more wrong than is told.
    #[schemars(skip_serializing_if = "Option::is_none", extend("type" = "boolean"))]
    more: Option<bool>,
}
