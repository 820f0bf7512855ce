use std::{
    fmt,
    sync::{Arc, OnceLock},
    time::Duration,
};

use opentelemetry::{InstrumentationScope, Key, KeyValue, global, metrics::MeterProvider, trace::TracerProvider};
use opentelemetry_sdk::{
    Resource,
    error::OTelSdkResult,
    logs::{LoggerProviderBuilder, SdkLoggerProvider},
    metrics::{MeterProviderBuilder, SdkMeterProvider},
    trace::{SdkTracer, SdkTracerProvider},
};
use opentelemetry_semantic_conventions::{SCHEMA_URL, resource};

#[cfg(feature = "trace-viewer")]
use super::viewer::{Limits, Viewer};
use super::{
    Destination, Environment, Propagation, Seen, export,
    metrics::Metrics,
    processor::Processor,
    routes::Routes,
    sampling::{Decided, Ids, Sampling},
};

/// How long everything that waits to be sent may take when the service stops.
const FLUSH: Duration = Duration::from_secs(5);
const SLACK: Duration = Duration::from_secs(1);

static CURRENT: OnceLock<Telemetry> = OnceLock::new();

/// Who the telemetry is about.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Service {
    pub(crate) name: &'static str,
    pub(crate) version: &'static str,
}

/// What the telemetry is to be for the process.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Process {
    /// Whether the last traces are kept, to be looked at.
    pub(crate) keeps_traces: bool,
    /// Whether it also answers those who ask OpenTelemetry for a tracer or a meter. A program that only takes the
    /// router may have set that up for itself.
    pub(crate) is_owned: bool,
}

/// What the process tells about itself. There is one, as there is one set of `OTEL_*` variables.
pub(crate) struct Telemetry {
    pub(super) propagation: Propagation,
    pub(super) sampling: Sampling,
    /// Absent when nobody would see a span.
    pub(super) tracer: Option<SdkTracer>,
    /// Whether spans that are not exported are seen all the same.
    pub(super) records_all: bool,
    /// Whether spans are exported to those who get no log.
    pub(super) exports_spans_only: bool,
    pub(super) seen: Option<Arc<dyn Seen>>,
    pub(super) metrics: Metrics,
    pub(super) routes: Routes,
    pub(super) traces: Option<SdkTracerProvider>,
    meters: SdkMeterProvider,
    pub(super) loggers: Option<SdkLoggerProvider>,
    #[cfg(feature = "prometheus")]
    pub(super) registry: prometheus::Registry,
    #[cfg(feature = "trace-viewer")]
    viewer: Option<Arc<Viewer>>,
}

impl fmt::Debug for Telemetry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Telemetry").field("propagation", &self.propagation).finish_non_exhaustive()
    }
}

/// The process's telemetry; one that tells nothing before it is started.
pub(crate) fn current() -> &'static Telemetry {
    static SILENT: OnceLock<Telemetry> = OnceLock::new();
    CURRENT.get().unwrap_or_else(|| SILENT.get_or_init(Telemetry::silent))
}

/// Makes spans; none if nobody would see them.
#[cfg(any(feature = "http-client", feature = "model"))]
pub(crate) fn tracer() -> Option<&'static SdkTracer> {
    current().tracer.as_ref()
}

impl Telemetry {
    /// The last traces, if they are kept.
    #[cfg(feature = "trace-viewer")]
    pub(crate) fn viewer(&self) -> Option<&Arc<Viewer>> {
        self.viewer.as_ref()
    }

    /// What is measured.
    pub(crate) fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// Starts the process's telemetry, unless that is done; what could not be started is told as sentences.
    pub(crate) fn start(service: Service, environment: &Environment, process: Process) -> Vec<String> {
        let mut faults = Vec::new();
        CURRENT.get_or_init(|| {
            faults.clone_from(&environment.ignored);
            Self::new(service, environment, process, &mut faults)
        });
        faults
    }

