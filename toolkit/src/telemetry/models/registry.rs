use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::SystemTime,
};

#[cfg(feature = "trace-viewer")]
use crate::telemetry::viewer::ModelCalls;

/// So many models are kept, of which those that no longer serve go first.
const MOST_MODELS: usize = 128;
/// So many functions of a model are kept.
const MOST_FUNCTIONS: usize = 64;
/// So many versions of a model are kept, of which the oldest that no longer serves goes first.
const MOST_VERSIONS: usize = 32;
/// So many paths of a model are kept.
const MOST_PATHS: usize = 8;

/// The models of the process. Nothing that is done for each call asks for the lock.
static MODELS: Mutex<Models> = Mutex::new(Models(Vec::new()));

fn locked() -> MutexGuard<'static, Models> {
    MODELS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The models that are served, or were.
struct Models(Vec<Model>);

/// A model by its name, whichever of its versions serves.
#[cfg_attr(not(feature = "trace-viewer"), allow(dead_code, reason = "only the viewer reads all of it"))]
#[derive(Clone, Debug)]
pub(in crate::telemetry) struct Model {
    pub(in crate::telemetry) name: Arc<str>,
    /// Where it is asked.
    pub(in crate::telemetry) paths: Vec<Arc<str>>,
    pub(in crate::telemetry) functions: Vec<Arc<Function>>,
    /// The oldest first.
    pub(in crate::telemetry) versions: VecDeque<Arc<Version>>,
}

/// A function of a model, in all its versions.
#[derive(Debug)]
pub(in crate::telemetry) struct Function {
    pub(in crate::telemetry) name: Arc<str>,
    #[cfg(feature = "trace-viewer")]
    pub(in crate::telemetry) calls: ModelCalls,
}

/// A version of a model while it serves. One that comes back serves anew.
#[derive(Debug)]
pub(in crate::telemetry) struct Version {
    /// The envelope's.
    pub(in crate::telemetry) id: Arc<str>,
    since: OnceLock<SystemTime>,
    until: OnceLock<SystemTime>,
    /// So many of its functions are loaded.
    loaded: AtomicUsize,
    pub(in crate::telemetry) calls: AtomicU64,
    pub(in crate::telemetry) refused: AtomicU64,
    pub(in crate::telemetry) failed: AtomicU64,
}

impl Version {
    /// It serves, if it did not before.
    pub(super) fn serves(&self) {
        if self.since.get().is_none() {
            // Another thread may have said so meanwhile.
            let _ = self.since.set(SystemTime::now());
        }
    }

    /// Since when it has served, if it ever did.
    #[cfg(feature = "trace-viewer")]
    pub(in crate::telemetry) fn since(&self) -> Option<SystemTime> {
        self.since.get().copied()
    }

    /// When another one took its place.
    #[cfg(feature = "trace-viewer")]
    pub(in crate::telemetry) fn until(&self) -> Option<SystemTime> {
        self.until.get().copied()
    }

    pub(in crate::telemetry) fn is_serving(&self) -> bool {
        self.since.get().is_some() && self.until.get().is_none()
    }

    fn ends(&self) {
        let _ = self.until.set(SystemTime::now());
    }

    fn is_loaded(&self) -> bool {
        self.loaded.load(Ordering::Relaxed) > 0
    }
}

impl Model {
    fn version(&mut self, id: &str) -> Arc<Version> {
        let is_this =
            |version: &&Arc<Version>| &*version.id == id && version.is_loaded() && version.until.get().is_none();
        if let Some(version) = self.versions.iter().find(is_this) {
            return version.clone();
        }
        let version = Arc::new(Version {
            id: id.into(),
            since: OnceLock::new(),
            until: OnceLock::new(),
            loaded: AtomicUsize::new(0),
            calls: AtomicU64::new(0),
            refused: AtomicU64::new(0),
            failed: AtomicU64::new(0),
        });
        self.versions.push_back(version.clone());
        if self.versions.len() > MOST_VERSIONS
            && let Some(oldest) = self.versions.iter().position(|version| !version.is_loaded())
        {
            self.versions.remove(oldest);
        }
        version
    }

