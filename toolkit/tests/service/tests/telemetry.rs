//! What leaves the process: spans, metrics and log lines, as the `OTEL_*` variables say; and what becomes of it when
//! nobody takes it.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod collector;
mod process;

use std::{
    fs,
    time::{Duration, Instant},
};

use collector::{Collector, Mood};
use opentelemetry_proto::tonic::{
    common::v1::any_value::Value,
    trace::v1::{Span, span::SpanKind},
};
use process::{Answer, Service};

/// Requests are not logged.
const QUIET: &str = "--log=info,toolkit::access=off";
const OFTEN: (&str, &str) = ("OTEL_BSP_SCHEDULE_DELAY", "100");
/// Nothing but traces.
const TRACES: [(&str, &str); 2] = [("OTEL_METRICS_EXPORTER", "none"), ("OTEL_LOGS_EXPORTER", "none")];

fn start(collector: &Collector, arguments: &[&str], more: &[(&str, &str)]) -> Service {
    let (name, endpoint) = collector.endpoint();
    let environment: Vec<_> = [(name, endpoint.as_str()), OFTEN].into_iter().chain(more.iter().copied()).collect();
    Service::start_with(arguments, &environment)
}

fn with_parent(service: &Service, path: &str, trace_id: &str, flags: &str) -> Answer {
    let parent = format!("00-{trace_id}-00f067aa0ba902b7-{flags}");
    service.request(&format!("GET {path} HTTP/1.1\r\nhost: x\r\ntraceparent: {parent}\r\n\r\n"))
}

fn servers(spans: &[Span]) -> Vec<&Span> {
    spans.iter().filter(|span| span.kind == SpanKind::Server as i32).collect()
}

fn hex(id: &[u8]) -> String {
    format!("{:032x}", u128::from_be_bytes(id.try_into().unwrap()))
}

fn threads(service: &Service) -> Vec<String> {
    let tasks = fs::read_dir(format!("/proc/{}/task", service.id())).unwrap();
    tasks.map(|task| fs::read_to_string(task.unwrap().path().join("comm")).unwrap_or_default()).collect()
}

/// The physical memory of a process, in bytes.
fn memory(service: &Service) -> usize {
    let statm = fs::read_to_string(format!("/proc/{}/statm", service.id())).unwrap();
    statm.split(' ').nth(1).unwrap().parse::<usize>().unwrap() * 4096
}

#[test]
fn without_a_word_on_it_nothing_is_exported_and_nothing_runs_for_it() {
    let mut service = Service::start(&["--other=true"]);
    service.get("/fast");
    let threads = threads(&service);
    assert!(!threads.iter().any(|name| name.starts_with("OpenTelemetry")), "{threads:?}");
    service.signal("TERM");
    assert_eq!(service.wait(), Some(0));
    let log = service.log();
    assert!(!log.contains("WARN") && !log.contains("telemetry"), "{log}");
}

#[test]
fn a_disabled_sdk_sends_and_measures_nothing_and_requests_keep_their_trace_ids() {
    let collector = Collector::start(Mood::Takes);
    let service = start(&collector, &[], &[("OTEL_SDK_DISABLED", "true")]);
    let trace_id = "4bf92f3577b34da6a3ce929d0e0e4736";
    assert_eq!(with_parent(&service, "/fast", trace_id, "01").header("x-trace-id"), trace_id);
    assert_eq!(service.get("/nowhere").header("x-trace-id").len(), 32);
    assert_eq!(service.get("/metrics").body, "");
    assert_eq!(service.get("/traces").status, 404);
    assert!(!threads(&service).iter().any(|name| name.starts_with("OpenTelemetry")));
    service.signal("TERM");
    assert!(collector.requests().is_empty(), "{:?}", collector.requests());
}

#[test]
fn a_tenth_of_the_traces_is_sent_when_that_is_asked_for_and_all_have_their_ids() {
    let collector = Collector::start(Mood::Takes);
    let sampler = [("OTEL_TRACES_SAMPLER", "traceidratio"), ("OTEL_TRACES_SAMPLER_ARG", "0.1")];
    let queue = ("OTEL_BSP_MAX_QUEUE_SIZE", "65536");
    let more: Vec<_> = TRACES.into_iter().chain(sampler).chain([queue]).collect();
    let mut service = start(&collector, &[QUIET], &more);
    let mut connection = service.connect();
    for _ in 0..5000 {
        assert_eq!(connection.get("/fast").header("x-trace-id").len(), 32);
    }
    service.signal("TERM");
    service.wait();
    let spans = collector.spans();
    let requests = servers(&spans).len();
    assert!((380..620).contains(&requests), "{requests} of 5000");
    assert_eq!(spans.len(), 2 * requests, "each has its function's span");
}

