#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;

use serde_json::{Map, Value, json};
use toolkit::Client;

use super::app;

/// Some of the real customers, as JSON has them.
fn customers() -> Vec<Value> {
    let file = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/data/customers.csv")).unwrap();
    let mut lines = file.lines();
    let names: Vec<&str> = lines.next().unwrap().split(',').collect();
    let cell = |cell: &str| match cell {
        "" => Value::Null,
        text => text.parse::<serde_json::Number>().map_or_else(|_| text.into(), Value::Number),
    };
    let customer = |line: &str| -> Map<String, Value> {
        names.iter().map(|name| (*name).to_owned()).zip(line.split(',').map(cell)).skip(1).collect()
    };
    lines.step_by(97).map(|line| customer(line).into()).collect()
}

async fn asked(client: &Client, path: &str, body: &Value) -> Value {
    client.post(path).json(body).await.assert_status(200).json()
}

#[toolkit::test]
async fn the_typed_endpoint_answers_as_the_models_own_does() {
    let (client, customers) = (app().client(), customers());
    assert!(customers.len() > 70);
    let chances = asked(&client, "/v0/models/churn/predict_proba", &json!({ "rows": customers })).await;
    let classes = asked(&client, "/v0/models/churn/predict", &json!({ "rows": customers })).await;
    for (index, customer) in customers.iter().enumerate() {
        let answer = asked(&client, "/v0/api/churn", customer).await;
        assert_eq!(answer["probability"], chances[index]["Yes"], "{customer}");
        let leaves = answer["probability"].as_f64().unwrap() > 0.5;
        assert_eq!(classes[index], if leaves { "Yes" } else { "No" }, "{customer}");
    }
}

#[toolkit::test]
async fn a_customer_without_a_bill_yet_is_answered() {
    let mut customer = customers().remove(0);
    customer["tenure"] = json!(0);
    customer["total_charges"] = Value::Null;
    asked(&app().client(), "/v0/api/churn", &customer).await;
}

#[toolkit::test]
async fn all_that_is_wrong_with_a_customer_is_told() {
    let mut customer = customers().remove(0);
    customer["tenure"] = json!("long");
    customer["contract"] = json!("Until the end of time");
    customer["female"] = json!(2);
    customer.as_object_mut().unwrap().remove("partner");
    let reply = app().client().post("/v0/api/churn").json(&customer).await;
    let mut told = reply.assert_status(422).violations();
    told.sort();
    assert_eq!(told, ["enum body /contract", "range body /female", "required body /partner", "type body /tenure"]);
    let reply = app().client().post("/v0/models/churn/predict").json(&json!([customer])).await;
    assert_eq!(reply.assert_status(422).violations(), ["type body /0/tenure", "required body /0/partner"]);
}

#[toolkit::test]
async fn the_examples_of_the_document_can_be_tried_out() {
    let (document, client) = (app().openapi().unwrap(), app().client());
    let schemas = &document.as_value()["components"]["schemas"];
    let paths = document.as_value()["paths"].as_object().unwrap();
    // What is below `/v2` is tried out by clients of that protocol.
    let own = paths.iter().filter(|(path, _)| path.starts_with("/v0/"));
    let posts = own.filter_map(|(path, operations)| Some((path, operations.get("post")?)));
    let mut count = 0;
    for (path, operation) in posts {
        let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
        let name = schema["$ref"].as_str().unwrap().rsplit('/').next().unwrap();
        asked(&client, path, &schemas[name]["examples"][0]).await;
        count += 1;
    }
    assert!(count >= 3);
}

#[test]
fn the_document_is_as_published() {
    let published = include_str!("../openapi.json");
    let differences = app().openapi().unwrap().differences_from(published).unwrap();
    assert!(differences.is_empty(), "run `cargo run -p churn -- openapi`:\n{}", differences.join("\n"));
}
