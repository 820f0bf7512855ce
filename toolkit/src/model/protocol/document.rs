//! What the service's document says of the protocol.

use http::StatusCode;
use serde_json::{Value, json};

use super::routes::Operation;
use crate::{
    check::Location,
    openapi::{OperationDoc, ParameterDoc},
    request::{Parameter, Segment},
};

/// Adds the variables of the path.
pub(super) fn path(operation: &mut OperationDoc<'_>, names: Vec<String>, has_version: bool) {
    let model = Parameter {
        name: "model",
        location: Location::Path,
        description: "The model's name, or `MODEL.FUNCTION`.",
        segment: Segment::None,
    };
    let example = names.first().cloned().map(Value::from);
    let known = |schema: &mut schemars::Schema| {
        schema.insert("enum".to_owned(), names.clone().into());
    };
    operation.parameter::<String>(&ParameterDoc { parameter: &model, refine: &known, default: None, example }, true);
    if has_version {
        let version = Parameter { name: "version", description: "The envelope's id.", ..model };
        operation.parameter::<String>(
            &ParameterDoc { parameter: &version, refine: &|_| {}, default: None, example: None },
            true,
        );
    }
}

/// Adds the body, with the example of the first model's inputs, and the replies.
pub(super) fn operation(operation: &mut OperationDoc<'_>, kind: Operation, example: Option<Vec<Value>>) {
    let string = || json!({ "type": "string" });
    let flag = || json!({ "type": "boolean" });
    let reply = match kind {
        Operation::Server => object(&[("name", string()), ("version", string()), ("extensions", list(string()))]),
        Operation::Live => object(&[("live", flag())]),
        Operation::Ready => {
            operation.problem(StatusCode::SERVICE_UNAVAILABLE);
            object(&[("ready", flag())])
        }
        Operation::Model => object(&[
            ("name", string()),
            ("versions", list(string())),
            ("platform", string()),
            ("inputs", list(metadata())),
            ("outputs", list(metadata())),
        ]),
        Operation::ModelReady => object(&[("name", string()), ("ready", flag())]),
        Operation::Infer => {
            let mut request = request();
            if let Some(inputs) = example {
                request["examples"] = json!([{ "inputs": inputs }]);
            }
            operation.json_body_of("InferenceRequest", request);
            for status in [
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                StatusCode::INTERNAL_SERVER_ERROR,
                StatusCode::SERVICE_UNAVAILABLE,
                StatusCode::GATEWAY_TIMEOUT,
            ] {
                operation.problem(status);
            }
            operation.reply_of("200", "application/json", Some(response()));
            return binary(operation);
        }
        Operation::Index => {
            operation.problem(StatusCode::BAD_REQUEST);
            operation.problem(StatusCode::PAYLOAD_TOO_LARGE);
            list(object(&[("name", string()), ("version", string()), ("state", string()), ("reason", string())]))
        }
        Operation::Load | Operation::Unload => {
            operation.problem(StatusCode::NOT_FOUND);
            return operation.problem(StatusCode::BAD_REQUEST);
        }
    };
    operation.reply_of("200", "application/json", Some(reply));
}

/// Adds the binary extension, by which the elements of tensors stand behind the JSON.
fn binary(operation: &mut OperationDoc<'_>) {
    operation.or_bytes();
    let header = Parameter {
        name: HEADER,
        location: Location::Header,
        description: "Of a body with tensors in binary: how many of its bytes are JSON.",
        segment: Segment::None,
    };
    operation
        .parameter::<u64>(&ParameterDoc { parameter: &header, refine: &|_| {}, default: None, example: None }, false);
    operation.reply_header(HEADER, "Of an answer with tensors in binary: how many of its bytes are JSON.");
}

/// As people write it.
const HEADER: &str = "Inference-Header-Content-Length";

/// An object with these members, all of which are there.
fn object(members: &[(&str, Value)]) -> Value {
    let names: Vec<_> = members.iter().map(|(name, _)| *name).collect();
    let properties = members.iter().map(|(name, schema)| ((*name).to_owned(), schema.clone()));
    json!({ "type": "object", "properties": Value::Object(properties.collect()), "required": names })
}

fn list(items: Value) -> Value {
    json!({ "type": "array", "items": items })
}

fn shape(least: i64) -> Value {
    list(json!({ "type": "integer", "format": "int64", "minimum": least }))
}

fn metadata() -> Value {
    let string = || json!({ "type": "string" });
    object(&[("name", string()), ("datatype", string()), ("shape", shape(-1))])
}

fn response() -> Value {
    let string = || json!({ "type": "string" });
    let parameters = || json!({ "type": "object" });
    let mut output = object(&[("name", string()), ("datatype", string()), ("shape", shape(0))]);
    output["properties"]["parameters"] = parameters();
    output["properties"]["data"] = json!({
        "type": "array",
        "description": "The elements row by row; without it, they are binary.",
    });
    let mut response = object(&[("model_name", string()), ("model_version", string()), ("outputs", list(output))]);
    for (name, schema) in [("id", string()), ("parameters", parameters())] {
        response["properties"][name] = schema;
    }
    response
}

fn request() -> Value {
    let string = || json!({ "type": "string" });
    let parameters = || json!({ "type": "object" });
    let mut input = object(&[("name", string()), ("shape", shape(0)), ("datatype", string())]);
    input["properties"]["parameters"] = parameters();
    input["properties"]["data"] = json!({
        "type": "array",
        "description": "The elements row by row, flat or nested as the shape says; without it, they are binary.",
    });
    let mut output = object(&[("name", string())]);
    output["properties"]["parameters"] = parameters();
    let mut request = object(&[("inputs", list(input))]);
    for (name, schema) in [("id", string()), ("parameters", parameters()), ("outputs", list(output))] {
        request["properties"][name] = schema;
    }
    request
}
