//! Another version of a model, without a restart.

use std::{fs, path::PathBuf, time::Duration};

use serde_json::{Value, json};
use tempfile::TempDir;
use toolkit::{Client, model::ModelHandler};
use toolkit_envelope::{
    Envelope, OnnxModel,
    schema::{Domain, Field, Kind, Schema},
};

mod reload;
mod watched;

use crate::onnx_writer::{Parts, node, tensor, value};

/// Often enough for a test, and seldom enough that what is written in between is seen half.
const OFTEN: Duration = Duration::from_millis(10);

/// Multiplies two columns, each up to `most`, with a factor.
fn model(factor: f32, most: i32) -> OnnxModel {
    let weights = tensor("w", &[2], &[factor, factor]);
    let (inputs, outputs) = (vec![value("x", 1, &[2])], vec![value("y", 1, &[2])]);
    let parts = Parts { nodes: vec![node("Mul", &["x", "w"], &["y"])], initializers: vec![weights], inputs, outputs };
    let domain = Domain { max: Some(json!(most)), ..Domain::default() };
    let column = |name| Field::new(name, Schema { domain: Some(domain.clone()), ..Schema::new(Kind::Float32) });
    OnnxModel::new("scale", parts.model(10, 21))
        .columns(vec![column("a"), column("b")])
        .example(vec![json!({ "a": 1, "b": factor })])
}

/// The version with this factor.
fn version(factor: f32) -> Envelope {
    of_most(factor, 1000)
}

fn of_most(factor: f32, most: i32) -> Envelope {
    let builder = model(factor, most).into_builder().unwrap();
    builder.description(format!("Multiplies with {factor}.")).build().unwrap()
}

/// A version that has another column.
fn incompatible(factor: f32) -> Envelope {
    let weights = tensor("w", &[3], &[factor; 3]);
    let (inputs, outputs) = (vec![value("x", 1, &[3])], vec![value("y", 1, &[3])]);
    let parts = Parts { nodes: vec![node("Mul", &["x", "w"], &["y"])], initializers: vec![weights], inputs, outputs };
    let rows = vec![json!({ "a": 1, "b": 2, "c": 3 })];
    OnnxModel::new("scale", parts.model(10, 21)).example(rows).into_builder().unwrap().build().unwrap()
}

/// A folder whose `current` is the archive that is served.
struct Source {
    folder: TempDir,
}

impl Source {
    fn of(envelope: &Envelope) -> Self {
        let source = Self { folder: tempfile::tempdir().unwrap() };
        source.put(envelope);
        source
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn path(&self) -> PathBuf {
        self.at("scale.envelope")
    }

    /// Puts an envelope there in one step.
    fn put(&self, envelope: &Envelope) {
        let next = self.at("next.envelope");
        let _ = fs::remove_file(&next);
        envelope.save_archive(&next).unwrap();
        fs::rename(next, self.path()).unwrap();
    }

    fn handler(&self) -> ModelHandler {
        ModelHandler::new(self.path())
    }
}

fn client(handler: ModelHandler) -> Client {
    toolkit::app!().model("/scale", handler).client()
}

/// The factor that every row is multiplied with; what is a mixture fails.
async fn factor(client: &Client) -> f64 {
    let rows = json!([{ "a": 1, "b": 1 }, { "a": 2, "b": 2 }, { "a": 3, "b": 3 }]);
    let reply = client.post("/scale/predict").json(&json!({ "rows": rows })).await;
    let answer = reply.assert_status(200).json::<Value>();
    let rows = answer.as_array().unwrap();
    let factor = rows[0][0].as_f64().unwrap();
    for (index, row) in rows.iter().enumerate() {
        let expected = json!([factor * (index + 1) as f64, factor * (index + 1) as f64]);
        assert_eq!(*row, expected, "{answer}");
    }
    factor
}
