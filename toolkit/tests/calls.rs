//! Calls to other services: what is sent, and what is traced and measured.

#![cfg(all(feature = "http-client", feature = "prometheus", feature = "trace-viewer"))]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod spans;

use std::{collections::BTreeMap, net::SocketAddr, sync::Mutex, time::Duration};

use opentelemetry::{
    Context, KeyValue, SpanId, TraceFlags, TraceId,
    baggage::BaggageExt,
    context::FutureExt,
    trace::{SpanContext, TraceContextExt, TraceState},
};
use serde_json::json;
use spans::{CLIENT, ERROR, Span, named, spans};
use tokio::net::{TcpListener, TcpSocket};
use toolkit::{
    axum::{
        self, Router,
        extract::{Path, Request},
        routing::any,
    },
    http::{Client, Method, reqwest},
    prelude::*,
};

/// A service in this process, which shows what the process tells of itself from now on.
async fn service() -> toolkit::Client {
    let service = toolkit::app!().client();
    service.get("/health/live").await.assert_status(200);
    service
}

/// The client spans of the caller's trace.
async fn spans_of(service: &toolkit::Client, caller: &Context) -> Vec<Span> {
    let trace = caller.span().span_context().trace_id().to_string();
    spans(service, &trace).await.into_iter().filter(|span| span.kind == CLIENT).collect()
}

/// The only client span of the caller's trace, which has to be right below the caller.
async fn span_of(service: &toolkit::Client, caller: &Context) -> Span {
    let [span] = spans_of(service, caller).await.try_into().unwrap();
    assert_eq!(span.parent, caller.span().span_context().span_id().to_string());
    span
}

/// One line of the metrics.
#[derive(Debug)]
struct Sample {
    labels: BTreeMap<String, String>,
    value: String,
}

/// What is measured of the durations of calls to a port: each series' `count`, or each `bucket` of each.
async fn durations_of(service: &toolkit::Client, port: u16, what: &str) -> Vec<Sample> {
    let metrics = service.get("/metrics").await.assert_status(200).text();
    let name = format!("http_client_request_duration_seconds_{what}{{");
    let samples = metrics.lines().filter_map(|line| line.strip_prefix(&name)).map(sample);
    samples.filter(|sample| sample.labels.get("server_port") == Some(&port.to_string())).collect()
}

/// Reads `a="1",b="2"} 3`. No value in this file has a quotation mark.
fn sample(text: &str) -> Sample {
    let (labels, value) = text.rsplit_once("\"} ").unwrap();
    let label = |label: &str| label.split_once("=\"").map(|(name, value)| (name.to_owned(), value.to_owned())).unwrap();
    Sample { labels: labels.split("\",").map(label).collect(), value: value.to_owned() }
}

/// A caller in a trace of its own, that came from elsewhere.
fn caller_with(flags: TraceFlags, state: TraceState) -> Context {
    let trace = TraceId::from(fastrand::u128(1..));
    let span = SpanId::from(fastrand::u64(1..));
    Context::new().with_remote_span_context(SpanContext::new(trace, span, flags, true, state))
}

fn caller() -> Context {
    caller_with(TraceFlags::SAMPLED, TraceState::NONE)
}

/// A client that no proxy of the environment comes between.
fn client() -> Client {
    Client::builder().no_proxy().build().unwrap().into()
}

/// The heads of the requests that peers got, by their paths.
static SEEN: Mutex<Vec<Request<()>>> = Mutex::new(Vec::new());

/// Starts a service that answers `/status/{status}` so, `/slow` never, and keeps the heads of requests.
async fn peer() -> SocketAddr {
    let seen = any(|request: Request| async {
        SEEN.lock().unwrap().push(request.map(|_| ()));
        "seen"
    });
    let status = any(|Path(status): Path<String>| async move { StatusCode::from_bytes(status.as_bytes()).unwrap() });
    let router = Router::new()
        .route("/seen/{name}", seen)
        .route("/status/{status}", status)
        .route("/slow", any(std::future::pending::<()>));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

/// The head of the request that a peer got at `/seen/{name}`.
fn seen(name: &str) -> Request<()> {
    let mut seen = SEEN.lock().unwrap();
    let index = seen.iter().position(|request| request.uri().path() == format!("/seen/{name}")).unwrap();
    seen.remove(index)
}

fn header<'a>(request: &'a Request<()>, name: &str) -> Option<&'a str> {
    request.headers().get(name).map(|value| value.to_str().unwrap())
}

