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
        match (configured.0)(sources) {
            Ok(handler) => handlers.push((path.clone(), handler)),
            Err(wrong) => faults.extend(wrong.into_iter().map(|fault| format!("the model at `{path}`: {fault}"))),
        }
    }
    (handlers, faults)
}
