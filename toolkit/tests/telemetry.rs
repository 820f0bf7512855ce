//! What the spans and metrics of a request say, by OpenTelemetry's stable HTTP conventions (semconv v1.44.0,
//! http-spans.md and http-metrics.md) and W3C Trace Context.

mod spans;

use std::time::Duration;

use axum::{Router, body::Body, routing::get as axum_get};
use futures_util::StreamExt;
use http::{Method, Request};
use opentelemetry::{Context, baggage::BaggageExt};
use serde_json::json;
use spans::{ERROR, INTERNAL, SERVER, Span, named, server_span, spans, spans_of};
use toolkit::{Client, prelude::*};
use tower::ServiceExt;

const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

/// An item.
#[data]
struct Item {
    /// What it is called.
    #[validate(length(max = 3))]
    name: String,
}

/// Gives an item.
#[get("/items/{item_id}", inline)]
fn get_item(#[trace] item_id: u64, note: Option<String>) -> Item {
    tracing::warn!(note = note.is_some(), "looked up");
    Item { name: item_id.to_string() }
}

/// Takes an item.
#[post("/items")]
async fn add_item(#[trace] item: Item, #[trace] amount: Option<u8>) {
    let _ = (item, amount);
}

/// Fails.
#[get("/failing")]
async fn get_failing() -> toolkit::Result<&'static str> {
    Err(toolkit::anyhow::anyhow!("the disk is full").context("cannot read"))
}

/// Panics.
#[get("/panicking")]
fn get_panicking() {
    panic!("secret of the house");
}

/// Works on the pool, within a span of its own.
#[get("/pooled")]
fn get_pooled() -> String {
    let span = tracing::info_span!("compute", size = 3);
    span.in_scope(current_trace_id)
}

/// Who asks.
#[dependency]
async fn caller() -> String {
    tokio::task::yield_now().await;
    tracing::info_span!("authenticate").in_scope(current_trace_id)
}

/// Waits, spawns and depends.
#[get("/waiting")]
async fn get_waiting(
    #[depends(caller)]
    #[trace]
    caller: String,
) -> Vec<String> {
    tokio::task::yield_now().await;
    let spawned = toolkit::spawn(async {
        tokio::task::yield_now().await;
        tracing::info_span!("spawned").in_scope(current_trace_id)
    });
    vec![caller, current_trace_id(), spawned.await.expect("it does not panic")]
}

/// Streams, within the trace.
#[get("/streaming")]
async fn get_streaming() -> JsonLines<String> {
    JsonLines::new(futures_util::stream::iter(0..2).then(|_| async {
        tokio::time::sleep(Duration::from_millis(30)).await;
        tracing::info_span!("streamed").in_scope(current_trace_id)
    }))
}

/// Never ends.
#[get("/endless")]
async fn get_endless() {
    std::future::pending::<()>().await;
}

/// Tells the caller's baggage.
#[get("/baggage")]
async fn get_baggage() -> Option<String> {
    let context = Context::current();
    Some(context.baggage().get("tenant")?.to_string())
}

fn current_trace_id() -> String {
    use opentelemetry::trace::TraceContextExt;
    Context::map_current(|context| context.span().span_context().trace_id().to_string())
}

fn client() -> Client {
    toolkit::app!().client()
}

#[toolkit::test]
async fn a_request_has_one_server_span_with_what_the_conventions_ask_for() {
    let client = client();
    let reply = client.get("/items/7?note=a").header("user-agent", "test/1").header("host", "shop.example:8000").await;
    let span = server_span(&client, reply.assert_status(200)).await;
    assert_eq!(span.name, "GET /items/{item_id}");
    assert_eq!(span.scope, "toolkit");
    let expected = json!({
        "http.request.method": "GET",
        "http.route": "/items/{item_id}",
        "http.response.status_code": 200,
        "url.path": "/items/7",
        "url.query": "note=a",
        "url.scheme": "http",
        "server.address": "shop.example",
        "server.port": 8000,
        "client.address": "127.0.0.1",
        "network.peer.address": "127.0.0.1",
        "network.peer.port": 0,
        "network.protocol.version": "1.1",
        "user_agent.original": "test/1",
    });
    assert_eq!(json!(span.attributes), expected);
    assert_eq!((span.status, span.description.as_str(), span.parent.as_str()), (0, "", ""));
}

