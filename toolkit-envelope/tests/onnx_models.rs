//! Models as exporters wrote them, against what the libraries that trained them predict.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::PathBuf;

use serde_json::Value;
use toolkit_envelope::runtime::onnx::{Graph, Keys, Program, RunError, Scratch};
use toolkit_envelope::tensor::{Elements, Strings, Tensor, View};

/// The models that the built-in runtime claims.
const CLAIMED: &[&str] = &[
    "churn_gb",
    "iris_lr_nozipmap",
    "iris_lr_zipcols",
    "iris_lr_zipmap",
    "lgb_clf_cat_nan",
    "lgb_reg_20",
    "lgb_reg_500",
    "mlp_clf_sklearn",
    "mlp_sklearn",
    "nn_attention",
    "x_gb_ml5",
    "x_imputer_pca_ridge",
    "x_isoforest",
    "x_knn",
    "x_poly_lr",
    "xgb_clf_20",
    "xgb_clf_500",
    "xgb_reg_nan",
];

/// The models that it does not, and the operators that it lacks.
const WIDER: &[(&str, &[&str])] =
    &[("x_tfidf_lr", &["ai.onnx.StringNormalizer", "ai.onnx.TfIdfVectorizer", "com.microsoft.Tokenizer"])];

fn folder(model: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/models").join(model)
}

fn graph(model: &str) -> Graph {
    Graph::read(&fs::read(folder(model).join("model.onnx")).unwrap()).unwrap()
}

/// A tensor of a case: its shape and elements.
struct Owned {
    shape: Vec<usize>,
    elements: Elements,
}

impl Owned {
    fn tensor(&self) -> Tensor<'_> {
        Tensor { shape: &self.shape, elements: self.elements.view() }
    }

    fn read(value: &Value) -> Self {
        let data = value["data"].as_array().unwrap();
        let float = |value: &Value| value.as_f64().unwrap_or(f64::NAN);
        let elements = match value["dtype"].as_str().unwrap() {
            "float32" => Elements::Float32(data.iter().map(|value| float(value) as f32).collect()),
            "float64" => Elements::Float64(data.iter().map(float).collect()),
            "int64" => Elements::Int64(data.iter().map(|value| value.as_i64().unwrap()).collect()),
            "string" => Elements::String(data.iter().map(|value| value.as_str().unwrap()).collect::<Strings>()),
            other => panic!("the case has a tensor of {other}"),
        };
        let shape = value["shape"].as_array().unwrap().iter().map(|length| length.as_u64().unwrap() as usize);
        Self { shape: shape.collect(), elements }
    }

    /// The rows from one to before another.
    fn rows(&self, from: usize, to: usize) -> Self {
        let inner: usize = self.shape[1..].iter().product();
        let (start, end) = (from * inner, to * inner);
        let elements = match &self.elements {
            Elements::Float32(all) => Elements::Float32(all[start..end].to_vec()),
            Elements::Float64(all) => Elements::Float64(all[start..end].to_vec()),
            Elements::Int64(all) => Elements::Int64(all[start..end].to_vec()),
            Elements::String(all) => Elements::String((start..end).map(|at| all.get(at).unwrap()).collect()),
            other => panic!("no case has {:?}", other.element()),
        };
        let mut shape = self.shape.clone();
        shape[0] = to - from;
        Self { shape, elements }
    }
}

/// A case: the inputs in the order of the program's, and what is expected by the output's name.
struct Case {
    inputs: Vec<Owned>,
    expected: Vec<(String, Owned)>,
}

fn case(model: &str, program: &Program) -> Case {
    let case: Value = serde_json::from_str(&fs::read_to_string(folder(model).join("case.json")).unwrap()).unwrap();
    let inputs = program.inputs().iter().map(|port| Owned::read(&case["inputs"][&port.name])).collect();
    let mut expected = Vec::new();
    for (name, value) in case["expected_onnxruntime"].as_object().unwrap() {
        // What the library predicts counts; where it is not recorded, what ONNX Runtime does.
        let python = &case["expected_python"][name];
        let value = if python.is_null() { value } else { python };
        expected.push((name.clone(), Owned::read(value)));
    }
    Case { inputs, expected }
}

fn run<'s>(program: &Program, inputs: &[Owned], scratch: &'s mut Scratch) -> Result<&'s Scratch, RunError> {
    let tensors: Vec<Tensor<'_>> = inputs.iter().map(Owned::tensor).collect();
    program.run(&tensors, scratch)?;
    Ok(scratch)
}

fn assert_close(model: &str, name: &str, found: Tensor<'_>, expected: Tensor<'_>) {
    let floats = |view: View<'_>| -> Option<Vec<f64>> {
        match view {
            View::Float32(all) => Some(all.iter().map(|float| f64::from(*float)).collect()),
            View::Float64(all) => Some(all.to_vec()),
            _ => None,
        }
    };
    if let (Some(found), Some(expected)) = (floats(found.elements), floats(expected.elements)) {
        assert_eq!(found.len(), expected.len(), "{model}: {name}");
        for (at, (found, expected)) in found.iter().zip(&expected).enumerate() {
            let close = (found - expected).abs() <= 1e-5 + 1e-4 * expected.abs();
            assert!(close, "{model}: {name} at {at}: found {found}, expected {expected}");
        }
        return;
    }
    match (found.elements, expected.elements) {
        (View::Int64(found), View::Int64(expected)) => assert_eq!(found, expected, "{model}: {name}"),
        (View::String(found), View::String(expected)) => assert_eq!(found, expected, "{model}: {name}"),
        (found, expected) => panic!("{model}: {name}: found {}, expected {}", found.element(), expected.element()),
    }
}

