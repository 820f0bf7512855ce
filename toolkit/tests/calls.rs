//! Calls to other services: what is sent, and what is traced and measured.

#![cfg(feature = "http-client")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    net::SocketAddr,
    sync::{LazyLock, Mutex},
    time::Duration,
};

use opentelemetry::{
    Context, KeyValue, SpanId, TraceFlags, TraceId, Value,
    baggage::BaggageExt,
    context::FutureExt,
    global,
    trace::{SpanContext, SpanKind, Status, TraceContextExt, TraceState},
};
use opentelemetry_sdk::{
    metrics::{
        InMemoryMetricExporter, PeriodicReader, SdkMeterProvider,
        data::{AggregatedMetrics, HistogramDataPoint, MetricData, ScopeMetrics},
    },
    trace::{InMemorySpanExporter, SdkTracerProvider, SpanData},
};
use tokio::net::TcpListener;
use toolkit::{
    axum::{
        self, Router,
        extract::{Path, Request},
        routing::any,
    },
    http::{Client, Method, reqwest},
    prelude::*,
};

/// What the process tells of itself, kept in memory.
struct Kept {
    spans: InMemorySpanExporter,
    metrics: InMemoryMetricExporter,
    meters: SdkMeterProvider,
}

static KEPT: LazyLock<Kept> = LazyLock::new(|| {
    let spans = InMemorySpanExporter::default();
    global::set_tracer_provider(SdkTracerProvider::builder().with_simple_exporter(spans.clone()).build());
    let metrics = InMemoryMetricExporter::default();
    let reader = PeriodicReader::builder(metrics.clone()).build();
    let meters = SdkMeterProvider::builder().with_reader(reader).build();
    global::set_meter_provider(meters.clone());
    Kept { spans, metrics, meters }
});

/// The client spans of the caller's trace.
fn spans_of(caller: &Context) -> Vec<SpanData> {
    let trace = caller.span().span_context().trace_id();
    let all = KEPT.spans.get_finished_spans().unwrap();
    all.into_iter().filter(|span| span.span_context.trace_id() == trace && span.span_kind == SpanKind::Client).collect()
}

/// The measured durations of calls to a port.
fn durations_of(port: u16) -> Vec<HistogramDataPoint<f64>> {
    KEPT.meters.force_flush().unwrap();
    let exports = KEPT.metrics.get_finished_metrics().unwrap();
    // Each export holds all that came before.
    let scopes = exports.last().unwrap().scope_metrics();
    let metric = scopes.flat_map(ScopeMetrics::metrics).find(|metric| metric.name() == "http.client.request.duration");
    let metric = metric.unwrap();
    assert_eq!(metric.unit(), "s");
    let AggregatedMetrics::F64(MetricData::Histogram(histogram)) = metric.data() else { panic!("{metric:?}") };
    let to_port = |point: &&HistogramDataPoint<f64>| {
        point.attributes().any(|attribute| *attribute == KeyValue::new("server.port", i64::from(port)))
    };
    histogram.data_points().filter(to_port).cloned().collect()
}

/// A caller in a trace of its own, that came from elsewhere.
fn caller_with(flags: TraceFlags) -> Context {
    LazyLock::force(&KEPT);
    let trace = TraceId::from_bytes(fastrand::u128(1..).to_be_bytes());
    let span = SpanId::from_bytes(fastrand::u64(1..).to_be_bytes());
    Context::new().with_remote_span_context(SpanContext::new(trace, span, flags, true, TraceState::default()))
}

fn caller() -> Context {
    caller_with(TraceFlags::SAMPLED)
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

/// The attribute's value, or nothing.
fn attribute(attributes: &[KeyValue], name: &str) -> Option<Value> {
    attributes.iter().find(|attribute| attribute.key.as_str() == name).map(|attribute| attribute.value.clone())
}

/// The names of attributes, sorted.
fn names<'a>(attributes: impl IntoIterator<Item = &'a KeyValue>) -> Vec<&'a str> {
    let mut names: Vec<_> = attributes.into_iter().map(|attribute| attribute.key.as_str()).collect();
    names.sort_unstable();
    names
}

/// The only client span of the caller's trace.
fn span_of(caller: &Context) -> SpanData {
    let [span] = spans_of(caller).try_into().unwrap();
    assert_eq!(span.parent_span_id, caller.span().span_context().span_id());
    span
}

#[toolkit::test]
async fn the_context_of_the_client_span_and_the_baggage_are_sent() {
    let peer = peer().await;
    let caller = caller().with_baggage([KeyValue::new("tenant", "blue")]);
    let call = client().get(format!("http://{peer}/seen/context")).send();
    assert_eq!(call.with_context(caller.clone()).await.unwrap().text().await.unwrap(), "seen");

    let (request, span) = (seen("context"), span_of(&caller));
    let (trace, id) = (span.span_context.trace_id(), span.span_context.span_id());
    assert_eq!(header(&request, "traceparent"), Some(format!("00-{trace}-{id}-01").as_str()));
    assert_eq!(header(&request, "tracestate"), None);
    assert_eq!(header(&request, "baggage"), Some("tenant=blue"));
    assert_eq!(header(&request, "user-agent"), Some(concat!("toolkit/", env!("CARGO_PKG_VERSION"))));
}

