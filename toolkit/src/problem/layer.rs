use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    task::{Context, Poll, ready},
};

use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, Request, Uri};
use tower::{Layer, Service};

use super::Problem;
use crate::telemetry::TraceId;

/// Completes every problem with the path and the trace id of its request, and logs those that are the service's own.
///
/// A panic is one of those: the client gets a 500 problem, the connection and the service live on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ProblemLayer;

impl<S> Layer<S> for ProblemLayer {
    type Service = ProblemService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        ProblemService { inner }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct ProblemService<S> {
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
        ProblemFuture {
            uri: request.uri().clone(),
            traceparent: request.headers().get("traceparent").cloned(),
            inner: self.inner.call(request),
        }
    }
}

pin_project_lite::pin_project! {
    pub(crate) struct ProblemFuture<F> {
        uri: Uri,
        traceparent: Option<HeaderValue>,
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
            Err(panic) => panicked(&*panic),
        };
        let Some(problem) = response.extensions_mut().remove::<Problem>() else {
            return Poll::Ready(Ok(response));
        };
        let trace_id = trace_id(this.traceparent.take());
        log(&problem, trace_id, this.uri.path());
        let mut answer = problem.answer(this.uri.path(), trace_id);
        // What layers have added since, such as the methods that a path allows, is kept.
        for (name, value) in response.headers() {
            if name != http::header::CONTENT_LENGTH && !answer.headers().contains_key(name) {
                answer.headers_mut().append(name, value.clone());
            }
        }
        Poll::Ready(Ok(answer))
    }
}

fn trace_id(traceparent: Option<HeaderValue>) -> TraceId {
    let mut headers = HeaderMap::new();
    if let Some(value) = traceparent {
        headers.insert("traceparent", value);
    }
    TraceId::of_request(&headers)
}

fn log(problem: &Problem, trace_id: TraceId, path: &str) {
    if let Some(cause) = problem.cause() {
        tracing::error!(%trace_id, path, status = problem.status().as_u16(), error = format!("{cause:#}"), "the request failed");
    }
}

fn panicked(panic: &(dyn Any + Send)) -> Response {
    let message = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&'static str>().copied())
        .unwrap_or("no message");
    Problem::internal(anyhow::anyhow!("a function panicked: {message}")).into_response()
}
