use opentelemetry::{
    Array, InstrumentationScope, KeyValue, Value,
    trace::{Event, Link, SpanContext, SpanId, SpanKind, Status, TraceFlags, TraceState},
};
use serde_json::json;

use super::{
    super::{Limits, Viewer, otlp},
    sample::{at, request, span},
};
use crate::telemetry::Seen as _;

const TRACE: u128 = 0x4bf9_2f35_77b3_4da6_a3ce_929d_0e0e_4736;

#[test]
fn a_trace_is_told_in_the_json_of_the_opentelemetry_protocol() {
    let viewer = Viewer::new(Limits::default());
    let first = request(TRACE, "GET /a", 200).from(0, 1_500).edited(|span| {
        let state = TraceState::from_key_value([("vendor", "x")]).unwrap();
        span.span_context = SpanContext::new(TRACE.into(), SpanId::from(1), TraceFlags::SAMPLED, false, state);
        span.parent_span_id = SpanId::from(0xabc);
        span.parent_span_is_remote = true;
        span.attributes.extend([
            KeyValue::new("yes", true),
            KeyValue::new("half", 0.5),
            KeyValue::new("none", f64::NAN),
            KeyValue::new("huge", f64::INFINITY),
            KeyValue::new("text", "ä\"<"),
            KeyValue::new("list", Value::Array(Array::I64(vec![1, i64::MAX]))),
        ]);
        span.dropped_attributes_count = 3;
        span.instrumentation_scope =
            InstrumentationScope::builder("toolkit").with_version("1").with_schema_url("https://schema").build();
    });
    let second = span(TRACE, 2).below(1).from(100, 200).edited(|span| {
        span.span_kind = SpanKind::Client;
        span.status = Status::error("refused");
        span.events.events.push(Event::new("exception", at(150), vec![KeyValue::new("exception.type", "Refused")], 0));
        let context = SpanContext::new(5.into(), SpanId::from(6), TraceFlags::NOT_SAMPLED, true, TraceState::NONE);
        span.links.links.push(Link::with_context(context));
    });
    viewer.span_ended(first.data());
    viewer.span_ended(second.data());

    let expected = json!({ "resourceSpans": [{
        "resource": { "attributes": [{ "key": "service.name", "value": { "stringValue": "shop" } }] },
        "scopeSpans": [
            {
                "scope": { "name": "toolkit", "version": "1" },
                "schemaUrl": "https://schema",
                "spans": [{
                    "traceId": "4bf92f3577b34da6a3ce929d0e0e4736",
                    "spanId": "0000000000000001",
                    "traceState": "vendor=x",
                    "parentSpanId": "0000000000000abc",
                    "flags": 0x301,
                    "name": "GET /a",
                    "kind": 2,
                    "startTimeUnixNano": "1000000000000",
                    "endTimeUnixNano": "1000001500000",
                    "attributes": [
                        { "key": "http.response.status_code", "value": { "intValue": "200" } },
                        { "key": "yes", "value": { "boolValue": true } },
                        { "key": "half", "value": { "doubleValue": 0.5 } },
                        { "key": "none", "value": { "doubleValue": "NaN" } },
                        { "key": "huge", "value": { "doubleValue": "Infinity" } },
                        { "key": "text", "value": { "stringValue": "ä\"<" } },
                        { "key": "list", "value": { "arrayValue": { "values": [
                            { "intValue": "1" },
                            { "intValue": "9223372036854775807" },
                        ] } } },
                    ],
                    "droppedAttributesCount": 3,
                }],
            },
            {
                "scope": { "name": "sample" },
                "spans": [{
                    "traceId": "4bf92f3577b34da6a3ce929d0e0e4736",
                    "spanId": "0000000000000002",
                    "parentSpanId": "0000000000000001",
                    "flags": 0x101,
                    "name": "work",
                    "kind": 3,
                    "startTimeUnixNano": "1000000100000",
                    "endTimeUnixNano": "1000000300000",
                    "events": [{
                        "timeUnixNano": "1000000150000",
                        "name": "exception",
                        "attributes": [{ "key": "exception.type", "value": { "stringValue": "Refused" } }],
                    }],
                    "links": [{ "traceId": "00000000000000000000000000000005", "spanId": "0000000000000006", "flags": 0 }],
                    "status": { "code": 2, "message": "refused" },
                }],
            },
        ],
    }] });
    let found = otlp::document(&viewer.trace(TRACE.into()).unwrap(), "shop");
    assert_eq!(found, expected, "{found:#}");
}
