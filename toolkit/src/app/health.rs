use std::sync::Arc;

use axum::{
    Router,
    response::{IntoResponse, Response},
    routing::get,
};
use http::header;
use serde_json::json;

use crate::resource::{Readiness, Resources};

/// The probes. Live: the process answers. Ready: it takes requests, and its resources can be used.
pub(super) fn routes(readiness: Readiness, resources: Arc<Resources>) -> Router {
    let ready = move || {
        let (readiness, resources) = (readiness.clone(), resources.clone());
        async move { answer_ready(&readiness, &resources).await }
    };
    Router::new().route("/health/live", get(async || ok())).route("/health/ready", get(ready))
}

async fn answer_ready(readiness: &Readiness, resources: &Resources) -> Response {
    readiness.check(resources).await.map_or_else(IntoResponse::into_response, |()| ok())
}

fn ok() -> Response {
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
    (headers, json!({ "status": "ok" }).to_string()).into_response()
}
