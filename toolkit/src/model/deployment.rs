use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use arc_swap::ArcSwap;
use toolkit_envelope::Envelope;

use super::{ModelHandler, version::Version};
use crate::limits::Pool;

/// Says what is wrong with a version, for whoever relies on more than its schemas.
pub(crate) type Guard = Box<dyn Fn(&Version) -> Vec<String> + Send + Sync>;

/// A model that is served: the version that answers now, which another one may take the place of.
pub(crate) struct Deployment {
    handler: ModelHandler,
    current: ArcSwap<Version>,
    guards: Mutex<Vec<Guard>>,
}

impl Deployment {
    /// Opens the handler's envelope and loads its model.
    ///
    /// # Errors
    ///
    /// Why it cannot be served.
    pub(crate) fn open(handler: &ModelHandler) -> Result<Arc<Self>, String> {
        let told = |error: &dyn fmt::Display| format!("the envelope {}: {error}", handler.source.display());
        let envelope = Envelope::open(&handler.source).map_err(|error| told(&error))?;
        let workers = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let pool = Pool::new(workers, 1024);
        let version = Version::load(&envelope, handler, &pool).map_err(|error| told(&error))?;
        let current = ArcSwap::from_pointee(version);
        Ok(Arc::new(Self { handler: handler.clone(), current, guards: Mutex::default() }))
    }

    /// How the model is served.
    pub(crate) fn handler(&self) -> &ModelHandler {
        &self.handler
    }

    /// The version that answers now.
    pub(crate) fn current(&self) -> Arc<Version> {
        self.current.load_full()
    }

    /// Has `guard` look at every version from now on: one that it finds something wrong with does not come to serve.
    ///
    /// What it finds wrong with the one that serves now is given back; then it is not kept.
    pub(crate) fn guard(&self, guard: Guard) -> Vec<String> {
        let mut guards = self.guards();
        let wrong = guard(&self.current());
        if wrong.is_empty() {
            guards.push(guard);
        }
        wrong
    }

    fn guards(&self) -> MutexGuard<'_, Vec<Guard>> {
        self.guards.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Deployment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Deployment").field("handler", &self.handler).finish_non_exhaustive()
    }
}
