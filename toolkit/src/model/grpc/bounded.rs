use std::{
    convert::Infallible,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use http::{Request, StatusCode, Uri, Version, header};
use tokio::time::{Instant, Timeout};
use tonic::{Code, Status};
use tower::Service;

use super::{refused, timeout, told};
use crate::problem::{self, Problem};

/// When a request came in: what bounds its time counts from here.
#[derive(Clone, Copy, Debug)]
pub(super) struct Since(pub(super) Instant);

/// A gRPC service within the bounds of one request: it ends in time, a panic ends nothing else, and what it is refused
/// with is told of as it is for any endpoint.
#[derive(Clone, Debug)]
pub(super) struct Bounded<S> {
    pub(super) inner: S,
    /// How long any request may take.
    pub(super) longest: Duration,
    /// How large any message may be, in bytes.
    pub(super) largest: usize,
    /// The name of the method, for what is told of it.
    pub(super) method: &'static str,
}

impl<S> Service<Request<Body>> for Bounded<S>
where
    S: Service<Request<Body>, Response = http::Response<tonic::body::Body>, Error = Infallible>,
{
    type Response = Response;
    type Error = Infallible;
    type Future = BoundedFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        let (longest, largest, method) = (self.longest, self.largest, self.method);
        let (uri, not_grpc) = (request.uri().clone(), not_grpc(&request));
        let time = timeout::asked(request.headers()).map_or(longest, |asked| asked.min(longest));
        request.extensions_mut().insert(Since(Instant::now()));
        let answer = not_grpc.is_none().then(|| tokio::time::timeout(time, self.inner.call(request)));
        BoundedFuture { answer, not_grpc, time, largest, method, uri }
    }
}

/// What a request is told that is none of gRPC.
fn not_grpc(request: &Request<Body>) -> Option<Problem> {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if !["application/grpc", "application/grpc+proto"].contains(&kind) {
        let detail = "this is a method of gRPC, which reads `application/grpc`; the same is served as JSON below `/v2`";
        return Some(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE).detail(detail));
    }
    let is_old = request.version() < Version::HTTP_2;
    is_old.then(|| Problem::new(StatusCode::HTTP_VERSION_NOT_SUPPORTED).detail("gRPC is spoken over HTTP/2"))
}

pin_project_lite::pin_project! {
    pub(super) struct BoundedFuture<F> {
        #[pin]
        answer: Option<Timeout<F>>,
        not_grpc: Option<Problem>,
        time: Duration,
        largest: usize,
        method: &'static str,
        uri: Uri,
    }
}

impl<F> Future for BoundedFuture<F>
where
    F: Future<Output = Result<http::Response<tonic::body::Body>, Infallible>>,
{
    type Output = Result<Response, Infallible>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        if let Some(problem) = this.not_grpc.take() {
            return Poll::Ready(Ok(problem.into_response()));
        }
        // It is there if the request is one of gRPC.
        let Some(answer) = this.answer.as_pin_mut() else { return Poll::Pending };
        let problem = match catch_unwind(AssertUnwindSafe(|| answer.poll(cx))) {
            Ok(outcome) => match ready!(outcome) {
                Ok(Ok(answer)) => match refusal(&answer, *this.largest) {
                    None => {
                        told::answered(this.method, Code::Ok);
                        return Poll::Ready(Ok(answer.map(Body::new)));
                    }
                    Some(problem) => problem,
                },
                Err(_) => late(*this.time),
            },
            Err(panic) => problem::of_panic(&*panic),
        };
        Poll::Ready(Ok(refuse(problem, this.method, this.uri.path())))
    }
}

/// The answer that the problem is.
fn refuse(problem: Problem, method: &'static str, path: &str) -> Response {
    let status = refused::status(&problem);
    told::answered(method, status.code());
    let mut answer = status.into_http::<Body>();
    let document = problem.document(path);
    answer.extensions_mut().insert(problem::sent(problem, document, path));
    answer
}

/// The problem of a request that took longer than it might.
pub(super) fn late(time: Duration) -> Problem {
    Problem::new(StatusCode::GATEWAY_TIMEOUT).detail(format!("the request took longer than {time:?}"))
}

/// The problem of a message that is larger than it may be.
pub(super) fn too_large(largest: usize) -> Problem {
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE)
        .detail(format!("the message is larger than {largest} bytes, the most that is read"))
}

/// Why a request was not answered.
fn refusal(answer: &http::Response<tonic::body::Body>, largest: usize) -> Option<Problem> {
    let Some(status) = answer.extensions().get::<Status>() else {
        // An answer that ends with its head is one that tells of a method that is not there.
        let is_refused = answer.headers().contains_key(Status::GRPC_STATUS);
        return is_refused.then(|| Problem::new(StatusCode::NOT_IMPLEMENTED).detail("the service has no such method"));
    };
    Some(refused::problem(status).cloned().unwrap_or_else(|| match status.code() {
        Code::OutOfRange => too_large(largest),
        Code::Unimplemented => Problem::new(StatusCode::NOT_IMPLEMENTED).detail(status.message().to_owned()),
        // What reads messages takes one that it cannot read for a fault of its own.
        _ => Problem::new(StatusCode::BAD_REQUEST).detail(format!("the message cannot be read: {}", status.message())),
    }))
}

#[cfg(test)]
mod tests {
    use tower::{ServiceExt, service_fn};

    use super::*;

    fn answered(panics: fn() -> http::Response<tonic::body::Body>) -> Response {
        let inner = service_fn(move |_: Request<Body>| async move { Ok::<_, Infallible>(panics()) });
        let service = Bounded { inner, longest: Duration::from_mins(1), largest: 1, method: "ModelInfer" };
        let request = Request::post("/inference.GRPCInferenceService/ModelInfer")
            .version(Version::HTTP_2)
            .header(header::CONTENT_TYPE, "application/grpc")
            .body(Body::empty())
            .unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(service.oneshot(request)).unwrap()
    }

    #[test]
    fn a_panic_is_an_internal_error_that_leaks_nothing_and_is_told_of() {
        let answer = answered(|| panic!("a secret of the house"));
        let status = Status::from_header_map(answer.headers()).unwrap();
        assert_eq!((status.code(), status.message()), (Code::Internal, "Internal Server Error"));
        let told = answer.extensions().get::<crate::telemetry::SentProblem>().unwrap();
        assert_eq!(told.failure.as_ref().unwrap().kind, "panic");
    }

    #[test]
    fn what_a_service_refuses_keeps_its_problem() {
        let answer = answered(|| {
            refused::carrying(Problem::new(StatusCode::NOT_FOUND).detail("there is no such model")).into_http()
        });
        let status = Status::from_header_map(answer.headers()).unwrap();
        assert_eq!((status.code(), status.message()), (Code::NotFound, "there is no such model"));
    }
}
