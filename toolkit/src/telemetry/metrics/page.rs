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

/// All that is measured, in Prometheus's text format.
pub(crate) fn answer(telemetry: &Telemetry) -> Response {
    let encoder = TextEncoder::new();
    let mut text = Vec::new();
    match encoder.encode(&telemetry.registry.gather(), &mut text) {
        Ok(()) => ([(header::CONTENT_TYPE, encoder.format_type().to_owned())], text).into_response(),
        Err(error) => {
            tracing::error!(%error, "the metrics cannot be written");
            Problem::new(StatusCode::INTERNAL_SERVER_ERROR).into_response()
        }
    }
}