    fn function(&mut self, name: &str) -> Arc<Function> {
        if let Some(function) = self.functions.iter().find(|function| &*function.name == name) {
            return function.clone();
        }
        let function = Arc::new(Function {
            name: name.into(),
            #[cfg(feature = "trace-viewer")]
            calls: ModelCalls::default(),
        });
        if self.functions.len() < MOST_FUNCTIONS {
            self.functions.push(function.clone());
        }
        function
    }
}

impl Models {
    /// Finds a model, or makes room for a new one and makes it; what is past the bound is given and not kept.
    fn with<T>(&mut self, name: &str, change: impl FnOnce(&mut Model) -> T) -> T {
        let Self(models) = self;
        if let Some(model) = models.iter_mut().find(|model| &*model.name == name) {
            return change(model);
        }
        let is_gone = |model: &Model| !model.versions.iter().any(|version| version.is_loaded());
        if models.len() >= MOST_MODELS
            && let Some(gone) = models.iter().position(is_gone)
        {
            models.remove(gone);
        }
        let mut model =
            Model { name: name.into(), paths: Vec::new(), functions: Vec::new(), versions: VecDeque::new() };
        let changed = change(&mut model);
        if models.len() < MOST_MODELS {
            models.push(model);
        }
        changed
    }

    fn loaded(&mut self, model: &str, version: &str, function: &str) -> (Arc<Version>, Arc<Function>) {
        self.with(model, |model| {
            let version = model.version(version);
            version.loaded.fetch_add(1, Ordering::Relaxed);
            (version, model.function(function))
        })
    }

    fn unloaded(&mut self, model: &str, version: &Arc<Version>) {
        if version.loaded.fetch_sub(1, Ordering::Relaxed) > 1 {
            return;
        }
        version.ends();
        if version.since.get().is_none() {
            self.with(model, |model| model.versions.retain(|other| !Arc::ptr_eq(other, version)));
        }
    }

    fn serves(&mut self, model: &str, version: &str) {
        self.with(model, |model| {
            let is_this = |known: &&Arc<Version>| &*known.id == version && known.until.get().is_none();
            model.versions.iter().filter(is_this).for_each(|version| version.serves());
        });
    }

    fn replaced(&mut self, model: &str, from: &str, to: &str) {
        self.with(model, |model| {
            let loaded = model.versions.iter().filter(|version| version.is_loaded() && version.until.get().is_none());
            for version in loaded {
                if &*version.id == to {
                    version.serves();
                } else if &*version.id == from {
                    version.ends();
                }
            }
        });
    }

    fn deployed(&mut self, model: &str, path: &str) {
        self.with(model, |model| {
            if model.paths.len() < MOST_PATHS && !model.paths.iter().any(|known| &**known == path) {
                model.paths.push(path.into());
            }
        });
    }

    fn serving(&self) -> Vec<(Arc<str>, Arc<str>)> {
        let of_model = |model: &Model| {
            let serving = model.versions.iter().filter(|version| version.is_serving());
            serving.map(|version| (model.name.clone(), version.id.clone())).collect::<Vec<_>>()
        };
        self.0.iter().flat_map(of_model).collect()
    }
}

/// A function of a version has been loaded.
pub(super) fn loaded(model: &str, version: &str, function: &str) -> (Arc<Version>, Arc<Function>) {
    locked().loaded(model, version, function)
}

/// A function of a version is no longer there; with the last one goes the version, and it is forgotten if it never
/// served.
pub(super) fn unloaded(model: &str, version: &Arc<Version>) {
    locked().unloaded(model, version);
}

/// The version that a model is deployed with serves.
pub(crate) fn serves(model: &str, version: &str) {
    locked().serves(model, version);
}

/// One version has taken the place of another one.
pub(super) fn replaced(model: &str, from: &str, to: &str) {
    locked().replaced(model, from, to);
}

/// A model is asked at a path.
pub(crate) fn deployed(model: &str, path: &str) {
    locked().deployed(model, path);
}

