use std::sync::Arc;

use super::{App, live::LiveDocument};
#[cfg(feature = "model")]
use crate::model::Deployed;
use crate::{endpoint::Mount, settings::ServerSettings};

/// There are none without the feature.
#[cfg(not(feature = "model"))]
#[derive(Debug, Default)]
pub(super) struct Deployed {
    pub(super) endpoints: Vec<Arc<dyn Mount>>,
}

/// The endpoints of the app's models, as their envelopes describe them, and what is wrong with those.
#[cfg(feature = "model")]
pub(super) fn describe(app: &App) -> (Vec<Arc<dyn Mount>>, Vec<String>) {
    crate::model::describe(&app.models)
}

/// The app's models, loaded and ready to answer, and what is wrong with them. They can be reloaded if there is a token.
#[cfg(feature = "model")]
pub(super) async fn deploy(app: &App, settings: Option<&ServerSettings>) -> (Deployed, Vec<String>) {
    let has_token = settings.is_some_and(|settings| settings.model_reload_token.is_some());
    crate::model::deploy(&app.models, has_token).await
}

/// Has the document follow the models.
#[cfg(feature = "model")]
pub(super) fn follow(deployed: &Deployed, document: &Arc<LiveDocument>) {
    let document: Arc<dyn crate::model::Follower> = document.clone();
    for deployment in &deployed.deployments {
        deployment.follow(Arc::downgrade(&document));
    }
    if !deployed.deployments.is_empty() {
        // What came to serve since the document was written is not missed.
        document.swapped();
    }
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
pub(super) async fn deploy(_: &App, _: Option<&ServerSettings>) -> (Deployed, Vec<String>) {
    Default::default()
}

/// There are none without the feature.
#[cfg(not(feature = "model"))]
pub(super) fn follow(_: &Deployed, _: &Arc<LiveDocument>) {}

/// There are none without the feature.
#[cfg(not(feature = "model"))]
pub(super) fn has_any(_: &App) -> bool {
    false
}
