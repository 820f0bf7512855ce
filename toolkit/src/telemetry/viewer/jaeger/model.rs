//! A trace in the JSON of Jaeger's query API: times in microseconds, and attributes as tags with a type.

use std::{
    collections::HashSet,
    ptr,
    time::{SystemTime, UNIX_EPOCH},
};

use opentelemetry::{
    KeyValue, Value,
    trace::{Event, SpanContext, SpanId, Status},
};
use opentelemetry_sdk::trace::SpanData;
use serde::Serialize;
use serde_json::{Value as Json, json};

use super::{
    super::{
        LogLine,
        span::{self, since},
        trace::Trace,
    },
    kind,
};

/// The largest number up to which a script knows each whole one.
const SAFE: u64 = (1 << 53) - 1;

/// A tag of a span, or a field of a log.
#[derive(Serialize)]
pub(super) struct Tag {
    key: String,
    #[serde(rename = "type")]
    kind: &'static str,
    value: Json,
}

/// What happened at a time within a span.
#[derive(Serialize)]
struct Log {
    timestamp: u64,
    fields: Vec<Tag>,
}

/// A trace of a service. It has spans: a trace without any is none to Jaeger.
pub(super) fn document(trace: &Trace, service: &str) -> Json {
    let ids: HashSet<SpanId> = trace.spans().iter().map(|span| span::id(span)).collect();
    json!({
        "traceID": trace.id().to_string(),
        "spans": trace.spans().iter().map(|span| of_span(span, trace, &ids)).collect::<Vec<_>>(),
        "processes": { "p1": { "serviceName": service, "tags": [] } },
        "warnings": null,
    })
}

/// What a search for tags looks at: a span's own, and what stands in its logs.
pub(super) fn searched(span: &SpanData, trace: &Trace) -> Vec<Tag> {
    let lines = trace.lines().iter().filter(|line| line.span_id == span::id(span));
    let logs = span.events.events.iter().map(of_event).chain(lines.map(|line| of_line(line)));
    tags(span).into_iter().chain(logs.flat_map(|log| log.fields)).collect()
}

/// The text of a JSON value that is no list and no object.
pub(super) fn plain(value: &Json) -> Option<String> {
    match value {
        Json::String(text) => Some(text.clone()),
        Json::Number(number) => Some(number.to_string()),
        Json::Bool(value) => Some(value.to_string()),
        Json::Null | Json::Array(_) | Json::Object(_) => None,
    }
}

impl Tag {
    /// Whether the tag has a key and a value, compared as text.
    pub(super) fn is(&self, key: &str, value: &str) -> bool {
        self.key == key && plain(&self.value).is_some_and(|own| own == value)
    }

    fn text(key: &str, value: impl Into<String>) -> Self {
        Self { key: key.to_owned(), kind: "string", value: value.into().into() }
    }

    fn of(attribute: &KeyValue) -> Self {
        let (kind, value) = match &attribute.value {
            Value::Bool(value) => ("bool", (*value).into()),
            Value::I64(value) if value.unsigned_abs() <= SAFE => ("int64", (*value).into()),
            Value::I64(value) => ("int64", value.to_string().into()),
            Value::F64(value) if value.is_finite() => ("float64", (*value).into()),
            other => ("string", (*other.as_str()).into()),
        };
        Self { key: attribute.key.to_string(), kind, value }
    }
}

fn of_span(span: &SpanData, trace: &Trace, ids: &HashSet<SpanId>) -> Json {
    let warnings = warnings(span, trace, ids);
    json!({
        "traceID": span.span_context.trace_id().to_string(),
        "spanID": span::id(span).to_string(),
        "operationName": span.name,
        "references": references(span),
        "startTime": micros(span.start_time),
        "duration": span::duration(span).as_micros() as u64,
        "tags": tags(span),
        "logs": logs(span, trace, ids),
        "processID": "p1",
        "warnings": if warnings.is_empty() { Json::Null } else { warnings.into() },
    })
}

fn references(span: &SpanData) -> Vec<Json> {
    let parent = (span.parent_span_id != SpanId::INVALID).then(|| {
        let trace_id = span.span_context.trace_id().to_string();
        json!({ "refType": "CHILD_OF", "traceID": trace_id, "spanID": span.parent_span_id.to_string() })
    });
    let links = span.links.links.iter().map(|link| follows(&link.span_context));
    parent.into_iter().chain(links).collect()
}

