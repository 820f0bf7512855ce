use opentelemetry::metrics::Meter;
use tokio::runtime::{Handle, RuntimeMetrics};

/// Shows how busy the runtime is that telemetry was started on, if it was started on one.
pub(super) fn observe(meter: &Meter) {
    let Ok(runtime) = Handle::try_current() else { return };
    let gauge =
        |name: &'static str, unit: &'static str, description: &'static str, read: fn(&RuntimeMetrics) -> usize| {
            let metrics = runtime.metrics();
            let read = move || u64::try_from(read(&metrics)).unwrap_or(u64::MAX);
            meter
                .u64_observable_gauge(name)
                .with_unit(unit)
                .with_description(description)
                .with_callback(move |observer| observer.observe(read(), &[]))
                .build();
        };
    gauge("tokio.runtime.workers", "{thread}", "Threads that run async tasks.", RuntimeMetrics::num_workers);
    gauge("tokio.runtime.alive_tasks", "{task}", "Async tasks that have not ended.", RuntimeMetrics::num_alive_tasks);
    gauge(
        "tokio.runtime.global_queue_depth",
        "{task}",
        "Async tasks that wait for any thread.",
        RuntimeMetrics::global_queue_depth,
    );
    let metrics = runtime.metrics();
    let busy = move || (0..metrics.num_workers()).map(|worker| metrics.worker_total_busy_duration(worker)).sum();
    meter
        .f64_observable_counter("tokio.runtime.busy.time")
        .with_unit("s")
        .with_description("Time that the threads were busy, all together.")
        .with_callback(move |observer| observer.observe(std::time::Duration::as_secs_f64(&busy()), &[]))
        .build();
}
