//! What stands before everything that shows traces: who is let in, and what the browser is told of the answer.

use axum::{
    Router,
    extract::Request,
    middleware::{Next, from_fn},
    response::{IntoResponse, Response},
};
use http::{HeaderName, HeaderValue, header};

use super::Admission;

/// What every answer of the viewer tells a browser unless it says otherwise: load nothing from elsewhere, run nothing
/// that stands in the page, show it in no frame, tell no one its address and keep no copy.
const HEADERS: [(HeaderName, &str); 4] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; \
         base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CACHE_CONTROL, "no-store"),
];

/// Puts the guard before routes.
pub(super) fn guarded<S: Clone + Send + Sync + 'static>(routes: Router<S>, admission: Admission) -> Router<S> {
    routes.route_layer(from_fn(move |request: Request, next: Next| admitted(admission, request, next)))
}

async fn admitted(admission: Admission, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let mut response = match admission.check(&parts) {
        Ok(()) => next.run(Request::from_parts(parts, body)).await,
        Err(problem) => problem.into_response(),
    };
    for (name, value) in HEADERS {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}