fn assert_outputs(model: &str, program: &Program, scratch: &Scratch, expected: &[(String, Owned)]) {
    for (name, expected) in expected {
        let index = program.outputs().iter().position(|port| port.name == *name).unwrap();
        assert_close(model, name, scratch.output(index).unwrap(), expected.tensor());
    }
}

#[test]
fn models_give_what_their_libraries_predict_for_a_batch() {
    for model in CLAIMED {
        let program = Program::compile(&graph(model)).unwrap();
        let case = case(model, &program);
        let mut scratch = program.scratch();
        // The second run works on memory that the first one has left.
        for _ in 0..2 {
            run(&program, &case.inputs, &mut scratch).unwrap();
            assert_outputs(model, &program, &scratch, &case.expected);
        }
    }
}

#[test]
fn models_give_what_their_libraries_predict_for_a_row_at_a_time() {
    for model in CLAIMED {
        let program = Program::compile(&graph(model)).unwrap();
        let case = case(model, &program);
        let mut scratch = program.scratch();
        for row in 0..case.inputs[0].shape[0] {
            let inputs: Vec<Owned> = case.inputs.iter().map(|input| input.rows(row, row + 1)).collect();
            let expected: Vec<(String, Owned)> =
                case.expected.iter().map(|(name, expected)| (name.clone(), expected.rows(row, row + 1))).collect();
            run(&program, &inputs, &mut scratch).unwrap();
            assert_outputs(model, &program, &scratch, &expected);
        }
    }
}

#[test]
fn no_rows_give_no_rows() {
    for model in CLAIMED {
        let program = Program::compile(&graph(model)).unwrap();
        let case = case(model, &program);
        let inputs: Vec<Owned> = case.inputs.iter().map(|input| input.rows(0, 0)).collect();
        let mut scratch = program.scratch();
        run(&program, &inputs, &mut scratch).unwrap();
        for index in 0..program.outputs().len() {
            let output = scratch.output(index).unwrap();
            assert_eq!((output.shape[0], output.elements.len()), (0, 0), "{model}");
        }
    }
}

#[test]
fn a_program_runs_on_many_threads_at_once() {
    let program = Program::compile(&graph("mlp_sklearn")).unwrap();
    let case = case("mlp_sklearn", &program);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let mut scratch = Scratch::default();
                for _ in 0..20 {
                    run(&program, &case.inputs, &mut scratch).unwrap();
                    assert_outputs("mlp_sklearn", &program, &scratch, &case.expected);
                }
            });
        }
    });
}

#[test]
fn a_model_with_operators_that_are_not_claimed_is_refused_with_all_of_them() {
    for (model, operators) in WIDER {
        let refused = Program::compile(&graph(model)).unwrap_err();
        let mut found: Vec<&str> = refused.gaps.iter().filter_map(|gap| gap.operator.as_deref()).collect();
        found.sort_unstable();
        found.dedup();
        assert_eq!(found, *operators, "{model}");
        assert!(refused.to_string().contains("the runtime onnxruntime may have it"), "{refused}");
    }
}

#[test]
fn wrong_inputs_are_told_by_their_names() {
    let program = Program::compile(&graph("mlp_sklearn")).unwrap();
    let mut scratch = program.scratch();
    let told = |tensors: &[Tensor<'_>], scratch: &mut Scratch| program.run(tensors, scratch).unwrap_err().to_string();
    let numbers = [0.0_f32; 60];
    assert_eq!(told(&[], &mut scratch), "found 0 inputs, expected 1: X");
    let narrow = Tensor { shape: &[2, 29], elements: View::Float32(&numbers[..58]) };
    let message = "input \"X\": found float32[2, 29] with 58 elements, expected float32[?, 30]";
    assert_eq!(told(&[narrow], &mut scratch), message);
    let short = Tensor { shape: &[2, 30], elements: View::Float32(&numbers[..59]) };
    assert!(told(&[short], &mut scratch).contains("with 59 elements"));
    let flat = Tensor { shape: &[60], elements: View::Float32(&numbers) };
    assert!(told(&[flat], &mut scratch).contains("found float32[60]"));
    let doubles = Tensor { shape: &[1, 30], elements: View::Float64(&[0.0; 30]) };
    assert!(told(&[doubles], &mut scratch).contains("found float64[1, 30]"));
    let endless = Tensor { shape: &[usize::MAX, 30], elements: View::Float32(&numbers) };
    assert!(told(&[endless], &mut scratch).contains("input \"X\""));
    assert!(scratch.output(0).is_none());
}

#[test]
fn a_mapping_per_row_is_a_tensor_with_a_column_per_key() {
    let program = Program::compile(&graph("iris_lr_zipmap")).unwrap();
    assert_eq!(program.outputs()[1].keys, Some(Keys::Integers(vec![0, 1, 2])));
    assert_eq!(program.outputs()[0].keys, None);
}

#[test]
fn a_million_rows_are_run_at_once() {
    let program = Program::compile(&graph("iris_lr_nozipmap")).unwrap();
    let numbers: Vec<f32> = (0..4_000_000).map(|at| (at % 97) as f32 / 10.0).collect();
    let input = Tensor { shape: &[1_000_000, 4], elements: View::Float32(&numbers) };
    let mut scratch = program.scratch();
    program.run(&[input], &mut scratch).unwrap();
    assert_eq!(scratch.output(0).unwrap().shape, [1_000_000]);
    assert_eq!(scratch.output(1).unwrap().shape, [1_000_000, 3]);
}