    fn silent() -> Self {
        let meters = SdkMeterProvider::default();
        Self {
            propagation: Propagation { trace_context: true, baggage: true },
            sampling: Sampling::never(),
            tracer: None,
            records_all: false,
            exports_spans_only: false,
            seen: None,
            metrics: Metrics::default(),
            routes: Routes::default(),
            traces: None,
            meters,
            loggers: None,
            #[cfg(feature = "prometheus")]
            registry: prometheus::Registry::new(),
            #[cfg(feature = "trace-viewer")]
            viewer: None,
        }
    }

    fn new(service: Service, environment: &Environment, process: Process, faults: &mut Vec<String>) -> Self {
        let silent = Self { propagation: environment.propagation, ..Self::silent() };
        if environment.disabled {
            return silent;
        }
        #[cfg(feature = "trace-viewer")]
        let viewer = process.keeps_traces.then(|| Arc::new(Viewer::new(Limits::default())));
        #[cfg(feature = "trace-viewer")]
        let seen = viewer.clone().map(|viewer| viewer as Arc<dyn Seen>);
        #[cfg(not(feature = "trace-viewer"))]
        let seen: Option<Arc<dyn Seen>> = None.filter(|_| process.keeps_traces);
        let resource = resource(service);
        let scope = InstrumentationScope::builder("toolkit")
            .with_version(env!("CARGO_PKG_VERSION"))
            .with_schema_url(SCHEMA_URL)
            .build();
        #[cfg(feature = "prometheus")]
        let registry = prometheus::Registry::new();
        let meters = SdkMeterProvider::builder().with_resource(resource.clone());
        #[cfg(feature = "prometheus")]
        let meters = with_page(meters, &registry, faults);
        let meters = with_export(meters, environment, faults).build();
        // The SDK counts the spans that it drops with the process's meters, so these come first.
        if process.is_owned {
            global::set_meter_provider(meters.clone());
        }
        let exporter = told("spans", export::spans(environment.traces), faults).flatten();
        let exports_spans = exporter.is_some();
        let traces = (seen.is_some() || exports_spans).then(|| {
            let longest_value = environment.longest_value;
            SdkTracerProvider::builder()
                .with_resource(resource.clone())
                .with_id_generator(Ids::default())
                .with_sampler(Decided { sampling: environment.sampling.clone(), records_all: seen.is_some() })
                .with_span_processor(Processor { seen: seen.clone(), export: exporter, longest_value })
                .build()
        });
        if process.is_owned {
            global::set_text_map_propagator(environment.propagation.propagator());
            if let Some(provider) = &traces {
                global::set_tracer_provider(provider.clone());
            }
        }
        let loggers = loggers(resource, environment, faults);
        Self {
            sampling: environment.sampling.clone(),
            tracer: traces.as_ref().map(|provider| provider.tracer_with_scope(scope.clone())),
            records_all: seen.is_some(),
            exports_spans_only: exports_spans && loggers.is_none(),
            seen,
            metrics: Metrics::new(meters.meter_with_scope(scope)),
            traces,
            meters,
            loggers,
            #[cfg(feature = "prometheus")]
            registry,
            #[cfg(feature = "trace-viewer")]
            viewer,
            ..silent
        }
    }
}

/// What could be made; what could not is told.
fn told<T>(signal: &str, made: Result<T, String>, faults: &mut Vec<String>) -> Option<T> {
    made.map_err(|fault| faults.push(format!("{signal} are not exported: {fault}"))).ok()
}

#[cfg(feature = "prometheus")]
fn with_page(
    meters: MeterProviderBuilder,
    registry: &prometheus::Registry,
    faults: &mut Vec<String>,
) -> MeterProviderBuilder {
    match told("metrics", super::metrics::reader(registry), faults) {
        Some(reader) => meters.with_reader(reader),
        None => meters,
    }
}

