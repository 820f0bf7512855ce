//! Spans and log lines to try the viewer with.

use std::borrow::Cow;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use opentelemetry::{
    InstrumentationScope, KeyValue,
    trace::{SpanContext, SpanId, SpanKind, Status, TraceFlags, TraceState},
};
use opentelemetry_sdk::trace::{SpanData, SpanEvents, SpanLinks};

use super::super::LogLine;

/// A span in the making.
pub(crate) struct Sample(SpanData);

/// An internal span of a second, started a thousand seconds after 1970.
pub(crate) fn span(trace_id: u128, span_id: u64) -> Sample {
    let context =
        SpanContext::new(trace_id.into(), SpanId::from(span_id), TraceFlags::SAMPLED, false, TraceState::NONE);
    Sample(SpanData {
        span_context: context,
        parent_span_id: SpanId::INVALID,
        parent_span_is_remote: false,
        span_kind: SpanKind::Internal,
        name: "work".into(),
        start_time: UNIX_EPOCH,
        end_time: UNIX_EPOCH,
        attributes: Vec::new(),
        dropped_attributes_count: 0,
        events: SpanEvents::default(),
        links: SpanLinks::default(),
        status: Status::Unset,
        instrumentation_scope: InstrumentationScope::builder("sample").build(),
    })
    .from(0, 1_000_000)
}

/// A request's span, answered with a status.
pub(crate) fn request(trace_id: u128, name: &str, status: i64) -> Sample {
    let mut sample = span(trace_id, 1).named(name).with("http.response.status_code", status);
    sample.0.span_kind = SpanKind::Server;
    sample
}

/// A log line of a span.
pub(crate) fn line(trace_id: u128, span_id: u64, message: &str) -> LogLine {
    LogLine {
        time: at(10),
        trace_id: trace_id.into(),
        span_id: span_id.into(),
        level: tracing::Level::INFO,
        target: "shop::orders".into(),
        message: message.to_owned(),
        fields: vec![("items", "3".to_owned())],
    }
}

/// A time, in microseconds after the samples' start.
pub(crate) fn at(micros: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1000) + Duration::from_micros(micros)
}

impl Sample {
    pub(crate) fn named(mut self, name: &str) -> Self {
        self.0.name = name.to_owned().into();
        self
    }

    pub(crate) fn below(mut self, parent: u64) -> Self {
        self.0.parent_span_id = parent.into();
        self
    }

    /// Sets the start and the duration in microseconds.
    pub(crate) fn from(mut self, start: u64, duration: u64) -> Self {
        self.0.start_time = at(start);
        self.0.end_time = at(start + duration);
        self
    }

    pub(crate) fn with(mut self, key: &'static str, value: impl Into<opentelemetry::Value>) -> Self {
        self.0.attributes.push(KeyValue::new(key, value));
        self
    }

    pub(crate) fn edited(mut self, edit: impl FnOnce(&mut SpanData)) -> Self {
        edit(&mut self.0);
        self
    }

    pub(crate) fn data(self) -> Cow<'static, SpanData> {
        Cow::Owned(self.0)
    }
}
