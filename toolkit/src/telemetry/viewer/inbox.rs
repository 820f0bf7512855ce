use std::{mem, sync::Arc};

use bytes::Bytes;
use opentelemetry::trace::TraceId;
use opentelemetry_sdk::trace::SpanData;

use super::{LogLine, cut};

/// So many events are worth sorting.
const ENOUGH_EVENTS: usize = 256;
/// So many bytes are worth sorting, however few the events.
const ENOUGH_BYTES: usize = 1 << 20;
/// The inbox never holds more than so many times what is enough, even while the store is held by a page.
const PATIENCE: usize = 4;

/// What has come since the store was sorted last. To put something in costs a request next to nothing.
#[derive(Default)]
pub(super) struct Inbox {
    events: Vec<Event>,
    bytes: usize,
}

/// One thing that was told of a trace, already cut to what is kept of it.
pub(super) struct Event {
    pub(super) trace_id: TraceId,
    /// What it takes in memory.
    pub(super) bytes: usize,
    pub(super) what: What,
}

pub(super) enum What {
    Span(Arc<SpanData>),
    Line(Arc<LogLine>),
    Problem(Bytes),
}

/// How full the inbox is.
pub(super) enum Filled {
    Little,
    Enough,
    TooMuch,
}

impl Event {
    pub(super) fn span(mut span: SpanData) -> Self {
        let bytes = cut::span(&mut span);
        Self { trace_id: span.span_context.trace_id(), bytes, what: What::Span(Arc::new(span)) }
    }

    pub(super) fn line(mut line: LogLine) -> Self {
        let bytes = cut::line(&mut line);
        Self { trace_id: line.trace_id, bytes, what: What::Line(Arc::new(line)) }
    }

    pub(super) fn problem(trace_id: TraceId, document: &Bytes) -> Self {
        let document = cut::problem(document);
        Self { trace_id, bytes: document.len(), what: What::Problem(document) }
    }
}

impl Inbox {
    pub(super) fn push(&mut self, event: Event) -> Filled {
        self.bytes += event.bytes;
        self.events.push(event);
        if self.holds(PATIENCE) {
            Filled::TooMuch
        } else if self.holds(1) {
            Filled::Enough
        } else {
            Filled::Little
        }
    }

    /// Gives away what is in it, and goes on with the other list's memory.
    pub(super) fn exchange(&mut self, emptied: &mut Vec<Event>) {
        self.bytes = 0;
        mem::swap(&mut self.events, emptied);
    }

    fn holds(&self, times: usize) -> bool {
        self.events.len() >= ENOUGH_EVENTS * times || self.bytes >= ENOUGH_BYTES * times
    }
}
