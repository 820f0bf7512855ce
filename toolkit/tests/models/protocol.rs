//! The Open Inference Protocol over HTTP.

use std::path::PathBuf;

use proptest::prelude::*;
use serde_json::{Value, json};
use tempfile::TempDir;
use toolkit::{Client, TestResponse, model::ModelHandler};
use toolkit_envelope::{
    OnnxModel,
    schema::{Domain, Field, Kind, Schema},
};

use crate::onnx_writer::{Parts, node, value};
use crate::support::{churn, client, example};

pub(super) const FLOAT: i64 = 1;
const INT64: i64 = 7;

/// A model that gives back what it is given: a matrix of numbers.
pub(super) fn identity(data_type: i64, width: i64) -> Vec<u8> {
    let parts = Parts {
        nodes: vec![node("Identity", &["x"], &["y"])],
        inputs: vec![value("x", data_type, &[width])],
        outputs: vec![value("y", data_type, &[width])],
        ..Parts::default()
    };
    parts.model(8, 17)
}

pub(super) fn saved(model: OnnxModel) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.envelope");
    model.into_builder().unwrap().build().unwrap().save(&path).unwrap();
    (folder, path)
}

/// A service of that model at `/model`, by the name `m`.
fn service(model: OnnxModel) -> (TempDir, Client) {
    let (folder, path) = saved(model);
    (folder, toolkit::app!().model("/model", ModelHandler::new(path).name("m")).client())
}

fn matrix() -> (TempDir, Client) {
    service(OnnxModel::new("matrix", identity(FLOAT, 4)).example(vec![json!([1, 2, 3, 4])]))
}

fn integers() -> (TempDir, Client) {
    service(OnnxModel::new("integers", identity(INT64, 1)).example(vec![json!([1])]))
}

/// A model of four numbers, each with a rule or a default of its own.
fn columns() -> (TempDir, Client) {
    let number = |name: &str| Field::new(name, Schema::new(Kind::Float32));
    let mut small = number("a");
    small.schema.domain = Some(Domain { min: Some(json!(0)), max: Some(json!(10)), ..Domain::default() });
    let columns = vec![small, number("b"), number("c"), number("d")];
    let row = json!({ "a": 1, "b": 2, "c": 3, "d": 4 });
    service(OnnxModel::new("columns", identity(FLOAT, 4)).columns(columns).example(vec![row]))
}

/// The inputs of the function `predict` of the model `churn`: its example.
fn churn_inputs() -> Vec<Value> {
    let rows = example("predict")["rows"].as_array().unwrap().clone();
    let column = |name: &String| rows.iter().map(|row| row[name].clone()).collect::<Vec<_>>();
    let tensor = |name: &String| {
        let data = column(name);
        let datatype = match &data[0] {
            Value::String(_) => "BYTES",
            Value::Number(number) if number.is_f64() => "FP32",
            _ => "INT64",
        };
        json!({ "name": name, "datatype": datatype, "shape": [data.len()], "data": data })
    };
    rows[0].as_object().unwrap().keys().map(tensor).collect()
}

async fn infer(client: &Client, model: &str, body: &Value) -> TestResponse {
    client.post(&format!("/v2/models/{model}/infer")).json(body).await
}

fn error(reply: &TestResponse, status: u16) -> String {
    assert_eq!(reply.header("content-type"), Some("application/json"));
    let body: Value = reply.assert_status(status).json();
    assert_eq!(body.as_object().unwrap().len(), 1, "{body}");
    body["error"].as_str().unwrap().to_owned()
}

/// The JSON, and behind it raw bytes.
fn binary(json: &Value, raw: &[u8]) -> (String, Vec<u8>) {
    let json = json.to_string();
    (json.len().to_string(), [json.as_bytes(), raw].concat())
}

async fn infer_binary(client: &Client, model: &str, json: &Value, raw: &[u8]) -> TestResponse {
    let (length, body) = binary(json, raw);
    let call = client.post(&format!("/v2/models/{model}/infer")).header("inference-header-content-length", &length);
    call.body("application/octet-stream", body).await
}