#[test]
fn what_the_caller_has_decided_not_to_sample_is_not_sent_and_keeps_its_trace_id() {
    let collector = Collector::start(Mood::Takes);
    let mut service = start(&collector, &["--trace-viewer=true"], &TRACES);
    let (unsampled, sampled) = ("11111111111111111111111111111111", "22222222222222222222222222222222");
    assert_eq!(with_parent(&service, "/fast", unsampled, "00").header("x-trace-id"), unsampled);
    with_parent(&service, "/fast", sampled, "01");
    let page = service.request(&format!("GET /traces/{unsampled} HTTP/1.1\r\nhost: localhost\r\n\r\n"));
    assert_eq!(page.status, 200, "the viewer sees every request");
    service.signal("TERM");
    service.wait();
    let spans = collector.spans();
    assert!(spans.iter().all(|span| hex(&span.trace_id) == sampled), "{spans:#?}");
    assert_eq!(servers(&spans).len(), 1);
    let line = service.wait_for_log(unsampled);
    assert!(line.contains("toolkit::access"), "{line}");
}

#[test]
fn no_span_of_an_answered_request_is_lost_when_the_service_stops_under_load() {
    let collector = Collector::start(Mood::Takes);
    let queue = ("OTEL_BSP_MAX_QUEUE_SIZE", "65536");
    // One thread has to serve, and must not be waited on by itself.
    let few = [queue, ("OTEL_BSP_SCHEDULE_DELAY", "60000"), ("TOKIO_WORKER_THREADS", "1")];
    let more: Vec<_> = TRACES.into_iter().chain(few).collect();
    let mut service = start(&collector, &[QUIET], &more);
    let address = service.address();
    let callers: Vec<_> = (0..4)
        .map(|_| {
            std::thread::spawn(move || {
                let mut answered = Vec::new();
                let mut stream = std::io::BufReader::new(std::net::TcpStream::connect(address).unwrap());
                while let Some(trace_id) = call(&mut stream) {
                    answered.push(trace_id);
                }
                answered
            })
        })
        .collect();
    std::thread::sleep(Duration::from_millis(500));
    let stopped = Instant::now();
    service.signal("TERM");
    assert_eq!(service.wait(), Some(0));
    assert!(stopped.elapsed() < Duration::from_secs(10));
    let answered: Vec<_> = callers.into_iter().flat_map(|caller| caller.join().unwrap()).collect();
    let spans = collector.spans();
    let sent: std::collections::HashSet<_> = servers(&spans).iter().map(|span| hex(&span.trace_id)).collect();
    let lost = answered.iter().filter(|id| !sent.contains(*id)).count();
    assert!(!answered.is_empty(), "none was answered");
    assert_eq!(lost, 0, "of {}", answered.len());
}

/// Calls once; none when the service has stopped.
fn call(stream: &mut std::io::BufReader<std::net::TcpStream>) -> Option<String> {
    use std::io::{BufRead, Read, Write};
    stream.get_mut().write_all(b"GET /fast HTTP/1.1\r\nhost: x\r\n\r\n").ok()?;
    let (mut trace_id, mut length) = (None, 0);
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let line = line.trim_end().to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(id) = line.strip_prefix("x-trace-id: ") {
            trace_id = Some(id.to_owned());
        }
        if let Some(text) = line.strip_prefix("content-length: ") {
            length = text.parse().ok()?;
        }
    }
    stream.read_exact(&mut vec![0; length]).ok()?;
    trace_id
}

#[test]
fn a_collector_that_refuses_or_never_answers_costs_no_request_anything() {
    for mood in [Mood::Refuses, Mood::NeverAnswers] {
        let collector = Collector::start(mood);
        let mut service = start(&collector, &[QUIET], &[]);
        let mut connection = service.connect();
        connection.get("/fast");
        let began = Instant::now();
        for _ in 0..200 {
            assert_eq!(connection.get("/fast").status, 200);
        }
        assert!(began.elapsed() < Duration::from_secs(4), "{mood:?}: {:?}", began.elapsed());
        if mood == Mood::Refuses {
            service.wait_for_log("spans in 1 exports could not be sent to http://127.0.0.1:");
            std::thread::sleep(Duration::from_millis(500));
            connection.get("/fast");
        }
        let stopping = Instant::now();
        service.signal("TERM");
        assert_eq!(service.wait(), Some(0), "{mood:?}");
        assert!(stopping.elapsed() < Duration::from_secs(10), "{mood:?}: {:?}", stopping.elapsed());
        let told = service.log().lines().filter(|line| line.contains("spans in") && !line.contains("more")).count();
        assert!(told <= 1, "told once a minute:\n{}", service.log());
    }
}

