use std::sync::Arc;

use axum::{
    Router,
    response::{IntoResponse, Response},
    routing::get,
};
use http::{StatusCode, header};
use serde_json::json;

use super::start::Readiness;
use crate::{problem::Problem, resource::Resources};

/// The probes. Live: the process answers. Ready: it takes requests, and its resources can be used.
pub(super) fn routes(readiness: Readiness, resources: Arc<Resources>) -> Router {
    let ready = move || {
        let (readiness, resources) = (readiness.clone(), resources.clone());
        async move { answer_ready(&readiness, &resources).await }
    };
    Router::new().route("/health/live", get(async || ok())).route("/health/ready", get(ready))
}

async fn answer_ready(readiness: &Readiness, resources: &Resources) -> Response {
    check_ready(readiness, resources).await.map_or_else(IntoResponse::into_response, |()| ok())
}

/// Why the service takes no requests, if it does not.
pub(crate) async fn check_ready(readiness: &Readiness, resources: &Resources) -> Result<(), Problem> {
    let unavailable = Problem::new(StatusCode::SERVICE_UNAVAILABLE);
    if !readiness.is_accepting() {
        return Err(unavailable.detail("the service is shutting down"));
    }
    let unready = resources.unready().await;
    if unready.is_empty() {
        return Ok(());
    }
    Err(unavailable.detail("not all resources are ready").with("unready", unready))
}

fn ok() -> Response {
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
    (headers, json!({ "status": "ok" }).to_string()).into_response()
}