fn with_export(
    meters: MeterProviderBuilder,
    environment: &Environment,
    faults: &mut Vec<String>,
) -> MeterProviderBuilder {
    match told("metrics", export::metrics(environment.metrics), faults) {
        Some(add) => add(meters),
        None => meters,
    }
}

fn loggers(resource: Resource, environment: &Environment, faults: &mut Vec<String>) -> Option<SdkLoggerProvider> {
    if environment.logs == Destination::None {
        return None;
    }
    let builder = SdkLoggerProvider::builder().with_resource(resource);
    told("logs", export::logs(environment.logs, builder), faults).map(LoggerProviderBuilder::build)
}

/// Sends what waits to be sent, for a bounded time; no signal waits for another.
///
/// On threads of its own: a gRPC exporter that needs the async threads would wait for itself, and a runtime that ends
/// waits for its blocking threads, however long they take.
pub(crate) async fn flush() {
    let telemetry = current();
    let traces =
        flushed("spans", || telemetry.traces.as_ref().map_or(Ok(()), |traces| traces.shutdown_with_timeout(FLUSH)));
    let logs =
        flushed("log records", || telemetry.loggers.as_ref().map_or(Ok(()), |logs| logs.shutdown_with_timeout(FLUSH)));
    let metrics = flushed("metrics", || telemetry.meters.shutdown_with_timeout(FLUSH));
    // Each is bounded by itself; this is for one that does not keep to it.
    if tokio::time::timeout(FLUSH + SLACK, async { tokio::join!(traces, logs, metrics) }).await.is_err() {
        tracing::warn!("not all telemetry could be sent within {FLUSH:?}; the rest is lost");
    }
}

/// Waits for `flush` on a thread of its own.
async fn flushed(what: &str, flush: impl FnOnce() -> OTelSdkResult + Send + 'static) {
    let (done, outcome) = tokio::sync::oneshot::channel();
    let thread = std::thread::Builder::new().name("telemetry-flush".to_owned());
    // Whoever waited may have given up.
    let thread = thread.spawn(move || drop(done.send(flush())));
    let outcome = match thread {
        Ok(_) => outcome.await.map_err(|error| error.to_string()).and_then(|sent| sent.map_err(|e| e.to_string())),
        Err(error) => Err(error.to_string()),
    };
    if let Err(error) = outcome {
        tracing::warn!("{what} that waited to be sent at the end are lost: {error}");
    }
}

/// What the environment says the service is called, and otherwise what Cargo does.
fn resource(service: Service) -> Resource {
    let known = Resource::builder().build();
    let has = |name: &'static str| known.get(&Key::from_static_str(name));
    let mut own = Vec::new();
    if has(resource::SERVICE_NAME).is_none_or(|name| name.as_str().starts_with("unknown_service")) {
        own.push(KeyValue::new(resource::SERVICE_NAME, service.name));
    }
    if has(resource::SERVICE_VERSION).is_none() {
        own.push(KeyValue::new(resource::SERVICE_VERSION, service.version));
    }
    if has(resource::SERVICE_INSTANCE_ID).is_none() {
        // Two processes of one service are not told apart otherwise, and their metrics overwrite each other.
        let random = uuid::Builder::from_random_bytes(fastrand::u128(..).to_ne_bytes());
        own.push(KeyValue::new(resource::SERVICE_INSTANCE_ID, random.into_uuid().to_string()));
    }
    Resource::builder().with_attributes(own).with_schema_url([], SCHEMA_URL).build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_processes_of_a_service_are_told_apart() {
        let id = || {
            let resource = resource(Service { name: "films", version: "1.0.0" });
            resource.get(&Key::from_static_str(resource::SERVICE_INSTANCE_ID)).map(|id| id.to_string())
        };
        let (one, other) = (id(), id());
        assert!(one.as_ref().is_some_and(|id| uuid::Uuid::parse_str(id).is_ok()), "{one:?}");
        assert_ne!(one, other);
    }
}
