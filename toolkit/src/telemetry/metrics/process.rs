//! Figures of the process (OpenTelemetry process metrics), as Linux tells them.

use opentelemetry::{KeyValue, metrics::Meter};
use procfs::{
    WithCurrentSystemInfo,
    process::{Process, Stat},
};

/// Shows them; each is read when it is asked for.
pub(super) fn observe(meter: &Meter) {
    meter
        .f64_observable_counter("process.cpu.time")
        .with_unit("s")
        .with_description("Processor time of the process.")
        .with_callback(|observer| {
            let Some(stat) = stat() else { return };
            let seconds = |ticks: u64| ticks as f64 / procfs::ticks_per_second() as f64;
            observer.observe(seconds(stat.utime), &[KeyValue::new("cpu.mode", "user")]);
            observer.observe(seconds(stat.stime), &[KeyValue::new("cpu.mode", "system")]);
        })
        .build();
    let gauge = |name: &'static str, unit: &'static str, description: &'static str, read: fn() -> Option<u64>| {
        meter
            .i64_observable_up_down_counter(name)
            .with_unit(unit)
            .with_description(description)
            .with_callback(move |observer| {
                if let Some(value) = read().and_then(|value| i64::try_from(value).ok()) {
                    observer.observe(value, &[]);
                }
            })
            .build();
    };
    gauge("process.memory.usage", "By", "Physical memory in use.", || Some(stat()?.rss_bytes().get()));
    gauge("process.memory.virtual", "By", "Virtual memory that is committed.", || Some(stat()?.vsize));
    gauge("process.thread.count", "{thread}", "Threads of the process.", || u64::try_from(stat()?.num_threads).ok());
    gauge("process.unix.file_descriptor.count", "{file_descriptor}", "Open files and sockets.", || {
        Process::myself().ok()?.fd_count().ok().map(|count| count as u64)
    });
    let started = std::time::Instant::now();
    meter
        .f64_observable_gauge("process.uptime")
        .with_unit("s")
        .with_description("Time since the service was started.")
        .with_callback(move |observer| observer.observe(started.elapsed().as_secs_f64(), &[]))
        .build();
}

fn stat() -> Option<Stat> {
    Process::myself().ok()?.stat().ok()
}
