use std::path::{Path, PathBuf};

use serde_json::Value;
use toolkit::{Client, model::ModelHandler};
use toolkit_envelope::OnnxModel;

/// The envelope of the example `churn`.
pub(crate) fn churn() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/churn/churn.envelope")
}

/// A client of a service with that model at `/churn`.
pub(crate) fn client(handler: ModelHandler) -> Client {
    toolkit::app!().model("/churn", handler).client()
}

/// The arguments that the document shows for a function of the model at `/churn`.
pub(crate) fn example(function: &str) -> Value {
    let app = toolkit::app!().model("/churn", churn());
    let document = app.openapi().unwrap();
    let schema = &document.as_value()["components"]["schemas"][format!("churn.{function}.arguments")];
    schema["examples"][0].clone()
}

/// The envelope of a model of irises, packed into a folder that lasts as long as the process.
pub(crate) fn other() -> PathBuf {
    let case = Path::new(env!("CARGO_MANIFEST_DIR")).join("../toolkit-envelope/tests/models/iris_lr_nozipmap");
    let model = std::fs::read(case.join("model.onnx")).unwrap();
    let rows = vec![serde_json::json!([5.1, 3.5, 1.4, 0.2])];
    let envelope = OnnxModel::new("iris", model).example(rows).into_builder().unwrap().build().unwrap();
    let path = tempfile::tempdir().unwrap().keep().join("iris.envelope");
    envelope.save(&path).unwrap();
    path
}
