//! What calls to other services take part in the trace with.

use http::HeaderMap;
use opentelemetry::{Context, metrics::Meter, trace::TraceContextExt};

use super::{Propagation, current};

/// Makes instruments; none before the telemetry is started, as an instrument made then would never measure anything.
pub(crate) fn meter() -> Option<&'static Meter> {
    current().metrics.meter.as_ref()
}

/// Writes the context of the trace and the baggage into headers.
///
/// Who records nothing has not decided that nothing is to be sampled: then only what a caller has sent goes on.
pub(crate) fn inject(context: &Context, headers: &mut HeaderMap) {
    let telemetry = current();
    let is_undecided = telemetry.tracer.is_none() && !context.span().span_context().is_remote();
    let trace_context = telemetry.propagation.trace_context && !is_undecided;
    Propagation { trace_context, ..telemetry.propagation }.write(context, headers);
}
