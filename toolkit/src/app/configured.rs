use std::fmt;

use schemars::JsonSchema;
use serde::de::DeserializeOwned;

use super::App;
use crate::{
    check::{Place, Validate},
    model::ModelHandler,
    settings::Sources,
};

/// How a model is served, which settings may say.
pub(super) struct ConfiguredModel(Box<Configure>);

/// The handler that the settings say, or what is wrong with them.
type Configure = dyn Fn(&Sources) -> Result<ModelHandler, Vec<String>> + Send + Sync;

impl ConfiguredModel {
    pub(super) fn from_settings<S: Validate + DeserializeOwned + JsonSchema + 'static>(
        handler: impl Fn(&S) -> ModelHandler + Send + Sync + 'static,
    ) -> Self {
        let check = |settings: &S, violations: &mut Vec<_>| settings.check(&Place::body(), violations);
        Self(Box::new(move |sources| sources.read::<S>(check).map(|settings| handler(&settings))))
    }
}

impl From<ModelHandler> for ConfiguredModel {
    fn from(handler: ModelHandler) -> Self {
        Self(Box::new(move |_| Ok(handler.clone())))
    }
}

impl fmt::Debug for ConfiguredModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConfiguredModel").finish_non_exhaustive()
    }
}

/// The handlers, each with its path, and what is wrong with the settings that say what they are.
pub(super) fn handlers(app: &App, sources: &Sources) -> (Vec<(String, ModelHandler)>, Vec<String>) {
    let (mut handlers, mut faults) = (Vec::new(), Vec::new());
    for (path, configured) in &app.models {
        if let Err(fault) = verify(path) {
            faults.push(format!("the model at `{path}`: {fault}"));
            continue;
        }
        match (configured.0)(sources) {
            Ok(handler) => handlers.push((path.clone(), handler)),
            Err(wrong) => faults.extend(wrong.into_iter().map(|fault| format!("the model at `{path}`: {fault}"))),
        }
    }
    (handlers, faults)
}

/// Whether a model can be served below the path.
fn verify(path: &str) -> Result<(), &'static str> {
    let below = path.strip_prefix('/').ok_or("the path has to begin with `/`, as in `/v0/models/churn`")?;
    let below = below.strip_suffix('/').unwrap_or(below);
    if below.is_empty() {
        return Err("a model needs a path of its own, as `/v0/models/churn`");
    }
    for segment in below.split('/') {
        match segment {
            "" => return Err("the path has nothing between two `/`"),
            "." | ".." => return Err("no client asks for a path with `.` or `..`"),
            _ if segment.contains(['{', '}']) => return Err("the path can have no variables: its endpoints take none"),
            _ if segment.starts_with([':', '*']) => return Err("no part of the path can begin with `:` or `*`"),
            _ => {}
        }
    }
    Ok(())
}
