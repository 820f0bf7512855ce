use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use http::StatusCode;

use super::Resources;
use crate::problem::Problem;

/// Whether the service takes requests; it stops to before it stops.
#[derive(Clone, Debug)]
pub(crate) struct Readiness(Arc<AtomicBool>);

impl Readiness {
    /// That of a service that takes requests.
    pub(crate) fn accepting() -> Self {
        Self(Arc::new(AtomicBool::new(true)))
    }

    pub(crate) fn is_accepting(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    pub(crate) fn stop(&self) {
        self.0.store(false, Ordering::Relaxed);
    }

    /// Asks whether the service takes requests, and whether its resources can be used.
    ///
    /// # Errors
    ///
    /// 503 with why it takes none.
    pub(crate) async fn check(&self, resources: &Resources) -> Result<(), Problem> {
        let unavailable = Problem::new(StatusCode::SERVICE_UNAVAILABLE);
        if !self.is_accepting() {
            return Err(unavailable.detail("the service is shutting down"));
        }
        let unready = resources.unready().await;
        if unready.is_empty() {
            return Ok(());
        }
        Err(unavailable.detail("not all resources are ready").with("unready", unready))
    }
}
