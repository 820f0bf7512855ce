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
    let unavailable = Problem::new(StatusCode::SERVICE_UNAVAILABLE);
    if !readiness.is_accepting() {
        return unavailable.detail("the service is shutting down").into_response();
    }
    let unready = resources.unready().await;
    if unready.is_empty() {
        return ok();
    }
    unavailable.detail("not all resources are ready").with("unready", unready).into_response()
}

fn ok() -> Response {
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
    (headers, json!({ "status": "ok" }).to_string()).into_response()
}
