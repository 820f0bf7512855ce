//! What whoever types `toolkit serve …` relies on.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
};

use serde_json::{Value, json};
use tempfile::TempDir;
use toolkit_envelope::{Envelope, OnnxModel, signature::SigningKey};

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_toolkit"));
    command.arg("serve").args(arguments).stdin(Stdio::null());
    command
}

fn workspace(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join(path)
}

fn churn() -> String {
    workspace("examples/churn/churn.envelope").display().to_string()
}

/// An envelope of another model, with that name.
fn packed(folder: &TempDir, name: &str) -> String {
    let model = std::fs::read(workspace("toolkit-envelope/tests/models/lgb_reg_20/model.onnx")).unwrap();
    let path = folder.path().join("other.envelope");
    OnnxModel::new(name, model).into_builder().unwrap().build().unwrap().save(&path).unwrap();
    path.display().to_string()
}

/// A service in a process of its own, which ends with this.
struct Service {
    process: Child,
    address: String,
}

impl Service {
    fn start(arguments: &[&str]) -> Self {
        let mut command = command(&["--bind", "127.0.0.1:0", "--log-format", "text"]);
        let mut process = command.args(arguments).stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        let mut lines = BufReader::new(process.stderr.take().unwrap()).lines().map(Result::unwrap);
        let line = lines.find(|line| line.contains("listening on http://")).expect("it says where it listens");
        let address = line.split("http://").nth(1).unwrap().split([',', ' ']).next().unwrap().to_owned();
        // What it says later is read too, for it not to wait for a reader.
        std::thread::spawn(move || lines.count());
        Self { process, address }
    }

    fn call(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let body = body.to_string();
        let mut stream = TcpStream::connect(&self.address).unwrap();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: service\r\nConnection: close\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        (status, serde_json::from_str(body).unwrap_or(Value::Null))
    }

    fn get(&self, path: &str) -> Value {
        let (status, answer) = self.call("GET", path, &Value::Null);
        assert_eq!(status, 200, "{path}: {answer}");
        answer
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

fn failed(arguments: &[&str], code: i32) -> String {
    let Output { status, stderr, .. } = command(arguments).output().unwrap();
    let told = String::from_utf8(stderr).unwrap();
    assert_eq!(status.code(), Some(code), "{told}");
    told
}

#[test]
fn envelopes_are_a_whole_service_without_a_line_of_code() {
    let folder = TempDir::new().unwrap();
    let service = Service::start(&[&churn(), &packed(&folder, "a price/%"), "--watch"]);
    let document = service.get("/openapi.json");
    assert_eq!(document["info"]["title"], "a price/%, churn");
    assert_eq!(document["info"]["version"], env!("CARGO_PKG_VERSION"));

    let arguments = &document["components"]["schemas"]["churn.predict.arguments"]["examples"][0];
    let (status, answer) = service.call("POST", "/v0/models/churn/predict", arguments);
    assert_eq!((status, answer), (200, json!(["Yes", "No"])));
    let (status, answer) = service.call("POST", "/v0/models/a%20price%2F%25/predict", &json!([vec![0.5; 30]]));
    assert_eq!((status, answer.as_array().map(Vec::len)), (200, Some(1)), "{answer}");

    let envelope = Envelope::open(churn()).unwrap();
    assert_eq!(service.get("/v0/models/churn")["id"], envelope.id().to_string());
    let (status, problem) = service.call("POST", "/v0/models/churn/predict", &json!([{ "tenure": "long" }]));
    assert_eq!((status, problem["violations"].as_array().map(Vec::len)), (422, Some(19)));
    for path in ["/health/ready", "/docs", "/metrics"] {
        assert_eq!(service.call("GET", path, &Value::Null).0, 200, "{path}");
    }
}

#[test]
fn all_that_keeps_it_from_starting_is_told_at_once() {
    let folder = TempDir::new().unwrap();
    let other = packed(&folder, "churn");
    let told = failed(&["missing.envelope", &churn(), &other], 1);
    assert!(told.starts_with("the service cannot start: 2 faults\n  1. the envelope missing.envelope: "), "{told}");
    let both = format!("{} and {other} have one name, `churn`", churn());
    assert!(told.contains(&both), "{told}");

    let told = failed(&[&churn(), "--bind", "nowhere", "--log-format", "json"], 1);
    assert!(told.contains("the service cannot start: 1 fault"), "{told}");
    assert!(told.contains("`bind`") && told.contains("from the flag --bind"), "{told}");
}

#[test]
fn a_name_that_no_path_can_have_is_refused() {
    let folder = TempDir::new().unwrap();
    let told = failed(&[&packed(&folder, "..")], 1);
    assert!(told.contains("is called `..`, which is no name in a path"), "{told}");
}

#[test]
fn only_what_a_trusted_key_has_signed_is_served() {
    let folder = TempDir::new().unwrap();
    let (key, path) = (SigningKey::generate().unwrap(), folder.path().join("release.pub"));
    std::fs::write(&path, key.public().to_pem().unwrap()).unwrap();
    let (envelope, trusted) = (packed(&folder, "other"), path.display().to_string());
    let told = failed(&[&envelope, "--trust", &trusted], 1);
    assert!(told.contains("is signed by none of the trusted keys"), "{told}");
    let told = failed(&[&envelope, "--trust", "missing.pub"], 1);
    assert!(told.contains("the key missing.pub: "), "{told}");
    let mut signed = Envelope::open(&envelope).unwrap();
    signed.sign(&key).unwrap();
    let again = folder.path().join("signed.envelope").display().to_string();
    signed.save(&again).unwrap();
    Service::start(&[&again, "--trust", &trusted]).get("/v0/models/other");
}

#[test]
fn its_help_tells_the_settings_of_every_service() {
    let help = String::from_utf8(command(&["--help"]).output().unwrap().stdout).unwrap();
    for flag in ["--watch", "--bind <VALUE>", "--body-limit <VALUE>", "--config <FILE>", "[env: TOOLKIT_LOG]"] {
        assert!(help.contains(flag), "{flag}: {help}");
    }
    // Command lines are seen by all.
    assert!(!help.contains("token"), "{help}");
}

#[test]
fn an_answer_as_json_is_not_what_a_service_gives() {
    let told = String::from_utf8(command(&[&churn(), "--json"]).output().unwrap().stdout).unwrap();
    let told: Value = serde_json::from_str(&told).unwrap();
    assert!(told["error"].as_str().unwrap().contains("--log-format json"), "{told}");
}
