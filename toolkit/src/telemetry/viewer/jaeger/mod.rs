//! The Jaeger UI at `/jaeger`, on the traces of the viewer.
//!
//! The UI is that of Jaeger, as `otlp-embedded` carries it, and needs only the pages of `page`. What it asks for is the
//! query API of Jaeger's version 1: a [`Query`] is looked up among the traces, and what is found is written by `model`.

mod answer;
mod model;
mod page;
mod query;

use std::{
    collections::BTreeSet,
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use axum::{
    Router,
    extract::{Path, RawQuery, State},
    response::Response,
    routing::{any, get},
};
use http::{StatusCode, Uri};
use opentelemetry::trace::{SpanKind, TraceId};
use serde_json::{Value as Json, json};

use super::{Admission, Viewer, filter::pairs, guard::guarded, trace::Trace};
use page::Ui;
use query::{Query, trace_id};

/// The UI and its API, for those who are let in.
pub(super) fn routes(viewer: Arc<Viewer>, service: &str, admission: Admission) -> Router {
    let routes = Router::new()
        .route("/jaeger", get(show_page))
        .route("/jaeger/", get(show_page))
        .route("/jaeger/{*page}", get(show_page))
        .route("/jaeger/static/{*file}", get(send_file))
        .route("/jaeger/api/services", get(list_services))
        .route("/jaeger/api/services/{service}/operations", get(list_operation_names))
        .route("/jaeger/api/operations", get(list_operations))
        .route("/jaeger/api/traces", get(search))
        .route("/jaeger/api/traces/{trace_id}", get(send_trace))
        .route("/jaeger/api/{*call}", any(async || answer::fault(StatusCode::NOT_FOUND, "no such call")));
    guarded(routes, admission).with_state(Shown { viewer, service: service.into(), ui: Ui::new() })
}

/// What the UI is about.
#[derive(Clone)]
struct Shown {
    viewer: Arc<Viewer>,
    service: Arc<str>,
    ui: Ui,
}

/// The UI is one page, whose script reads off the address what to show.
async fn show_page(State(shown): State<Shown>, uri: Uri) -> Response {
    shown.ui.page(&uri).await
}

async fn send_file(State(shown): State<Shown>, uri: Uri) -> Response {
    shown.ui.file(&uri).await
}

async fn list_services(State(shown): State<Shown>) -> Response {
    answer::found(vec![(*shown.service).into()])
}

async fn list_operation_names(State(shown): State<Shown>, Path(service): Path<String>) -> Response {
    let names: BTreeSet<String> = shown.operations(&service).into_iter().map(|(name, _)| name).collect();
    answer::found(names.into_iter().map(Json::from).collect())
}

async fn list_operations(State(shown): State<Shown>, RawQuery(query): RawQuery) -> Response {
    let query = query.unwrap_or_default();
    let given = |name: &str| pairs(&query).find(|(found, _)| found == name).map(|(_, value)| value);
    let Some(service) = given("service").filter(|service| !service.is_empty()) else {
        return answer::fault(StatusCode::BAD_REQUEST, query::SERVICE_IS_MISSING);
    };
    let kind = given("spanKind").filter(|kind| !kind.is_empty());
    let operations = shown.operations(&service).into_iter();
    let operations = operations.filter(|(_, found)| kind.as_ref().is_none_or(|kind| kind == found));
    answer::found(operations.map(|(name, kind)| json!({ "name": name, "spanKind": kind })).collect())
}

async fn search(State(shown): State<Shown>, RawQuery(query): RawQuery) -> Response {
    let query = match Query::read(&query.unwrap_or_default(), SystemTime::now()) {
        Ok(query) => query,
        Err(fault) => return answer::fault(StatusCode::BAD_REQUEST, &fault),
    };
    answer::written(move || {
        let mut traces = shown.viewer.traces();
        traces.retain(|trace| query.finds(trace, &shown.service));
        traces.sort_by_cached_key(|trace| std::cmp::Reverse(start(trace)));
        traces.truncate(query.limit);
        answer::found(traces.iter().map(|trace| model::document(trace, &shown.service)).collect())
    })
    .await
}

async fn send_trace(State(shown): State<Shown>, Path(digits): Path<String>) -> Response {
    let Some(id) = trace_id(&digits) else {
        return answer::fault(StatusCode::BAD_REQUEST, &query::no_trace_id(&digits));
    };
    match shown.trace(id) {
        Some(trace) => answer::written(move || answer::found(vec![model::document(&trace, &shown.service)])).await,
        None => {
            answer::fault(StatusCode::NOT_FOUND, "trace not found: it is not in memory, or no span of it has ended")
        }
    }
}

/// When the first span of a trace began.
fn start(trace: &Trace) -> SystemTime {
    trace.spans().iter().map(|span| span.start_time).min().unwrap_or(UNIX_EPOCH)
}

impl Shown {
    /// A trace that has spans: the UI can show no other.
    fn trace(&self, id: TraceId) -> Option<Arc<Trace>> {
        self.viewer.trace(id).filter(|trace| !trace.spans().is_empty())
    }

    /// The names of all spans with their kinds, each once; none for another service.
    fn operations(&self, service: &str) -> BTreeSet<(String, &'static str)> {
        let traces = if *self.service == *service { self.viewer.traces() } else { Vec::new() };
        let spans = traces.iter().flat_map(|trace| trace.spans());
        spans.map(|span| (span.name.to_string(), kind(&span.span_kind))).collect()
    }
}

fn kind(kind: &SpanKind) -> &'static str {
    match kind {
        SpanKind::Internal => "internal",
        SpanKind::Server => "server",
        SpanKind::Client => "client",
        SpanKind::Producer => "producer",
        SpanKind::Consumer => "consumer",
    }
}
