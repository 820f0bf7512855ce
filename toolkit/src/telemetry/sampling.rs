use std::cell::Cell;

use opentelemetry::{
    Context, KeyValue,
    trace::{Link, SpanContext, SpanId, SpanKind, SpanRef, TraceContextExt, TraceId},
};
use opentelemetry_sdk::trace::{
    IdGenerator, RandomIdGenerator, Sampler, SamplingDecision, SamplingResult, ShouldSample,
};

/// Which traces are exported.
///
/// It is asked before anything of a request is written down, and again by the SDK, with the same answer.
#[derive(Clone, Debug)]
pub(crate) struct Sampling {
    root: Sampler,
    follows_parent: bool,
}

impl Default for Sampling {
    fn default() -> Self {
        Self::always()
    }
}

impl Sampling {
    /// All traces that begin here.
    pub(super) fn always() -> Self {
        Self { root: Sampler::AlwaysOn, follows_parent: true }
    }

    /// No trace that begins here.
    pub(super) fn never() -> Self {
        Self { root: Sampler::AlwaysOff, follows_parent: true }
    }

    /// This share of the traces that begin here, from 0 to 1, told from the trace's id.
    pub(super) fn ratio(ratio: f64) -> Self {
        Self { root: Sampler::TraceIdRatioBased(ratio), follows_parent: true }
    }

    /// The same for traces that began elsewhere, whatever was decided there.
    pub(super) fn for_all(self) -> Self {
        Self { follows_parent: false, ..self }
    }

    /// Whether a span is exported.
    pub(super) fn decide(&self, parent: Option<&SpanContext>, trace_id: TraceId) -> bool {
        match parent {
            Some(parent) if self.follows_parent => parent.is_sampled(),
            _ => {
                let result = self.root.should_sample(None, trace_id, "", &SpanKind::Server, &[], &[]);
                result.decision == SamplingDecision::RecordAndSample
            }
        }
    }
}

/// Tells the SDK what was decided. With a viewer, what is not exported is recorded all the same.
#[derive(Clone, Debug)]
pub(super) struct Decided {
    pub(super) sampling: Sampling,
    pub(super) records_all: bool,
}

impl ShouldSample for Decided {
    fn should_sample(
        &self,
        parent_context: Option<&Context>,
        trace_id: TraceId,
        _: &str,
        _: &SpanKind,
        _: &[KeyValue],
        links: &[Link],
    ) -> SamplingResult {
        let parent = parent_context.map(TraceContextExt::span);
        let parent = parent.as_ref().map(SpanRef::span_context).filter(|parent| parent.is_valid());
        // What is done for several traces at once is a trace of its own: whoever sees one of them sees it too.
        let is_followed = parent.is_none() && links.iter().any(|link| link.span_context.is_sampled());
        let decision = match (is_followed || self.sampling.decide(parent, trace_id), self.records_all) {
            (true, _) => SamplingDecision::RecordAndSample,
            (false, true) => SamplingDecision::RecordOnly,
            (false, false) => SamplingDecision::Drop,
        };
        let trace_state = parent.map(|parent| parent.trace_state().clone()).unwrap_or_default();
        SamplingResult { decision, attributes: Vec::new(), trace_state }
    }
}

thread_local! {
    static NEXT: Cell<Option<TraceId>> = const { Cell::new(None) };
}

/// Gives a trace the id that was decided upon, which the SDK would choose only after everything is written down.
#[derive(Debug, Default)]
pub(super) struct Ids(RandomIdGenerator);

impl Ids {
    /// The id of the trace that is begun next on this thread.
    pub(super) fn set_next(id: TraceId) {
        NEXT.set(Some(id));
    }
}

impl Ids {
    /// The trace has begun, or there is none.
    pub(super) fn forget_next() {
        NEXT.set(None);
    }
}

impl IdGenerator for Ids {
    fn new_trace_id(&self) -> TraceId {
        NEXT.take().unwrap_or_else(|| self.0.new_trace_id())
    }

    fn new_span_id(&self) -> SpanId {
        self.0.new_span_id()
    }
}

#[cfg(test)]
mod tests {
    use opentelemetry::trace::{TraceFlags, TraceState};

    use super::*;

    fn parent(flags: TraceFlags) -> SpanContext {
        SpanContext::new(TraceId::from(1), SpanId::from(1), flags, true, TraceState::NONE)
    }

    #[test]
    fn a_tenth_is_sampled_when_a_tenth_is_asked_for() {
        let sampling = Sampling::ratio(0.1);
        let ids = RandomIdGenerator::default();
        let sampled = (0..10_000).filter(|_| sampling.decide(None, ids.new_trace_id())).count();
        assert!((850..1150).contains(&sampled), "{sampled} of 10,000");
    }

    #[test]
    fn the_caller_s_decision_is_followed_unless_all_are_treated_alike() {
        let id = TraceId::from(1);
        assert!(Sampling::never().decide(Some(&parent(TraceFlags::SAMPLED)), id));
        assert!(!Sampling::always().decide(Some(&parent(TraceFlags::NOT_SAMPLED)), id));
        assert!(!Sampling::never().for_all().decide(Some(&parent(TraceFlags::SAMPLED)), id));
        assert!(Sampling::always().for_all().decide(Some(&parent(TraceFlags::NOT_SAMPLED)), id));
    }

    #[test]
    fn what_begins_for_several_traces_is_sampled_if_one_of_them_is() {
        let decided = Decided { sampling: Sampling::never(), records_all: false };
        let decide = |flags: &[TraceFlags]| {
            let links: Vec<_> = flags.iter().map(|flags| Link::with_context(parent(*flags))).collect();
            decided.should_sample(None, TraceId::from(2), "batch", &SpanKind::Internal, &[], &links).decision
        };
        assert_eq!(decide(&[TraceFlags::NOT_SAMPLED, TraceFlags::SAMPLED]), SamplingDecision::RecordAndSample);
        assert_eq!(decide(&[TraceFlags::NOT_SAMPLED]), SamplingDecision::Drop);
    }
}
