use std::{mem, sync::Arc};

use bytes::Bytes;
use opentelemetry::trace::TraceId;
use opentelemetry_sdk::trace::SpanData;

use super::{LogLine, cut};

/// So many events, or bytes of them, are worth sorting: few enough to be in the processor's cache still.
const ENOUGH: (usize, usize) = (64, 128 << 10);
/// The inbox never holds much more than so many events, or bytes of them, even while a page holds the store.
const TOO_MUCH: (usize, usize) = (4096, 4 << 20);

/// What has come since the store was sorted last. To put something in costs a request next to nothing.
#[derive(Default)]
pub(super) struct Inbox {
    events: Vec<Event>,
    bytes: usize,
}

/// One thing that was told of a trace, already cut to what is kept of it.
pub(super) struct Event {
    /// The trace that it belongs to.
    pub(super) trace_id: TraceId,
    /// What it takes in memory.
    pub(super) bytes: usize,
    /// What was told of it.
    pub(super) what: What,
}

/// What was told.
pub(super) enum What {
    /// A span has ended.
    Span(Arc<SpanData>),
    /// A line was logged.
    Line(Arc<LogLine>),
    /// A problem document was sent.
    Problem(Bytes),
}

/// How full the inbox is.
pub(super) enum Filled {
    /// It can wait.
    Little,
    /// It is worth sorting.
    Enough,
    /// It has to be sorted before more comes.
    TooMuch,
}

impl Event {
    /// A span that has ended.
    pub(super) fn span(mut span: SpanData) -> Self {
        let bytes = cut::span(&mut span);
        Self { trace_id: span.span_context.trace_id(), bytes, what: What::Span(Arc::new(span)) }
    }

    /// A line of the log.
    pub(super) fn line(mut line: LogLine) -> Self {
        let bytes = cut::line(&mut line);
        Self { trace_id: line.trace_id, bytes, what: What::Line(Arc::new(line)) }
    }

    /// A problem document that was sent.
    pub(super) fn problem(trace_id: TraceId, document: &Bytes) -> Self {
        let document = cut::problem(document);
        Self { trace_id, bytes: document.len(), what: What::Problem(document) }
    }
}

impl Inbox {
    /// Puts something in, and says how full the inbox is now.
    pub(super) fn push(&mut self, event: Event) -> Filled {
        self.bytes += event.bytes;
        self.events.push(event);
        if self.holds(TOO_MUCH) {
            Filled::TooMuch
        } else if self.holds(ENOUGH) {
            Filled::Enough
        } else {
            Filled::Little
        }
    }

    /// Lets go what came of a trace.
    pub(super) fn forget(&mut self, trace_id: TraceId) {
        let bytes = &mut self.bytes;
        self.events.retain(|event| {
            let is_other = event.trace_id != trace_id;
            if !is_other {
                *bytes -= event.bytes;
            }
            is_other
        });
    }

    /// Gives away what is in it, and goes on with the other list's memory.
    pub(super) fn exchange(&mut self, emptied: &mut Vec<Event>) {
        self.bytes = 0;
        mem::swap(&mut self.events, emptied);
    }

    /// Whether there are so many events, or so many bytes of them.
    fn holds(&self, (events, bytes): (usize, usize)) -> bool {
        self.events.len() >= events || self.bytes >= bytes
    }
}