#[toolkit::test]
async fn the_trace_state_is_sent_when_there_is_one() {
    let peer = peer().await;
    let caller = caller();
    let own = caller.span().span_context().clone();
    let state = TraceState::from_key_value([("vendor", "7")]).unwrap();
    let caller = Context::new().with_remote_span_context(SpanContext::new(
        own.trace_id(),
        own.span_id(),
        own.trace_flags(),
        true,
        state,
    ));
    client().get(format!("http://{peer}/seen/state")).send().with_context(caller).await.unwrap();
    assert_eq!(header(&seen("state"), "tracestate"), Some("vendor=7"));
}

#[toolkit::test]
async fn a_success_is_told_by_the_conventions() {
    let (peer, caller) = (peer().await, caller());
    let url = format!("http://{peer}/status/200?a=b");
    client().get(&url).send().with_context(caller.clone()).await.unwrap();

    let span = span_of(&caller);
    assert_eq!(span.name, "GET");
    assert_eq!(span.status, Status::Unset);
    let expected = [
        ("http.request.method", "GET".into()),
        ("http.response.status_code", Value::I64(200)),
        ("network.protocol.version", "1.1".into()),
        ("server.address", "127.0.0.1".into()),
        ("server.port", Value::I64(peer.port().into())),
        ("url.full", url.into()),
    ];
    assert_eq!(names(&span.attributes), expected.clone().map(|(name, _)| name));
    for (name, value) in expected {
        assert_eq!(attribute(&span.attributes, name), Some(value), "{name}");
    }
}

#[toolkit::test]
async fn client_and_server_errors_are_errors_by_their_status() {
    for status in ["404", "500"] {
        let (peer, caller) = (peer().await, caller());
        let call = client().get(format!("http://{peer}/status/{status}")).send();
        assert_eq!(call.with_context(caller.clone()).await.unwrap().status().as_str(), status);

        let span = span_of(&caller);
        assert_eq!(span.status, Status::error(""));
        assert_eq!(attribute(&span.attributes, "error.type"), Some(status.to_owned().into()));
        let code = Value::I64(status.parse().unwrap());
        assert_eq!(attribute(&span.attributes, "http.response.status_code"), Some(code));
    }
}

#[toolkit::test]
async fn a_timeout_is_told() {
    let (peer, caller) = (peer().await, caller());
    let url = format!("http://{peer}/slow?secret=1");
    let call = client().get(&url).timeout(Duration::from_millis(50)).send();
    let error = call.with_context(caller.clone()).await.unwrap_err();
    assert!(error.is_timeout());
    assert_eq!(error.url().unwrap().as_str(), url);

    let span = span_of(&caller);
    assert_eq!(attribute(&span.attributes, "error.type"), Some("timeout".into()));
    assert_eq!(attribute(&span.attributes, "http.response.status_code"), None);
    assert_eq!(span.status, Status::error("error sending request: operation timed out"));
}

#[toolkit::test]
async fn a_refused_connection_is_told() {
    let caller = caller();
    let address = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let call = client().get(format!("http://{address}/gone")).send();
    call.with_context(caller.clone()).await.unwrap_err();

    let span = span_of(&caller);
    assert_eq!(attribute(&span.attributes, "error.type"), Some("connect".into()));
    let Status::Error { description } = span.status else { panic!("{:?}", span.status) };
    assert!(description.contains("refused"), "{description}");
    assert!(!description.contains("gone"), "{description}");
}

#[toolkit::test]
async fn a_name_that_is_not_found_is_told() {
    let caller = caller();
    client().get("http://no-such-host.invalid/").send().with_context(caller.clone()).await.unwrap_err();
    let span = span_of(&caller);
    assert_eq!(attribute(&span.attributes, "error.type"), Some("dns".into()));
    assert_eq!(attribute(&span.attributes, "server.port"), Some(Value::I64(80)));
}

#[toolkit::test]
async fn a_dropped_call_is_told_as_cancelled() {
    let (peer, caller) = (peer().await, caller());
    let call = client().get(format!("http://{peer}/slow")).send().with_context(caller.clone());
    tokio::time::timeout(Duration::from_millis(50), call).await.unwrap_err();

    let span = span_of(&caller);
    assert_eq!(attribute(&span.attributes, "error.type"), Some("cancelled".into()));
    assert_eq!(span.status, Status::error(""));
    assert!(durations_of(peer.port())[0].attributes().any(|told| *told == KeyValue::new("error.type", "cancelled")));
}

#[toolkit::test]
async fn a_request_that_cannot_be_sent_is_not_told() {
    let caller = caller();
    let client = client();
    let broken = [client.get("no url"), client.get("http://localhost").header("bad name", "value")];
    for request in broken {
        assert!(request.send().with_context(caller.clone()).await.unwrap_err().is_builder());
    }
    assert!(spans_of(&caller).is_empty());
}