fn follows(context: &SpanContext) -> Json {
    let (trace_id, span_id) = (context.trace_id().to_string(), context.span_id().to_string());
    json!({ "refType": "FOLLOWS_FROM", "traceID": trace_id, "spanID": span_id })
}

/// The attributes, and what is no attribute by the names that OpenTelemetry gives it for Jaeger.
fn tags(span: &SpanData) -> Vec<Tag> {
    let mut tags: Vec<Tag> = span.attributes.iter().map(Tag::of).collect();
    tags.push(Tag::text("span.kind", kind(&span.span_kind)));
    let failed = span::failed(span);
    if failed && !tags.iter().any(|tag| tag.key == "error") {
        tags.push(Tag { key: "error".to_owned(), kind: "bool", value: true.into() });
    }
    match &span.status {
        Status::Unset => {}
        Status::Ok => tags.push(Tag::text("otel.status_code", "OK")),
        Status::Error { description } => {
            tags.push(Tag::text("otel.status_code", "ERROR"));
            if !description.is_empty() {
                tags.push(Tag::text("otel.status_description", &**description));
            }
        }
    }
    let scope = &span.instrumentation_scope;
    tags.push(Tag::text("otel.scope.name", scope.name()));
    tags.extend(scope.version().map(|version| Tag::text("otel.scope.version", version)));
    let state = span.span_context.trace_state().header();
    if !state.is_empty() {
        tags.push(Tag::text("w3c.tracestate", state));
    }
    tags
}

/// What happened in a span, in order. Jaeger knows no log outside of a span, so that the main one has those whose
/// span has not ended or is not kept, and the problem that was sent.
fn logs(span: &SpanData, trace: &Trace, ids: &HashSet<SpanId>) -> Vec<Log> {
    let is_main = is_main(span, trace);
    let belongs = |line: &LogLine| line.span_id == span::id(span) || (is_main && !ids.contains(&line.span_id));
    let lines = trace.lines().iter().filter(|line| belongs(line)).map(|line| of_line(line));
    let mut logs: Vec<Log> = span.events.events.iter().map(of_event).chain(lines).collect();
    logs.sort_by_key(|log| log.timestamp);
    if let Some(document) = trace.problem().filter(|_| is_main) {
        let fields = vec![Tag::text("event", "problem sent"), Tag::text("problem", String::from_utf8_lossy(document))];
        logs.push(Log { timestamp: micros(span.start_time + span::duration(span)), fields });
    }
    logs
}

fn of_event(event: &Event) -> Log {
    let name = Tag::text("event", &*event.name);
    let fields = std::iter::once(name).chain(event.attributes.iter().map(Tag::of)).collect();
    Log { timestamp: micros(event.timestamp), fields }
}

fn of_line(line: &LogLine) -> Log {
    let mut fields = vec![
        Tag::text("level", line.level.as_str()),
        Tag::text("message", &*line.message),
        Tag::text("target", &*line.target),
    ];
    fields.extend(line.fields.iter().map(|(name, value)| Tag::text(name, &**value)));
    Log { timestamp: micros(line.time), fields }
}

/// What a reader could miss in a span, or in the trace for the main one.
fn warnings(span: &SpanData, trace: &Trace, ids: &HashSet<SpanId>) -> Vec<String> {
    let mut warnings = Vec::new();
    let parent = span.parent_span_id;
    if parent != SpanId::INVALID && !span.parent_span_is_remote && !ids.contains(&parent) {
        warnings.push(format!("the parent {parent} has not ended or is not kept"));
    }
    let attributes = span.dropped_attributes_count;
    let (events, links) = (span.events.dropped_count, span.links.dropped_count);
    if attributes + events + links > 0 {
        warnings.push(format!("dropped: {attributes} attributes, {events} events, {links} links"));
    }
    let left_out = trace.left_out();
    if is_main(span, trace) && left_out.spans + left_out.lines > 0 {
        warnings.push(format!(
            "the trace is long: {} spans and {} log lines of it were not kept",
            left_out.spans, left_out.lines
        ));
    }
    warnings
}

/// Whether the span stands for its trace: that of the request, or the first that ended.
fn is_main(span: &SpanData, trace: &Trace) -> bool {
    let main = trace.request().or(trace.spans().first().map(|first| &**first));
    main.is_some_and(|main| ptr::eq(main, span))
}

fn micros(time: SystemTime) -> u64 {
    since(UNIX_EPOCH, time).as_micros() as u64
}
