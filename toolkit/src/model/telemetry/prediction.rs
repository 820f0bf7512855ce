use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use opentelemetry::{
    Context, KeyValue,
    trace::{Link, Span as _, SpanBuilder, SpanContext, Status, TraceContextExt, Tracer},
};
use opentelemetry_sdk::trace::Span;
use opentelemetry_semantic_conventions::attribute;

use super::{BatchRun, Failure, Identity, outcome_of, without_end};
use crate::telemetry::{
    self,
    models::{Called, Outcome},
};

/// So many faults of a request's tensors are counted as such, as are of arguments in JSON.
const MOST_TOLD: usize = 1000;

/// What is told of one call of a model's function: its span, and what is measured of it.
///
/// It may be moved to another thread, and ends as cancelled when it is dropped before its end.
#[derive(Debug)]
pub(crate) struct Prediction {
    identity: Arc<Identity>,
    since: Instant,
    rows: Option<usize>,
    queued: Option<Instant>,
    /// So long in all.
    waited: Option<Duration>,
    /// Those of the batch that it was run in.
    batch_rows: Option<usize>,
    outcome: Option<Outcome>,
    recorded: Option<Box<Recorded>>,
}

/// The spans of a call in a trace that is recorded.
#[derive(Debug)]
struct Recorded {
    /// With the call's span.
    context: Context,
    /// What is done now: `queue` or `execute`.
    stage: Option<Span>,
}

impl Prediction {
    /// A call has come in.
    pub(crate) fn begin(identity: &Arc<Identity>) -> Self {
        let is_recording = Context::map_current(|context| context.span().is_recording());
        Self {
            identity: identity.clone(),
            since: Instant::now(),
            rows: None,
            queued: None,
            waited: None,
            batch_rows: None,
            outcome: None,
            recorded: if is_recording { Recorded::begin(identity).map(Box::new) } else { None },
        }
    }

    /// Its arguments are read.
    pub(crate) fn read(&mut self, rows: usize) {
        self.rows = Some(rows);
    }

    /// It waits: for a thread, or for others to be run with.
    pub(crate) fn queued(&mut self) {
        self.queued = Some(Instant::now());
        if let Some(recorded) = &mut self.recorded {
            recorded.enter("queue", None);
        }
    }

    /// It waits no longer: a thread does something with it.
    pub(crate) fn dequeued(&mut self) {
        let Some(queued) = self.queued.take() else { return };
        self.waited = Some(self.waited.unwrap_or_default() + queued.elapsed());
        if let Some(recorded) = &mut self.recorded {
            recorded.leave();
        }
    }

    /// The model is run on it, alone or with others; once more if the batch has failed.
    pub(crate) fn running(&mut self, batch: Option<&BatchRun>) {
        self.dequeued();
        self.batch_rows = batch.map(BatchRun::rows);
        if let Some(recorded) = &mut self.recorded {
            recorded.enter("execute", batch.and_then(BatchRun::span_context));
        }
    }

    /// The model has run.
    pub(crate) fn ran(&mut self) {
        if let Some(recorded) = &mut self.recorded {
            recorded.leave();
        }
    }

    /// It is answered.
    pub(crate) fn end(mut self, outcome: Result<(), &Failure>) {
        self.outcome = Some(outcome_of(outcome));
        match outcome {
            Err(Failure::Arguments(violations) | Failure::Result(violations)) => {
                let is_result = self.outcome == Some(Outcome::Result);
                let codes = violations.list.iter().map(|violation| violation.code);
                self.identity.violated(is_result, codes, violations.more);
            }
            Err(Failure::Tensors { faults, .. }) => {
                let told = MOST_TOLD.min(*faults);
                self.identity.violated(false, std::iter::repeat_n("tensor", told), faults - told);
            }
            _ => {}
        }
    }

    /// The model and its function.
    pub(super) fn identity(&self) -> &Arc<Identity> {
        &self.identity
    }

    /// The call's span, if it has one.
    pub(super) fn span_context(&self) -> Option<SpanContext> {
        self.recorded.as_ref().map(|recorded| recorded.context.span().span_context().clone())
    }
}

impl Drop for Prediction {
    fn drop(&mut self) {
        let outcome = self.outcome.unwrap_or_else(without_end);
        let Self { rows, waited, .. } = *self;
        self.identity.called(&Called { outcome, duration: self.since.elapsed(), rows, waited });
        let Some(mut recorded) = self.recorded.take() else { return };
        recorded.leave();
        let span = recorded.context.span();
        for (name, number) in [("ml.rows", rows), ("ml.batch.rows", self.batch_rows)] {
            if let Some(number) = number {
                span.set_attribute(KeyValue::new(name, integer(number)));
            }
        }
        if let Some(waited) = waited {
            span.set_attribute(KeyValue::new("ml.queue.duration", waited.as_secs_f64()));
        }
        if let Some(error) = outcome.error_type() {
            span.set_attribute(KeyValue::new(attribute::ERROR_TYPE, error));
            span.set_status(Status::error(""));
        }
        span.end();
    }
}

impl Recorded {
    fn begin(identity: &Identity) -> Option<Self> {
        let builder = SpanBuilder::from_name("predict").with_attributes(identity.attributes().to_vec());
        let parent = Context::current();
        let span = telemetry::tracer()?.build_with_context(builder, &parent);
        Some(Self { context: parent.with_span(span), stage: None })
    }

    /// Ends what was done before, and begins something else.
    fn enter(&mut self, stage: &'static str, batch: Option<SpanContext>) {
        self.leave();
        let Some(tracer) = telemetry::tracer() else { return };
        let mut builder = SpanBuilder::from_name(stage);
        if let Some(batch) = batch {
            builder = builder.with_links(vec![Link::with_context(batch)]);
        }
        self.stage = Some(tracer.build_with_context(builder, &self.context));
    }

    fn leave(&mut self) {
        if let Some(mut stage) = self.stage.take() {
            stage.end();
        }
    }
}

/// A number as an attribute's value.
pub(super) fn integer(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