#[toolkit::test]
async fn the_context_of_the_client_span_and_the_baggage_are_sent() {
    let (service, peer) = (service().await, peer().await);
    let caller = caller().with_baggage([KeyValue::new("tenant", "blue")]);
    let call = client().get(format!("http://{peer}/seen/context")).send();
    assert_eq!(call.with_context(caller.clone()).await.unwrap().text().await.unwrap(), "seen");

    let (request, span) = (seen("context"), span_of(&service, &caller).await);
    assert_eq!(header(&request, "traceparent"), Some(format!("00-{}-{}-01", span.trace_id, span.id).as_str()));
    assert_eq!(header(&request, "tracestate"), None);
    assert_eq!(header(&request, "baggage"), Some("tenant=blue"));
    assert_eq!(header(&request, "user-agent"), Some(concat!("toolkit/", env!("CARGO_PKG_VERSION"))));
}

#[toolkit::test]
async fn the_trace_state_is_sent_when_there_is_one() {
    let (service, peer) = (service().await, peer().await);
    let state = TraceState::from_key_value([("vendor", "7")]).unwrap();
    let caller = caller_with(TraceFlags::SAMPLED, state);
    client().get(format!("http://{peer}/seen/state")).send().with_context(caller.clone()).await.unwrap();

    let (request, span) = (seen("state"), span_of(&service, &caller).await);
    assert_eq!(header(&request, "tracestate"), Some("vendor=7"));
    assert_eq!(header(&request, "traceparent"), Some(format!("00-{}-{}-01", span.trace_id, span.id).as_str()));
}

#[toolkit::test]
async fn a_success_is_told_by_the_conventions() {
    let (service, peer, caller) = (service().await, peer().await, caller());
    let url = format!("http://{peer}/status/200?a=b");
    client().get(&url).send().with_context(caller.clone()).await.unwrap();

    let span = span_of(&service, &caller).await;
    assert_eq!((span.name.as_str(), span.scope.as_str()), ("GET", "toolkit"));
    assert_eq!((span.status, span.description.as_str()), (0, ""));
    let expected = json!({
        "http.request.method": "GET",
        "http.response.status_code": 200,
        "network.protocol.version": "1.1",
        "server.address": "127.0.0.1",
        "server.port": peer.port(),
        "url.full": url,
    });
    assert_eq!(json!(span.attributes), expected);
}

#[toolkit::test]
async fn client_and_server_errors_are_errors_by_their_status() {
    for status in ["404", "500"] {
        let (service, peer, caller) = (service().await, peer().await, caller());
        let call = client().get(format!("http://{peer}/status/{status}")).send();
        assert_eq!(call.with_context(caller.clone()).await.unwrap().status().as_str(), status);

        let span = span_of(&service, &caller).await;
        assert_eq!((span.status, span.description.as_str()), (ERROR, ""));
        assert_eq!(span.text("error.type"), Some(status));
        assert_eq!(span.integer("http.response.status_code"), Some(status.parse().unwrap()));
    }
}

#[toolkit::test]
async fn a_timeout_is_told() {
    let (service, peer, caller) = (service().await, peer().await, caller());
    let url = format!("http://{peer}/slow?secret=1");
    let call = client().get(&url).timeout(Duration::from_millis(50)).send();
    let error = call.with_context(caller.clone()).await.unwrap_err();
    assert!(error.is_timeout());
    assert_eq!(error.url().unwrap().as_str(), url);

    let span = span_of(&service, &caller).await;
    assert_eq!(span.text("error.type"), Some("timeout"));
    assert!(!span.has("http.response.status_code"));
    let description = "error sending request: operation timed out";
    assert_eq!((span.status, span.description.as_str()), (ERROR, description));
}

#[toolkit::test]
async fn a_refused_connection_is_told() {
    let (service, caller) = (service().await, caller());
    // It has an address, and does not listen.
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = socket.local_addr().unwrap();
    let call = client().get(format!("http://{address}/gone")).send();
    call.with_context(caller.clone()).await.unwrap_err();

    let span = span_of(&service, &caller).await;
    assert_eq!(span.text("error.type"), Some("connect"));
    assert_eq!(span.status, ERROR);
    assert!(span.description.contains("refused"), "{}", span.description);
    assert!(!span.description.contains("gone"), "{}", span.description);
}

#[toolkit::test]
async fn a_name_that_is_not_found_is_told() {
    let (service, caller) = (service().await, caller());
    client().get("http://no-such-host.invalid/").send().with_context(caller.clone()).await.unwrap_err();
    let span = span_of(&service, &caller).await;
    assert_eq!(span.text("error.type"), Some("dns"));
    assert_eq!(span.integer("server.port"), Some(80));
}

