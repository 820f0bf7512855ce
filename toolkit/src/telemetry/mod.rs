//! What a service tells about itself: traces, metrics and logs, by OpenTelemetry's conventions.
//!
//! `provider` starts it all, once for the process, as the `OTEL_*` variables say (`environment`). Each request then
//! has a span (`request`), its function has one below (`function`), and what either logs is written with the trace's
//! id (`logs`). What has ended is measured (`metrics`), sent (`export`) and shown (`viewer`).

pub(crate) mod conventions;
mod declared;
mod environment;
mod export;
mod function;
mod hidden;
mod logs;
mod metrics;
#[cfg(feature = "model")]
pub(crate) mod models;
#[cfg(feature = "http-client")]
mod outbound;
mod processor;
mod propagation;
mod provider;
mod request;
mod routes;
mod sampling;
mod seen;
mod spawn;
mod traceparent;
mod trouble;
#[cfg(feature = "trace-viewer")]
mod viewer;

pub(crate) use declared::take_in as declare_names;
pub(crate) use environment::{Destination, Environment};
pub use function::{FunctionSpan, InSpan, TracedFunction, TracedValue, TracedValues};
pub use logs::LogFormat;
pub(crate) use logs::{start_logging, start_test_logging};
#[cfg(feature = "prometheus")]
pub(crate) use metrics::answer as metrics_page;
pub(crate) use metrics::{PoolCalls, observe_pool};
#[cfg(feature = "http-client")]
pub(crate) use outbound::{inject, meter};
pub(crate) use propagation::Propagation;
#[cfg(any(feature = "http-client", feature = "model"))]
pub(crate) use provider::tracer;
pub(crate) use provider::{Process, Service, Telemetry, current, flush};
pub(crate) use request::{AT_ONCE, Failure, RequestLayer, SentProblem};
pub(crate) use seen::{LogLine, Seen};
pub use spawn::spawn;
#[cfg(feature = "trace-viewer")]
pub(crate) use viewer::{Admission, routes as viewer_routes};
