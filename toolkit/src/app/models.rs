use std::sync::Arc;

use super::App;
use crate::endpoint::Mount;

/// The endpoints of the app's models, as their envelopes describe them, and what is wrong with those.
#[cfg(feature = "model")]
pub(super) fn describe(app: &App) -> (Vec<Arc<dyn Mount>>, Vec<String>) {
    crate::model::describe(&app.models)
}

/// The same, with the models loaded and ready to answer.
#[cfg(feature = "model")]
pub(super) async fn deploy(app: &App) -> (Vec<Arc<dyn Mount>>, Vec<String>) {
    crate::model::deploy(&app.models).await
}

/// Whether the app has models, even such as cannot be opened.
#[cfg(feature = "model")]
pub(super) fn has_any(app: &App) -> bool {
    !app.models.is_empty()
}

/// There are none without the feature.
#[cfg(not(feature = "model"))]
pub(super) fn describe(_: &App) -> (Vec<Arc<dyn Mount>>, Vec<String>) {
    Default::default()
}

/// There are none without the feature.
#[cfg(not(feature = "model"))]
pub(super) async fn deploy(_: &App) -> (Vec<Arc<dyn Mount>>, Vec<String>) {
    Default::default()
}

/// There are none without the feature.
#[cfg(not(feature = "model"))]
pub(super) fn has_any(_: &App) -> bool {
    false
}
