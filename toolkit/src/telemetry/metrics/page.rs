use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use opentelemetry_prometheus::PrometheusExporter;
use prometheus::{Encoder, Registry, TextEncoder};

use crate::{problem::Problem, telemetry::Telemetry};

/// What gathers all that is measured for Prometheus.
///
/// # Errors
///
/// A sentence when it cannot be made.
pub(in crate::telemetry) fn reader(registry: &Registry) -> Result<PrometheusExporter, String> {
    let exporter = opentelemetry_prometheus::exporter().with_registry(registry.clone()).scope_info_enabled(false);
    exporter.build().map_err(|error| error.to_string())
}

/// Gauges that OpenTelemetry calls counts: to Prometheus only a histogram has one, and its clients call these so.
const RENAMED: [(&str, &str); 2] =
    [("process_thread_count", "process_threads"), ("process_unix_file_descriptor_count", "process_open_fds")];

/// All that is measured, in Prometheus's text format.
pub(crate) fn answer(telemetry: &Telemetry) -> Response {
    let mut families = telemetry.registry.gather();
    for family in &mut families {
        if let Some((_, name)) = RENAMED.iter().find(|(name, _)| *name == family.name()) {
            family.set_name((*name).to_owned());
        }
    }
    let encoder = TextEncoder::new();
    let mut text = Vec::new();
    match encoder.encode(&families, &mut text) {
        Ok(()) => ([(header::CONTENT_TYPE, encoder.format_type().to_owned())], text).into_response(),
        Err(error) => {
            tracing::error!(%error, "the metrics cannot be written");
            Problem::new(StatusCode::INTERNAL_SERVER_ERROR).into_response()
        }
    }
}
