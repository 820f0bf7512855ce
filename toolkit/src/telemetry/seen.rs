use std::{borrow::Cow, fmt, time::SystemTime};

use bytes::Bytes;
use opentelemetry::trace::{SpanId, TraceId};
use opentelemetry_sdk::trace::SpanData;
use tracing::Level;

/// Who looks at telemetry within the process: the trace viewer.
///
/// It is told on the way of each request, so that it must not take its time.
pub(crate) trait Seen: fmt::Debug + Send + Sync {
    /// A span has ended. It is lent if it is exported too.
    fn span_ended(&self, span: Cow<'_, SpanData>);

    /// Something was logged within a trace.
    fn logged(&self, line: LogLine);

    /// A request was answered with a problem document.
    fn problem_sent(&self, trace_id: TraceId, document: Bytes);
}

/// One `tracing` event.
#[cfg_attr(not(feature = "trace-viewer"), allow(dead_code, reason = "only the viewer reads it"))]
#[derive(Clone, Debug)]
pub(crate) struct LogLine {
    pub(crate) time: SystemTime,
    pub(crate) trace_id: TraceId,
    pub(crate) span_id: SpanId,
    pub(crate) level: Level,
    pub(crate) target: Cow<'static, str>,
    pub(crate) message: String,
    pub(crate) fields: Vec<(&'static str, String)>,
}