#[toolkit::test]
async fn a_method_that_is_not_known_is_other() {
    let client = client();
    let foo = Method::from_bytes(b"FOO").expect("a token");
    let span = server_span(&client, client.call(foo.clone(), "/items/7").await.assert_status(405)).await;
    assert_eq!(span.name, "HTTP /items/{item_id}");
    assert_eq!(span.text("http.request.method"), Some("_OTHER"));
    assert_eq!(span.text("http.request.method_original"), Some("FOO"));
    let span = server_span(&client, client.call(foo, "/nowhere").await.assert_status(404)).await;
    assert_eq!(span.name, "HTTP");
}

#[toolkit::test]
async fn a_path_that_is_not_known_has_no_route() {
    let client = client();
    let span = server_span(&client, client.get("/nowhere").await.assert_status(404)).await;
    assert_eq!(span.name, "GET");
    assert!(!span.has("http.route") && !span.has("error.type"));
    assert_eq!((span.status, span.text("url.path")), (0, Some("/nowhere")));
}

#[toolkit::test]
async fn whatever_answers_on_a_path_has_a_span() {
    let client = client();
    for (method, status) in [(Method::HEAD, 200), (Method::OPTIONS, 204), (Method::DELETE, 405)] {
        let reply = client.call(method.clone(), "/items/7").await;
        let span = server_span(&client, reply.assert_status(status)).await;
        assert_eq!(span.name, format!("{method} /items/{{item_id}}"));
        assert_eq!((span.status, span.integer("http.response.status_code")), (0, Some(status.into())));
    }
}

#[toolkit::test]
async fn secrets_of_a_query_and_headers_are_not_taken_over() {
    let client = client();
    let call = client.get("/items/7?sig=s3cret&note=a").header("authorization", "Bearer s3cret");
    let reply = call.header("cookie", "session=s3cret").header("x-anything", "s3cret").await;
    let spans = spans_of(&client, &reply).await;
    assert_eq!(named(&spans, "GET /items/{item_id}").text("url.query"), Some("sig=REDACTED&note=a"));
    assert!(!format!("{spans:?}").contains("s3cret"), "{spans:#?}");
}

#[toolkit::test]
async fn a_failure_is_an_error_without_description_and_with_an_exception() {
    let client = client();
    for (path, kind, message) in [
        ("/failing", "error", "cannot read: the disk is full"),
        ("/panicking", "panic", "a function panicked: secret of the house"),
    ] {
        let reply = client.get(path).await;
        assert!(!reply.assert_status(500).text().contains("disk") && !reply.text().contains("secret"));
        let span = server_span(&client, &reply).await;
        assert_eq!((span.status, span.description.as_str()), (ERROR, ""));
        assert_eq!(span.text("error.type"), Some("500"));
        let (name, exception) = &span.events[0];
        assert_eq!(name, "exception");
        assert_eq!(json!(exception), json!({ "exception.type": kind, "exception.message": message }));
    }
    let spans = spans_of(&client, &client.get("/panicking").await).await;
    let function = named(&spans, "get_panicking");
    assert_eq!((function.status, function.text("error.type")), (ERROR, Some("panic")));
    client.get("/items/7").await.assert_status(200);
}

