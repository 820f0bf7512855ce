use bytes::Bytes;
use opentelemetry::{Context, KeyValue, trace::TraceContextExt};
use opentelemetry_semantic_conventions::attribute;

use super::super::declared;
use crate::check::Violation;

/// The SDK keeps so many events of a span, unless a variable says otherwise.
const MOST: usize = 128;

/// What a request was answered with, if that is a problem: left in the answer's extensions.
#[derive(Clone, Debug)]
pub(crate) struct SentProblem {
    /// The problem document.
    pub(crate) document: Bytes,
    pub(crate) violations: Vec<Violation>,
    pub(crate) failure: Option<Failure>,
}

/// What went wrong inside the service.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    /// `panic` or `error`.
    pub(crate) kind: &'static str,
    pub(crate) message: String,
}

impl SentProblem {
    /// Writes it into the span: where something was wrong and by which rule, never what was sent.
    pub(super) fn record(&self, context: &Context) {
        let span = context.span();
        for violation in self.violations.iter().take(MOST) {
            let mut attributes = vec![
                KeyValue::new("violation.in", violation.location.as_str()),
                KeyValue::new("violation.code", violation.code.clone().into_owned()),
            ];
            attributes.extend(violation.name.clone().map(|name| KeyValue::new("violation.name", name)));
            attributes
                .extend(violation.pointer.as_deref().map(|p| KeyValue::new("violation.pointer", declared::shape(p))));
            span.add_event("violation", attributes);
        }
        if let Some(failure) = &self.failure {
            let attributes = vec![
                KeyValue::new(attribute::EXCEPTION_TYPE, failure.kind),
                KeyValue::new(attribute::EXCEPTION_MESSAGE, failure.message.clone()),
            ];
            span.add_event("exception", attributes);
        }
    }
}
