use std::{future::IntoFuture, path::PathBuf, pin::pin, time::Duration};

use crate::onnx_writer::{Message, Parts, integers, node, tensor, value};
use futures_util::{StreamExt, future::join_all, stream::FuturesUnordered};
use serde_json::{Value, json};
use tempfile::TempDir;
use toolkit::{
    Client,
    model::{Batching, ModelHandler},
};
use toolkit_envelope::{Digest, OnnxModel};

use crate::support::{churn, client, example};

/// Longer than any test.
const LONG: Duration = Duration::from_hours(1);

/// A model that divides a number by itself: 1, or nothing that its schema allows for 0.
fn quotient(folder: &TempDir) -> PathBuf {
    let nodes = vec![node("Div", &["X", "X"], &["Y"])];
    let (inputs, outputs) = (vec![value("X", 1, &[1])], vec![value("Y", 1, &[1])]);
    saved(folder, "quotient", &Parts { nodes, initializers: vec![], inputs, outputs })
}

/// A model that gives back its number, after a chain of products of large matrices.
fn slow(folder: &TempDir) -> PathBuf {
    let of_all = Message::default().text(1, "keepdims").int(3, 0).int(20, 2);
    let mut nodes = vec![
        node("ReduceSum", &["X"], &["sum"]).message(5, &of_all),
        node("Mul", &["sum", "zero"], &["nothing"]),
        node("Expand", &["nothing", "large"], &["a0"]),
    ];
    let names: Vec<String> = (0..=4).map(|number| format!("a{number}")).collect();
    nodes.extend(names.windows(2).map(|pair| node("MatMul", &[&pair[0], &pair[0]], &[&pair[1]])));
    nodes.push(node("ReduceSum", &["a4"], &["end"]).message(5, &of_all));
    nodes.push(node("Add", &["X", "end"], &["Y"]));
    let initializers = vec![tensor("zero", &[], &[0.0]), integers("large", &[2], &[256, 256])];
    let (inputs, outputs) = (vec![value("X", 1, &[1])], vec![value("Y", 1, &[1])]);
    saved(folder, "slow", &Parts { nodes, initializers, inputs, outputs })
}

fn saved(folder: &TempDir, name: &str, parts: &Parts) -> PathBuf {
    let path = folder.path().join(name);
    let model = OnnxModel::new(name, parts.model(10, 21)).example(vec![json!([1.0])]);
    model.into_builder().unwrap().build().unwrap().save(&path).unwrap();
    path
}

