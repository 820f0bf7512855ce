//! The deployments of this process: one source, served in one way, is loaded once.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError, Weak},
};

use super::deployment::Deployment;

/// The deployments of one source. Whoever opens it holds the lock meanwhile, so that two do not load it at once.
type Slot = Arc<Mutex<Vec<Weak<Deployment>>>>;

static LIVING: LazyLock<Mutex<HashMap<PathBuf, Slot>>> = LazyLock::new(Mutex::default);

/// The living deployment of `source` that suits best, or the one that `load` makes.
pub(super) fn find_or(
    source: &Path,
    suits: impl Fn(&Deployment) -> Option<bool>,
    load: impl FnOnce() -> Result<Arc<Deployment>, String>,
) -> Result<Arc<Deployment>, String> {
    let slot = slot(source);
    let mut deployments = lock(&slot);
    deployments.retain(is_living);
    let living = deployments.iter().filter_map(Weak::upgrade).filter_map(|living| Some((suits(&living)?, living)));
    if let Some((_, living)) = living.max_by_key(|(suits, _)| *suits) {
        return Ok(living);
    }
    let loaded = load()?;
    deployments.push(Arc::downgrade(&loaded));
    Ok(loaded)
}

/// The slot of a source; those that nobody needs any more go.
fn slot(source: &Path) -> Slot {
    let mut slots = lock(&LIVING);
    slots.retain(|_, slot| Arc::strong_count(slot) > 1 || lock(slot).iter().any(is_living));
    slots.entry(source.to_owned()).or_default().clone()
}

fn is_living(deployment: &Weak<Deployment>) -> bool {
    deployment.strong_count() > 0
}

/// A panic while a model was loaded leaves the list as it was.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