#[toolkit::test]
async fn a_dropped_call_is_told_as_cancelled() {
    let (service, peer, caller) = (service().await, peer().await, caller());
    let call = client().get(format!("http://{peer}/slow")).send().with_context(caller.clone());
    tokio::time::timeout(Duration::from_millis(50), call).await.unwrap_err();

    let span = span_of(&service, &caller).await;
    assert_eq!(span.text("error.type"), Some("cancelled"));
    assert_eq!((span.status, span.description.as_str()), (ERROR, ""));
    let [cancelled] = durations_of(&service, peer.port(), "count").await.try_into().unwrap();
    assert_eq!((cancelled.labels["error_type"].as_str(), cancelled.value.as_str()), ("cancelled", "1"));
}

#[toolkit::test]
async fn a_request_that_cannot_be_sent_is_not_told() {
    let (service, caller) = (service().await, caller());
    let client = client();
    let broken = [client.get("no url"), client.get("http://localhost").header("bad name", "value")];
    for request in broken {
        assert!(request.send().with_context(caller.clone()).await.unwrap_err().is_builder());
    }
    assert_eq!(spans_of(&service, &caller).await.len(), 0);
}

#[toolkit::test]
async fn secrets_of_the_url_are_sent_and_not_told() {
    let (service, peer, caller) = (service().await, peer().await, caller());
    let call = client().get(format!("http://ada:secret@{peer}/seen/redacted?a=b")).query(&[("sig", "secret")]).send();
    call.with_context(caller.clone()).await.unwrap();

    let request = seen("redacted");
    assert_eq!(request.uri().query(), Some("a=b&sig=secret"));
    assert_eq!(header(&request, "authorization"), Some("Basic YWRhOnNlY3JldA=="));
    let span = span_of(&service, &caller).await;
    let expected = format!("http://REDACTED:REDACTED@{peer}/seen/redacted?a=b&sig=REDACTED");
    assert_eq!(span.text("url.full"), Some(expected.as_str()));
    assert!(!format!("{span:?}").contains("secret"));
}

#[toolkit::test]
async fn a_template_names_the_span() {
    let (service, peer, caller) = (service().await, peer().await, caller());
    let call = client().put(format!("http://{peer}/status/204")).template("/status/{status}").send();
    call.with_context(caller.clone()).await.unwrap();

    let span = span_of(&service, &caller).await;
    assert_eq!(span.name, "PUT /status/{status}");
    assert_eq!(span.text("url.template"), Some("/status/{status}"));
}

#[toolkit::test]
async fn an_unknown_method_is_told_as_other() {
    let (service, peer, caller) = (service().await, peer().await, caller());
    let call = client().request(Method::from_bytes(b"BREW").unwrap(), format!("http://{peer}/status/200")).send();
    call.with_context(caller.clone()).await.unwrap();

    let span = span_of(&service, &caller).await;
    assert_eq!(span.name, "HTTP");
    assert_eq!(span.text("http.request.method"), Some("_OTHER"));
    assert_eq!(span.text("http.request.method_original"), Some("BREW"));
}

#[toolkit::test]
async fn a_trace_that_is_not_recorded_is_carried_on_without_a_span() {
    let (service, peer) = (service().await, peer().await);
    let caller = caller_with(TraceFlags::NOT_SAMPLED, TraceState::NONE);
    let call = client().get(format!("http://{peer}/seen/unrecorded")).send();
    call.with_context(caller.clone()).await.unwrap();

    assert_eq!(spans_of(&service, &caller).await.len(), 0);
    let own = caller.span().span_context().clone();
    let expected = format!("00-{}-{}-00", own.trace_id(), own.span_id());
    assert_eq!(header(&seen("unrecorded"), "traceparent"), Some(expected.as_str()));
    let [measured] = durations_of(&service, peer.port(), "count").await.try_into().unwrap();
    assert_eq!(measured.value, "1", "it is measured all the same");
}

#[toolkit::test]
async fn a_request_that_its_caller_did_not_sample_is_recorded_and_sent_on_as_not_sampled() {
    let (service, peer) = (toolkit::app!().with(client()).client(), peer().await);
    let trace = TraceId::from(fastrand::u128(1..));
    let relay = service.get(&format!("/relay?url=http://{peer}/seen/unsampled"));
    relay.header("traceparent", &format!("00-{trace}-00f067aa0ba902b7-00")).await.assert_status(200);

    let spans = spans(&service, &trace.to_string()).await;
    let span = named(&spans, "GET");
    assert_eq!((span.kind, &span.parent), (CLIENT, &named(&spans, "relay").id));
    assert_eq!(header(&seen("unsampled"), "traceparent"), Some(format!("00-{trace}-{}-00", span.id).as_str()));
}

