//! Servers of the churn model: how each is asked, and that all answer the same.

use anyhow::{Context, bail};
use serde_json::{Value, json};

use crate::arguments::Effort;
use crate::load::Request;
use crate::peer::{MODELS, Peer, models};
use crate::service::{Service, agent};

/// How far a chance may lie from the toolkit's.
const TOLERANCE: f64 = 1e-5;

/// A model server beside the others.
#[derive(Clone, Copy, Debug)]
pub(super) struct Server {
    pub(super) peer: &'static Peer,
    path: &'static str,
    dialect: Dialect,
    /// How many times as many requests with one row the toolkit is to answer.
    pub(super) target: Option<f64>,
}

/// What rows and chances look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Dialect {
    /// `{"rows":[{…}]}`, and `[{"No":…,"Yes":…}]`.
    Rows,
    /// The Open Inference Protocol: a tensor for each column, and for each chance.
    Tensors,
    /// `{"dataframe_records":[{…}]}`, and `{"predictions":…}`.
    Records,
}

/// The toolkit first.
pub(super) fn servers(effort: &Effort) -> &'static [Server] {
    const SERVERS: [Server; 7] = [
        server(&MODELS[0], "/churn/predict_proba", Dialect::Rows, None),
        server(&MODELS[1], "/inference", Dialect::Rows, Some(10.0)),
        server(&MODELS[2], "/inference", Dialect::Rows, Some(10.0)),
        server(&MODELS[3], "/predict", Dialect::Rows, None),
        server(&MODELS[4], "/predict", Dialect::Rows, None),
        server(&MODELS[5], "/v2/models/churn/infer", Dialect::Tensors, Some(30.0)),
        server(&MODELS[6], "/invocations", Dialect::Records, Some(100.0)),
    ];
    &SERVERS[..models(effort).len()]
}

const fn server(peer: &'static Peer, path: &'static str, dialect: Dialect, target: Option<f64>) -> Server {
    Server { peer, path, dialect, target }
}

impl Server {
    /// Whether it is the one beside which the others stand.
    pub(super) fn is_toolkit(&self) -> bool {
        self.peer.name == MODELS[0].name
    }

    /// Starts it, and waits until it answers rows.
    pub(super) fn start(&self, effort: &Effort, rows: &[Value]) -> anyhow::Result<Service> {
        let profile = effort.profile();
        self.peer.program.prepare(profile)?;
        let request = self.request(rows)?;
        let command = self.peer.command(profile);
        Service::start_with(&command, |service| ask(service, &request).is_ok())
    }

    pub(super) fn request(&self, rows: &[Value]) -> anyhow::Result<Request> {
        let body = match self.dialect {
            Dialect::Rows => json!({ "rows": rows }),
            Dialect::Tensors => json!({ "inputs": tensors(rows)? }),
            Dialect::Records => json!({ "dataframe_records": rows }),
        };
        Ok(Request { method: "POST", path: self.path.to_owned(), body: Some(serde_json::to_vec(&body)?) })
    }

    /// The chances of each row, `No` and `Yes`.
    pub(super) fn chances(&self, service: &Service, rows: &[Value]) -> anyhow::Result<Vec<[f64; 2]>> {
        let answer = ask(service, &self.request(rows)?)?;
        self.read(&answer).with_context(|| format!("{} answered {answer}", self.peer.name))
    }

    fn read(&self, answer: &Value) -> anyhow::Result<Vec<[f64; 2]>> {
        match self.dialect {
            Dialect::Rows => answer.as_array().context("a list was expected")?.iter().map(by_name).collect(),
            Dialect::Records => {
                let predictions = answer["predictions"].as_array().context("a list `predictions` was expected")?;
                predictions.iter().map(by_name).collect()
            }
            Dialect::Tensors => {
                let outputs = answer["outputs"].as_array().context("a list `outputs` was expected")?;
                let (no, yes) = (column(outputs, "No")?, column(outputs, "Yes")?);
                Ok(no.into_iter().zip(yes).map(|(no, yes)| [no, yes]).collect())
            }
        }
    }
}

/// Refuses chances that are not the toolkit's.
pub(super) fn require_same(server: &Server, expected: &[[f64; 2]], found: &[[f64; 2]]) -> anyhow::Result<()> {
    let near = |(own, other): (&[f64; 2], &[f64; 2])| own.iter().zip(other).all(|(a, b)| (a - b).abs() <= TOLERANCE);
    if expected.len() != found.len() || !expected.iter().zip(found).all(near) {
        bail!("{} answered {found:?}: {expected:?} was expected, as the toolkit answers", server.peer.name);
    }
    Ok(())
}

fn ask(service: &Service, request: &Request) -> anyhow::Result<Value> {
    let asked = agent().post(service.url(&request.path)).content_type("application/json");
    let mut answer = asked.send(request.body.as_deref().unwrap_or_default())?;
    let text = answer.body_mut().read_to_string()?;
    if answer.status() != 200 {
        bail!("POST {} was answered with {}: {text}", request.path, answer.status());
    }
    serde_json::from_str(&text).with_context(|| format!("POST {} was answered with {text}", request.path))
}

/// A tensor with one column for each field of the rows.
fn tensors(rows: &[Value]) -> anyhow::Result<Vec<Value>> {
    let fields = rows.first().and_then(Value::as_object).context("there are no rows")?;
    let tensor = |(name, first): (&String, &Value)| {
        let kind = match first {
            Value::String(_) => "BYTES",
            Value::Number(number) if number.is_i64() => "INT64",
            _ => "FP32",
        };
        let data = rows.iter().map(|row| row[name].clone()).collect::<Vec<_>>();
        json!({ "name": name, "shape": [rows.len(), 1], "datatype": kind, "data": data })
    };
    Ok(fields.iter().map(tensor).collect())
}

fn by_name(chances: &Value) -> anyhow::Result<[f64; 2]> {
    let chance = |class: &str| chances[class].as_f64().with_context(|| format!("a number `{class}` was expected"));
    Ok([chance("No")?, chance("Yes")?])
}

/// The numbers of the tensor with a name.
fn column(outputs: &[Value], name: &str) -> anyhow::Result<Vec<f64>> {
    let output = outputs.iter().find(|output| output["name"] == name);
    let data = output.and_then(|output| output["data"].as_array());
    let data = data.with_context(|| format!("a tensor `{name}` was expected"))?;
    data.iter().map(|number| number.as_f64().with_context(|| format!("`{number}` is no number"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_chances_near_the_toolkits_are_the_same() {
        let server = &servers(&effort())[1];
        assert!(require_same(server, &[[0.25, 0.75]], &[[0.250_001, 0.749_999]]).is_ok());
        assert!(require_same(server, &[[0.25, 0.75]], &[[0.251, 0.749]]).is_err());
        assert!(require_same(server, &[[0.25, 0.75]], &[]).is_err());
    }

    #[test]
    fn rows_become_a_tensor_for_each_column() {
        let rows =
            [json!({"tenure": 3, "charges": 2.5, "word": "No"}), json!({"tenure": 4, "charges": 1.5, "word": "Yes"})];
        let tensors = tensors(&rows).unwrap();
        assert_eq!(tensors[0], json!({"name": "tenure", "shape": [2, 1], "datatype": "INT64", "data": [3, 4]}));
        assert_eq!(tensors[1]["datatype"], "FP32");
        assert_eq!(tensors[2], json!({"name": "word", "shape": [2, 1], "datatype": "BYTES", "data": ["No", "Yes"]}));
    }

    fn effort() -> Effort {
        crate::arguments::Arguments { part: crate::arguments::Part::Model, quick: true }.effort()
    }
}