#[toolkit::test]
async fn secrets_of_the_url_are_sent_and_not_told() {
    let (peer, caller) = (peer().await, caller());
    let call = client().get(format!("http://ada:secret@{peer}/seen/redacted?a=b")).query(&[("sig", "secret")]).send();
    call.with_context(caller.clone()).await.unwrap();

    let request = seen("redacted");
    assert_eq!(request.uri().query(), Some("a=b&sig=secret"));
    assert_eq!(header(&request, "authorization"), Some("Basic YWRhOnNlY3JldA=="));
    let span = span_of(&caller);
    let expected = format!("http://REDACTED:REDACTED@{peer}/seen/redacted?a=b&sig=REDACTED");
    assert_eq!(attribute(&span.attributes, "url.full"), Some(expected.into()));
    assert!(!format!("{span:?}").contains("secret"));
}

#[toolkit::test]
async fn a_template_names_the_span() {
    let (peer, caller) = (peer().await, caller());
    let call = client().put(format!("http://{peer}/status/204")).template("/status/{status}").send();
    call.with_context(caller.clone()).await.unwrap();

    let span = span_of(&caller);
    assert_eq!(span.name, "PUT /status/{status}");
    assert_eq!(attribute(&span.attributes, "url.template"), Some("/status/{status}".into()));
}

#[toolkit::test]
async fn an_unknown_method_is_told_as_other() {
    let (peer, caller) = (peer().await, caller());
    let call = client().request(Method::from_bytes(b"BREW").unwrap(), format!("http://{peer}/status/200")).send();
    call.with_context(caller.clone()).await.unwrap();

    let span = span_of(&caller);
    assert_eq!(span.name, "HTTP");
    assert_eq!(attribute(&span.attributes, "http.request.method"), Some("_OTHER".into()));
    assert_eq!(attribute(&span.attributes, "http.request.method_original"), Some("BREW".into()));
}

#[toolkit::test]
async fn a_trace_that_is_not_recorded_is_carried_on_without_a_span() {
    let (peer, caller) = (peer().await, caller_with(TraceFlags::default()));
    let call = client().get(format!("http://{peer}/seen/unrecorded")).send();
    call.with_context(caller.clone()).await.unwrap();

    assert!(spans_of(&caller).is_empty());
    let own = caller.span().span_context().clone();
    let expected = format!("00-{}-{}-00", own.trace_id(), own.span_id());
    assert_eq!(header(&seen("unrecorded"), "traceparent"), Some(expected.as_str()));
    assert_eq!(durations_of(peer.port())[0].count(), 1, "it is measured all the same");
}

#[toolkit::test]
async fn durations_are_measured_with_few_attributes() {
    let (peer, client) = (peer().await, client());
    for status in ["200", "200", "503"] {
        let url = format!("http://{peer}/status/{status}");
        client.get(url).template("/status/{status}").send().with_context(caller()).await.unwrap();
    }
    let mut points = durations_of(peer.port());
    points.sort_by_key(HistogramDataPoint::count);
    let [unavailable, ok] = points.try_into().unwrap();

    assert_eq!((ok.count(), unavailable.count()), (2, 1));
    let bounds: Vec<_> = ok.bounds().collect();
    assert_eq!(bounds, [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0]);
    let all = [
        "error.type",
        "http.request.method",
        "http.response.status_code",
        "network.protocol.version",
        "server.address",
        "server.port",
        "url.template",
    ];
    assert_eq!(names(unavailable.attributes()), all);
    assert_eq!(names(ok.attributes()), all[1..]);
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
    LazyLock::force(&KEPT);
    let answer = toolkit::app!().client().get(&format!("/relay?url=http://{peer}/seen/lent")).await;
    assert_eq!(answer.assert_status(200).text(), "seen");
    assert!(header(&seen("lent"), "user-agent").unwrap().starts_with("toolkit/"));
}

#[toolkit::test]
async fn a_client_that_is_put_in_is_lent_instead() {
    let peer = peer().await;
    LazyLock::force(&KEPT);
    let own = Client::from(Client::builder().user_agent("own").build().unwrap());
    toolkit::app!().with(own).client().get(&format!("/relay?url=http://{peer}/seen/own")).await.assert_status(200);
    assert_eq!(header(&seen("own"), "user-agent"), Some("own"));
}

#[toolkit::test]
async fn a_spawned_task_belongs_to_the_trace_of_its_spawner() {
    let (peer, caller) = (peer().await, caller());
    let task = {
        let _guard = caller.clone().attach();
        toolkit::spawn(async move { client().get(format!("http://{peer}/status/200")).send().await.unwrap() })
    };
    task.await.unwrap();
    assert_eq!(span_of(&caller).parent_span_id, caller.span().span_context().span_id());
}

#[toolkit::test]
async fn a_spawned_task_is_inside_the_span_of_its_spawner() {
    let _subscriber = tracing::subscriber::set_default(tracing_subscriber::registry());
    let span = tracing::info_span!("spawner");
    let task = span.in_scope(|| toolkit::spawn(async { tracing::Span::current().id() }));
    assert!(span.id().is_some());
    assert_eq!(task.await.unwrap(), span.id());
}