#[toolkit::test]
async fn every_route_answers_with_and_without_a_version_and_another_verb_is_refused() {
    let client = client(ModelHandler::new(churn()));
    let id = client.get("/churn").await.json::<Value>()["id"].as_str().unwrap().to_owned();
    let server = client.get("/v2").await.assert_status(200).json::<Value>();
    assert_eq!(server["extensions"], json!(["binary_tensor_data"]));
    client.get("/v2/health/live").await.assert_status(200);
    client.get("/v2/health/ready").await.assert_status(200);
    for name in ["churn", "churn.predict", "churn.predict_proba", "churn%2Epredict"] {
        let model = format!("/v2/models/{name}");
        let mut answers = Vec::new();
        for path in [model.clone(), format!("{model}/versions/{id}")] {
            let reply = client.get(&path).await;
            answers.push(reply.assert_status(200).json::<Value>());
            let ready: Value = client.get(&format!("{path}/ready")).await.assert_status(200).json();
            assert_eq!(ready, json!({ "name": name.replace("%2E", "."), "ready": true }));
            for (verb, refused) in [("GET", format!("{path}/infer")), ("POST", path.clone()), ("PUT", path.clone())] {
                let reply = client.call(verb.parse().unwrap(), &refused).await;
                assert!(reply.header("allow").is_some(), "{verb} {refused}");
                error(&reply, 405);
            }
        }
        assert_eq!(answers[0], answers[1]);
        assert_eq!(answers[0]["versions"], json!([id]));
    }
    let index: Value = client.post("/v2/repository/index").await.assert_status(200).json();
    let all: Value =
        client.post("/v2/repository/index").json(&json!({ "ready": true })).await.assert_status(200).json();
    assert_eq!(index, all);
    assert_eq!(index[0], json!({ "name": "churn", "version": id, "state": "READY", "reason": "" }));
    error(&client.post("/v2/repository/index").json(&json!({ "ready": 7 })).await, 400);
    for action in ["load", "unload"] {
        let told = error(&client.post(&format!("/v2/repository/models/churn/{action}")).await, 400);
        assert!(told.contains("another version of `churn`"), "{told}");
    }
}

#[toolkit::test]
async fn metadata_are_what_the_schema_says() {
    let metadata: Value = client(ModelHandler::new(churn())).get("/v2/models/churn").await.json();
    assert_eq!(metadata["platform"], "onnx_onnxv1");
    let tensors = metadata["inputs"].as_array().unwrap().iter();
    let values = tensors.filter(|tensor| !tensor["name"].as_str().unwrap().ends_with("__valid"));
    let told: Vec<_> = values.map(|tensor| (&tensor["name"], &tensor["datatype"])).collect();
    let inputs = churn_inputs();
    let expected: Vec<_> = inputs.iter().map(|tensor| (&tensor["name"], &tensor["datatype"])).collect();
    assert_eq!(told, expected);
    assert_eq!(metadata["outputs"][0]["name"], "predict");
}

