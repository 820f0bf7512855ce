//! What is answered to everything but inference.

use axum::response::{IntoResponse, Response};
use http::header;
use serde::Deserialize;
use serde_json::{Value, json, value::RawValue};
use toolkit_envelope::schema::inference_protocol::Tensors;

use super::{Catalogue, bad_request, catalogue::Served, request::object};
use crate::{endpoint::Mounting, problem::Problem};

pub(super) fn json(body: &Value) -> Response {
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
    (headers, body.to_string()).into_response()
}

pub(super) fn server() -> Value {
    let extensions = ["binary_tensor_data"];
    json!({ "name": "toolkit", "version": env!("CARGO_PKG_VERSION"), "extensions": extensions })
}

pub(super) fn live() -> Value {
    json!({ "live": true })
}

pub(super) async fn ready(mounting: &Mounting) -> Result<Value, Problem> {
    mounting.readiness.check(&mounting.resources).await?;
    Ok(json!({ "ready": true }))
}

pub(super) fn model_ready(name: &str) -> Value {
    json!({ "name": name, "ready": true })
}

/// The metadata of a model, under the name that it was asked for with.
pub(super) fn model(name: &str, served: &Served<'_>) -> Value {
    let mut metadata = json!({ "name": name, "versions": [served.id()], "platform": "onnx_onnxv1" });
    let tensors = match served.version.interface(&served.function) {
        Ok(interface) => interface.tensors().to_value(),
        Err(why) => {
            metadata["parameters"] = json!({ "no_tensors": why });
            Tensors { inputs: Vec::new(), outputs: Vec::new() }.to_value()
        }
    };
    for part in ["inputs", "outputs"] {
        metadata[part] = tensors[part].clone();
    }
    metadata
}

/// What may be said of the models that are asked for: it has no effect, as all are ready.
#[derive(Debug, Deserialize)]
struct IndexText<'b> {
    #[serde(borrow)]
    ready: Option<&'b RawValue>,
}

/// The models and their state: every one of them is ready, or the service would not have started.
pub(super) fn index(catalogue: &Catalogue, body: &[u8]) -> Result<Value, Problem> {
    if !body.trim_ascii().is_empty() {
        let asked = str::from_utf8(body).ok().and_then(|body| object::<IndexText<'_>>(body.trim_ascii()));
        let is_known = |asked: &IndexText<'_>| asked.ready.is_none_or(|ready| ["true", "false"].contains(&ready.get()));
        if !asked.as_ref().is_some_and(is_known) {
            return Err(bad_request("the body must be a JSON object such as {\"ready\": true}, or nothing".to_owned()));
        }
    }
    let mut models = Vec::new();
    for entry in catalogue.entries() {
        let Some(version) = entry.version() else { continue };
        let id = version.described.id.to_string();
        for name in entry.names() {
            models.push(json!({ "name": name, "version": id, "state": "READY", "reason": "" }));
        }
    }
    Ok(models.into())
}

pub(super) fn no_load(served: &Served<'_>) -> Problem {
    bad_request(format!(
        "models are not loaded or unloaded by the protocol here: the service serves those that its program names, and \
         another version of `{}` comes to serve by a watched source or a reload of its own path",
        served.entry.name
    ))
}
