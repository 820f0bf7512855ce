//! What calls to other services take part in the trace with.

use http::HeaderMap;
use opentelemetry::{Context, global, metrics::Meter};
use opentelemetry_sdk::trace::SdkTracer;

use super::current;

/// Makes spans; none if nobody would see them.
pub(crate) fn tracer() -> Option<&'static SdkTracer> {
    current().tracer.as_ref()
}

/// Makes instruments.
pub(crate) fn meter() -> Meter {
    current().metrics.meter.clone().unwrap_or_else(|| global::meter("toolkit"))
}

/// Writes the context of the trace and the baggage into headers.
pub(crate) fn inject(context: &Context, headers: &mut HeaderMap) {
    current().propagation.write(context, headers);
}
