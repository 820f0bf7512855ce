use std::{
    any::Any,
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    task::{Context, Poll, ready},
};

use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{Request, Uri};
use tower::{Layer, Service};

use super::Problem;
use crate::telemetry::{Failure, SentProblem};

/// Completes every problem with the path and the trace id of its request, and logs those that are the service's own.
/// What was sent is left in the answer's extensions.
///
/// A panic is one of those: the client gets a 500 problem, the connection and the service live on.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ProblemLayer {
    form: ProblemForm,
}

impl ProblemLayer {
    /// A layer that tells problems in another form.
    pub(crate) fn of(form: ProblemForm) -> Self {
        Self { form }
    }
}

/// How a problem is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(not(feature = "model"), allow(dead_code, reason = "only models speak another protocol"))]
pub(crate) enum ProblemForm {
    /// As a problem document (RFC 9457).
    #[default]
    Document,
    /// As `{"error": "…"}`, which the Open Inference Protocol has.
    Error,
    /// As `{"error": "…"}` where the paths of that protocol are, and else as a document.
    ErrorBelowV2,
}

impl ProblemForm {
    fn is_document_at(self, path: &str) -> bool {
        match self {
            Self::Document => true,
            Self::Error => false,
            Self::ErrorBelowV2 => {
                path.strip_prefix("/v2").is_none_or(|rest| !rest.is_empty() && !rest.starts_with('/'))
            }
        }
    }
}

impl<S> Layer<S> for ProblemLayer {
    type Service = ProblemService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        ProblemService { form: self.form, inner }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct ProblemService<S> {
    form: ProblemForm,
    inner: S,
}

impl<S, B> Service<Request<B>> for ProblemService<S>
where
    S: Service<Request<B>, Response = Response>,
{
    type Response = Response;
    type Error = S::Error;
    type Future = ProblemFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        ProblemFuture { form: self.form, uri: request.uri().clone(), inner: self.inner.call(request) }
    }
}

pin_project_lite::pin_project! {
    pub(crate) struct ProblemFuture<F> {
        form: ProblemForm,
        uri: Uri,
        #[pin]
        inner: F,
    }
}

impl<F, E> Future for ProblemFuture<F>
where
    F: Future<Output = Result<Response, E>>,
{
    type Output = Result<Response, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let mut response = match catch_unwind(AssertUnwindSafe(|| this.inner.poll(cx))) {
            Ok(outcome) => ready!(outcome)?,
            Err(panic) => of_panic(&*panic).into_response(),
        };
        let Some(problem) = response.extensions_mut().remove::<Problem>() else {
            return Poll::Ready(Ok(response));
        };
        let path = this.uri.path();
        let (document, mut answer) = if this.form.is_document_at(path) {
            let document = problem.document(path);
            (document.clone(), problem.answer(document))
        } else {
            let error = problem.error();
            (error.clone(), problem.answer_of("application/json", error))
        };
        // What layers have added since, such as the methods that a path allows, is kept.
        for (name, value) in response.headers() {
            if name != http::header::CONTENT_LENGTH && !answer.headers().contains_key(name) {
                answer.headers_mut().append(name, value.clone());
            }
        }
        answer.extensions_mut().insert(sent(problem, document, path));
        Poll::Ready(Ok(answer))
    }
}

/// What is told of a problem that is answered; one that is the service's own is logged.
pub(crate) fn sent(problem: Problem, document: Bytes, path: &str) -> SentProblem {
    log(&problem, path);
    let failure = problem.cause().map(failure);
    SentProblem { document, violations: problem.into_violations(), failure }
}

fn log(problem: &Problem, path: &str) {
    if let Some(cause) = problem.cause() {
        tracing::error!(path, status = problem.status().as_u16(), error = format!("{cause:#}"), "the request failed");
    }
}

fn failure(cause: &crate::Error) -> Failure {
    let kind = if cause.is::<Panicked>() { "panic" } else { "error" };
    Failure { kind, message: format!("{cause:#}") }
}

/// What a function panicked with.
#[derive(Debug)]
struct Panicked(String);

impl fmt::Display for Panicked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a function panicked: {}", self.0)
    }
}

impl std::error::Error for Panicked {}

/// The problem that a panic is.
pub(crate) fn of_panic(panic: &(dyn Any + Send)) -> Problem {
    Problem::internal(Panicked(panic_message(panic).to_owned()).into())
}

/// What a function said when it panicked.
pub(crate) fn panic_message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&'static str>().copied()).unwrap_or("no message")
}