/// A model that gives twice its number, and takes at most so many rows at once.
fn double(rows: usize, folder: &TempDir) -> PathBuf {
    let nodes = vec![node("Add", &["X", "X"], &["Y"])];
    let (inputs, outputs) = (vec![value("X", 1, &[1])], vec![value("Y", 1, &[1])]);
    let path = saved(folder, "double", &Parts { nodes, initializers: vec![], inputs, outputs });
    let manifest = std::fs::read_to_string(path.join("envelope.json")).unwrap();
    let bounded = manifest.replace(r#""batch":{"axis":0}"#, &format!(r#""batch":{{"axis":0,"max":{rows}}}"#));
    assert_ne!(manifest, bounded);
    let checksum = format!("{}  envelope.json\n", Digest::of(bounded.as_bytes()).hex());
    std::fs::write(path.join("envelope.sha256"), checksum).unwrap();
    std::fs::write(path.join("envelope.json"), bounded).unwrap();
    path
}

fn on(max_rows: usize, max_wait: Duration) -> Batching {
    Batching::On { max_rows, max_wait }
}

/// Rows of the model `churn` that differ from each other, so many, counted from `first` on.
fn rows(first: usize, count: usize) -> Value {
    let shown = example("predict_proba")["rows"].clone();
    let row = |number: usize| {
        let mut row = shown[number % 2].clone();
        row["tenure"] = json!(number % 72);
        row
    };
    json!({ "rows": (first..first + count).map(row).collect::<Vec<_>>() })
}

async fn answer(client: &Client, arguments: Value) -> String {
    client.post("/churn/predict_proba").json(&arguments).await.assert_status(200).text()
}

#[toolkit::test]
async fn requests_of_all_sizes_get_the_answers_that_they_get_alone() {
    let alone = client(ModelHandler::new(churn()).batching(Batching::Off));
    let together = client(ModelHandler::new(churn()).name("together").batching(on(16, LONG)));
    // The service has started when it has answered.
    together.get("/churn").await.assert_status(200);
    let sizes = (0..40).map(|number| number * 7 % 20);
    let calls = sizes.enumerate().map(|(number, size)| rows(number * 5, size));
    let calls: Vec<_> = calls.collect();
    let mut answers = pin!(join_all(calls.iter().map(|arguments| answer(&together, arguments.clone()))));
    let found = loop {
        tokio::select! {
            biased;
            found = &mut answers => break found,
            // What comes behind them is a batch of its own, and lets no other one wait.
            _ = answer(&together, rows(0, 16)) => {}
        }
    };
    let metrics = together.get("/metrics").await.text();
    let is_batched = |line: &str| line.starts_with("ml_batch_calls_count{") && line.contains(r#"="together""#);
    assert!(metrics.lines().any(is_batched), "{metrics}");
    for (arguments, found) in calls.into_iter().zip(found) {
        assert_eq!(found, answer(&alone, arguments).await);
    }
}

#[toolkit::test]
async fn a_row_whose_answer_is_not_allowed_fails_alone_and_one_that_is_not_valid_is_in_no_batch() {
    let folder = TempDir::new().unwrap();
    // It runs once there are four rows, and not before.
    let handler = ModelHandler::new(quotient(&folder)).batching(on(4, LONG));
    let client = toolkit::app!().model("/quotient", handler).client();
    let rows = [json!([[2.0]]), json!([["two"]]), json!([[0.0]]), json!([[1e9]]), json!([[-3.5]])];
    let replies = join_all(rows.iter().map(|rows| client.post("/quotient/predict").json(rows).into_future())).await;
    let statuses: Vec<_> = replies.iter().map(|reply| reply.status().as_u16()).collect();
    assert_eq!(statuses, [200, 422, 500, 200, 200]);
    assert_eq!(replies[0].text(), replies[4].text());
    assert!(!replies[2].text().contains("NaN"));
}

#[toolkit::test]
async fn a_request_whose_time_is_over_leaves_the_batch_that_it_waits_for() {
    let folder = TempDir::new().unwrap();
    let handler = ModelHandler::new(quotient(&folder)).batching(on(2, LONG));
    let client = toolkit::app!().model("/quotient", handler.timeout(Duration::from_millis(200))).client();
    let call = || client.post("/quotient/predict").json(&json!([[2.0]])).into_future();
    call().await.assert_status(504);
    // With the first one's row the batch would have been full.
    call().await.assert_status(504);
}

#[toolkit::test]
async fn a_slow_model_is_told_when_its_time_is_over() {
    let folder = TempDir::new().unwrap();
    let handler = ModelHandler::new(slow(&folder)).timeout(Duration::from_millis(1));
    let client = toolkit::app!().model("/slow", handler).client();
    let slow = join_all((0..8).map(|_| client.post("/slow/predict").json(&json!([[1.0]])).into_future())).await;
    for reply in &slow {
        assert_eq!(reply.status(), 504);
    }
}

#[toolkit::test]
async fn more_requests_than_may_wait_are_refused_and_told_to_come_again() {
    let folder = TempDir::new().unwrap();
    // Nothing is run as long as there are not so many, so that nobody is answered who may wait.
    let handler = ModelHandler::new(quotient(&folder)).batching(on(100_000, LONG));
    let client = toolkit::app!().model("/quotient", handler).client();
    let call = || client.post("/quotient/predict").json(&json!([[1.0]])).into_future();
    let mut replies: FuturesUnordered<_> = (0..1025).map(|_| call()).collect();
    let refused = replies.next().await.unwrap();
    refused.assert_status(503);
    assert!(refused.headers().contains_key("retry-after"));
}

#[toolkit::test]
async fn a_request_of_more_rows_than_the_manifest_allows_at_once_is_run_in_parts() {
    let folder = TempDir::new().unwrap();
    let client = toolkit::app!().model("/double", double(3, &folder)).client();
    for count in [1_u8, 3, 4, 100] {
        let rows: Vec<_> = (0..count).map(|number| [f32::from(number)]).collect();
        let answer = client.post("/double/predict").json(&rows).await;
        let expected: Vec<_> = (0..count).map(|number| 2.0 * f32::from(number)).collect();
        assert_eq!(answer.assert_status(200).json::<Vec<f32>>(), expected);
    }
}
