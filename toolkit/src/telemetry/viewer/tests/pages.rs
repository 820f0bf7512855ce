use std::sync::Arc;

use axum::{body::Body, response::Response};
use http::{Request, StatusCode, header};
use http_body_util::BodyExt;
use opentelemetry::{KeyValue, trace::Event};
use tower::ServiceExt;

use super::{
    super::{Admission, Limits, Viewer, routes},
    sample::{at, line, request, span},
};
use crate::telemetry::Seen as _;

async fn get(viewer: &Arc<Viewer>, path: &str) -> Response {
    let service = routes(viewer.clone(), "shop", Admission::Anyone);
    service.oneshot(Request::get(path).body(Body::empty()).unwrap()).await.unwrap()
}

async fn text(response: Response) -> String {
    let body = response.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(body.to_vec()).unwrap()
}

async fn page(viewer: &Arc<Viewer>, path: &str) -> String {
    let response = get(viewer, path).await;
    assert_eq!(response.status(), StatusCode::OK, "{path}");
    text(response).await
}

fn id(number: u128) -> String {
    format!("{number:032x}")
}

/// Three requests: 1 went well, 2 was wrong and slow, 3 failed.
fn viewer() -> Arc<Viewer> {
    let viewer = Viewer::new(Limits::default());
    viewer.span_ended(span(1, 2).below(1).named("query orders").with("db.system", "sqlite").data());
    viewer.span_ended(request(1, "GET /orders", 200).from(0, 2_000).data());
    viewer.span_ended(request(2, "POST /orders", 422).from(10, 900_000).data());
    viewer.problem_sent(2.into(), r#"{"title":"Not valid","status":422}"#.into());
    viewer.span_ended(request(3, "GET /orders/{id}", 500).from(20, 5_000).data());
    viewer.logged(line(3, 1, "the Database is gone"));
    Arc::new(viewer)
}

async fn shown(viewer: &Arc<Viewer>, query: &str) -> Vec<u128> {
    let page = page(viewer, &format!("/traces?{query}")).await;
    let keys = page.split("data-key=\"").skip(1).map(|rest| u128::from_str_radix(&rest[..32], 16).unwrap());
    keys.collect()
}

#[tokio::test]
async fn traces_are_shown_newest_first_or_slowest_first() {
    let viewer = viewer();
    assert_eq!(shown(&viewer, "").await, [3, 2, 1]);
    assert_eq!(shown(&viewer, "order=slowest").await, [2, 3, 1]);
}

#[tokio::test]
async fn each_filter_leaves_the_traces_that_it_means() {
    let viewer = viewer();
    for (query, ids) in [
        ("endpoint=GET+%2Forders", &[1][..]),
        ("endpoint=orders%2F", &[3]),
        ("status=4xx", &[2]),
        ("status=500", &[3]),
        ("status=error", &[3]),
        ("min=5ms", &[3, 2]),
        ("min=0.5s", &[2]),
        ("trace=0000", &[3, 2, 1]),
        ("trace=f", &[]),
        ("text=DATABASE", &[3]),
        ("text=sqlite", &[1]),
        ("text=not+valid", &[2]),
        ("text=nowhere", &[]),
        ("status=2xx&min=1s", &[]),
    ] {
        assert_eq!(shown(&viewer, query).await, ids, "{query}");
    }
}

#[tokio::test]
async fn a_wrong_filter_value_is_told_beside_its_field() {
    let page = page(&viewer(), "/traces?status=teapot&min=soon&trace=xyz&text=%ff%zz&order=sideways").await;
    for (name, found) in [("status", "teapot"), ("min", "soon"), ("trace", "xyz")] {
        assert!(page.contains(&format!("aria-describedby=\"{name}-fault\"")), "{name}");
        assert!(page.contains(&format!("id=\"{name}-fault\">“{found}” is no ")), "{name}");
    }
}

#[tokio::test]
async fn a_whole_trace_id_leads_to_its_trace() {
    let response = get(&viewer(), &format!("/traces?trace={}", id(2))).await;
    assert_eq!(response.status(), StatusCode::SEE_OTHER);
    assert_eq!(response.headers()[header::LOCATION], format!("traces/{}", id(2)));
}

#[tokio::test]
async fn more_traces_than_a_page_shows_are_counted() {
    let viewer = Arc::new(Viewer::new(Limits::default()));
    (1..=300).for_each(|id| viewer.span_ended(request(id, "GET /", 200).data()));
    assert_eq!(shown(&viewer, "").await.len(), 200);
    assert!(page(&viewer, "/traces").await.contains("300 traces, the first 200 are shown"));
}

#[tokio::test]
async fn empty_lists_say_what_to_do() {
    let empty = Arc::new(Viewer::new(Limits::default()));
    assert!(page(&empty, "/traces").await.contains("Send a request to the service"));
    assert!(page(&empty, "/traces/endpoints").await.contains("Send a request to the service"));
    assert!(page(&viewer(), "/traces?text=nowhere").await.contains("Widen the filter"));
}

#[tokio::test]
async fn a_trace_shows_its_spans_lines_and_problem() {
    let viewer = viewer();
    let first = page(&viewer, &format!("/traces/{}", id(1))).await;
    assert!(first.contains("query orders") && first.contains("db.system") && first.contains("sqlite"));
    let second = page(&viewer, &format!("/traces/{}", id(2))).await;
    assert!(second.contains("&quot;title&quot;: &quot;Not valid&quot;"), "pretty-printed");
    let third = page(&viewer, &format!("/traces/{}", id(3))).await;
    assert!(third.contains("the Database is gone") && third.contains("shop::orders"));
}

#[tokio::test]
async fn an_unfinished_trace_and_lines_of_unknown_spans_are_shown() {
    let viewer = Arc::new(Viewer::new(Limits::default()));
    viewer.logged(line(7, 99, "on my way"));
    let page = page(&viewer, &format!("/traces/{}", id(7))).await;
    assert!(page.contains("has not ended yet") && page.contains("Log lines of other spans"));
}

#[tokio::test]
async fn a_trace_that_is_not_kept_and_no_trace_id_are_not_found() {
    let viewer = viewer();
    for (name, reason) in [(id(99).as_str(), "kept longest"), ("4bf9", "is no trace id"), (&id(0), "is no trace id")] {
        let response = get(&viewer, &format!("/traces/{name}")).await;
        assert_eq!(response.status(), StatusCode::NOT_FOUND, "{name}");
        assert!(text(response).await.contains(reason), "{name}");
        let download = get(&viewer, &format!("/traces/{name}/otlp.json")).await;
        assert_eq!(download.status(), StatusCode::NOT_FOUND, "{name}");
    }
}

#[tokio::test]
async fn whatever_a_request_says_is_shown_and_never_run() {
    const EVIL: &str = "\"'><script>alert(1)</script>\u{202e}";
    let viewer = Arc::new(Viewer::new(Limits::default()));
    let event = Event::new(EVIL, at(1), vec![KeyValue::new(EVIL, EVIL), KeyValue::new("message", EVIL)], 0);
    let evil = request(1, EVIL, 500).with("url.query", EVIL).with(EVIL, EVIL).edited(|span| {
        span.events.events.push(event);
        span.status = opentelemetry::trace::Status::error(EVIL);
    });
    viewer.span_ended(evil.data());
    let mut told = line(1, 1, EVIL);
    told.target = EVIL.into();
    told.fields = vec![("field", EVIL.to_owned())];
    viewer.logged(told);
    viewer.problem_sent(1.into(), serde_json::json!({ "title": EVIL }).to_string().into());

    let query = "%22%27%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E%E2%80%AE";
    for path in [
        "/traces".to_owned(),
        "/traces/endpoints".to_owned(),
        format!("/traces/{}", id(1)),
        format!("/traces/{query}"),
        format!("/traces?endpoint={query}&status={query}&min={query}&trace={query}&text={query}"),
    ] {
        let page = text(get(&viewer, &path).await).await;
        assert!(page.contains("&lt;script&gt;"), "{path}: {page}");
        assert_eq!(page.matches("<script").count(), 1, "only the viewer's own at {path}: {page}");
        assert!(page.contains("⟨U+202E⟩"), "{path}: {page}");
        assert!(!page.contains("><script>alert"), "{path}: {page}");
    }
}

#[tokio::test]
async fn every_answer_forbids_what_the_pages_do_not_need() {
    let viewer = viewer();
    for path in ["/traces", "/traces/endpoints", "/traces/viewer.css", "/traces/viewer.js", "/traces/nothing"] {
        let headers = get(&viewer, path).await.headers().clone();
        let policy = headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'; style-src 'self'; script-src 'self'"), "{path}");
        assert!(!policy.contains("unsafe") && policy.contains("frame-ancestors 'none'"), "{path}");
        assert_eq!(headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff", "{path}");
        assert_eq!(headers[header::REFERRER_POLICY], "no-referrer", "{path}");
        assert_eq!(headers[header::CACHE_CONTROL], "no-store", "{path}");
    }
}

#[tokio::test]
async fn pages_need_no_inline_style_or_script_and_no_absolute_link() {
    let viewer = viewer();
    for path in ["/traces", "/traces/endpoints", &format!("/traces/{}", id(1)), "/traces/nothing"] {
        let page = text(get(&viewer, path).await).await;
        for forbidden in [" style=", "<style", " onclick=", "javascript:", "href=\"/", "src=\"/", "action=\"/", "//"] {
            let page = page.replace("http://www.w3.org/2000/svg", "");
            assert!(!page.contains(forbidden), "{path} has {forbidden}: {page}");
        }
    }
}

#[tokio::test]
async fn who_is_not_at_the_machine_gets_nothing() {
    let viewer = viewer();
    for path in
        ["/traces", "/traces/endpoints", "/traces/viewer.css", "/traces/viewer.js", &format!("/traces/{}", id(1))]
    {
        let service = routes(viewer.clone(), "shop", Admission::Loopback);
        let request = Request::get(path).header("host", "localhost").body(Body::empty()).unwrap();
        let response = service.oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::FORBIDDEN, "{path}");
        let problem = text(response).await;
        assert!(problem.contains("trace_viewer_from") && !problem.contains("GET /orders"), "{problem}");
    }
}

#[tokio::test]
async fn endpoints_tell_their_rate_errors_and_percentiles() {
    let viewer = Arc::new(Viewer::new(Limits::default()));
    let now = std::time::SystemTime::now();
    for id in 1..=100_u64 {
        let status = if id % 10 == 0 { 503 } else { 200 };
        viewer.span_ended(
            request(id.into(), "GET /a", status)
                .edited(|span| {
                    span.end_time = now;
                    span.start_time = now - std::time::Duration::from_millis(id);
                })
                .data(),
        );
    }
    let page = page(&viewer, "/traces/endpoints").await;
    assert!(page.contains("100 requests in the last 5 minutes"), "{page}");
    assert!(page.contains("10.0 %") && page.contains("title=\"10 failed requests\""), "{page}");
    assert!(page.contains("../traces?endpoint=GET%20%2Fa&amp;status=error"), "{page}");
    let summary = &viewer.endpoints(now)[0];
    let median = summary.durations.percentile(50).unwrap().as_secs_f64();
    assert!((median - 0.05).abs() < 0.005, "{median}");
}