#[test]
fn a_collector_that_comes_back_gets_what_is_new() {
    let collector = Collector::start(Mood::Refuses);
    let service = start(&collector, &["--log=info"], &TRACES);
    service.get("/fast");
    service.wait_for_log("could not be sent");
    collector.set(Mood::Takes);
    let trace_id = "33333333333333333333333333333333";
    with_parent(&service, "/fast", trace_id, "01");
    let spans = collector.wait_for(2);
    assert!(spans.iter().any(|span| hex(&span.trace_id) == trace_id));
    service.wait_for_log(" again, after");
}

#[test]
fn spans_that_come_too_fast_are_dropped_and_counted_and_memory_stays_flat() {
    let collector = Collector::start(Mood::NeverAnswers);
    let queue = [("OTEL_BSP_MAX_QUEUE_SIZE", "64"), ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "16")];
    let more: Vec<_> = TRACES.into_iter().chain(queue).collect();
    let service = start(&collector, &[QUIET, "--trace-viewer=false"], &more);
    let mut connection = service.connect();
    let mut load = |count: usize| (0..count).for_each(|_| assert_eq!(connection.get("/fast").status, 200));
    load(2000);
    let before = memory(&service);
    load(10_000);
    let grown = memory(&service).saturating_sub(before);
    assert!(grown < 4 << 20, "{grown} bytes more");
    let metrics = service.get("/metrics").body;
    let dropped = metrics.lines().find(|line| {
        line.starts_with("otel_sdk_processor_span_processed_total{") && line.contains(r#"error_type="queue_full""#)
    });
    let dropped = dropped.unwrap_or_else(|| panic!("no count of dropped spans in:\n{metrics}"));
    let count: f64 = dropped.rsplit(' ').next().unwrap().parse().unwrap();
    assert!(count > 20_000.0, "{dropped}");
}

#[test]
fn a_hundred_thousand_unknown_paths_and_ten_thousand_methods_leave_memory_and_series_flat() {
    let service = Service::start_with(&[QUIET, "--trace-viewer=false"], &[]);
    let mut connection = service.connect();
    let mut probe = |paths: std::ops::Range<u32>, methods: std::ops::Range<u32>| {
        for number in paths {
            assert_eq!(connection.get(&format!("/probe/{number}")).status, 404);
        }
        for number in methods {
            connection.send(&format!("M{number} /fast HTTP/1.1\r\nhost: x\r\n\r\n"));
            assert_eq!(connection.answer().status, 405);
        }
    };
    probe(0..1000, 0..100);
    let (before, series) = (memory(&service), service.get("/metrics").body.lines().count());
    probe(1000..100_000, 100..10_000);
    let grown = memory(&service).saturating_sub(before);
    assert!(grown < 4 << 20, "{grown} bytes more");
    assert_eq!(service.get("/metrics").body.lines().count(), series);
}

