use serde_json::{Value, json};
use toolkit::model::ModelHandler;

use crate::support::{churn, client, example, other};

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

#[toolkit::test]
async fn rows_may_come_in_columns() {
    let rows = example("predict");
    let mut columns = serde_json::Map::new();
    for row in rows["rows"].as_array().unwrap() {
        for (name, value) in row.as_object().unwrap() {
            columns.entry(name).or_insert_with(|| json!([])).as_array_mut().unwrap().push(value.clone());
        }
    }
    let client = client(ModelHandler::new(churn()));
    let by_columns = client.post("/churn/predict_proba").json(&json!({ "rows": columns })).await;
    let by_rows = client.post("/churn/predict_proba").json(&rows).await;
    assert_eq!(by_columns.assert_status(200).text(), by_rows.assert_status(200).text());
}

#[toolkit::test]
async fn no_rows_are_answered_with_none() {
    let reply = client(ModelHandler::new(churn())).post("/churn/predict").json(&json!({ "rows": [] })).await;
    assert_eq!(reply.assert_status(200).json::<Value>(), json!([]));
}

/// Bodies that are no rows of the model: what is sent, and the status and words that must come back.
#[toolkit::test]
async fn what_is_no_rows_of_the_model_is_refused_with_a_reason() {
    let row = example("predict")["rows"][0].clone();
    let with = |name: &str, value: &str| {
        let mut row = row.clone();
        row[name] = json!("@");
        json!({ "rows": [row] }).to_string().replace("\"@\"", value)
    };
    let columns = |short: usize| {
        let column = |(name, value): (&String, &Value)| {
            let length = if name == "tenure" { short } else { 2 };
            (name.clone(), Value::from(vec![value.clone(); length]))
        };
        json!({ "rows": row.as_object().unwrap().iter().map(column).collect::<serde_json::Map<_, _>>() }).to_string()
    };
    let bodies = [
        (with("tenure", "null"), 422, "null"),
        (with("tenure", "1.5"), 422, "must be an integer"),
        (with("tenure", "99999999999999999999"), 422, "tenure"),
        (with("tenure", "\"3\""), 422, "must be an integer, found a string"),
        (with("monthly_charges", "1e999"), 422, "monthly_charges"),
        (with("contract", "7"), 422, "contract"),
        (with("monthly_charges", "NaN"), 400, "JSON"),
        (json!({ "rows": [row] }).to_string().replacen("\"tenure\"", "\"tenure\":1,\"tenure\"", 1), 422, "tenure"),
        (columns(1), 422, "tenure"),
        (json!({ "rows": null }).to_string(), 422, "null"),
        (json!({ "rows": [[1, 2]] }).to_string(), 422, "/rows/0"),
        (json!({ "rows": [], "extra": 1 }).to_string(), 422, "extra"),
        ("{}".to_owned(), 422, "required"),
        (String::new(), 400, "JSON"),
        ("{\"rows\": [".to_owned(), 400, "line 1"),
        ("[".repeat(100_000), 400, "JSON"),
    ];
    let client = client(ModelHandler::new(churn()));
    for (body, status, words) in bodies {
        let shown = body[..body.len().min(120)].to_owned();
        let reply = client.post("/churn/predict").body("application/json", body).await;
        assert_eq!(reply.status().as_u16(), status, "{shown}: {}", reply.text());
        assert!(reply.text().contains(words), "{shown}: {}", reply.text());
    }
    client.post("/churn/predict").body("text/csv", "a,b").await.assert_status(415);
    client.get("/churn/predict").await.assert_status(405);
    client.post("/churn/predict").json(&example("predict")).await.assert_status(200);
}

