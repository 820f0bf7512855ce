//! The viewer's pages: HTML that is written on the server, a style sheet and a small script, and nothing from elsewhere.

mod endpoints;
mod frame;
mod missing;
#[cfg(feature = "model")]
mod model;
#[cfg(feature = "model")]
mod models;
mod span;
mod statistics;
mod status;
mod trace;
mod traces;
mod units;

use std::{sync::Arc, time::SystemTime};

use axum::{
    Router,
    extract::{Path, RawQuery, State},
    response::{Html, IntoResponse, Response},
    routing::get,
};
use http::{StatusCode, header};
use maud::Markup;

use super::{
    Admission, Viewer,
    filter::{Filter, whole_id},
    guard::guarded,
    otlp,
    trace::Trace,
};
use crate::problem::Problem;
#[cfg(feature = "model")]
use crate::telemetry::models as served;

const STYLE: &str = include_str!("../../../../assets/traces/viewer.css");
const SCRIPT: &str = include_str!("../../../../assets/traces/viewer.js");

/// The pages, for those who are let in.
pub(super) fn routes(viewer: Arc<Viewer>, service: &str, admission: Admission) -> Router {
    let routes = Router::new()
        .route("/traces", get(show_traces))
        .route("/traces/endpoints", get(show_endpoints))
        .route("/traces/viewer.css", get(async || ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], STYLE)))
        .route("/traces/viewer.js", get(async || ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], SCRIPT)))
        .route("/traces/{trace_id}", get(show_trace))
        .route("/traces/{trace_id}/otlp.json", get(download_trace));
    #[cfg(feature = "model")]
    let routes = routes.route("/traces/models", get(show_models)).route("/traces/models/{name}", get(show_model));
    guarded(routes, admission).with_state(Shown { viewer, service: service.into() })
}

/// What the pages are about.
#[derive(Clone)]
struct Shown {
    viewer: Arc<Viewer>,
    service: Arc<str>,
}

async fn show_traces(State(shown): State<Shown>, RawQuery(query): RawQuery) -> Response {
    let endpoints = shown.viewer.endpoint_names();
    let filter = Filter::read(&query.unwrap_or_default(), &endpoints);
    if let Some(id) = filter.whole_id() {
        return (StatusCode::SEE_OTHER, [(header::LOCATION, format!("traces/{id}"))]).into_response();
    }
    page(move || traces::page(&shown.service, &filter, &endpoints, shown.viewer.traces())).await
}

async fn show_endpoints(State(shown): State<Shown>) -> Response {
    page(move || endpoints::page(&shown.service, shown.viewer.endpoints(SystemTime::now()))).await
}

#[cfg(feature = "model")]
async fn show_models(State(shown): State<Shown>) -> Response {
    page(move || models::page(&shown.service, &served::models(), SystemTime::now())).await
}

#[cfg(feature = "model")]
async fn show_model(State(shown): State<Shown>, Path(name): Path<String>) -> Response {
    let found = served::models().into_iter().find(|model| *model.name == name);
    match found {
        Some(found) => page(move || model::page(&shown.service, &found, SystemTime::now())).await,
        None => (StatusCode::NOT_FOUND, Html(model::missing(&shown.service, &name).into_string())).into_response(),
    }
}

async fn show_trace(State(shown): State<Shown>, Path(id): Path<String>) -> Response {
    match shown.trace(&id) {
        Some(trace) => page(move || trace::page(&shown.service, &trace)).await,
        None => (StatusCode::NOT_FOUND, Html(missing::page(&shown.service, &id).into_string())).into_response(),
    }
}

async fn download_trace(State(shown): State<Shown>, Path(id): Path<String>) -> Response {
    let Some(trace) = shown.trace(&id) else {
        return Problem::new(StatusCode::NOT_FOUND).title("The trace is not in memory").into_response();
    };
    let headers = [
        (header::CONTENT_TYPE, "application/json".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"trace-{}.json\"", trace.id())),
    ];
    (headers, otlp::document(&trace, &shown.service).to_string()).into_response()
}

/// Writes a page where it keeps no request waiting: to search every trace for a text takes a while.
async fn page(write: impl FnOnce() -> Markup + Send + 'static) -> Response {
    match tokio::task::spawn_blocking(write).await {
        Ok(page) => Html(page.into_string()).into_response(),
        Err(error) => Problem::internal(error.into()).into_response(),
    }
}

impl Shown {
    fn trace(&self, id: &str) -> Option<Arc<Trace>> {
        whole_id(id).and_then(|id| self.viewer.trace(id))
    }
}
