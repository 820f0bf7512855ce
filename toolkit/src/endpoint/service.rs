use std::{
    convert::Infallible,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use axum::{body::Body, response::Response};
use http::{HeaderValue, Request};
use tower::Service;

use super::Mounted;
use crate::{
    limits::Limited,
    request::{Reading, Refusal},
};

/// An endpoint as a service.
///
/// A closure would do as well, but axum keeps a closure's future in one more box, and copies it there.
pub(super) struct EndpointService<C, G> {
    pub(super) mounted: Arc<Mounted<C>>,
    pub(super) glue: G,
}

impl<C, G: Copy> Clone for EndpointService<C, G> {
    fn clone(&self) -> Self {
        Self { mounted: self.mounted.clone(), glue: self.glue }
    }
}

impl<C, G, F> Service<Request<Body>> for EndpointService<C, G>
where
    G: Fn(Reading, Arc<Mounted<C>>) -> F,
    F: Future<Output = Result<Response, Refusal>>,
{
    type Response = Response;
    type Error = Infallible;
    type Future = EndpointFuture<F>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let limits = &self.mounted.limits;
        let reading = Reading::new(request, limits.body_limit);
        EndpointFuture {
            answer: limits.run((self.glue)(reading, self.mounted.clone())),
            deprecation: self.mounted.deprecation.clone(),
        }
    }
}

pin_project_lite::pin_project! {
    pub(super) struct EndpointFuture<F> {
        #[pin]
        answer: Limited<F>,
        deprecation: Option<HeaderValue>,
    }
}

impl<F> Future for EndpointFuture<F>
where
    F: Future<Output = Result<Response, Refusal>>,
{
    type Output = Result<Response, Infallible>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let mut response = ready!(this.answer.poll(cx)).unwrap_or_else(Refusal::into_response);
        if let Some(deprecation) = this.deprecation.take() {
            response.headers_mut().insert("deprecation", deprecation);
        }
        Poll::Ready(Ok(response))
    }
}
