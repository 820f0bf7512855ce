//! What is read off a span.

use std::time::{Duration, SystemTime};

use opentelemetry::{
    Value,
    trace::{SpanId, SpanKind, Status},
};
use opentelemetry_sdk::trace::SpanData;
use opentelemetry_semantic_conventions::attribute::HTTP_RESPONSE_STATUS_CODE;

/// Whether the span is that of a request to this service, wherever its parent is.
pub(super) fn is_request(span: &SpanData) -> bool {
    span.span_kind == SpanKind::Server
}

/// Whether the span says that something went wrong inside the service.
pub(super) fn failed(span: &SpanData) -> bool {
    matches!(span.status, Status::Error { .. }) || status_code(span).is_some_and(|code| code >= 500)
}

/// The status that the request was answered with, if it was.
pub(super) fn status_code(span: &SpanData) -> Option<u16> {
    match attribute(span, HTTP_RESPONSE_STATUS_CODE)? {
        Value::I64(code) => u16::try_from(*code).ok(),
        _ => None,
    }
}

/// The value of an attribute.
pub(super) fn attribute<'a>(span: &'a SpanData, key: &str) -> Option<&'a Value> {
    span.attributes.iter().find(|attribute| attribute.key.as_str() == key).map(|attribute| &attribute.value)
}

/// How long the span took; nothing when the clock was set back meanwhile.
pub(super) fn duration(span: &SpanData) -> Duration {
    since(span.start_time, span.end_time)
}

/// The time from `start` to `end`; nothing when that is before `start`.
pub(super) fn since(start: SystemTime, end: SystemTime) -> Duration {
    end.duration_since(start).unwrap_or_default()
}

/// The span's own id.
pub(super) fn id(span: &SpanData) -> SpanId {
    span.span_context.span_id()
}
