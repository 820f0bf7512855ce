//! What the service answers. What is written here is also what `/docs` shows.

use toolkit::{Model, model::ModelHandler, prelude::*};

use crate::model::{ {{-model_type}}Input as Input, {{model_type}}Output as Output};
use crate::settings::Settings;

/// Where the model is. Another envelope that is put there comes to serve without a restart.
pub fn envelope(settings: &Settings) -> ModelHandler {
    ModelHandler::new(&settings.model).watch()
}

/// Loads the model, before the service listens, and compares it with the types of `model.rs`.
#[resource]
fn model(settings: &Settings) -> toolkit::Result<Model<Input, Output>> {
    Model::open(envelope(settings))
}

/// Asks the model about one row.
#[post("{{path}}", tags("predictions"))]
async fn post_{{function}}(
    /// The row, as the model takes it.
    #[body]
    row: Input,
    model: &Model<Input, Output>,
) -> toolkit::Result<Output> {
    model.predict(row).await
}
