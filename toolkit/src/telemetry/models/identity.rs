use std::sync::{Arc, atomic::Ordering};

use opentelemetry::{KeyValue, Value};

#[cfg(feature = "trace-viewer")]
use super::registry::Function;
use super::{
    BatchSize, Called, Outcome,
    registry::{self, Version},
};
use crate::telemetry::{current, metrics::FunctionMetrics};

/// One function of one version of a model, as telemetry names it, with what is counted of it. It is made when the
/// version is loaded, so that a call costs little.
#[derive(Debug)]
pub(crate) struct Identity {
    model: Arc<str>,
    version: Arc<Version>,
    #[cfg(feature = "trace-viewer")]
    function: Arc<Function>,
    attributes: [KeyValue; 3],
    metrics: FunctionMetrics,
}

impl Identity {
    /// The function of a version, which the envelope's id names, that has been loaded.
    pub(crate) fn new(model: &str, version: &str, function: &str) -> Arc<Self> {
        let (version, function) = registry::loaded(model, version, function);
        let model: Arc<str> = model.into();
        let text = |text: &Arc<str>| Value::String(text.clone().into());
        let attributes = [
            KeyValue::new("ml.model.name", text(&model)),
            KeyValue::new("ml.model.version", text(&version.id)),
            KeyValue::new("ml.function", text(&function.name)),
        ];
        let metrics = FunctionMetrics::new(attributes.clone());
        Arc::new(Self {
            model,
            version,
            #[cfg(feature = "trace-viewer")]
            function,
            attributes,
            metrics,
        })
    }

    /// The attributes that name the model, its version and the function.
    pub(crate) fn attributes(&self) -> &[KeyValue; 3] {
        &self.attributes
    }

    /// Counts and measures a call that has ended.
    pub(crate) fn called(&self, called: &Called) {
        self.version.serves();
        self.version.calls.fetch_add(1, Ordering::Relaxed);
        match called.outcome {
            Outcome::Answered => {}
            outcome if outcome.is_refusal() => drop(self.version.refused.fetch_add(1, Ordering::Relaxed)),
            _ => drop(self.version.failed.fetch_add(1, Ordering::Relaxed)),
        }
        let telemetry = current();
        self.metrics.called(&telemetry.metrics, called);
        #[cfg(feature = "trace-viewer")]
        if telemetry.viewer().is_some() {
            self.function.calls.called(called);
        }
    }

    /// Counts and measures a batch that is about to be run.
    pub(crate) fn batched(&self, size: BatchSize) {
        let telemetry = current();
        self.metrics.batched(&telemetry.metrics, size);
        #[cfg(feature = "trace-viewer")]
        if telemetry.viewer().is_some() {
            self.function.calls.batched(size);
        }
    }

    /// Counts what did not fit a schema, by the rules' codes: that of the arguments, or that of the result. There are
    /// `more` that are not told in detail.
    pub(crate) fn violated<'a>(&self, is_result: bool, codes: impl Iterator<Item = &'a str>, more: usize) {
        self.metrics.violated(&current().metrics, is_result, codes, more);
    }
}

impl Drop for Identity {
    fn drop(&mut self) {
        registry::unloaded(&self.model, &self.version);
    }
}
