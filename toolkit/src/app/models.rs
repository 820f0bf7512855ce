use std::sync::Arc;

#[cfg(feature = "model")]
use super::configured;
use super::{App, live::LiveDocument};
#[cfg(feature = "model")]
use crate::model::Deployed;
use crate::{
    endpoint::Mount,
    settings::{ServerSettings, Sources},
};

/// There are none without the feature.
#[cfg(not(feature = "model"))]
#[derive(Debug, Default)]
pub(super) struct Deployed {
    pub(super) endpoints: Vec<Arc<dyn Mount>>,
}

/// The endpoints of the app's models, as their envelopes describe them, and what is wrong with those.
#[cfg(feature = "model")]
pub(super) fn describe(app: &App) -> (Vec<Arc<dyn Mount>>, Vec<String>) {
    let sources = match Sources::load(None, std::collections::BTreeMap::new()) {
        Ok(sources) => sources,
        Err(fault) => return (Vec::new(), vec![fault]),
    };
    let (handlers, mut faults) = configured::handlers(app, &sources);
    let (endpoints, more) = crate::model::describe(&handlers);
    faults.extend(more);
    (endpoints, faults)
}

/// The app's models, loaded and ready to answer, and what is wrong with them. They can be reloaded if there is a token.
#[cfg(feature = "model")]
pub(super) async fn deploy(app: &App, sources: &Sources, settings: Option<&ServerSettings>) -> (Deployed, Vec<String>) {
    let has_token = settings.is_some_and(|settings| settings.model_reload_token.is_some());
    let (handlers, mut faults) = configured::handlers(app, sources);
    let (deployed, more) = crate::model::deploy(&handlers, has_token).await;
    faults.extend(more);
    (deployed, faults)
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
pub(super) async fn deploy(_: &App, _: &Sources, _: Option<&ServerSettings>) -> (Deployed, Vec<String>) {
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
