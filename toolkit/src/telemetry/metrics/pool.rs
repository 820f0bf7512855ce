use std::{
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use opentelemetry::metrics::{BoundHistogram, Meter};

use crate::telemetry::conventions::DURATIONS;

/// The pools of the process; one for each service in it.
static POOLS: Mutex<Vec<Weak<PoolCalls>>> = Mutex::new(Vec::new());

/// The calls of a pool of threads.
#[derive(Debug, Default)]
pub(crate) struct PoolCalls {
    /// Those that wait for a thread.
    pub(crate) queued: AtomicUsize,
    /// Those that have one.
    pub(crate) running: AtomicUsize,
}

/// Shows a pool's calls among the metrics, as long as the pool lives.
pub(crate) fn observe_pool(calls: &Arc<PoolCalls>) {
    let mut pools = POOLS.lock().unwrap_or_else(PoisonError::into_inner);
    pools.retain(|pool| pool.strong_count() > 0);
    pools.push(Arc::downgrade(calls));
}

/// How long calls wait until they run.
#[derive(Debug)]
pub(super) struct Waiting(BoundHistogram<f64>);

impl Waiting {
    pub(super) fn record(&self, waited: Duration) {
        self.0.record(waited.as_secs_f64());
    }
}

pub(super) fn observe(meter: &Meter) -> Waiting {
    let gauge = |name: &'static str, description: &'static str, count: fn(&PoolCalls) -> &AtomicUsize| {
        let total = move || {
            let pools = POOLS.lock().unwrap_or_else(PoisonError::into_inner);
            let counts = pools.iter().filter_map(Weak::upgrade).map(|pool| count(&pool).load(Ordering::Relaxed));
            i64::try_from(counts.sum::<usize>()).unwrap_or(i64::MAX)
        };
        meter
            .i64_observable_up_down_counter(name)
            .with_unit("{call}")
            .with_description(description)
            .with_callback(move |observer| observer.observe(total(), &[]))
            .build();
    };
    gauge("toolkit.pool.queued", "Calls of functions that wait for a thread of the pool.", |pool| &pool.queued);
    gauge("toolkit.pool.running", "Calls of functions that run on the pool.", |pool| &pool.running);
    let histogram = meter
        .f64_histogram("toolkit.pool.wait.duration")
        .with_unit("s")
        .with_description("How long calls of functions waited for a thread of the pool.")
        .with_boundaries(DURATIONS.to_vec())
        .build();
    Waiting(histogram.bind(&[]))
}
