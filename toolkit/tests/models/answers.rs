use serde_json::{Value, json};
use toolkit::model::ModelHandler;

use crate::support::{churn, client, example};

#[toolkit::test]
async fn a_model_answers_the_example_that_its_document_shows() {
    let client = client(ModelHandler::new(churn()));
    let reply = client.post("/churn/predict").json(&example("predict")).await;
    assert_eq!(reply.assert_status(200).json::<Value>(), json!(["Yes", "No"]));
}

#[toolkit::test]
async fn everything_that_is_wrong_with_the_rows_is_told_with_row_and_column() {
    let mut arguments = example("predict");
    arguments["rows"][0]["tenure"] = json!("long");
    arguments["rows"][1]["tenure"] = json!(1.5);
    arguments["rows"][1]["extra"] = json!(1);
    let reply = client(ModelHandler::new(churn())).post("/churn/predict").json(&arguments).await;
    let problem = reply.assert_status(422).json::<Value>();
    let place = |violation: &Value| (violation["row"].as_u64(), violation["column"].clone(), violation["code"].clone());
    let found: Vec<_> = problem["violations"].as_array().unwrap().iter().map(place).collect();
    let expected = [(0, "tenure", "type"), (1, "tenure", "type"), (1, "extra", "unknown")];
    assert_eq!(found, expected.map(|(row, column, code)| (Some(row), column.into(), code.into())));
}

#[toolkit::test]
async fn more_rows_than_the_handler_allows_are_refused() {
    let reply = client(ModelHandler::new(churn()).max_rows(1)).post("/churn/predict").json(&example("predict")).await;
    reply.assert_status(413);
}
