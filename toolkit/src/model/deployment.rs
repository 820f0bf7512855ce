use std::{
    fmt,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
};

use arc_swap::ArcSwap;
use toolkit_envelope::Manifest;

use super::{
    ModelHandler, living,
    loading::{Opened, Unloadable},
    version::Version,
    watch::{Seen, Watch},
};
use crate::{limits::Pool, telemetry::models};

/// Says what is wrong with a version, for whoever relies on more than its schemas.
pub(crate) type Guard = dyn Fn(&Version) -> Vec<String> + Send + Sync;

/// What is told when another version has come to serve.
pub(crate) trait Follower: Send + Sync {
    /// Another version serves.
    fn swapped(&self);
}

/// A model that is served: the version that answers now, which another one may take the place of.
pub(crate) struct Deployment {
    handler: ModelHandler,
    /// Where the handler's source is, wherever the process goes.
    source: PathBuf,
    pool: Pool,
    current: ArcSwap<Version>,
    /// What the version that came first says of itself: endpoints are made for its functions.
    routed: Manifest,
    guards: Mutex<Vec<Weak<Guard>>>,
    followers: Mutex<Vec<Weak<dyn Follower>>>,
    pub(super) turn: Arc<tokio::sync::Mutex<()>>,
    /// Ends with the deployment.
    _watch: Option<Watch>,
}

impl Deployment {
    /// Opens the handler's envelope and loads its model, unless that is done already: one source that is served in one way
    /// is one deployment while it lives.
    ///
    /// # Errors
    ///
    /// Why it cannot be served.
    pub(crate) fn open(handler: &ModelHandler) -> Result<Arc<Self>, String> {
        let source = absolute(handler)?;
        let suits = |living: &Self| living.handler.serves_as(handler).then_some(true);
        living::find_or(&source, suits, || Self::load(handler, &source))
    }

    /// The deployment of the handler's source: if the handler says nothing of how it is served, in whichever way it is
    /// already.
    ///
    /// # Errors
    ///
    /// Why it cannot be served.
    pub(crate) fn share(handler: &ModelHandler) -> Result<Arc<Self>, String> {
        let source = absolute(handler)?;
        let is_open = ModelHandler::new(&*source).serves_as(handler);
        let suits = |living: &Self| {
            if living.handler.serves_as(handler) { Some(true) } else { is_open.then_some(false) }
        };
        living::find_or(&source, suits, || Self::load(handler, &source))
    }

    fn load(handler: &ModelHandler, source: &Path) -> Result<Arc<Self>, String> {
        // What changes from now on is seen.
        let seen = Seen::of(source);
        let workers = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let pool = Pool::new(workers, 1024);
        let version = Opened::at(source).and_then(|opened| {
            opened.verify_signatures(handler).map_err(|reason| Unloadable::lasting(vec![reason]))?;
            opened.load(handler, &pool)
        });
        let version = version.map_err(|Unloadable { reasons, .. }| {
            let lines = if reasons.len() > 1 { "\n  " } else { " " };
            format!("the envelope {}:{lines}{}", handler.source.display(), reasons.join("\n  "))
        })?;
        let deployment = |this: &Weak<Self>| Self {
            handler: handler.clone(),
            source: source.to_owned(),
            pool,
            routed: version.described.manifest.clone(),
            current: ArcSwap::from_pointee(version),
            guards: Mutex::default(),
            followers: Mutex::default(),
            turn: Arc::default(),
            _watch: handler.watch.map(|every| Watch::start(this.clone(), source.to_owned(), every, seen)),
        };
        let deployment = Arc::new_cyclic(deployment);
        models::serves(deployment.name(), &deployment.current().described.id.to_string());
        Ok(deployment)
    }

    /// How the model is served.
    pub(crate) fn handler(&self) -> &ModelHandler {
        &self.handler
    }

    /// The version that answers now.
    pub(crate) fn current(&self) -> Arc<Version> {
        self.current.load_full()
    }

    /// Has `guard` look at every version as long as somebody holds it: one that it finds something wrong with does not come
    /// to serve.
    ///
    /// What it finds wrong with the one that serves now is given back; then it is asked no more.
    pub(crate) fn guard(&self, guard: &Arc<Guard>) -> Vec<String> {
        let mut guards = lock(&self.guards);
        guards.retain(|guard| guard.strong_count() > 0);
        let wrong = guard(&self.current());
        if wrong.is_empty() {
            guards.push(Arc::downgrade(guard));
        }
        wrong
    }

    /// Tells `follower` whenever another version has come to serve.
    pub(crate) fn follow(&self, follower: Weak<dyn Follower>) {
        lock(&self.followers).push(follower);
    }

    pub(super) fn tell_followers(&self) {
        let mut followers = lock(&self.followers);
        followers.retain(|follower| follower.strong_count() > 0);
        let told: Vec<_> = followers.iter().filter_map(Weak::upgrade).collect();
        drop(followers);
        for follower in told {
            follower.swapped();
        }
    }

    /// Has `next` serve, unless it is refused anyway or a guard finds something wrong with it: that is given back.
    pub(super) fn replace(&self, next: Version, is_allowed: bool) -> Result<(), Vec<String>> {
        // Who comes to guard waits, and then looks at the version that has come to serve.
        let mut guards = lock(&self.guards);
        guards.retain(|guard| guard.strong_count() > 0);
        let problems: Vec<_> = guards.iter().filter_map(Weak::upgrade).flat_map(|guard| guard(&next)).collect();
        if !is_allowed || !problems.is_empty() {
            return Err(problems);
        }
        let before = self.current.swap(Arc::new(next));
        // Nobody waits to guard while the version is freed.
        drop(guards);
        before.retire();
        Ok(())
    }

    /// The model's name: the handler's, or that of the version that came first.
    pub(super) fn name(&self) -> &str {
        self.handler.name_of(&self.routed)
    }

    pub(super) fn source(&self) -> &Path {
        &self.source
    }

    pub(super) fn pool(&self) -> &Pool {
        &self.pool
    }

    /// What the version that came first says of itself: endpoints are made for its functions.
    pub(super) fn routed(&self) -> &Manifest {
        &self.routed
    }
}

impl fmt::Debug for Deployment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Deployment").field("handler", &self.handler).finish_non_exhaustive()
    }
}

/// Where the source is. Links are not followed: they may lead elsewhere tomorrow, and then the source goes with them.
fn absolute(handler: &ModelHandler) -> Result<PathBuf, String> {
    std::path::absolute(&handler.source)
        .map_err(|error| format!("the envelope {}: the path cannot be used: {error}", handler.source.display()))
}

/// A panic in a guard leaves the list as it was.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
