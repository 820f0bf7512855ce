use std::sync::Arc;

use arc_swap::ArcSwap;
use toolkit_envelope::Envelope;

use super::{ModelHandler, version::Version};
use crate::limits::Pool;

/// A model that is served: the version that answers now, which another one may take the place of.
#[derive(Debug)]
pub(crate) struct Deployment {
    handler: ModelHandler,
    current: ArcSwap<Version>,
}

impl Deployment {
    /// Opens the handler's envelope and loads its model.
    ///
    /// # Errors
    ///
    /// Why it cannot be served.
    pub(crate) fn open(handler: &ModelHandler) -> Result<Self, String> {
        let told = |error: &dyn std::fmt::Display| format!("the envelope {}: {error}", handler.source.display());
        let envelope = Envelope::open(&handler.source).map_err(|error| told(&error))?;
        let workers = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let pool = Pool::new(workers, 1024);
        let version = Version::load(&envelope, handler, &pool).map_err(|error| told(&error))?;
        Ok(Self { handler: handler.clone(), current: ArcSwap::from_pointee(version) })
    }

    /// How the model is served.
    pub(crate) fn handler(&self) -> &ModelHandler {
        &self.handler
    }

    /// The version that answers now.
    pub(crate) fn current(&self) -> Arc<Version> {
        self.current.load_full()
    }
}
