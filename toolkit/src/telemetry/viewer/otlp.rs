//! A trace as OTLP/JSON, for other tools: an `ExportTraceServiceRequest` in the JSON Protobuf Encoding of the
//! OpenTelemetry protocol 1.x, where ids are hex, 64-bit numbers are texts and enum values are numbers.

use std::time::{SystemTime, UNIX_EPOCH};

use opentelemetry::{
    Array, InstrumentationScope, KeyValue, Value,
    trace::{Event, Link, SpanContext, SpanId, SpanKind, Status},
};
use opentelemetry_sdk::trace::SpanData;
use serde_json::{Value as Json, json};

use super::{
    span::{self, since},
    trace::Trace,
};

/// The bits of a span's `flags` above the W3C's: that it is known whether the parent is remote, and that it is.
const REMOTE_IS_KNOWN: u32 = 0x100;
const IS_REMOTE: u32 = 0x200;

/// The document with all spans of a trace.
pub(super) fn document(trace: &Trace, service: &str) -> Json {
    let mut scopes: Vec<(&InstrumentationScope, Vec<Json>)> = Vec::new();
    for span in trace.spans() {
        let scope = &span.instrumentation_scope;
        match scopes.iter_mut().find(|(known, _)| *known == scope) {
            Some((_, spans)) => spans.push(of_span(span)),
            None => scopes.push((scope, vec![of_span(span)])),
        }
    }
    let scopes: Vec<Json> = scopes.into_iter().map(|(scope, spans)| of_scope(scope, spans)).collect();
    let service = json!({ "key": "service.name", "value": { "stringValue": service } });
    json!({ "resourceSpans": [{ "resource": { "attributes": [service] }, "scopeSpans": scopes }] })
}

fn of_scope(scope: &InstrumentationScope, spans: Vec<Json>) -> Json {
    let mut about = json!({ "name": scope.name() });
    set(&mut about, "version", scope.version().map(Json::from));
    set(&mut about, "attributes", of_list(scope.attributes(), of_attribute));
    let mut json = json!({ "scope": about, "spans": spans });
    set(&mut json, "schemaUrl", scope.schema_url().map(Json::from));
    json
}

fn of_span(span: &SpanData) -> Json {
    let parent = (span.parent_span_id != SpanId::INVALID).then(|| span.parent_span_id.to_string());
    let remote = if span.parent_span_is_remote { IS_REMOTE } else { 0 };
    let mut json = identity(&span.span_context);
    set(&mut json, "parentSpanId", parent.map(Json::from));
    set(&mut json, "flags", Some((flags(&span.span_context) | REMOTE_IS_KNOWN | remote).into()));
    set(&mut json, "name", Some((*span.name).into()));
    set(&mut json, "kind", Some(kind(&span.span_kind).into()));
    set(&mut json, "startTimeUnixNano", Some(nanoseconds(span.start_time)));
    // An end before the start, when the clock was set back, would be refused.
    set(&mut json, "endTimeUnixNano", Some(nanoseconds(span.start_time + span::duration(span))));
    set(&mut json, "attributes", of_list(&span.attributes, of_attribute));
    set(&mut json, "droppedAttributesCount", of_count(span.dropped_attributes_count));
    set(&mut json, "events", of_list(&span.events.events, of_event));
    set(&mut json, "droppedEventsCount", of_count(span.events.dropped_count));
    set(&mut json, "links", of_list(&span.links.links, of_link));
    set(&mut json, "droppedLinksCount", of_count(span.links.dropped_count));
    set(&mut json, "status", of_status(&span.status));
    json
}

fn of_event(event: &Event) -> Json {
    let mut json = json!({ "timeUnixNano": nanoseconds(event.timestamp), "name": event.name });
    set(&mut json, "attributes", of_list(&event.attributes, of_attribute));
    set(&mut json, "droppedAttributesCount", of_count(event.dropped_attributes_count));
    json
}

fn of_link(link: &Link) -> Json {
    let mut json = identity(&link.span_context);
    set(&mut json, "flags", Some(flags(&link.span_context).into()));
    set(&mut json, "attributes", of_list(&link.attributes, of_attribute));
    set(&mut json, "droppedAttributesCount", of_count(link.dropped_attributes_count));
    json
}

fn identity(context: &SpanContext) -> Json {
    let mut json = json!({ "traceId": context.trace_id().to_string(), "spanId": context.span_id().to_string() });
    let state = context.trace_state().header();
    set(&mut json, "traceState", (!state.is_empty()).then(|| state.into()));
    json
}

fn of_status(status: &Status) -> Option<Json> {
    match status {
        Status::Unset => None,
        Status::Ok => Some(json!({ "code": 1 })),
        Status::Error { description } if description.is_empty() => Some(json!({ "code": 2 })),
        Status::Error { description } => Some(json!({ "code": 2, "message": description })),
    }
}

fn of_attribute(attribute: &KeyValue) -> Json {
    json!({ "key": attribute.key.as_str(), "value": of_value(&attribute.value) })
}

fn of_value(value: &Value) -> Json {
    match value {
        Value::Bool(value) => of_bool(*value),
        Value::I64(value) => of_integer(*value),
        Value::F64(value) => of_number(*value),
        Value::Array(Array::Bool(values)) => of_array(values, |value| of_bool(*value)),
        Value::Array(Array::I64(values)) => of_array(values, |value| of_integer(*value)),
        Value::Array(Array::F64(values)) => of_array(values, |value| of_number(*value)),
        Value::Array(Array::String(values)) => of_array(values, |value| json!({ "stringValue": value.as_str() })),
        other => json!({ "stringValue": other.as_str() }),
    }
}

fn of_bool(value: bool) -> Json {
    json!({ "boolValue": value })
}

fn of_integer(value: i64) -> Json {
    json!({ "intValue": value.to_string() })
}

/// JSON has no number for what is none; Protobuf's mapping names it.
fn of_number(value: f64) -> Json {
    match value {
        value if value.is_nan() => json!({ "doubleValue": "NaN" }),
        value if value.is_infinite() && value > 0.0 => json!({ "doubleValue": "Infinity" }),
        value if value.is_infinite() => json!({ "doubleValue": "-Infinity" }),
        value => json!({ "doubleValue": value }),
    }
}

fn of_array<T>(values: &[T], of_one: impl Fn(&T) -> Json) -> Json {
    json!({ "arrayValue": { "values": values.iter().map(of_one).collect::<Vec<_>>() } })
}

fn of_list<'a, T: 'a>(values: impl IntoIterator<Item = &'a T>, of_one: impl Fn(&T) -> Json) -> Option<Json> {
    let values: Vec<Json> = values.into_iter().map(of_one).collect();
    (!values.is_empty()).then(|| values.into())
}

fn of_count(count: u32) -> Option<Json> {
    (count > 0).then(|| count.into())
}

fn kind(kind: &SpanKind) -> u8 {
    match kind {
        SpanKind::Internal => 1,
        SpanKind::Server => 2,
        SpanKind::Client => 3,
        SpanKind::Producer => 4,
        SpanKind::Consumer => 5,
    }
}

fn flags(context: &SpanContext) -> u32 {
    context.trace_flags().to_u8().into()
}

fn nanoseconds(time: SystemTime) -> Json {
    since(UNIX_EPOCH, time).as_nanos().to_string().into()
}

/// Sets a member of an object, unless there is nothing to set: Protobuf's mapping leaves out what is empty.
fn set(object: &mut Json, name: &str, value: Option<Json>) {
    if let (Some(object), Some(value)) = (object.as_object_mut(), value) {
        object.insert(name.to_owned(), value);
    }
}
