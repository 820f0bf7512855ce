//! The ways out: to a collector by OTLP, or to standard output.

use std::{fmt, time::Duration};

use opentelemetry_sdk::{
    Resource,
    error::OTelSdkResult,
    logs::{LogBatch, LogExporter, LoggerProviderBuilder},
    metrics::{MeterProviderBuilder, Temporality, data::ResourceMetrics, exporter::PushMetricExporter},
    trace::{BatchSpanProcessor, SpanData, SpanExporter},
};

use super::{Destination, trouble::Trouble};

/// What sends spans, in batches, as the `OTEL_BSP_*` variables say.
///
/// # Errors
///
/// A sentence when it cannot be made.
pub(super) fn spans(to: Destination) -> Result<Option<BatchSpanProcessor>, String> {
    Ok(match to {
        Destination::None => None,
        Destination::Console => {
            Some(BatchSpanProcessor::builder(opentelemetry_stdout::SpanExporter::default()).build())
        }
        Destination::Otlp => Some(BatchSpanProcessor::builder(Watched::new("spans", "TRACES", otlp::spans()?)).build()),
    })
}

/// Adds something to what makes a provider.
pub(super) type Add<B> = Box<dyn FnOnce(B) -> B>;

/// Adds what sends metrics, as often as `OTEL_METRIC_EXPORT_INTERVAL` says.
///
/// # Errors
///
/// A sentence when it cannot be made.
pub(super) fn metrics(to: Destination) -> Result<Add<MeterProviderBuilder>, String> {
    Ok(match to {
        Destination::None => Box::new(|provider| provider),
        Destination::Console => {
            Box::new(|provider| provider.with_periodic_exporter(opentelemetry_stdout::MetricExporter::default()))
        }
        Destination::Otlp => {
            let exporter = Watched::new("metrics", "METRICS", otlp::metrics()?);
            Box::new(|provider| provider.with_periodic_exporter(exporter))
        }
    })
}

/// Adds what sends log records, in batches, as the `OTEL_BLRP_*` variables say.
///
/// # Errors
///
/// A sentence when it cannot be made.
pub(super) fn logs(to: Destination, provider: LoggerProviderBuilder) -> Result<LoggerProviderBuilder, String> {
    Ok(match to {
        Destination::None => provider,
        Destination::Console => provider.with_batch_exporter(opentelemetry_stdout::LogExporter::default()),
        Destination::Otlp => provider.with_batch_exporter(Watched::new("log records", "LOGS", otlp::logs()?)),
    })
}

/// Where a signal is sent, as it is told to people: without a user and a password.
fn endpoint(signal: &str) -> String {
    let names = [format!("OTEL_EXPORTER_OTLP_{signal}_ENDPOINT"), "OTEL_EXPORTER_OTLP_ENDPOINT".to_owned()];
    let set = names.into_iter().find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    let endpoint = set.unwrap_or_else(|| "this machine".to_owned());
    endpoint.rsplit('@').next().unwrap_or_default().to_owned()
}

/// An exporter whose failures are counted, and told now and then.
struct Watched<E> {
    exporter: E,
    trouble: Trouble,
}

impl<E> Watched<E> {
    fn new(what: &'static str, signal: &str, exporter: E) -> Self {
        Self { exporter, trouble: Trouble::new(what, endpoint(signal)) }
    }
}

impl<E> fmt::Debug for Watched<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watched").field("trouble", &self.trouble).finish_non_exhaustive()
    }
}

impl<E: SpanExporter> SpanExporter for Watched<E> {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let count = batch.len();
        self.trouble.note(count, self.exporter.export(batch).await)
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.trouble.tell_the_rest();
        self.exporter.shutdown_with_timeout(timeout)
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.exporter.set_resource(resource);
    }
}

impl<E: PushMetricExporter> PushMetricExporter for Watched<E> {
    async fn export(&self, metrics: &ResourceMetrics) -> OTelSdkResult {
        let count = metrics.scope_metrics().map(|scope| scope.metrics().count()).sum();
        self.trouble.note(count, self.exporter.export(metrics).await)
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.exporter.force_flush()
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.trouble.tell_the_rest();
        self.exporter.shutdown_with_timeout(timeout)
    }

    fn temporality(&self) -> Temporality {
        self.exporter.temporality()
    }
}

impl<E: LogExporter> LogExporter for Watched<E> {
    async fn export(&self, batch: LogBatch<'_>) -> OTelSdkResult {
        let count = batch.iter().count();
        self.trouble.note(count, self.exporter.export(batch).await)
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.trouble.tell_the_rest();
        self.exporter.shutdown_with_timeout(timeout)
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.exporter.set_resource(resource);
    }
}

#[cfg(feature = "otlp")]
mod otlp {
    use std::env;

    use opentelemetry_otlp::{ExporterBuildError, LogExporter, MetricExporter, SpanExporter};

    pub(super) fn spans() -> Result<SpanExporter, String> {
        build("TRACES", || SpanExporter::builder().build())
    }

    pub(super) fn metrics() -> Result<MetricExporter, String> {
        build("METRICS", || MetricExporter::builder().build())
    }

    pub(super) fn logs() -> Result<LogExporter, String> {
        build("LOGS", || LogExporter::builder().build())
    }

    /// The SDK reads the address, the headers and the rest from the environment.
    fn build<E>(signal: &str, build: impl FnOnce() -> Result<E, ExporterBuildError>) -> Result<E, String> {
        refuse_protocol(signal)?;
        crate::tls::ensure_tls();
        build().map_err(|error| error.to_string())
    }

    /// The SDK would take another protocol instead, without a word.
    fn refuse_protocol(signal: &str) -> Result<(), String> {
        let names = [format!("OTEL_EXPORTER_OTLP_{signal}_PROTOCOL"), "OTEL_EXPORTER_OTLP_PROTOCOL".to_owned()];
        let set = names.into_iter().find_map(|name| Some((env::var(&name).ok().filter(|v| !v.is_empty())?, name)));
        match set.as_ref().map(|(value, name)| (value.as_str(), name)) {
            None | Some(("http/protobuf", _)) => Ok(()),
            Some(("grpc", _)) if cfg!(feature = "otlp-grpc") => Ok(()),
            Some(("grpc", name)) => Err(format!(
                "{name} is `grpc`: build the service with the feature `otlp-grpc` of `toolkit`, or set `http/protobuf`"
            )),
            Some((other, name)) => Err(format!("{name} is `{other}`: expected `http/protobuf` or `grpc`")),
        }
    }
}

#[cfg(not(feature = "otlp"))]
mod otlp {
    const MISSING: &str = "the service is built without the feature `otlp` of `toolkit`";

    pub(super) fn spans() -> Result<opentelemetry_stdout::SpanExporter, String> {
        Err(MISSING.to_owned())
    }

    pub(super) fn metrics() -> Result<opentelemetry_stdout::MetricExporter, String> {
        Err(MISSING.to_owned())
    }

    pub(super) fn logs() -> Result<opentelemetry_stdout::LogExporter, String> {
        Err(MISSING.to_owned())
    }
}
