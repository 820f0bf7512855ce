use axum::Router;
use http::HeaderValue;
use tower_http::cors::{AllowHeaders, AllowMethods, AllowOrigin, CorsLayer};

/// Lets pages of these origins call the service from a browser; without any, the routes are left as they are.
pub(super) fn allow(origins: &[String], router: Router) -> Router {
    if origins.is_empty() {
        return router;
    }
    let allowed = if origins.iter().any(|origin| origin == "*") {
        AllowOrigin::any()
    } else {
        // The setting's pattern has refused what is no header value.
        AllowOrigin::list(origins.iter().filter_map(|origin| HeaderValue::from_str(origin).ok()))
    };
    // Mirrored, since a `*` does not stand for `Authorization` (Fetch standard §3.3.2).
    let exposed = [
        http::header::LOCATION,
        http::header::RETRY_AFTER,
        http::HeaderName::from_static("deprecation"),
        http::HeaderName::from_static("x-trace-id"),
    ];
    router.layer(
        CorsLayer::new()
            .allow_origin(allowed)
            .allow_methods(AllowMethods::mirror_request())
            .allow_headers(AllowHeaders::mirror_request())
            .expose_headers(exposed),
    )
}
