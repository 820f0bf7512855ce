use std::sync::Arc;

use axum::{body::Body, response::Response};
use http::{Request, StatusCode, header};
use http_body_util::BodyExt;
use opentelemetry::{
    Array, KeyValue, Value,
    trace::{Event, Link, SpanContext, SpanId, SpanKind, Status, TraceFlags, TraceState},
};
use serde_json::{Value as Json, json};
use tower::ServiceExt;

use super::{
    super::{Admission, Limits, Viewer, routes},
    sample::{at, line, request, span},
};
use crate::telemetry::Seen as _;

const TRACE: u128 = 0x4bf9_2f35_77b3_4da6_a3ce_929d_0e0e_4736;

async fn get_as(admission: Admission, viewer: &Arc<Viewer>, path: &str) -> Response {
    let service = routes(viewer.clone(), "The shop", admission);
    service.oneshot(Request::get(path).body(Body::empty()).unwrap()).await.unwrap()
}

async fn text(response: Response) -> String {
    let body = response.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(body.to_vec()).unwrap()
}

async fn get(viewer: &Arc<Viewer>, path: &str) -> (StatusCode, Json) {
    let response = get_as(Admission::Anyone, viewer, path).await;
    let status = response.status();
    (status, serde_json::from_str(&text(response).await).unwrap())
}

async fn data(viewer: &Arc<Viewer>, path: &str) -> Json {
    let (status, mut json) = get(viewer, path).await;
    assert_eq!(status, StatusCode::OK, "{path}: {json}");
    assert_eq!(json["errors"], Json::Null, "{path}");
    json["data"].take()
}

/// Three requests: 1 went well, 2 was wrong and slow, 3 failed.
fn viewer() -> Arc<Viewer> {
    let viewer = Viewer::new(Limits::default());
    viewer.span_ended(span(1, 2).below(1).named("query orders").with("db.system", "sqlite").from(5, 1_000).data());
    viewer.span_ended(request(1, "GET /orders", 200).from(0, 2_000).data());
    viewer.span_ended(request(2, "POST /orders", 422).from(10, 900_000).data());
    viewer.span_ended(request(3, "GET /orders/{id}", 500).from(20, 5_000).data());
    viewer.logged(line(3, 1, "the database is gone"));
    viewer.logged(line(4, 1, "not ended yet"));
    Arc::new(viewer)
}

#[tokio::test]
async fn a_trace_is_told_in_the_json_of_jaeger() {
    let viewer = Arc::new(Viewer::new(Limits::default()));
    let first = request(TRACE, "GET /a", 500).from(0, 1_500).edited(|span| {
        let state = TraceState::from_key_value([("vendor", "x")]).unwrap();
        span.span_context = SpanContext::new(TRACE.into(), SpanId::from(1), TraceFlags::SAMPLED, false, state);
        span.parent_span_id = SpanId::from(0xabc);
        span.parent_span_is_remote = true;
        span.attributes.extend([
            KeyValue::new("yes", true),
            KeyValue::new("half", 0.5),
            KeyValue::new("none", f64::NAN),
            KeyValue::new("large", i64::MAX),
            KeyValue::new("text", "ä\"<"),
            KeyValue::new("list", Value::Array(Array::I64(vec![1, 2]))),
        ]);
        span.dropped_attributes_count = 3;
    });
    let second = span(TRACE, 2).below(1).from(100, 200).edited(|span| {
        span.span_kind = SpanKind::Client;
        span.status = Status::error("refused");
        span.events.events.push(Event::new("exception", at(150), vec![KeyValue::new("exception.type", "Refused")], 0));
        let context = SpanContext::new(5.into(), SpanId::from(6), TraceFlags::NOT_SAMPLED, true, TraceState::NONE);
        span.links.links.push(Link::with_context(context));
    });
    viewer.span_ended(second.data());
    viewer.span_ended(span(TRACE, 3).below(77).from(300, 0).data());
    viewer.span_ended(first.data());
    viewer.logged(line(TRACE, 2, "connecting"));
    viewer.logged(line(TRACE, 88, "elsewhere"));
    viewer.problem_sent(TRACE.into(), "{}".into());

    let expected: Json = serde_json::from_str(include_str!("jaeger.json")).unwrap();
    let found = data(&viewer, "/jaeger/api/traces/4bf92f3577b34da6a3ce929d0e0e4736").await;
    assert_eq!(found, expected, "{found:#}");
}