/// The probes that other servers were asked, each with what is wanted here.
#[toolkit::test]
async fn what_other_servers_fail_at_is_refused_with_the_tensor_and_what_was_expected() {
    let client = client(ModelHandler::new(churn()));
    let good = json!({ "inputs": churn_inputs() });
    let changed = |change: &dyn Fn(&mut Value)| {
        let mut body = good.clone();
        change(&mut body);
        body
    };
    let tenure = churn_inputs().iter().position(|tensor| tensor["name"] == "tenure").unwrap();
    let charges = churn_inputs().iter().position(|tensor| tensor["name"] == "monthly_charges").unwrap();
    let contract = churn_inputs().iter().position(|tensor| tensor["name"] == "contract").unwrap();
    let wrong: Vec<(Value, &[&str])> = vec![
        (changed(&|body| body["inputs"][tenure]["shape"] = json!([3])), &["`tenure`", "3"]),
        (changed(&|body| body["inputs"][tenure]["data"] = json!([1])), &["`tenure`", "1 values", "expected 2", "[2]"]),
        (changed(&|body| body["inputs"][tenure]["shape"] = json!([1, 2])), &["`tenure`", "[1, 2]", "[-1]"]),
        (changed(&|body| body["inputs"][tenure]["shape"] = json!([-2])), &["`tenure`", "`shape`"]),
        (changed(&|body| body["inputs"][tenure]["shape"] = json!("2")), &["`tenure`", "`shape`"]),
        (
            changed(&|body| body["inputs"][charges]["data"][1] = json!("s3cret")),
            &["`monthly_charges`, index 1", "number", "string"],
        ),
        (changed(&|body| body["inputs"][charges]["data"][1] = json!(null)), &["`monthly_charges`, index 1", "null"]),
        (changed(&|body| body["inputs"][tenure]["data"][0] = json!(1.5)), &["`tenure`, index 0", "integer"]),
        (changed(&|body| body["inputs"][contract]["data"][0] = json!(7123)), &["`contract`, index 0", "string"]),
        (changed(&|body| drop(body["inputs"].as_array_mut().unwrap().pop())), &["`total_charges`", "required"]),
        (
            changed(&|body| body["inputs"][tenure]["name"] = json!("tenur")),
            &["`tenur`", "did you mean `tenure`?", "`tenure`: is required"],
        ),
        (changed(&|body| body["inputs"][tenure]["datatype"] = json!("FP23")), &["`tenure`", "`FP23`", "`INT64`"]),
        (changed(&|body| body["inputs"][tenure]["datatype"] = json!("FP32")), &["`tenure`", "`FP32`", "`INT64`"]),
        (
            changed(&|body| drop(body["inputs"][tenure].as_object_mut().unwrap().remove("data"))),
            &["`tenure`", "`data` is missing"],
        ),
        (changed(&|body| drop(body.as_object_mut().unwrap().remove("inputs"))), &["`inputs` is missing"]),
        (changed(&|body| body["inputs"] = json!({})), &["`inputs` must be an array"]),
        (changed(&|body| body["inputs"][0] = json!(["x", [1], "FP32"])), &["`inputs`, index 0", "object"]),
        (changed(&|body| body["id"] = json!(7123)), &["`id` must be a string"]),
        (changed(&|body| body["outputs"] = json!([{ "name": "nobody" }])), &["`nobody`", "`predict`"]),
        (
            changed(&|body| body["outputs"] = json!([{ "name": "predict", "parameters": { "classification": 2 } }])),
            &["`classification`"],
        ),
        (json!([good]), &["JSON object"]),
    ];
    for (body, words) in wrong {
        let told = error(&infer(&client, "churn", &body).await, 400);
        assert!(words.iter().all(|word| told.contains(word)), "{told}, expected {words:?}");
        assert!(!told.contains("s3cret") && !told.contains("7123"), "{told}");
    }
    for body in ["", "{", "no json", "{\"inputs\": [}", "{\"inputs\": [], \"inputs\": []}", "\u{feff}{}"] {
        error(&client.post("/v2/models/churn/infer").body("application/json", body).await, 400);
    }
    error(&client.post("/v2/models/churn/infer").body("application/json", vec![0xff]).await, 400);
    error(&client.post("/v2/models/churn/infer").body("text/plain", "{}").await, 415);
    let compressed = client.post("/v2/models/churn/infer").header("content-encoding", "gzip").json(&good).await;
    error(&compressed, 415);
    error(&infer(&client, "nobody", &good).await, 404);
    error(&infer(&client, "churn.nothing", &good).await, 404);
    error(&infer(&client, "churn/versions/7", &good).await, 404);
    error(&client.get("/v2/models/churn/config").await, 404);
    infer(&client, "churn", &good).await.assert_status(200);
}

#[toolkit::test]
async fn the_id_is_given_back_and_none_is_made_up() {
    let client = client(ModelHandler::new(churn()));
    let mut body = json!({ "inputs": churn_inputs(), "parameters": { "whatever": [1] } });
    let answer: Value = infer(&client, "churn", &body).await.assert_status(200).json();
    assert_eq!(answer.get("id"), None);
    let output = json!({ "name": "predict", "datatype": "BYTES", "shape": [2], "data": ["Yes", "No"] });
    assert_eq!((&answer["model_name"], &answer["outputs"]), (&json!("churn"), &json!([output])));
    for id in ["", "a\"\u{1}ß", "7"] {
        body["id"] = id.into();
        assert_eq!(infer(&client, "churn", &body).await.json::<Value>()["id"], id);
    }
}

