//! What is told of the calls of models: spans, metrics, and the viewer's pages.

#[path = "../spans/mod.rs"]
mod spans;

use std::time::Duration;

use crate::onnx_writer::{Parts, node, value};
use futures_util::future::join_all;
use serde_json::{Value, json};
use spans::{ERROR, INTERNAL, SERVER, named, server_span, spans_of};
use tempfile::TempDir;
use toolkit::{
    Client,
    model::{Batching, ModelHandler},
};
use toolkit_envelope::{Envelope, OnnxModel};

use crate::support::{churn, client, example};

/// A client of a service whose model, at `/root`, takes the square root of `x`: of what is negative it has none.
fn root(name: &str) -> (TempDir, Client) {
    served(name, |handler| handler.batching(Batching::Off))
}

fn served(name: &str, options: impl FnOnce(ModelHandler) -> ModelHandler) -> (TempDir, Client) {
    let bytes = Parts {
        nodes: vec![node("Sqrt", &["x"], &["y"])],
        inputs: vec![value("x", 1, &[1])],
        outputs: vec![value("y", 1, &[1])],
        ..Parts::default()
    }
    .model(8, 17);
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("root.envelope");
    let envelope = OnnxModel::new(name, bytes).example(vec![json!({ "x": 4.0 })]).into_builder().unwrap();
    envelope.build().unwrap().save(&path).unwrap();
    let client = toolkit::app!().model("/root", options(ModelHandler::new(path))).client();
    (directory, client)
}

async fn roots(client: &Client, numbers: &[f64]) -> toolkit::TestResponse {
    let rows: Vec<_> = numbers.iter().map(|number| json!({ "x": number })).collect();
    client.post("/root/predict").json(&json!({ "rows": rows })).await
}

fn churn_id() -> String {
    Envelope::open(churn()).unwrap().id().to_string()
}

/// The value of the series at `/metrics` whose line has all of these parts.
async fn measured(client: &Client, metric: &str, parts: &[&str]) -> u64 {
    let text = client.get("/metrics").await.assert_status(200).text();
    let is_meant =
        |line: &&str| line.starts_with(&format!("{metric}{{")) && parts.iter().all(|part| line.contains(part));
    let found: Vec<_> = text.lines().filter(is_meant).collect();
    assert_eq!(found.len(), 1, "{metric} with {parts:?} in:\n{text}");
    found[0].rsplit(' ').next().unwrap().parse().unwrap()
}

#[toolkit::test]
async fn a_call_has_a_span_below_its_request_s_that_names_model_version_function_and_rows() {
    let client = client(ModelHandler::new(churn()));
    let reply = client.post("/churn/predict").json(&example("predict")).await;
    let spans = spans_of(&client, reply.assert_status(200)).await;
    let (request, call) = (server_span(&client, &reply).await, named(&spans, "predict"));
    assert_eq!((&*call.parent, call.kind, call.status), (&*request.id, INTERNAL, 0));
    let told = ["ml.model.name", "ml.model.version", "ml.function"].map(|name| call.text(name));
    assert_eq!(told, [Some("churn"), Some(&*churn_id()), Some("predict")]);
    assert_eq!(call.integer("ml.rows"), Some(2));
    assert_eq!(named(&spans, "execute").parent, call.id);
    assert_eq!(spans.iter().filter(|span| span.kind == SERVER).count(), 1);
}

#[toolkit::test]
async fn the_span_of_a_failed_call_says_why() {
    let (_directory, client) = root("root");
    for (reply, error) in [
        (roots(&client, &[-1.0]).await.assert_status(500), "result"),
        (client.post("/root/predict").json(&json!({ "rows": [{}] })).await.assert_status(422), "arguments"),
    ] {
        let spans = spans_of(&client, reply).await;
        let call = named(&spans, "predict");
        assert_eq!((call.status, call.text("error.type")), (ERROR, Some(error)));
    }
}

