//! Calls the service as its clients do: through every layer, but without a socket.

use toolkit::{
    Client,
    serde_json::{self, Value, json},
};
use toolkit_envelope::{Envelope, manifest::Tolerance};

use crate::app;

const MODEL: &str = "/v0/models/iris";
const PATH: &str = "/v0/api/predictions";

/// A call that was recorded when the envelope was packed.
struct Recorded {
    function: String,
    /// The function's parameters, each with its rows.
    arguments: Value,
    /// What is answered for each row.
    answers: Value,
    tolerance: Tolerance,
}

fn envelope() -> Envelope {
    Envelope::open(concat!(env!("CARGO_MANIFEST_DIR"), "/iris.envelope")).unwrap()
}

fn recorded() -> Vec<Recorded> {
    let envelope = envelope();
    let read = |path: &str| serde_json::from_slice(&envelope.read(path).unwrap()).unwrap();
    let examples = envelope.manifest().examples.iter().map(|example| Recorded {
        function: example.function.clone(),
        arguments: read(&example.input),
        answers: read(&example.output),
        tolerance: example.tolerance,
    });
    let recorded: Vec<_> = examples.collect();
    assert!(!recorded.is_empty(), "the envelope records no call to compare with; pack it with `--example rows.json`");
    recorded
}

impl Recorded {
    /// The rows as the typed endpoint takes them: those of the only parameter, or one of each parameter.
    fn rows(&self) -> Vec<Value> {
        let parameters = self.arguments.as_object().unwrap();
        let count = self.answers.as_array().unwrap().len();
        let row = |index: usize| match parameters.values().collect::<Vec<_>>().as_slice() {
            [rows] => rows[index].clone(),
            _ => parameters.iter().map(|(name, rows)| (name.clone(), rows[index].clone())).collect(),
        };
        (0..count).map(row).collect()
    }

    fn assert_same(&self, answer: &Value, recorded: &Value) {
        assert!(self.is_same(answer, recorded), "{} answered {answer}, recorded is {recorded}", self.function);
    }

    /// Whether an answer is the recorded one, but for the last digits of its numbers.
    fn is_same(&self, answer: &Value, recorded: &Value) -> bool {
        match (answer, recorded) {
            (Value::Number(answer), Value::Number(recorded)) => {
                let (answer, recorded) = (answer.as_f64().unwrap(), recorded.as_f64().unwrap());
                let Tolerance { absolute, relative } = self.tolerance;
                (answer - recorded).abs() <= absolute + relative * recorded.abs()
            }
            (Value::Array(answer), Value::Array(recorded)) => {
                answer.len() == recorded.len() && answer.iter().zip(recorded).all(|(a, b)| self.is_same(a, b))
            }
            (Value::Object(answer), Value::Object(recorded)) => {
                answer.len() == recorded.len()
                    && recorded.iter().all(|(name, b)| answer.get(name).is_some_and(|a| self.is_same(a, b)))
            }
            (answer, recorded) => answer == recorded,
        }
    }
}

async fn ask(client: &Client, path: &str, body: &Value) -> Value {
    client.post(path).json(body).await.assert_status(200).json()
}

#[toolkit::test]
async fn the_model_answers_as_when_it_was_packed() {
    let client = app().client();
    for recorded in recorded() {
        let answers = ask(&client, &format!("{MODEL}/{}", recorded.function), &recorded.arguments).await;
        recorded.assert_same(&answers, &recorded.answers);
    }
}

#[toolkit::test]
async fn the_typed_endpoint_answers_as_when_the_model_was_packed() {
    let (client, envelope) = (app().client(), envelope());
    // As `Model::open` chooses: `predict`, or the only one.
    let functions = &envelope.manifest().functions;
    let asked = functions.iter().find(|function| function.name == "predict").unwrap_or(&functions[0]);
    let mut recorded = recorded();
    recorded.retain(|recorded| recorded.function == asked.name);
    let name = &asked.name;
    assert!(!recorded.is_empty(), "the envelope records no call of `{name}`; pack it with `--example rows.json`");
    for recorded in &recorded {
        for (index, row) in recorded.rows().iter().enumerate() {
            let answer = ask(&client, PATH, row).await;
            recorded.assert_same(&answer, &recorded.answers[index]);
        }
    }
}

#[toolkit::test]
async fn what_is_no_row_is_refused() {
    let reply = app().client().post(PATH).json(&json!([["this is no row of the model"]])).await;
    assert!(!reply.assert_status(422).violations().is_empty());
}
