use axum::Router;

use super::App;
#[cfg(feature = "trace-viewer")]
use crate::settings::ViewerAccess;
use crate::{
    settings::ServerSettings,
    telemetry::{self, Environment, Service, Telemetry},
};

/// Starts the process's telemetry, unless it runs; what of it could not be started is told as sentences.
pub(crate) fn start(app: &App, keeps_traces: bool, environment: &Environment) -> Vec<String> {
    Telemetry::start(Service { name: app.package, version: app.info.version }, environment, keeps_traces)
}

/// The metrics and the traces.
#[cfg_attr(not(feature = "trace-viewer"), allow(unused_variables, reason = "only the viewer has a title and settings"))]
pub(super) fn routes(title: &str, settings: &ServerSettings) -> Router {
    let router = Router::new();
    #[cfg(feature = "prometheus")]
    let router = router.route("/metrics", axum::routing::get(async || telemetry::metrics_page(telemetry::current())));
    #[cfg(feature = "trace-viewer")]
    let router = match telemetry::current().viewer() {
        Some(viewer) => {
            router.merge(telemetry::viewer_routes(viewer.clone(), title, settings.trace_viewer_from.into()))
        }
        None => router,
    };
    router
}

impl ServerSettings {
    /// Whether the last traces are kept, to be looked at.
    pub(super) fn keeps_traces(&self) -> bool {
        #[cfg(feature = "trace-viewer")]
        return self.trace_viewer;
        #[cfg(not(feature = "trace-viewer"))]
        return false;
    }
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