#[toolkit::test]
async fn calls_with_tensors_are_told_of_as_those_in_json_are() {
    let (_directory, client) = root("tensors");
    let infer = async |data: Value| {
        let input = json!({ "name": "x", "datatype": "FP32", "shape": [1], "data": data });
        client.post("/v2/models/tensors/infer").json(&json!({ "inputs": [input] })).await
    };
    for (data, status, error) in
        [(json!([4.0]), 200, None), (json!([-1.0]), 500, Some("result")), (json!(["four"]), 400, Some("arguments"))]
    {
        let reply = infer(data).await;
        let spans = spans_of(&client, reply.assert_status(status)).await;
        let call = named(&spans, "predict");
        assert_eq!((call.text("error.type"), call.integer("ml.rows")), (error, (status != 400).then_some(1)));
    }
    let of_model = |part| [r#"ml_model_name="tensors""#, part];
    let calls = "ml_predict_duration_seconds_count";
    assert_eq!(measured(&client, calls, &of_model(r#"error_type="result""#)).await, 1);
    assert_eq!(measured(&client, calls, &of_model(r#"error_type="arguments""#)).await, 1);
    assert_eq!(measured(&client, "ml_violations_total", &of_model(r#"violation_in="result""#)).await, 1);
    assert_eq!(measured(&client, "ml_violations_total", &of_model(r#"violation_code="tensor""#)).await, 1);
}

#[toolkit::test]
async fn calls_rows_and_what_is_wrong_with_them_are_measured_by_model_version_and_function() {
    let (_directory, client) = root("measured");
    roots(&client, &[4.0, 9.0]).await.assert_status(200);
    roots(&client, &[-1.0]).await.assert_status(500);
    let wrong = json!({ "rows": [{ "x": "four" }, { "x": "nine" }, {}] });
    client.post("/root/predict").json(&wrong).await.assert_status(422);

    let of_model = [r#"ml_model_name="measured""#, r#"ml_model_version="sha256:"#, r#"ml_function="predict""#];
    let with = |parts: &[&'static str]| [&of_model[..], parts].concat();
    let calls = "ml_predict_duration_seconds_count";
    assert_eq!(measured(&client, calls, &with(&[r#"error_type="result""#])).await, 1);
    assert_eq!(measured(&client, calls, &with(&[r#"error_type="arguments""#])).await, 1);
    assert_eq!(measured(&client, "ml_predict_rows_sum", &of_model).await, 3);
    for (place, code, count) in [
        (r#"violation_in="arguments""#, r#"violation_code="type""#, 2),
        (r#"violation_in="arguments""#, r#"violation_code="required""#, 1),
    ] {
        assert_eq!(measured(&client, "ml_violations_total", &with(&[place, code])).await, count, "{place} {code}");
    }
    measured(&client, "ml_violations_total", &with(&[r#"violation_in="result""#])).await;
    assert_eq!(measured(&client, "ml_model_info", &of_model[..2]).await, 1);
}

#[toolkit::test]
async fn requests_that_are_run_as_one_are_linked_with_their_batch_and_it_with_them() {
    // It runs once there are three rows, and not before.
    let batching = Batching::On { max_rows: 3, max_wait: Duration::from_hours(1) };
    let (_directory, client) = served("linked", |handler| handler.batching(batching));
    let replies = join_all([roots(&client, &[4.0]), roots(&client, &[9.0, 16.0])]).await;
    let mut calls = Vec::new();
    let mut batches = Vec::new();
    for reply in &replies {
        let spans = spans_of(&client, reply.assert_status(200)).await;
        let call = named(&spans, "predict");
        assert_eq!(call.integer("ml.batch.rows"), Some(3));
        assert!(call.has("ml.queue.duration"));
        assert_eq!(named(&spans, "queue").parent, call.id);
        calls.push((call.trace_id.clone(), call.id.clone()));
        batches.extend(named(&spans, "execute").links.clone());
    }
    assert_eq!(batches[0], batches[1]);
    let spans = spans::spans(&client, &batches[0].0).await;
    let batch = named(&spans, "batch");
    assert_eq!((&batch.id, &*batch.parent), (&batches[0].1, ""));
    assert_eq!((batch.integer("ml.batch.calls"), batch.integer("ml.batch.rows")), (Some(2), Some(3)));
    let mut links = batch.links.clone();
    links.sort();
    calls.sort();
    assert_eq!(links, calls);
    assert_eq!(measured(&client, "ml_batch_rows_sum", &[r#"ml_model_name="linked""#]).await, 3);
    let page = client.get("/traces/models/linked").await.text();
    assert!(page.contains("2 to 3: 1 batch"), "{page}");
}

#[toolkit::test]
async fn a_version_that_is_no_longer_there_is_not_among_those_that_serve() {
    let (_directory, client) = root("gone");
    assert_eq!(measured(&client, "ml_model_info", &[r#"ml_model_name="gone""#]).await, 1);
    drop(client);
    let other = toolkit::app!().model("/churn", churn()).client();
    let text = other.get("/metrics").await.text();
    assert!(!text.contains(r#"ml_model_name="gone""#), "{text}");
}

#[toolkit::test]
async fn the_page_of_models_shows_the_model_its_version_and_its_calls() {
    let (_directory, client) = root("shown");
    for _ in 0..3 {
        roots(&client, &[4.0, 9.0]).await.assert_status(200);
    }
    let list = client.get("/traces/models").await.assert_status(200).text();
    let row = list.split("<tr").find(|row| row.contains("data-key=\"shown.predict\"")).unwrap();
    for shown in ["models/shown", "/root/predict", "<span>3<", "<span>6<", "title=\"sha256:"] {
        assert!(row.contains(shown), "no {shown} in {row}");
    }
    let page = client.get("/traces/models/shown").await.assert_status(200).text();
    for shown in ["predict", "3 calls", "6 rows", "Versions", "serves now", "POST%20%2Froot%2Fpredict"] {
        assert!(page.contains(shown), "no {shown} in {page}");
    }
    client.get("/traces/models/unknown").await.assert_status(404);
}

#[toolkit::test]
async fn a_hostile_name_is_only_a_name() {
    let name = "<script>alert(1)</script>/../\"\u{202e}";
    let (_directory, client) = root(name);
    roots(&client, &[4.0]).await.assert_status(200);
    let list = client.get("/traces/models").await.assert_status(200).text();
    assert!(!list.contains("<script>alert") && list.contains("&lt;script&gt;alert"), "{list}");
    let link = list.split("href=\"").filter_map(|rest| rest.split('"').next()).find(|link| link.contains("script%3E"));
    let page = client.get(&format!("/traces/{}", link.unwrap())).await.assert_status(200).text();
    assert!(!page.contains("<script>alert") && page.contains("&lt;script&gt;alert"), "{page}");
    let metrics = client.get("/metrics").await.assert_status(200).text();
    assert!(metrics.contains("ml_model_name=\"<script>alert(1)</script>/../\\\""), "{metrics}");
    let _: Value = client.get("/openapi.json").await.json();
}
