//! What is counted and measured, by the conventions of OpenTelemetry, and shown at `/metrics`.

#[cfg(feature = "model")]
mod models;
#[cfg(feature = "prometheus")]
mod page;
mod pool;
#[cfg(target_os = "linux")]
mod process;
mod requests;
mod runtime;

use std::time::Duration;

#[cfg(feature = "model")]
pub(super) use models::FunctionMetrics;
use opentelemetry::metrics::{Counter, Meter};
#[cfg(feature = "prometheus")]
pub(crate) use page::answer;
#[cfg(feature = "prometheus")]
pub(super) use page::reader;
pub(crate) use pool::{PoolCalls, observe_pool};
pub(super) use requests::{Exchanged, RouteMetrics, Sort, error_type};

use pool::Waiting;
use requests::Instruments;

/// The instruments of the process; without a meter, nothing is measured.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    #[cfg(feature = "http-client")]
    pub(super) meter: Option<Meter>,
    requests: Option<Instruments>,
    violations: Option<Counter<u64>>,
    waiting: Option<Waiting>,
    #[cfg(feature = "model")]
    models: Option<models::Instruments>,
}

impl Metrics {
    pub(super) fn new(meter: Meter) -> Self {
        runtime::observe(&meter);
        #[cfg(target_os = "linux")]
        process::observe(&meter);
        let violations = meter
            .u64_counter("toolkit.violations")
            .with_unit("{violation}")
            .with_description("What was wrong with requests, by endpoint and rule.")
            .build();
        Self {
            requests: Some(Instruments::new(&meter)),
            violations: Some(violations),
            waiting: Some(pool::observe(&meter)),
            #[cfg(feature = "model")]
            models: Some(models::Instruments::new(&meter)),
            #[cfg(feature = "http-client")]
            meter: Some(meter),
        }
    }

    /// Measures how long a call of a function waited for a thread.
    pub(crate) fn call_waited(&self, waited: Duration) {
        if let Some(waiting) = &self.waiting {
            waiting.record(waited);
        }
    }
}
