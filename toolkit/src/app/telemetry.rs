use axum::Router;

use super::App;
#[cfg(feature = "trace-viewer")]
use crate::settings::ViewerAccess;
#[cfg(any(feature = "prometheus", feature = "trace-viewer"))]
use crate::telemetry;
use crate::{
    settings::ServerSettings,
    telemetry::{Environment, Process, Service, Telemetry},
};

/// Starts the process's telemetry, unless it runs; what of it could not be started is told as sentences.
pub(crate) fn start(app: &App, environment: &Environment, process: Process) -> Vec<String> {
    Telemetry::start(Service { name: app.package, version: app.info.version }, environment, process)
}

/// The metrics and the traces.
pub(super) fn routes(title: &str, settings: &ServerSettings) -> Router {
    metrics().merge(traces(title, settings))
}

#[cfg(feature = "prometheus")]
fn metrics() -> Router {
    Router::new().route("/metrics", axum::routing::get(async || telemetry::metrics_page(telemetry::current())))
}

#[cfg(not(feature = "prometheus"))]
fn metrics() -> Router {
    Router::new()
}

#[cfg(feature = "trace-viewer")]
fn traces(title: &str, settings: &ServerSettings) -> Router {
    let viewer = telemetry::current().viewer();
    viewer.map_or_else(Router::new, |viewer| {
        telemetry::viewer_routes(viewer.clone(), title, settings.trace_viewer_from.into())
    })
}

#[cfg(not(feature = "trace-viewer"))]
fn traces(_: &str, _: &ServerSettings) -> Router {
    Router::new()
}

/// Whether the last traces are kept, to be looked at.
#[cfg(feature = "trace-viewer")]
pub(super) fn keeps_traces(settings: &ServerSettings) -> bool {
    settings.trace_viewer
}

/// Whether the last traces are kept, to be looked at.
#[cfg(not(feature = "trace-viewer"))]
pub(super) fn keeps_traces(_: &ServerSettings) -> bool {
    false
}

#[cfg(feature = "trace-viewer")]
impl From<ViewerAccess> for telemetry::Admission {
    fn from(access: ViewerAccess) -> Self {
        match access {
            ViewerAccess::Loopback => Self::Loopback,
            ViewerAccess::Anywhere => Self::Anyone,
        }
    }
}
