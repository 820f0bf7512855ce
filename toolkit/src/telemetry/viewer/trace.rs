use std::sync::Arc;

use bytes::Bytes;
use opentelemetry::trace::TraceId;
use opentelemetry_sdk::trace::SpanData;

use super::{LogLine, inbox::What, span};

/// So many spans are kept of one trace, and so many log lines.
pub(super) const MOST: usize = 512;
/// So many bytes are kept of one trace, and the request's own span in any case.
const MOST_BYTES: usize = 1 << 20;
/// What a trace takes before anything is in it, with its places in the store.
const EMPTY: usize = size_of::<Trace>() + 160;

/// What is kept of one trace.
#[derive(Clone)]
pub(super) struct Trace {
    id: TraceId,
    spans: Vec<Arc<SpanData>>,
    lines: Vec<Arc<LogLine>>,
    problem: Option<Bytes>,
    request: Option<Arc<SpanData>>,
    failed: bool,
    left_out: LeftOut,
    bytes: usize,
}

/// How much of a trace was not kept because there was too much of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct LeftOut {
    /// So many spans.
    pub(super) spans: usize,
    /// So many log lines.
    pub(super) lines: usize,
}

impl Trace {
    /// A trace that nothing was told of yet.
    pub(super) fn new(id: TraceId) -> Self {
        Self {
            id,
            spans: Vec::new(),
            lines: Vec::new(),
            problem: None,
            request: None,
            failed: false,
            left_out: LeftOut::default(),
            bytes: EMPTY,
        }
    }

    /// The id that it is found by.
    pub(super) fn id(&self) -> TraceId {
        self.id
    }

    /// The spans, in the order in which they ended.
    pub(super) fn spans(&self) -> &[Arc<SpanData>] {
        &self.spans
    }

    /// The log lines, in the order in which they were written.
    pub(super) fn lines(&self) -> &[Arc<LogLine>] {
        &self.lines
    }

    /// The problem document that was sent last.
    pub(super) fn problem(&self) -> Option<&Bytes> {
        self.problem.as_ref()
    }

    /// The span of the request; of the first, when several requests share the trace. None until it has ended.
    pub(super) fn request(&self) -> Option<&SpanData> {
        self.request.as_deref()
    }

    /// Whether a request of the trace failed.
    pub(super) fn failed(&self) -> bool {
        self.failed
    }

    /// How much of it was not kept.
    pub(super) fn left_out(&self) -> LeftOut {
        self.left_out
    }

    /// What the trace takes in memory.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Adds what was told of the trace, unless there is too much of it already.
    pub(super) fn add(&mut self, what: What, bytes: usize) {
        match what {
            What::Span(span) => self.add_span(span, bytes),
            What::Line(line) if self.lines.len() >= MOST || self.bytes + bytes > MOST_BYTES => {
                self.left_out.lines += 1;
                drop(line);
            }
            What::Line(line) => {
                self.bytes += bytes;
                self.lines.push(line);
            }
            What::Problem(document) => {
                self.bytes = self.bytes + bytes - self.problem.as_ref().map_or(0, Bytes::len);
                self.problem = Some(document);
            }
        }
    }

    fn add_span(&mut self, span: Arc<SpanData>, bytes: usize) {
        let is_request = span::is_request(&span);
        self.failed |= is_request && span::failed(&span);
        // The request's span ends last: what it is about is worth more than one span more below it.
        let awaited = is_request && self.request.is_none();
        if !awaited && (self.spans.len() >= MOST || self.bytes + bytes > MOST_BYTES) {
            self.left_out.spans += 1;
            return;
        }
        if is_request && self.request.as_ref().is_none_or(|first| span.start_time < first.start_time) {
            self.request = Some(span.clone());
        }
        self.bytes += bytes;
        self.spans.push(span);
    }
}
