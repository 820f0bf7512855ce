use std::{
    cell::RefCell,
    io::{self, Write},
    sync::Arc,
    time::SystemTime,
};

use jiff::Timestamp;
use opentelemetry::{
    Context as TraceContext, KeyValue,
    trace::{SpanId, TraceContextExt, TraceId},
};
use tracing::{Event, Metadata, Subscriber};
use tracing_subscriber::{Layer, layer::Context};

use super::{fields::Fields, json, text};
use crate::telemetry::{LogLine, Seen};

thread_local! {
    static LINE: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Where and how lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Output {
    /// To standard error, for a person.
    Text { coloured: bool },
    /// To standard error, for a machine.
    Json,
    /// To where the test harness shows it for tests that fail.
    Test,
}

/// What is the same for both ways to write a line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line {
    pub(super) time: Timestamp,
    pub(super) span: Option<(TraceId, SpanId)>,
}

/// Writes events, and shows them to whoever looks at their traces.
#[derive(Debug)]
pub(super) struct LogLayer {
    pub(super) output: Output,
    pub(super) seen: Option<Arc<dyn Seen>>,
    /// Whether events are taken down in exported spans, for those who get no log.
    pub(super) in_spans: bool,
}

impl<S: Subscriber> Layer<S> for LogLayer {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let metadata = event.metadata();
        // What OpenTelemetry logs of itself may come while the current context is being changed.
        let own = metadata.target().starts_with("opentelemetry");
        let span = if own { None } else { TraceContext::map_current(|context| self.span(context, metadata, &fields)) };
        let now = SystemTime::now();
        let about = Line { time: Timestamp::try_from(now).unwrap_or_default(), span };
        self.write(metadata, &fields, &about);
        if let (Some(seen), Some((trace_id, span_id))) = (&self.seen, span) {
            seen.logged(LogLine {
                time: now,
                trace_id,
                span_id,
                level: *metadata.level(),
                target: metadata.target().into(),
                message: fields.message,
                fields: fields.others.into_iter().map(|(name, value)| (name, value.to_string())).collect(),
            });
        }
    }
}

impl LogLayer {
    fn span(
        &self,
        context: &TraceContext,
        metadata: &'static Metadata<'static>,
        fields: &Fields,
    ) -> Option<(TraceId, SpanId)> {
        let span = context.span();
        let ids = span.span_context();
        if !ids.is_valid() {
            return None;
        }
        // The access line has nothing that the request's span has not, and is written when that has ended.
        let is_access = metadata.target() == "toolkit::access";
        if self.in_spans && !is_access && ids.is_sampled() && span.is_recording() {
            let own = [KeyValue::new("level", metadata.level().as_str()), KeyValue::new("target", metadata.target())];
            let theirs = fields.others.iter().map(|(name, value)| KeyValue::new(*name, value.attribute()));
            span.add_event(fields.message.clone(), own.into_iter().chain(theirs).collect());
        }
        Some((ids.trace_id(), ids.span_id()))
    }

    fn write(&self, metadata: &Metadata<'_>, fields: &Fields, about: &Line) {
        LINE.with_borrow_mut(|line| {
            line.clear();
            match self.output {
                Output::Text { coloured } => text::write(line, metadata, fields, about, coloured),
                Output::Test => text::write(line, metadata, fields, about, false),
                Output::Json => json::write(line, metadata, fields, about),
            }
            match self.output {
                // Only the macro's output is caught by the test harness.
                Output::Test => eprint!("{line}"),
                // There is nowhere to tell that nobody reads.
                Output::Text { .. } | Output::Json => drop(io::stderr().write_all(line.as_bytes())),
            }
        });
    }
}
