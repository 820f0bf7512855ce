use std::path::{Path, PathBuf};

use serde_json::Value;
use toolkit::{Client, model::ModelHandler};

/// The envelope of the example `churn`.
pub fn churn() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/churn/churn.envelope")
}

/// A client of a service with that model at `/churn`.
pub fn client(handler: ModelHandler) -> Client {
    toolkit::app!().model("/churn", handler).client()
}

/// The arguments that the document shows for a function of the model at `/churn`.
pub fn example(function: &str) -> Value {
    let app = toolkit::app!().model("/churn", churn());
    let document = app.openapi().unwrap();
    let schema = &document.as_value()["components"]["schemas"][format!("churn.{function}.arguments")];
    schema["examples"][0].clone()
}