#[tokio::test]
async fn the_service_and_its_operations_are_listed() {
    let viewer = viewer();
    assert_eq!(data(&viewer, "/jaeger/api/services").await, json!(["The shop"]));
    let names = json!(["GET /orders", "GET /orders/{id}", "POST /orders", "query orders"]);
    assert_eq!(data(&viewer, "/jaeger/api/services/The%20shop/operations").await, names);
    assert_eq!(data(&viewer, "/jaeger/api/services/other/operations").await, json!([]));
    let internal = json!([{ "name": "query orders", "spanKind": "internal" }]);
    assert_eq!(data(&viewer, "/jaeger/api/operations?service=The+shop&spanKind=internal").await, internal);
    assert_eq!(data(&viewer, "/jaeger/api/operations?service=The+shop").await.as_array().unwrap().len(), 4);
}

#[tokio::test]
async fn each_filter_finds_the_traces_that_it_means() {
    let viewer = viewer();
    for (query, ids) in [
        ("service=The+shop", &[3, 2, 1][..]),
        ("service=other", &[]),
        ("service=The+shop&limit=2", &[3, 2]),
        ("service=The+shop&operation=query+orders", &[1]),
        ("service=The+shop&operation=&tags=&minDuration=&maxDuration=&lookback=custom", &[3, 2, 1]),
        ("service=The+shop&minDuration=5ms", &[3, 2]),
        ("service=The+shop&maxDuration=5ms", &[3, 1]),
        ("service=The+shop&minDuration=2ms&maxDuration=0.9s", &[3, 2, 1]),
        ("service=The+shop&start=1000000020", &[3]),
        ("service=The+shop&end=1000000004", &[1]),
        ("service=The+shop&lookback=15us&end=1000000020", &[3, 2, 1]),
        ("service=The+shop&lookback=1h", &[]),
        (r#"service=The+shop&tags={"error":"true"}"#, &[3]),
        (r#"service=The+shop&tags={"http.response.status_code":422,"span.kind":"server"}"#, &[2]),
        ("service=The+shop&tag=db.system:sqlite", &[1]),
        ("service=The+shop&tag=message:the+database+is+gone", &[3]),
        // One span has to have it all.
        ("service=The+shop&tag=db.system:sqlite&operation=GET+/orders", &[]),
        ("traceID=2&traceID=00000000000000000000000000000001&traceID=4", &[2, 1]),
    ] {
        let query = query.replace('"', "%22").replace('{', "%7B").replace('}', "%7D");
        let found = data(&viewer, &format!("/jaeger/api/traces?{query}")).await;
        let found: Vec<_> = found.as_array().unwrap().iter().map(|trace| trace["traceID"].clone()).collect();
        let ids: Vec<_> = ids.iter().map(|id| Json::from(format!("{id:032x}"))).collect();
        assert_eq!(found, ids, "{query}");
    }
}

#[tokio::test]
async fn a_malformed_filter_is_told_as_jaeger_tells_it() {
    let viewer = viewer();
    for (query, told) in [
        ("", "'service' is required"),
        ("service=", "'service' is required"),
        ("service=a&limit=many", "'limit'"),
        ("service=a&limit=-1", "'limit'"),
        ("service=a&start=yesterday", "'start'"),
        ("service=a&start=99999999999999999999", "'start'"),
        ("service=a&end=-5", "'end'"),
        ("service=a&lookback=soon", "'lookback'"),
        ("service=a&minDuration=5", "'minDuration'"),
        ("service=a&maxDuration=1x", "'maxDuration'"),
        ("service=a&minDuration=2s&maxDuration=1s", "greater than"),
        ("service=a&tags=error", "'tags'"),
        ("service=a&tags=%7B%22a%22:[1]%7D", "'tags'"),
        ("service=a&tag=error", "'tag'"),
        ("traceID=xyz", "'traceID'"),
        ("traceID=%ff%00", "'traceID'"),
    ] {
        let (status, json) = get(&viewer, &format!("/jaeger/api/traces?{query}")).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{query}");
        assert_eq!(json["data"], Json::Null, "{query}");
        assert_eq!(json["errors"][0]["code"], 400, "{query}");
        assert!(json["errors"][0]["msg"].as_str().unwrap().contains(told), "{query}: {json}");
    }
    assert_eq!(get(&viewer, "/jaeger/api/operations").await.0, StatusCode::BAD_REQUEST);
    assert_eq!(get(&viewer, "/jaeger/api/traces/xyz").await.0, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn what_is_not_there_is_told_as_json_too() {
    let viewer = viewer();
    for path in ["traces/99", "traces/4", "dependencies?endTs=1&lookback=2", "metrics/calls"] {
        let (status, json) = get(&viewer, &format!("/jaeger/api/{path}")).await;
        assert_eq!((status, &json["errors"][0]["code"]), (StatusCode::NOT_FOUND, &json!(404)), "{path}");
    }
}

#[tokio::test]
async fn the_ui_is_one_page_at_all_its_addresses() {
    let viewer = viewer();
    for (path, base) in [("", "jaeger/"), ("/", "./"), ("/search?limit=20", "./"), ("/trace/1", "./../")] {
        let response = get_as(Admission::Anyone, &viewer, &format!("/jaeger{path}")).await;
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        let policy = response.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap().to_owned();
        assert_eq!(response.headers()[header::CACHE_CONTROL], "no-store");
        let page = text(response).await;
        assert!(page.contains(&format!(r#"<base href="{base}""#)), "{path}");
        let nonce = page.split("nonce=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
        assert!(policy.contains(&format!("'nonce-{nonce}'")) && !policy.contains("http"), "{policy}");
    }
    let page = text(get_as(Admission::Anyone, &viewer, "/jaeger").await).await;
    let script = page.split("src=\".").find(|rest| rest.starts_with("/static/index-")).unwrap();
    let script = get_as(Admission::Anyone, &viewer, &format!("/jaeger{}", script.split('"').next().unwrap())).await;
    assert_eq!(script.status(), StatusCode::OK);
    assert!(script.headers()[header::CACHE_CONTROL].to_str().unwrap().contains("immutable"));
    let missing = get_as(Admission::Anyone, &viewer, "/jaeger/static/missing.js").await;
    assert_eq!(missing.status(), StatusCode::NOT_FOUND);
    assert_eq!(missing.headers()[header::CACHE_CONTROL], "no-store");
}

#[tokio::test]
async fn who_may_not_see_the_traces_sees_nothing_of_jaeger() {
    let viewer = viewer();
    for path in [
        "",
        "/",
        "/search",
        "/static/index.js",
        "/api/services",
        "/api/traces?service=The+shop",
        "/api/traces/1",
        "/api/x",
    ] {
        let response = get_as(Admission::Loopback, &viewer, &format!("/jaeger{path}")).await;
        assert_eq!(response.status(), StatusCode::FORBIDDEN, "{path}");
        assert!(!text(response).await.contains("orders"), "{path}");
    }
}

#[tokio::test]
async fn a_trace_s_page_leads_to_jaeger_when_there_is_a_span_to_show() {
    let viewer = viewer();
    let page = text(get_as(Admission::Anyone, &viewer, &format!("/traces/{:032x}", 1)).await).await;
    assert!(page.contains(&format!("href=\"../jaeger/trace/{:032x}\"", 1)));
    let unfinished = text(get_as(Admission::Anyone, &viewer, &format!("/traces/{:032x}", 4)).await).await;
    assert!(!unfinished.contains("jaeger"));
}
