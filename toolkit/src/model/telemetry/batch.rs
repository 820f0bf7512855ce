use opentelemetry::{
    Context, KeyValue,
    trace::{Link, Span as _, SpanBuilder, SpanContext, Status, Tracer},
};
use opentelemetry_sdk::trace::Span;
use opentelemetry_semantic_conventions::attribute;

use super::{Failure, Identity, Prediction, outcome_of, prediction::integer, without_end};
use crate::telemetry::{
    self,
    models::{BatchSize, Outcome},
};

/// Several calls that are run as one. It has a trace of its own, which is linked with the calls' traces.
#[derive(Debug)]
pub(crate) struct BatchRun {
    rows: usize,
    outcome: Option<Outcome>,
    /// There if one of the calls has a span.
    span: Option<Span>,
}

impl BatchRun {
    /// The calls are about to be run.
    pub(crate) fn begin<'a>(calls: impl Iterator<Item = &'a Prediction>, rows: usize) -> Self {
        let (mut count, mut identity, mut links) = (0, None, Vec::new());
        for call in calls {
            count += 1;
            identity = identity.or(Some(call.identity()));
            links.extend(call.span_context().map(Link::with_context));
        }
        let span = identity.and_then(|identity| {
            let size = BatchSize { calls: count, rows };
            identity.batched(size);
            if links.is_empty() { None } else { open(identity, size, links) }
        });
        Self { rows, outcome: None, span }
    }

    /// They have run.
    pub(crate) fn end(mut self, outcome: Result<(), &Failure>) {
        self.outcome = Some(outcome_of(outcome));
    }

    /// How many rows it has.
    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    /// The batch's span, if it has one.
    pub(super) fn span_context(&self) -> Option<SpanContext> {
        self.span.as_ref().map(|span| span.span_context().clone())
    }
}

impl Drop for BatchRun {
    fn drop(&mut self) {
        let Some(mut span) = self.span.take() else { return };
        if let Some(error) = self.outcome.unwrap_or_else(without_end).error_type() {
            span.set_attribute(KeyValue::new(attribute::ERROR_TYPE, error));
            span.set_status(Status::error(""));
        }
        span.end();
    }
}

fn open(identity: &Identity, size: BatchSize, links: Vec<Link>) -> Option<Span> {
    let mut attributes = identity.attributes().to_vec();
    attributes.push(KeyValue::new("ml.batch.calls", integer(size.calls)));
    attributes.push(KeyValue::new("ml.batch.rows", integer(size.rows)));
    let builder = SpanBuilder::from_name("batch").with_attributes(attributes).with_links(links);
    Some(telemetry::tracer()?.build_with_context(builder, &Context::new()))
}
