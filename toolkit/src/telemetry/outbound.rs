//! What calls to other services take part in the trace with.

use http::HeaderMap;
use opentelemetry::{Context, metrics::Meter};
use opentelemetry_sdk::trace::SdkTracer;

use super::current;

/// Makes spans; none if nobody would see them.
pub(crate) fn tracer() -> Option<&'static SdkTracer> {
    current().tracer.as_ref()
}

/// Makes instruments; none before the telemetry is started, as an instrument made then would never measure anything.
pub(crate) fn meter() -> Option<&'static Meter> {
    current().metrics.meter.as_ref()
}

/// Writes the context of the trace and the baggage into headers.
pub(crate) fn inject(context: &Context, headers: &mut HeaderMap) {
    current().propagation.write(context, headers);
}