#[toolkit::test]
async fn what_is_wrong_with_a_request_is_told_by_place_and_rule_and_is_no_error() {
    let client = client();
    let reply = client.post("/items?amount=s3cret").json(&json!({ "name": "s3cret" })).await;
    reply.assert_status(422);
    let span = server_span(&client, &reply).await;
    assert_eq!((span.status, span.has("error.type")), (0, false));
    let events = json!(span.events);
    let expected = json!([
        ["violation", { "violation.in": "query", "violation.name": "amount", "violation.code": "type" }],
        ["violation", { "violation.in": "body", "violation.pointer": "/name", "violation.code": "length" }],
    ]);
    assert_eq!(events, expected);
    let spans = spans_of(&client, &reply).await;
    assert_eq!(spans.len(), 1, "the function was not called: {spans:#?}");
    assert!(client.get("/metrics").await.text().lines().any(|line| {
        line.starts_with("toolkit_violations_total{")
            && line.contains(r#"http_route="/items""#)
            && line.contains("length")
    }));
}

/// Prices by what a client calls things.
#[data]
struct Prices {
    prices: std::collections::BTreeMap<String, f64>,
}

/// Takes prices.
#[post("/prices", inline)]
fn add_prices(prices: Prices) {
    let _ = prices;
}

#[toolkit::test]
async fn what_a_client_has_named_is_not_taken_down() {
    let client = client();
    let body = json!({ "prices": { "ada@shop.example": "s3cret" } });
    let reply = client.post("/prices").json(&body).await;
    assert_eq!(reply.assert_status(422).violations(), ["type body /prices/ada@shop.example"]);
    let span = server_span(&client, &reply).await;
    assert_eq!(span.events[0].1["violation.pointer"], "/prices/*");
}

#[toolkit::test]
async fn a_service_within_a_service_has_one_span() {
    let inner = toolkit::app!().into_router().await.expect("it starts");
    let client = toolkit::app!().merge(Router::new().nest("/inner", inner)).client();
    let reply = client.get("/inner/items/7").await;
    let span = server_span(&client, reply.assert_status(200)).await;
    assert_eq!(span.name, "GET /inner/items/{item_id}");
}

#[toolkit::test]
async fn a_problem_and_a_header_name_the_trace() {
    let client = client();
    let reply = client.get("/items/none").header("traceparent", PARENT).await;
    let problem: serde_json::Value = reply.assert_status(422).json();
    assert_eq!(problem["trace_id"], "4bf92f3577b34da6a3ce929d0e0e4736");
    assert_eq!(reply.header("x-trace-id"), Some("4bf92f3577b34da6a3ce929d0e0e4736"));
}

#[toolkit::test]
async fn the_caller_s_trace_goes_on() {
    let client = client();
    let trace_id = "5bf92f3577b34da6a3ce929d0e0e4737";
    let reply = client.get("/items/7").header("traceparent", &format!("00-{trace_id}-00f067aa0ba902b7-01")).await;
    let span = server_span(&client, &reply).await;
    assert_eq!((span.trace_id.as_str(), span.parent.as_str()), (trace_id, "00f067aa0ba902b7"));
}

#[toolkit::test]
async fn a_malformed_doubled_or_oversized_header_starts_a_new_trace_and_fails_nothing() {
    let client = client();
    let long = "0".repeat(10_000);
    for parents in [
        &["nonsense"][..],
        &["00-0-0-0"],
        &[PARENT, PARENT],
        &[&long],
        &["ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"],
    ] {
        let mut call = client.get("/items/7");
        for parent in parents {
            call = call.header("traceparent", parent);
        }
        let reply = call.header("tracestate", &"a=b,".repeat(2000)).header("baggage", &"x".repeat(9000)).await;
        let span = server_span(&client, reply.assert_status(200)).await;
        assert_eq!((span.parent.as_str(), span.trace_id.len()), ("", 32));
        assert_ne!(span.trace_id, "4bf92f3577b34da6a3ce929d0e0e4736");
    }
}

#[toolkit::test]
async fn a_caller_s_baggage_can_be_read() {
    let reply = client().get("/baggage").header("baggage", "tenant=acme").await;
    assert_eq!(reply.assert_status(200).json::<String>(), "acme");
    client().get("/baggage").await.assert_status(404);
}

#[toolkit::test]
async fn the_function_has_a_child_span_with_the_marked_values_only() {
    let client = client();
    let spans = spans_of(&client, &client.get("/items/7?note=private").await).await;
    let (request, function) = (named(&spans, "GET /items/{item_id}"), named(&spans, "get_item"));
    assert_eq!((function.kind, &function.parent), (INTERNAL, &request.id));
    assert_eq!(function.text("code.function.name"), Some("telemetry::get_item"));
    assert!(function.text("code.file.path").is_some_and(|path| path.ends_with("telemetry.rs")));
    assert!(function.integer("code.line.number").is_some());
    assert_eq!(function.integer("endpoint.parameter.item_id"), Some(7));
    assert!(!format!("{function:?}").contains("private"));

    let reply = client.post("/items").json(&json!({ "name": "abc" })).await;
    let spans = spans_of(&client, &reply).await;
    let function = named(&spans, "add_item");
    assert_eq!(function.text("endpoint.parameter.item"), Some(r#"{"name":"abc"}"#));
    assert!(!function.has("endpoint.parameter.amount"), "an absent value is none");
}

#[toolkit::test]
async fn a_trace_crosses_the_pool() {
    let client = client();
    let reply = client.get("/pooled").await;
    assert_eq!(Some(reply.json::<String>().as_str()), reply.header("x-trace-id"));
    let spans = spans_of(&client, &reply).await;
    let (function, inner) = (named(&spans, "get_pooled"), named(&spans, "compute"));
    assert_eq!(inner.parent, function.id);
    assert_eq!(inner.integer("size"), Some(3));
}

#[toolkit::test]
async fn a_trace_crosses_dependencies_waiting_and_spawned_tasks() {
    let client = client();
    let reply = client.get("/waiting").await;
    let trace_id = reply.header("x-trace-id").expect("a trace").to_owned();
    assert_eq!(reply.json::<Vec<String>>(), vec![trace_id; 3]);
    let spans = spans_of(&client, &reply).await;
    let (request, function) = (named(&spans, "GET /waiting"), named(&spans, "get_waiting"));
    assert_eq!(named(&spans, "caller").parent, request.id);
    assert_eq!(named(&spans, "authenticate").parent, named(&spans, "caller").id);
    assert_eq!(function.parent, request.id);
    assert_eq!(named(&spans, "spawned").parent, function.id);
    assert!(function.has("endpoint.parameter.caller"));
}

#[toolkit::test]
async fn a_span_ends_when_the_last_part_of_the_answer_is_on_its_way() {
    let client = client();
    let reply = client.get("/streaming").await;
    let spans = spans_of(&client, &reply).await;
    let (request, function) = (named(&spans, "GET /streaming"), named(&spans, "get_streaming"));
    assert!(request.nanoseconds > 60_000_000, "{request:?}");
    assert!(function.nanoseconds < request.nanoseconds);
    assert_eq!(request.status, 0);
    let streamed: Vec<&Span> = spans.iter().filter(|span| span.name == "streamed").collect();
    assert!(streamed.len() == 2 && streamed.iter().all(|span| span.parent == request.id), "{spans:#?}");
}

/// A request to the router itself, whose answer need not be read.
fn request(path: &str, parent: &str) -> Request<Body> {
    let request = Request::get(path).header("traceparent", parent);
    request.body(Body::empty()).expect("a request")
}

#[toolkit::test]
async fn a_client_that_goes_is_told_as_cancelled() {
    let client = client();
    client.get("/items/1").await;
    let router = toolkit::app!().into_router().await.expect("it starts");

    let before = "11111111111111111111111111111111";
    let answer = router.clone().oneshot(request("/endless", &format!("00-{before}-00f067aa0ba902b7-01")));
    assert!(tokio::time::timeout(Duration::from_millis(20), answer).await.is_err());
    let within = "22222222222222222222222222222222";
    let answer = router.oneshot(request("/streaming", &format!("00-{within}-00f067aa0ba902b7-01"))).await;
    drop(answer.expect("a router never fails"));

    let spans_before = spans(&client, before).await;
    for (name, status) in [("GET /endless", None), ("get_endless", None)] {
        let span = named(&spans_before, name);
        assert_eq!((span.status, span.text("error.type")), (ERROR, Some("cancelled")));
        assert_eq!(span.integer("http.response.status_code"), status);
    }
    let spans_within = spans(&client, within).await;
    let span = named(&spans_within, "GET /streaming");
    assert_eq!((span.status, span.text("error.type")), (ERROR, Some("cancelled")));
    assert_eq!(span.integer("http.response.status_code"), Some(200));
}

#[toolkit::test]
async fn a_route_includes_the_prefix_that_the_service_is_nested_under() {
    let client = client();
    client.get("/items/1").await;
    let router = toolkit::app!().into_router().await.expect("it starts");
    let trace_id = "33333333333333333333333333333333";
    let request = request("/api/v1/items/7", &format!("00-{trace_id}-00f067aa0ba902b7-01"));
    let answer = Router::new().nest("/api/v1", router).oneshot(request).await.expect("a router never fails");
    assert_eq!(answer.status(), 200);
    let spans = spans(&client, trace_id).await;
    assert_eq!(named(&spans, "GET /api/v1/items/{item_id}").text("http.route"), Some("/api/v1/items/{item_id}"));
}

#[toolkit::test]
async fn routes_of_other_routers_and_what_layers_answer_have_one_span_each() {
    let merged = Router::new().route("/merged/{id}", axum_get(async || "merged"));
    let client = toolkit::app!().merge(merged.clone()).client();
    let span = server_span(&client, client.get("/merged/1").await.assert_status(200)).await;
    assert_eq!(span.name, "GET /merged/{id}");

    let refuse = axum::middleware::from_fn(async |request: axum::extract::Request, next: axum::middleware::Next| {
        if request.headers().contains_key("x-refused") {
            return axum::response::IntoResponse::into_response(Problem::new(StatusCode::FORBIDDEN));
        }
        next.run(request).await
    });
    let client = toolkit::app!().merge(merged).layer(refuse).client();
    for (path, name) in [("/merged/1", "GET /merged/{id}"), ("/items/1", "GET /items/{item_id}"), ("/nowhere", "GET")] {
        let span = server_span(&client, &client.get(path).await).await;
        assert_eq!((span.name.as_str(), span.kind), (name, SERVER));
        let refused = client.get(path).header("x-refused", "yes").await;
        let span = server_span(&client, refused.assert_status(403)).await;
        assert_eq!((span.name.as_str(), span.integer("http.response.status_code")), (name, Some(403)));
        assert_eq!(refused.json::<serde_json::Value>()["trace_id"].as_str(), Some(span.trace_id.as_str()));
    }
    assert_eq!(client.get("/openapi.json").await.header("x-trace-id"), None);
}

#[toolkit::test]
async fn the_toolkit_s_own_pages_are_not_traced() {
    let client = client();
    let jaeger: &[&str] = if cfg!(feature = "jaeger-ui") { &["/jaeger", "/jaeger/api/services"] } else { &[] };
    let paths = ["/openapi.json", "/docs", "/health/live", "/health/ready", "/metrics", "/traces"];
    for path in paths.iter().chain(jaeger) {
        assert_eq!(client.get(path).await.assert_status(200).header("x-trace-id"), None, "{path}");
    }
}

#[toolkit::test]
async fn a_request_is_measured_by_its_route_and_not_by_its_path() {
    let client = client();
    client.get("/items/7?note=a").await.assert_status(200);
    client.get("/pooled").await.assert_status(200);
    let metrics = client.get("/metrics").await;
    assert_eq!(metrics.header("content-type"), Some("text/plain; version=0.0.4"));
    let metrics = metrics.text();
    let labels = concat!(
        r#"{http_request_method="GET",http_response_status_code="200",http_route="/items/{item_id}","#,
        r#"network_protocol_version="1.1",url_scheme="http""#
    );
    for boundary in
        ["0.005", "0.01", "0.025", "0.05", "0.075", "0.1", "0.25", "0.5", "0.75", "1", "2.5", "5", "7.5", "10"]
    {
        let bucket = format!(r#"http_server_request_duration_seconds_bucket{labels},le="{boundary}"}}"#);
        assert!(metrics.contains(&bucket), "no {bucket} in:\n{metrics}");
    }
    for name in [
        "http_server_active_requests{",
        "http_server_request_body_size_bytes_count{",
        "http_server_response_body_size_bytes_count{",
        "toolkit_pool_queued ",
        "toolkit_pool_running ",
        "toolkit_pool_wait_duration_seconds_count ",
        "tokio_runtime_workers ",
        "process_memory_usage_bytes ",
        "target_info{",
    ] {
        assert!(metrics.lines().any(|line| line.starts_with(name)), "no {name} in:\n{metrics}");
    }
    assert!(!metrics.contains("items/7"), "{metrics}");
}

#[toolkit::test]
async fn whatever_is_probed_makes_no_new_series() {
    let client = client();
    let probe = async |count: u32| {
        for number in 0..count {
            client.get(&format!("/probe/{number}")).await.assert_status(404);
            client.get(&format!("/items/{number}")).await.assert_status(200);
        }
        for number in 0..count / 10 {
            let method = Method::from_bytes(format!("M{number}").as_bytes()).expect("a token");
            client.call(method, &format!("/probe/{number}")).await.assert_status(404);
        }
    };
    probe(20).await;
    let before = client.get("/metrics").await.text();
    probe(2000).await;
    let after = client.get("/metrics").await.text();
    // The other tests of this process make some series meanwhile: far fewer than a line for each probe.
    assert!(after.lines().count() < before.lines().count() + 2000, "{after}");
    for probed in ["/probe/", "/items/1", "\"M1"] {
        assert!(!after.contains(probed), "{probed} in {after}");
    }
}

#[toolkit::test]
async fn a_script_that_a_client_sends_is_shown_as_text() {
    let client = client();
    let script = "<script>alert(1)</script>";
    let reply = client.get("/items/7?note=%3Cscript%3E").header("user-agent", script).await;
    let trace_id = reply.header("x-trace-id").expect("a trace");
    let page = client.get(&format!("/traces/{trace_id}")).await.assert_status(200).text();
    assert!(!page.contains(script) && page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"), "{page}");
    assert!(page.contains("looked up"), "the log line is shown: {page}");
}
