use std::sync::OnceLock;

use opentelemetry::{
    KeyValue,
    metrics::{BoundCounter, BoundHistogram, Counter, Histogram, Meter},
};
use opentelemetry_semantic_conventions::attribute;

use super::Metrics;
use crate::telemetry::models::{self, BatchSize, Called, Outcome, Swap};

/// In seconds: a small model answers within microseconds.
const DURATIONS: [f64; 16] =
    [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
/// In rows, or in calls of a batch.
const COUNTS: [f64; 15] =
    [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0, 1024.0, 4096.0, 16_384.0, 65_536.0, 262_144.0];
/// The kinds of violations of rows; the last one stands for all that are not known.
const CODES: [&str; 13] = [
    "required",
    "null",
    "type",
    "range",
    "length",
    "shape",
    "enum",
    "regex",
    "unknown",
    "duplicate",
    "syntax",
    "tensor",
    "_OTHER",
];

/// What is measured of all models.
#[derive(Debug)]
pub(super) struct Instruments {
    duration: Histogram<f64>,
    rows: Histogram<u64>,
    queue: Histogram<f64>,
    batch_calls: Histogram<u64>,
    batch_rows: Histogram<u64>,
    violations: Counter<u64>,
    swaps: Counter<u64>,
}

impl Instruments {
    pub(super) fn new(meter: &Meter) -> Self {
        observe_versions(meter);
        let duration = |name: &'static str, description: &'static str| {
            let histogram = meter.f64_histogram(name).with_unit("s").with_description(description);
            histogram.with_boundaries(DURATIONS.to_vec()).build()
        };
        let counts = |name: &'static str, unit: &'static str, description: &'static str| {
            let histogram = meter.u64_histogram(name).with_unit(unit).with_description(description);
            histogram.with_boundaries(COUNTS.to_vec()).build()
        };
        let counter = |name: &'static str, unit: &'static str, description: &'static str| {
            meter.u64_counter(name).with_unit(unit).with_description(description).build()
        };
        Self {
            duration: duration("ml.predict.duration", "How long calls of models took, queue and all."),
            rows: counts("ml.predict.rows", "{row}", "How many rows calls of models had."),
            queue: duration("ml.queue.duration", "How long calls of models waited until the model ran."),
            batch_calls: counts("ml.batch.calls", "{call}", "How many calls were run as one."),
            batch_rows: counts("ml.batch.rows", "{row}", "How many rows were run as one."),
            violations: counter("ml.violations", "{violation}", "What did not fit the schemas of models, by rule."),
            swaps: counter("ml.swaps", "{swap}", "Attempts to put another version of a model in place."),
        }
    }
}

/// The versions that serve now: 1 for each.
fn observe_versions(meter: &Meter) {
    meter
        .u64_observable_gauge("ml.model.info")
        .with_description("The versions of models that serve now: 1 for each.")
        .with_callback(|observer| {
            for (model, version) in models::serving() {
                observer
                    .observe(1, &[KeyValue::new("ml.model.name", model), KeyValue::new("ml.model.version", version)]);
            }
        })
        .build();
}

/// What is measured of one function of one version of a model. It is bound at the first call: a model is loaded before
/// the telemetry starts.
#[derive(Debug)]
pub(crate) struct FunctionMetrics {
    attributes: [KeyValue; 3],
    durations: [OnceLock<BoundHistogram<f64>>; Outcome::ALL.len()],
    rows: OnceLock<BoundHistogram<u64>>,
    queue: OnceLock<BoundHistogram<f64>>,
    batches: OnceLock<(BoundHistogram<u64>, BoundHistogram<u64>)>,
    /// Those of arguments, and those of results.
    violations: [[OnceLock<BoundCounter<u64>>; CODES.len()]; 2],
}

impl FunctionMetrics {
    /// Measures with these attributes.
    pub(crate) fn new(attributes: [KeyValue; 3]) -> Self {
        Self {
            attributes,
            durations: Default::default(),
            rows: OnceLock::new(),
            queue: OnceLock::new(),
            batches: OnceLock::new(),
            violations: Default::default(),
        }
    }

    /// Measures a call.
    pub(crate) fn called(&self, metrics: &Metrics, called: &Called) {
        let Some(instruments) = &metrics.models else { return };
        let duration = self.durations[called.outcome as usize].get_or_init(|| {
            let error = called.outcome.error_type().map(|error| KeyValue::new(attribute::ERROR_TYPE, error));
            instruments.duration.bind(&self.and(error))
        });
        duration.record(called.duration.as_secs_f64());
        if let Some(rows) = called.rows {
            self.rows.get_or_init(|| instruments.rows.bind(&self.attributes)).record(rows as u64);
        }
        if let Some(waited) = called.waited {
            self.queue.get_or_init(|| instruments.queue.bind(&self.attributes)).record(waited.as_secs_f64());
        }
    }

    /// Measures a batch.
    pub(crate) fn batched(&self, metrics: &Metrics, size: BatchSize) {
        let Some(instruments) = &metrics.models else { return };
        let bind = || (instruments.batch_calls.bind(&self.attributes), instruments.batch_rows.bind(&self.attributes));
        let (calls, rows) = self.batches.get_or_init(bind);
        calls.record(size.calls as u64);
        rows.record(size.rows as u64);
    }

    /// Counts what did not fit a schema: that of the arguments, or that of the result.
    pub(crate) fn violated<'a>(
        &self,
        metrics: &Metrics,
        is_result: bool,
        codes: impl Iterator<Item = &'a str>,
        more: usize,
    ) {
        let Some(instruments) = &metrics.models else { return };
        let add = |code: usize, count: u64| {
            let counter = self.violations[usize::from(is_result)][code].get_or_init(|| {
                let place = if is_result { "result" } else { "arguments" };
                let told = [KeyValue::new("violation.in", place), KeyValue::new("violation.code", CODES[code])];
                instruments.violations.bind(&self.and(told))
            });
            counter.add(count);
        };
        let unknown = CODES.len() - 1;
        for code in codes {
            add(CODES.iter().position(|known| *known == code).unwrap_or(unknown), 1);
        }
        if more > 0 {
            add(unknown, more as u64);
        }
    }

    fn and(&self, more: impl IntoIterator<Item = KeyValue>) -> Vec<KeyValue> {
        self.attributes.iter().cloned().chain(more).collect()
    }
}

impl Metrics {
    /// Counts an attempt to put another version of a model in place.
    pub(crate) fn model_swapped(&self, model: &str, swap: Swap) {
        let Some(instruments) = &self.models else { return };
        let mut attributes =
            vec![KeyValue::new("ml.model.name", model.to_owned()), KeyValue::new("ml.swap.outcome", swap.outcome())];
        attributes.extend(swap.reason().map(|reason| KeyValue::new("ml.swap.reason", reason)));
        instruments.swaps.add(1, &attributes);
    }
}