/// The name of each model with the id of each of its versions that serves now.
pub(crate) fn serving() -> Vec<(Arc<str>, Arc<str>)> {
    locked().serving()
}

/// All models, in the order of their names.
#[cfg(feature = "trace-viewer")]
pub(in crate::telemetry) fn models() -> Vec<Model> {
    let mut models = locked().0.clone();
    models.sort_by(|a, b| a.name.cmp(&b.name));
    models
}

/// Whether there are any, or have been.
#[cfg(feature = "trace-viewer")]
pub(in crate::telemetry) fn has_any() -> bool {
    !locked().0.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHURN: &str = "churn";

    fn empty() -> Models {
        Models(Vec::new())
    }

    fn serving(models: &Models) -> Vec<String> {
        models.serving().into_iter().map(|(_, version)| version.to_string()).collect()
    }

    fn known(models: &Models) -> Vec<String> {
        models.0[0].versions.iter().map(|version| version.id.to_string()).collect()
    }

    #[test]
    fn a_version_serves_from_when_it_is_put_in_place_until_another_one_is() {
        let mut models = empty();
        let (old, _) = models.loaded(CHURN, "a", "predict");
        assert_eq!(serving(&models), [""; 0]);
        models.serves(CHURN, "a");
        let (new, _) = models.loaded(CHURN, "b", "predict");
        assert_eq!(serving(&models), ["a"]);
        models.replaced(CHURN, "a", "b");
        assert_eq!(serving(&models), ["b"]);
        // The first one comes back while a call of it still runs: it serves anew.
        let (back, _) = models.loaded(CHURN, "a", "predict");
        assert!(!Arc::ptr_eq(&old, &back));
        models.replaced(CHURN, "b", "a");
        assert_eq!(serving(&models), ["a"]);
        models.unloaded(CHURN, &old);
        models.unloaded(CHURN, &new);
        assert_eq!(serving(&models), ["a"]);
        models.unloaded(CHURN, &back);
        assert_eq!((known(&models).len(), serving(&models).len()), (3, 0));
    }

    #[test]
    fn a_version_that_is_refused_is_forgotten_and_one_that_served_is_not() {
        let mut models = empty();
        let (old, _) = models.loaded(CHURN, "a", "predict");
        models.serves(CHURN, "a");
        let (new, _) = models.loaded(CHURN, "b", "predict");
        models.unloaded(CHURN, &new);
        models.unloaded(CHURN, &old);
        assert_eq!(known(&models), ["a"]);
    }

    #[test]
    fn a_version_serves_as_long_as_one_of_its_functions_is_there() {
        let mut models = empty();
        let (first, _) = models.loaded(CHURN, "a", "predict");
        let (second, _) = models.loaded(CHURN, "a", "predict_proba");
        models.serves(CHURN, "a");
        assert!(Arc::ptr_eq(&first, &second));
        models.unloaded(CHURN, &first);
        assert_eq!(serving(&models), ["a"]);
        models.unloaded(CHURN, &second);
        assert_eq!(serving(&models), [""; 0]);
    }

    #[test]
    fn models_functions_versions_and_paths_are_bounded_and_those_that_serve_stay() {
        let mut models = empty();
        models.loaded(CHURN, "a", "predict");
        models.serves(CHURN, "a");
        for number in 0..1000 {
            let (version, _) = models.loaded(CHURN, &number.to_string(), &format!("predict_{number}"));
            version.serves();
            models.deployed(CHURN, &format!("/{number}"));
            models.unloaded(CHURN, &version);
            let other = format!("other {number}");
            let (version, _) = models.loaded(&other, "a", "predict");
            models.unloaded(&other, &version);
        }
        assert_eq!(models.0.len(), MOST_MODELS);
        let model = &models.0[0];
        let sizes = (model.versions.len(), model.functions.len(), model.paths.len());
        assert_eq!(sizes, (MOST_VERSIONS, MOST_FUNCTIONS, MOST_PATHS));
        assert_eq!(serving(&models), ["a"]);
    }
}