#[test]
fn a_text_of_a_megabyte_is_cut_before_it_is_kept_or_sent() {
    let collector = Collector::start(Mood::Takes);
    let mut service = start(&collector, &["--trace-viewer=true"], &TRACES);
    let body = format!(r#"{{"text":"{}"}}"#, "x".repeat(1 << 20));
    let head = "POST /notes HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n";
    let mut connection = service.connect();
    let mut send = || {
        connection.send(&format!("{head}content-length: {}\r\n\r\n{body}", body.len()));
        assert_eq!(connection.answer().status, 204);
    };
    (0..20).for_each(|_| send());
    let before = memory(&service);
    (0..200).for_each(|_| send());
    let grown = memory(&service).saturating_sub(before);
    assert!(grown < 32 << 20, "{grown} bytes more");
    service.signal("TERM");
    service.wait();
    let spans = collector.spans();
    let function = spans.iter().find(|span| span.name == "add_note").unwrap();
    let note = function.attributes.iter().find(|attribute| attribute.key == "endpoint.parameter.note").unwrap();
    let Some(Value::StringValue(text)) = note.value.as_ref().and_then(|value| value.value.as_ref()) else {
        panic!("{note:?}")
    };
    assert_eq!(text.len(), 16 * 1024);
}

#[test]
fn a_log_line_is_json_outside_a_terminal_and_names_the_trace() {
    let service = Service::start(&["--log=info"]);
    let answer = service.request(
        "POST /notes HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 15\r\n\r\n{\"text\":\"a\\nb\"}",
    );
    assert_eq!(answer.status, 204);
    let line: serde_json::Value = serde_json::from_str(&service.wait_for_log("noted")).unwrap();
    assert_eq!(line["trace_id"], answer.header("x-trace-id"));
    assert_eq!(line["span_id"].as_str().map(str::len), Some(16));
    assert_eq!((line["level"].as_str(), line["message"].as_str()), (Some("INFO"), Some("noted")));
    assert_eq!(line["fields"]["length"], 3);
    let access: serde_json::Value = serde_json::from_str(&service.wait_for_log("toolkit::access")).unwrap();
    assert_eq!(access["trace_id"], answer.header("x-trace-id"));
    assert_eq!((access["fields"]["method"].as_str(), access["fields"]["status"].as_u64()), (Some("POST"), Some(204)));
    assert_eq!(access["fields"]["route"], "/notes");
}

#[test]
fn what_a_client_sends_cannot_look_like_a_log_line_of_its_own() {
    let service = Service::start(&["--log=info", "--log-format=text"]);
    service.get("/repeat/%0A2026-01-01T00:00:00Z%20ERROR%20forged");
    let line = service.wait_for_log("toolkit::access");
    assert!(line.contains("path=/repeat/%0A2026") && line.contains("INFO"), "{line}");
    assert!(!service.log().lines().any(|line| line.starts_with("2026-01-01")));
}

#[test]
fn the_viewer_answers_callers_of_this_machine_only() {
    let service = Service::start(&["--trace-viewer=true"]);
    let get = |headers: &str| service.request(&format!("GET /traces HTTP/1.1\r\n{headers}\r\n\r\n")).status;
    assert_eq!(get("host: localhost"), 200);
    assert_eq!(get("host: evil.example"), 403);
    assert_eq!(get("host: localhost\r\nx-forwarded-for: 192.0.2.1"), 403);
    assert_eq!(get("host: localhost\r\norigin: http://localhost:1"), 403, "a page of another site");
    let open = Service::start(&["--trace-viewer=true", "--trace-viewer-from=anywhere"]);
    assert_eq!(open.get("/traces").status, 200);
    let without = Service::start(&["--trace-viewer=false"]);
    assert_eq!(without.get("/traces").status, 404);
}

#[test]
fn a_file_that_was_sent_whole_is_no_error_and_one_that_breaks_off_is() {
    let service = Service::start(&["--log=info"]);
    let answer = service.get("/file");
    assert_eq!((answer.status, answer.body.is_empty()), (200, false));
    let line: serde_json::Value = serde_json::from_str(&service.wait_for_log("\"path\":\"/file\"")).unwrap();
    assert_eq!((line["fields"]["status"].as_u64(), line["fields"]["error"].as_str()), (Some(200), None), "{line}");

    let mut connection = service.connect();
    connection.send("GET /streaming/panic HTTP/1.1\r\nhost: x\r\n\r\n");
    connection.read_to_end();
    let line: serde_json::Value = serde_json::from_str(&service.wait_for_log("\"path\":\"/streaming/panic\"")).unwrap();
    assert_eq!(line["fields"]["error"], "panic");
    assert_eq!(service.get("/fast").status, 200);
    let metrics = service.get("/metrics").body;
    assert!(!metrics.contains("cancelled"), "{metrics}");
}

#[test]
fn a_panic_is_one_line_of_the_log_and_names_the_trace() {
    let service = Service::start(&["--log=info"]);
    let answer = service.get("/panic/async");
    assert_eq!(answer.status, 500);
    let line: serde_json::Value = serde_json::from_str(&service.wait_for_log("a function panicked")).unwrap();
    assert_eq!((line["level"].as_str(), line["trace_id"].as_str()), (Some("ERROR"), Some(answer.header("x-trace-id"))));
    assert!(line["fields"]["location"].as_str().unwrap().contains("main.rs:"), "{line}");
    assert!(service.log().lines().all(|line| line.starts_with('{')), "{}", service.log());
}

#[test]
fn what_is_cut_off_when_the_service_stops_is_told() {
    let collector = Collector::start(Mood::Takes);
    let mut service = start(&collector, &["--slow-ms=60000", "--shutdown-timeout=200ms"], &TRACES);
    let mut connection = service.connect();
    connection.send("GET /watched HTTP/1.1\r\nhost: x\r\n\r\n");
    service.wait_for_log("watched began");
    service.signal("TERM");
    assert_eq!(service.wait(), Some(0));
    let spans = collector.spans();
    assert!(servers(&spans).iter().any(|span| span.name == "GET /watched"), "{spans:#?}");
}

#[test]
fn what_cannot_be_sent_at_the_end_is_told() {
    let collector = Collector::start(Mood::Refuses);
    let mut service = start(&collector, &[QUIET], &TRACES);
    service.get("/fast");
    service.wait_for_log("could not be sent");
    (0..10).for_each(|_| assert_eq!(service.get("/fast").status, 200));
    service.signal("TERM");
    service.wait();
    assert!(service.log().contains("more spans in"), "{}", service.log());
}

#[test]
fn a_panic_that_the_filter_of_the_log_leaves_out_is_told_all_the_same() {
    let environment = [("RUST_LOG", "toolkit::app::serve=info")];
    let service = Service::start_with(&[], &environment);
    assert_eq!(service.get("/panic/async").status, 500);
    service.wait_for_log("secret of the house");
}