#[toolkit::test]
async fn durations_are_measured_with_few_attributes() {
    let (service, peer, client) = (service().await, peer().await, client());
    for status in ["200", "200", "503"] {
        let url = format!("http://{peer}/status/{status}");
        client.get(url).template("/status/{status}").send().with_context(caller()).await.unwrap();
    }
    let mut counts = durations_of(&service, peer.port(), "count").await;
    counts.sort_by(|one, other| one.value.cmp(&other.value));
    let [unavailable, ok] = counts.try_into().unwrap();
    assert_eq!((ok.value.as_str(), unavailable.value.as_str()), ("2", "1"));
    let mut expected = json!({
        "http_request_method": "GET",
        "http_response_status_code": "200",
        "network_protocol_version": "1.1",
        "server_address": "127.0.0.1",
        "server_port": peer.port().to_string(),
        "url_template": "/status/{status}",
    });
    assert_eq!(json!(ok.labels), expected);
    expected["http_response_status_code"] = "503".into();
    expected["error_type"] = "503".into();
    assert_eq!(json!(unavailable.labels), expected);

    let mut buckets = durations_of(&service, peer.port(), "bucket").await;
    buckets.retain(|bucket| bucket.labels["http_response_status_code"] == "200");
    let bounds: Vec<_> = buckets.iter().map(|bucket| bucket.labels["le"].as_str()).collect();
    let expected =
        ["0.005", "0.01", "0.025", "0.05", "0.075", "0.1", "0.25", "0.5", "0.75", "1", "2.5", "5", "7.5", "10", "+Inf"];
    assert_eq!(bounds, expected);
}

#[toolkit::test]
async fn a_call_before_the_service_starts_keeps_no_later_one_from_being_measured() {
    let peer = peer().await;
    let url = format!("http://{peer}/status/200");
    client().get(&url).template("/before").send().await.unwrap();
    let service = service().await;
    client().get(&url).template("/after").send().await.unwrap();

    let counts = durations_of(&service, peer.port(), "count").await;
    assert!(counts.iter().any(|count| count.labels["url_template"] == "/after"), "{counts:?}");
}

#[toolkit::test]
async fn every_part_of_a_request_is_sent() {
    let peer = peer().await;
    let url = reqwest::Url::parse(&format!("http://{peer}/seen/parts")).unwrap();
    let headers = [(reqwest::header::ACCEPT, "text/plain".parse().unwrap())].into_iter().collect();
    let call = client().post(&url).header("x-one", "1").headers(headers).bearer_auth("token").query(&[("q", "1 2")]);
    call.json(&["a"]).version(reqwest::Version::HTTP_11).send().with_context(caller()).await.unwrap();

    let request = seen("parts");
    assert_eq!(request.method(), Method::POST);
    assert_eq!(request.uri().query(), Some("q=1+2"));
    assert_eq!(header(&request, "x-one"), Some("1"));
    assert_eq!(header(&request, "accept"), Some("text/plain"));
    assert_eq!(header(&request, "authorization"), Some("Bearer token"));
    assert_eq!(header(&request, "content-type"), Some("application/json"));
    assert_eq!(header(&request, "content-length"), Some("5"));
}

/// Calls another service.
#[get("/relay")]
async fn relay(url: String, client: &Client) -> toolkit::Result<Text> {
    Ok(Text(client.get(url).send().await?.text().await?))
}

#[toolkit::test]
async fn an_endpoint_that_borrows_a_client_is_lent_one() {
    let peer = peer().await;
    let answer = toolkit::app!().client().get(&format!("/relay?url=http://{peer}/seen/lent")).await;
    assert_eq!(answer.assert_status(200).text(), "seen");
    assert!(header(&seen("lent"), "user-agent").unwrap().starts_with("toolkit/"));
}

#[toolkit::test]
async fn a_client_that_is_put_in_is_lent_instead() {
    let peer = peer().await;
    let own = Client::from(Client::builder().user_agent("own").build().unwrap());
    toolkit::app!().with(own).client().get(&format!("/relay?url=http://{peer}/seen/own")).await.assert_status(200);
    assert_eq!(header(&seen("own"), "user-agent"), Some("own"));
}

#[toolkit::test]
async fn a_spawned_task_belongs_to_the_trace_of_its_spawner() {
    let (service, peer, caller) = (service().await, peer().await, caller());
    let task = {
        let _guard = caller.clone().attach();
        toolkit::spawn(async move { client().get(format!("http://{peer}/status/200")).send().await.unwrap() })
    };
    task.await.unwrap();
    span_of(&service, &caller).await;
}

#[toolkit::test]
async fn a_spawned_task_is_inside_the_span_of_its_spawner() {
    let _service = service().await;
    let span = tracing::info_span!("spawner");
    let task = span.in_scope(|| toolkit::spawn(async { tracing::Span::current().id() }));
    assert!(span.id().is_some());
    assert_eq!(task.await.unwrap(), span.id());
}
