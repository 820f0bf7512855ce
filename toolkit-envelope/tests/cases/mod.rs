//! The models of `tests/models`, as rows and answers.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

/// A model, and what Python answers for its rows.
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) model: Vec<u8>,
    /// Rows, as a model takes them: objects if its columns have names, else arrays.
    pub(crate) rows: Vec<Value>,
    /// What the Python library answers, by output; where it says nothing, what ONNX Runtime does.
    pub(crate) expected: Map<String, Value>,
}

impl Case {
    pub(crate) fn read(name: &str) -> Self {
        let folder = folder().join(name);
        let case = std::fs::read(folder.join("case.json")).unwrap();
        let case: Value = serde_json::from_slice(&case).unwrap();
        let mut expected = case["expected_onnxruntime"].as_object().unwrap().clone();
        expected.extend(case["expected_python"].as_object().into_iter().flatten().map(|(k, v)| (k.clone(), v.clone())));
        Self {
            name: name.to_owned(),
            model: std::fs::read(folder.join("model.onnx")).unwrap(),
            rows: rows(case["inputs"].as_object().unwrap()),
            expected,
        }
    }
}

pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/models")
}

fn rows(inputs: &Map<String, Value>) -> Vec<Value> {
    let cells = |input: &Value| -> Vec<Value> { nested(&input["shape"], input["data"].as_array().unwrap()) };
    match inputs.iter().collect::<Vec<_>>()[..] {
        [(name, input)] if input["shape"].as_array().unwrap().len() == 1 => {
            cells(input).into_iter().map(|cell| serde_json::json!({ name.as_str(): cell })).collect()
        }
        [(_, input)] => cells(input),
        _ => {
            let columns: Vec<(&String, Vec<Value>)> = inputs.iter().map(|(name, input)| (name, cells(input))).collect();
            let row = |at: usize| columns.iter().map(|(name, cells)| ((*name).clone(), cells[at][0].clone())).collect();
            (0..columns[0].1.len()).map(|at| Value::Object(row(at))).collect()
        }
    }
}

/// A flat list of elements as arrays in arrays.
fn nested(shape: &Value, data: &[Value]) -> Vec<Value> {
    let shape: Vec<usize> =
        shape.as_array().unwrap().iter().map(|n| usize::try_from(n.as_u64().unwrap()).unwrap()).collect();
    let rest: usize = shape[1..].iter().product();
    if shape.len() == 1 {
        return data.to_vec();
    }
    let inner = Value::from(shape[1..].to_vec());
    data.chunks(rest).map(|row| Value::Array(nested(&inner, row))).collect()
}