#[toolkit::test]
async fn a_million_rows_in_one_body_are_too_many_however_they_are_counted() {
    let row = example("predict")["rows"][0].to_string();
    let whole = format!("{{\"rows\":[{}{row}]}}", format!("{row},").repeat(1_000_000 - 1));
    let post = async |handler: ModelHandler, body: String| {
        let client = client(handler);
        client.post("/churn/predict").body("application/json", body).await
    };
    // In bytes: it is not even read.
    post(ModelHandler::new(churn()), whole.clone()).await.assert_status(413);
    // In cells, before there is memory for all of them: such rows say next to nothing.
    let large = ModelHandler::new(churn()).body_limit(1 << 30);
    let empty = format!("{{\"rows\":[{}{{}}]}}", "{},".repeat(1_000_000 - 1));
    post(large.clone(), empty).await.assert_status(422);
    // In rows.
    let some = format!("{{\"rows\":[{}{row}]}}", format!("{row},").repeat(20_000));
    let told = post(large.max_rows(20_000), some).await;
    assert!(told.assert_status(413).text().contains("20001 rows, and may have 20000"), "{}", told.text());
}

#[toolkit::test]
async fn a_sender_that_is_too_slow_is_given_up_and_others_are_answered() {
    use axum::body::Body;
    use tower::ServiceExt;

    let handler = ModelHandler::new(churn()).timeout(std::time::Duration::from_millis(100));
    let router = toolkit::app!().model("/churn", handler).into_router().await.unwrap();
    let request = |body: Body| {
        let request = http::Request::post("/churn/predict").header("content-type", "application/json");
        router.clone().oneshot(request.body(body).unwrap())
    };
    let never = futures_util::stream::pending::<Result<toolkit::Bytes, std::io::Error>>();
    let slow = request(Body::from_stream(never));
    let (slow, other) = futures_util::join!(slow, request(example("predict").to_string().into()));
    assert_eq!(slow.unwrap().status(), 504);
    assert_eq!(other.unwrap().status(), 200);
}

#[toolkit::test]
async fn the_model_tells_what_it_is_and_where_it_comes_from() {
    let about = client(ModelHandler::new(churn())).get("/churn").await.assert_status(200).json::<Value>();
    assert_eq!(about["name"], "churn");
    assert!(about["id"].as_str().unwrap().starts_with("sha256:"));
    for part in ["functions", "environment", "provenance"] {
        assert!(!about[part].is_null(), "{part} is missing: {about}");
    }
}

#[toolkit::test]
async fn several_models_are_served_beside_each_other() {
    let app = toolkit::app!().model("/a", churn()).model("/b", other());
    let document = app.openapi().unwrap();
    let rows = &document.as_value()["components"]["schemas"]["iris.predict.arguments"]["examples"][0];
    let client = app.client();
    client.post("/a/predict").json(&example("predict")).await.assert_status(200);
    client.post("/b/predict").json(rows).await.assert_status(200);
    assert_eq!(client.get("/b").await.assert_status(200).json::<Value>()["name"], "iris");
}

#[toolkit::test]
async fn a_path_that_no_model_can_be_served_below_is_told_in_a_sentence() {
    for (path, words) in [
        ("churn", "has to begin with `/`"),
        ("", "has to begin with `/`"),
        ("/", "needs a path of its own"),
        ("/{x}", "can have no variables"),
        ("/a//b", "nothing between two `/`"),
        ("/a/../b", "`.` or `..`"),
        ("/:a", "can begin with `:` or `*`"),
    ] {
        let app = || toolkit::app!().model(path, churn());
        let told = app().openapi().unwrap_err();
        let started = app().into_router().await.unwrap_err();
        assert_eq!(told, started);
        let [fault] = &*told.faults else { panic!("{told}") };
        assert!(fault.starts_with(&format!("the model at `{path}`: ")) && fault.contains(words), "{fault}");
    }
    let client = toolkit::app!().model("/churn/", churn()).client();
    client.get("/churn").await.assert_status(200);
}

#[test]
fn everything_that_keeps_models_from_being_served_is_told_at_once() {
    let app = toolkit::app!().model("/a", "nowhere").model("/b", env!("CARGO_MANIFEST_DIR")).model("/docs", churn());
    let told = app.openapi().unwrap_err().to_string();
    for words in ["nowhere", env!("CARGO_MANIFEST_DIR"), "`/docs`"] {
        assert!(told.contains(words), "{told}");
    }
}