#[toolkit::test]
async fn outputs_are_those_that_are_wanted_in_the_order_that_is_wanted() {
    let client = client(ModelHandler::new(churn()));
    let metadata: Value = client.get("/v2/models/churn.predict_proba").await.json();
    let mut names: Vec<_> =
        metadata["outputs"].as_array().unwrap().iter().map(|tensor| tensor["name"].clone()).collect();
    assert!(names.len() > 1);
    names.reverse();
    for wanted in [names.clone(), names[..1].to_vec()] {
        let outputs: Vec<_> = wanted.iter().map(|name| json!({ "name": name })).collect();
        let body = json!({ "inputs": churn_inputs(), "outputs": outputs });
        let answer: Value = infer(&client, "churn.predict_proba", &body).await.assert_status(200).json();
        let answered: Vec<_> =
            answer["outputs"].as_array().unwrap().iter().map(|output| output["name"].clone()).collect();
        assert_eq!(answered, wanted);
    }
}

fn floats(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

/// A request of one matrix in binary, answered in binary.
fn matrix_request(rows: usize, bytes: usize) -> Value {
    json!({
        "parameters": { "binary_data_output": true },
        "inputs": [{
            "name": "x", "datatype": "FP32", "shape": [rows, 4], "parameters": { "binary_data_size": bytes },
        }],
    })
}

#[toolkit::test]
async fn binary_tensors_go_both_ways() {
    let (_folder, client) = matrix();
    let numbers = [0.0, -0.0, 1e-45, f32::MAX, f32::MIN_POSITIVE, 0.1, -1.5, 7.0];
    let reply = infer_binary(&client, "m", &matrix_request(2, 32), &floats(&numbers)).await;
    let header: usize = reply.assert_status(200).header("inference-header-content-length").unwrap().parse().unwrap();
    let (json, raw) = reply.bytes().split_at(header);
    let answer: Value = serde_json::from_slice(json).unwrap();
    assert_eq!(answer["outputs"][0]["shape"], json!([2, 4]));
    assert_eq!(answer["outputs"][0]["parameters"], json!({ "binary_data_size": 32 }));
    assert_eq!(raw, floats(&numbers));
}

#[toolkit::test]
async fn binary_tensors_that_do_not_fit_the_body_are_refused() {
    let (_folder, client) = matrix();
    let raw = floats(&[1.0; 8]);
    let short = error(&infer_binary(&client, "m", &matrix_request(2, 32), &raw[..31]).await, 400);
    assert!(short.contains("31 bytes"), "{short}");
    let long = error(&infer_binary(&client, "m", &matrix_request(1, 16), &raw).await, 400);
    assert!(long.contains("16 bytes"), "{long}");
    let other = error(&infer_binary(&client, "m", &matrix_request(1, 32), &raw).await, 400);
    assert!(other.contains("`x`") && other.contains("32") && other.contains("16"), "{other}");
    let nan =
        error(&infer_binary(&client, "m", &matrix_request(1, 16), &floats(&[1.0, f32::NAN, 1.0, 1.0])).await, 400);
    assert!(nan.contains("`x`, index 1"), "{nan}");
    let json = matrix_request(2, 32).to_string();
    for length in ["1000", "-1", "1e3", "18446744073709551616", "0"] {
        let call = client.post("/v2/models/m/infer").header("inference-header-content-length", length);
        error(&call.body("application/octet-stream", json.clone()).await, 400);
    }
    let twice = client.post("/v2/models/m/infer").header("inference-header-content-length", &json.len().to_string());
    let twice = twice.header("inference-header-content-length", "0").body("application/octet-stream", json).await;
    assert!(error(&twice, 400).contains("twice"));
    let headless = error(&infer(&client, "m", &matrix_request(0, 0)).await, 400);
    assert!(headless.contains("Inference-Header-Content-Length"), "{headless}");
}

#[toolkit::test]
async fn flat_and_nested_data_are_the_same_for_0_1_and_many_rows() {
    let (_folder, client) = matrix();
    for rows in [0, 1, 5] {
        let nested: Vec<_> = (0..rows).map(|row| json!([row, 0.5, -1, 3])).collect();
        let flat: Vec<_> = nested.iter().flat_map(|row| row.as_array().unwrap().clone()).collect();
        let mut answers = Vec::new();
        for data in [json!(nested), json!(flat)] {
            let input = json!({ "name": "x", "datatype": "FP32", "shape": [rows, 4], "data": data });
            let reply = infer(&client, "m", &json!({ "inputs": [input] })).await;
            answers.push(reply.assert_status(200).json::<Value>()["outputs"].clone());
        }
        assert_eq!(answers[0], answers[1]);
        assert_eq!(answers[0][0]["shape"], json!([rows, 4]));
    }
}

#[toolkit::test]
async fn integers_are_exact() {
    let (_folder, client) = integers();
    let numbers = [i64::MIN, i64::MAX, 9_007_199_254_740_993, -1];
    let input = json!({ "name": "x", "datatype": "INT64", "shape": [4, 1], "data": numbers });
    let answer: Value = infer(&client, "m", &json!({ "inputs": [input] })).await.assert_status(200).json();
    assert_eq!(answer["outputs"][0]["data"], json!(numbers));
    let beyond = r#"{"inputs":[{"name":"x","datatype":"INT64","shape":[1,1],"data":[9223372036854775808]}]}"#;
    let told = error(&client.post("/v2/models/m/infer").body("application/json", beyond).await, 400);
    assert!(told.contains("`x`, index 0") && told.contains("between"), "{told}");
}

#[toolkit::test]
async fn the_domain_of_a_column_is_checked_in_binary_too() {
    let (_folder, client) = columns();
    let tensor =
        |name: &str| json!({ "name": name, "datatype": "FP32", "shape": [2], "parameters": { "binary_data_size": 8 } });
    let inputs: Vec<Value> = ["a", "b", "c", "d"].map(tensor).into();
    let request = json!({ "inputs": inputs });
    let told = error(
        &infer_binary(&client, "m", &request, &floats(&[1.0, 11.0, 0.0, 0.0, 0.0, 0.0, 0.0, f32::INFINITY])).await,
        400,
    );
    assert!(told.contains("`a`, index 1: must be at least 0.0 and at most 10.0"), "{told}");
    assert!(told.contains("`d`, index 1: must be a finite number"), "{told}");
    infer_binary(&client, "m", &request, &floats(&[1.0; 8])).await.assert_status(200);
}

#[toolkit::test]
async fn what_the_handler_bounds_is_bounded_here_too() {
    let (_folder, path) = saved(OnnxModel::new("m", identity(FLOAT, 4)).example(vec![json!([1, 2, 3, 4])]));
    let handler = ModelHandler::new(path).max_rows(1).body_limit(1000);
    let client = toolkit::app!().model("/model", handler).client();
    let reply = infer_binary(&client, "m", &matrix_request(2, 32), &floats(&[1.0; 8])).await;
    assert!(error(&reply, 413).contains("2 rows"));
    // It is told before the elements are read, however wrong they are, and however many.
    for (rows, data) in [(2, "[true, null]"), (1_000_000_000, "[]")] {
        let input = format!(r#"{{"name":"x","datatype":"FP32","shape":[{rows},4],"data":{data}}}"#);
        let reply =
            client.post("/v2/models/m/infer").body("application/json", format!(r#"{{"inputs":[{input}]}}"#)).await;
        assert!(error(&reply, 413).contains(&format!("{rows} rows")));
    }
    let reply = client.post("/v2/models/m/infer").body("application/json", " ".repeat(1001)).await;
    assert!(error(&reply, 413).contains("1000 bytes"));
}

#[toolkit::test]
async fn two_models_of_one_name_are_told_at_start_with_the_cure() {
    let app = || toolkit::app!().model("/one", ModelHandler::new(churn()));
    let told = app().model("/two", ModelHandler::new(churn())).openapi().unwrap_err().to_string();
    assert!(told.contains("`/one` and `/two`") && told.contains("ModelHandler::name"), "{told}");
    let client = app().model("/two", ModelHandler::new(churn()).name("other")).client();
    for name in ["churn", "other"] {
        let metadata: Value = client.get(&format!("/v2/models/{name}")).await.assert_status(200).json();
        assert_eq!(metadata["name"], name);
    }
}

#[toolkit::test]
async fn problems_elsewhere_stay_problem_documents() {
    let client = client(ModelHandler::new(churn()));
    for path in ["/v1", "/v2x", "/churn/nothing"] {
        let reply = client.get(path).await;
        assert_eq!(reply.assert_status(404).header("content-type"), Some("application/problem+json"), "{path}");
    }
}

#[toolkit::test]
async fn the_document_has_the_protocol_with_an_example_that_is_answered() {
    let client = client(ModelHandler::new(churn()));
    let bare = toolkit::app!().model("/churn", churn()).openapi().unwrap();
    let operation = &bare.as_value()["paths"]["/v2/models/{model}/infer"]["post"];
    assert_eq!(operation["tags"], json!(["Open Inference Protocol"]));
    assert!(operation["responses"]["422"].is_null());
    for content in [&operation["requestBody"]["content"], &operation["responses"]["200"]["content"]] {
        let types: Vec<_> = content.as_object().unwrap().keys().collect();
        assert_eq!(types, ["application/json", "application/octet-stream"]);
    }
    let reply = &operation["responses"]["200"]["content"]["application/json"]["schema"];
    assert_eq!(reply["properties"]["outputs"]["items"]["required"], json!(["name", "datatype", "shape"]));
    assert!(reply["properties"]["id"].is_object() && reply["properties"]["parameters"].is_object(), "{reply}");
    for (path, verb, status) in [
        ("/v2/models/{model}", "get", "400"),
        ("/v2/models/{model}/versions/{version}/ready", "get", "400"),
        ("/v2/models/{model}/infer", "post", "415"),
        ("/v2/repository/index", "post", "413"),
    ] {
        assert!(bare.as_value()["paths"][path][verb]["responses"][status].is_object(), "{path} {status}");
    }
    error(&client.get("/v2/models/%ff").await, 400);
    let example = &bare.as_value()["components"]["schemas"]["InferenceRequest"]["examples"][0];
    let answer: Value = infer(&client, "churn", example).await.assert_status(200).json();
    assert_eq!(answer["outputs"][0]["data"], json!(["Yes", "No"]));
}

#[toolkit::test]
async fn null_says_that_a_member_is_not_there() {
    let client = client(ModelHandler::new(churn()));
    let mut body = json!({ "id": null, "parameters": null, "outputs": null, "inputs": churn_inputs() });
    body["inputs"][0]["parameters"] = json!({ "binary_data_size": null, "classification": null });
    let answer: Value = infer(&client, "churn", &body).await.assert_status(200).json();
    assert_eq!(answer.get("id"), None);
    body["inputs"] = json!(null);
    assert_eq!(error(&infer(&client, "churn", &body).await, 400), "`inputs` is missing");
    client.post("/v2/repository/index").json(&json!({ "ready": null })).await.assert_status(200);
}

#[toolkit::test]
async fn members_that_are_not_known_are_passed_over_however_deep_they_are() {
    let client = client(ModelHandler::new(churn()));
    let deep = format!("{{\"whatever\":{}{}}}", "[".repeat(1000), "]".repeat(1000));
    let inputs = json!(churn_inputs());
    let body = format!("{{\"parameters\":{deep},\"whatever\":{deep},\"inputs\":{inputs}}}");
    client.post("/v2/models/churn/infer").body("application/json", body).await.assert_status(200);
    client.post("/v2/repository/index").body("application/json", deep).await.assert_status(200);
}

/// A model that takes nulls, as trees that were trained with gaps do.
fn with_gaps() -> (TempDir, Client) {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../toolkit-envelope/tests/models/xgb_reg_nan");
    let row = (0..GAPS).map(|at| (format!("c{at}"), if at == 0 { json!(null) } else { json!(0.5) }));
    let model = OnnxModel::new("gaps", std::fs::read(folder.join("model.onnx")).unwrap());
    let row = Value::Object(row.collect());
    let mut other = row.clone();
    other["c0"] = json!(0.25);
    service(model.example(vec![row, other]))
}

/// How many columns that model has.
const GAPS: usize = 10;

#[toolkit::test]
async fn null_is_said_by_the_tensor_beside_a_column() {
    let (_folder, client) = with_gaps();
    let typed: Vec<Value> = [json!(null), json!(1.5)]
        .into_iter()
        .map(|first| (0..GAPS).map(|at| (format!("c{at}"), if at == 0 { first.clone() } else { json!(0.5) })).collect())
        .collect();
    let typed: Value = client.post("/model/predict").json(&typed).await.assert_status(200).json();
    let mut inputs: Vec<_> = (1..GAPS)
        .map(|at| json!({ "name": format!("c{at}"), "datatype": "FP32", "shape": [2], "data": [0.5, 0.5] }))
        .collect();
    inputs.push(json!({ "name": "c0__valid", "datatype": "BOOL", "shape": [2], "data": [false, true] }));
    let mut by_json = inputs.clone();
    by_json.push(json!({ "name": "c0", "datatype": "FP32", "shape": [2], "data": [7, 1.5] }));
    let by_json: Value = infer(&client, "m", &json!({ "inputs": by_json })).await.assert_status(200).json();
    assert_eq!(by_json["outputs"][0]["data"], typed);
    inputs.push(json!({ "name": "c0", "datatype": "FP32", "shape": [2], "parameters": { "binary_data_size": 8 } }));
    let reply = infer_binary(&client, "m", &json!({ "inputs": inputs }), &floats(&[f32::NAN, 1.5])).await;
    assert_eq!(reply.assert_status(200).json::<Value>()["outputs"][0]["data"], typed);
}

#[toolkit::test]
async fn a_body_that_does_not_come_is_given_up_in_the_models_own_time() {
    let handler = ModelHandler::new(churn()).timeout(std::time::Duration::from_millis(10));
    let never = futures_util::stream::pending::<Result<toolkit::Bytes, std::io::Error>>();
    let call = client(handler).post("/v2/models/churn/infer");
    let reply = call.body("application/json", axum::body::Body::from_stream(never)).await;
    assert!(error(&reply, 504).contains("longer than 10ms"));
}

#[toolkit::test]
async fn an_answer_that_breaks_the_schema_is_not_given_out() {
    let parts = Parts {
        nodes: vec![node("Div", &["x", "x"], &["y"])],
        inputs: vec![value("x", FLOAT, &[1])],
        outputs: vec![value("y", FLOAT, &[1])],
        ..Parts::default()
    };
    let (_folder, client) = service(OnnxModel::new("ratio", parts.model(8, 17)).example(vec![json!([1])]));
    let input = json!({ "name": "x", "datatype": "FP32", "shape": [1, 1], "data": [0] });
    for is_binary in [false, true] {
        let body = json!({ "inputs": [input], "parameters": { "binary_data_output": is_binary } });
        assert_eq!(error(&infer(&client, "m", &body).await, 500), "Internal Server Error");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]
    #[test]
    fn tensors_in_json_and_in_binary_and_typed_json_are_answered_the_same(
        rows in prop::collection::vec(prop::array::uniform4(prop::num::f32::NORMAL | prop::num::f32::SUBNORMAL | prop::num::f32::ZERO), 0..4)
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (_folder, client) = matrix();
            let raw: Vec<u8> = rows.iter().flat_map(|row| floats(row)).collect();
            let reply = infer_binary(&client, "m", &matrix_request(rows.len(), raw.len()), &raw).await;
            let header: usize = reply.assert_status(200).header("inference-header-content-length").unwrap().parse().unwrap();
            assert_eq!(&reply.bytes()[header..], raw);
            let input = json!({ "name": "x", "datatype": "FP32", "shape": [rows.len(), 4], "data": rows });
            let body = json!({ "inputs": [input] });
            let by_json = infer(&client, "m", &body).await.assert_status(200).text();
            let typed = client.post("/model/predict").json(&json!({ "x": rows })).await.assert_status(200).text();
            // The numbers stand in the same digits; only the brackets differ.
            let data = by_json.split("\"data\":").nth(1).unwrap().split('}').next().unwrap();
            let digits = |text: &str| text.replace(['[', ']'], "");
            assert_eq!(digits(data), digits(&typed));
        });
    }
}
