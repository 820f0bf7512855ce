//! One server span for each request, by OpenTelemetry's stable HTTP conventions, with what is measured and logged
//! of it.
//!
//! What is decided is decided first: a request that nobody will look at gets a context with a trace id, and nothing
//! of it is written down.

mod attributes;
mod body;
mod exchange;
mod forwarded;
mod future;
mod problem;

pub(crate) use exchange::AT_ONCE;
pub(crate) use problem::{Failure, SentProblem};

use std::task::{Context, Poll};

use axum::{body::Body, extract::MatchedPath, response::Response};
use http::{Method, Request};
use tower::{Layer, Service};

use self::{exchange::Exchange, future::RequestFuture};
use super::{Telemetry, conventions, current, routes::Route};

/// Opens the span of each request, and closes it when the answer has been sent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RequestLayer {
    telemetry: &'static Telemetry,
    expected: Option<Expected>,
    is_left_out: fn(&str) -> bool,
    trusts_proxy: bool,
}

/// Stands in the extensions of a request that has its span.
#[derive(Clone, Copy, Debug)]
struct Traced;

/// The route of nearly all requests, so that it need not be looked up.
#[derive(Clone, Copy, Debug)]
struct Expected {
    method: &'static Method,
    template: &'static str,
    route: &'static Route,
}

impl RequestLayer {
    /// Around one endpoint.
    pub(crate) fn of_endpoint(method: &'static Method, template: &'static str, trusts_proxy: bool) -> Self {
        let telemetry = current();
        let route = telemetry.routes.get(conventions::method(method), Some(template));
        Self { telemetry, expected: Some(Expected { method, template, route }), is_left_out: |_| false, trusts_proxy }
    }

    /// Around any routes, but for the templates that `is_left_out` names.
    pub(crate) fn of_all_but(is_left_out: fn(&str) -> bool, trusts_proxy: bool) -> Self {
        Self { telemetry: current(), expected: None, is_left_out, trusts_proxy }
    }

    /// The template includes the prefix under which a router is nested (OpenTelemetry HTTP spans, `http.route`).
    fn route(&self, request: &Request<Body>) -> Option<&'static Route> {
        let matched = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
        match self.expected {
            Some(expected) if Some(expected.template) == matched && expected.method == request.method() => {
                Some(expected.route)
            }
            _ if matched.is_some_and(self.is_left_out) => None,
            _ => Some(self.telemetry.routes.get(conventions::method(request.method()), matched)),
        }
    }
}

impl<S> Layer<S> for RequestLayer {
    type Service = RequestService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        RequestService { layer: *self, inner }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct RequestService<S> {
    layer: RequestLayer,
    inner: S,
}

impl<S> Service<Request<Body>> for RequestService<S>
where
    S: Service<Request<Body>, Response = Response>,
{
    type Response = Response;
    type Error = S::Error;
    type Future = RequestFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        let RequestLayer { telemetry, trusts_proxy, .. } = self.layer;
        let is_traced = request.extensions().get::<Traced>().is_some();
        let route = if is_traced { None } else { self.layer.route(&request) };
        if route.is_some() && self.layer.expected.is_none() {
            // Another service of the toolkit may stand inside.
            request.extensions_mut().insert(Traced);
        }
        let exchange = route.map(|route| Exchange::open(telemetry, route, &request, trusts_proxy));
        // An endpoint does nothing before it is polled.
        let entered = exchange.as_ref().filter(|_| self.layer.expected.is_none()).map(Exchange::enter);
        let answer = self.inner.call(request);
        drop(entered);
        RequestFuture { answer: Some(answer), exchange }
    }
}
