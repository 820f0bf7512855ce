//! What whoever loads an envelope and calls its functions relies on.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod cases;

use cases::Case;
use serde_json::{Value, json};
use toolkit_envelope::manifest::{Engine, Runtime, Tolerance};
use toolkit_envelope::{CallError, Envelope, LoadError, Model, OnnxModel};

fn packed(case: &Case) -> Envelope {
    OnnxModel::new(&case.name, case.model.clone()).example(case.rows.clone()).into_builder().unwrap().build().unwrap()
}

fn load(name: &str) -> (Case, Model) {
    let mut case = Case::read(name);
    if case.rows.iter().flat_map(|row| row.as_array().into_iter().flatten()).any(Value::is_null) {
        case.rows = case.rows.iter().map(named).collect();
    }
    let model = Model::load(&packed(&case)).unwrap();
    (case, model)
}

/// A row of a matrix with a name for each column: only those may be null.
fn named(row: &Value) -> Value {
    let cells = row.as_array().unwrap().iter().enumerate();
    cells.map(|(at, cell)| (format!("column_{at}"), cell.clone())).collect::<serde_json::Map<_, _>>().into()
}

fn call(model: &Model, function: &str, arguments: &Value) -> Value {
    let answer = model.function(function).unwrap().call_json(arguments.to_string().as_bytes());
    serde_json::from_slice(&answer.unwrap()).unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(items) => items.iter().flat_map(numbers).collect(),
        Value::Object(fields) => fields.values().flat_map(numbers).collect(),
        number => vec![number.as_f64().unwrap()],
    }
}

fn assert_close(found: &Value, expected: &Value) {
    let (found, expected) = (numbers(found), numbers(expected));
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(&expected) {
        assert!((found - expected).abs() <= 1e-5 + 1e-4 * expected.abs(), "found {found}, expected {expected}");
    }
}

#[test]
fn a_classifier_answers_with_its_labels_and_a_field_for_each_class() {
    let (case, model) = load("churn_gb");
    let labels = call(&model, "predict", &json!({ "rows": case.rows }));
    assert_eq!(labels, case.expected["label"]["data"]);
    let chances = call(&model, "predict_proba", &json!({ "rows": case.rows }));
    assert_close(&chances, &case.expected["probabilities"]["data"]);
    assert_eq!(chances[0].as_object().unwrap().keys().collect::<Vec<_>>(), ["0", "1"]);
}

#[test]
fn the_exporter_s_three_forms_of_probabilities_are_one_function() {
    for name in ["iris_lr_zipmap", "iris_lr_nozipmap", "iris_lr_zipcols"] {
        let (case, model) = load(name);
        let functions: Vec<&str> = model.functions().iter().map(toolkit_envelope::Function::name).collect();
        assert_eq!(functions, ["predict", "predict_proba"], "{name}");
        let chances = call(&model, "predict_proba", &Value::Array(case.rows));
        assert_eq!(chances[0].as_object().unwrap().keys().collect::<Vec<_>>(), ["0", "1", "2"], "{name}");
        let sum: f64 = numbers(&chances[0]).iter().sum();
        assert!((sum - 1.0).abs() < 1e-5, "{name}: {sum}");
    }
}

#[test]
fn a_regressor_answers_with_a_number_for_each_row() {
    for name in ["lgb_reg_20", "xgb_reg_nan", "mlp_sklearn", "x_imputer_pca_ridge"] {
        let (case, model) = load(name);
        let answer = call(&model, "predict", &Value::Array(case.rows));
        assert_close(&answer, &case.expected.values().next().unwrap()["data"]);
    }
}

#[test]
fn all_models_answer_as_python_does() {
    for name in [
        "churn_gb",
        "iris_lr_nozipmap",
        "lgb_clf_cat_nan",
        "lgb_reg_20",
        "lgb_reg_500",
        "mlp_clf_sklearn",
        "mlp_sklearn",
        "x_gb_ml5",
        "x_imputer_pca_ridge",
        "x_isoforest",
        "x_poly_lr",
        "xgb_clf_20",
        "xgb_clf_500",
        "xgb_reg_nan",
    ] {
        let (case, model) = load(name);
        let Runtime::Onnx(onnx) = &model.manifest().runtime else { panic!("{name}") };
        assert_eq!(onnx.engine, Engine::Native, "{name}");
        let mut answers =
            model.functions().iter().map(|function| call(&model, function.name(), &Value::Array(case.rows.clone())));
        for expected in case.expected.values() {
            let answer = answers.next().unwrap();
            if expected["dtype"] == "int64" {
                assert_eq!(answer, expected["data"], "{name}");
            } else {
                assert_close(&answer, &expected["data"]);
            }
        }
    }
}

#[test]
fn names_given_to_the_columns_of_a_matrix_are_the_fields_of_a_row() {
    let case = Case::read("iris_lr_nozipmap");
    let names = ["sepal_length", "sepal_width", "petal_length", "petal_width"];
    let named = |row: &Value| -> Value {
        let cells = row.as_array().unwrap().iter().cloned();
        names.iter().map(|name| (*name).to_owned()).zip(cells).collect::<serde_json::Map<_, _>>().into()
    };
    let rows: Vec<Value> = case.rows.iter().map(named).collect();
    let model = OnnxModel::new("iris", case.model).example(rows.clone()).classes(["setosa", "versicolor", "virginica"]);
    let model = Model::load(&model.into_builder().unwrap().build().unwrap()).unwrap();
    assert_eq!(call(&model, "predict", &json!(rows[..1])), json!(["setosa"]));
    let chances = call(&model, "predict_proba", &json!(rows[..1]));
    assert_eq!(chances[0].as_object().unwrap().keys().collect::<Vec<_>>(), ["setosa", "versicolor", "virginica"]);
}

#[test]
fn everything_that_is_wrong_with_the_rows_is_told_with_its_place() {
    let (case, model) = load("churn_gb");
    let mut rows = case.rows;
    rows[1]["age"] = json!("old");
    rows[2].as_object_mut().unwrap().remove("plan");
    rows[3]["n_products"] = json!(2.5);
    rows[4]["agee"] = json!(1);
    rows[5]["country"] = Value::Null;
    let error =
        model.function("predict").unwrap().call_json(json!({ "rows": rows }).to_string().as_bytes()).unwrap_err();
    let CallError::Arguments(violations) = error else { panic!("{error}") };
    let places: Vec<&str> = violations.list.iter().map(|violation| violation.pointer.as_str()).collect();
    assert_eq!(places, ["/rows/1/age", "/rows/2/plan", "/rows/3/n_products", "/rows/4/agee", "/rows/5/country"]);
}

#[test]
fn a_category_that_training_has_not_seen_is_no_violation() {
    let (case, model) = load("churn_gb");
    let mut row = case.rows[0].clone();
    row["country"] = json!("Atlantis");
    assert!(call(&model, "predict", &json!([row])).is_array());
}

#[test]
fn no_row_and_a_million_rows_are_answered() {
    let (case, model) = load("iris_lr_nozipmap");
    assert_eq!(call(&model, "predict", &json!([])), json!([]));
    assert_eq!(call(&model, "predict_proba", &json!([])), json!([]));
    let predict = model.function("predict").unwrap();
    let mut arguments = predict.plan().arguments();
    let rows: Vec<&Value> = case.rows.iter().cycle().take(1_000_000).collect();
    predict.plan().read(serde_json::to_vec(&rows).unwrap().as_slice(), &mut arguments).unwrap();
    assert_eq!(predict.call(arguments.tables()).unwrap().rows, 1_000_000);
}

#[test]
fn columns_that_are_not_the_plan_s_are_refused() {
    let (case, model) = load("churn_gb");
    let predict = model.function("predict").unwrap();
    let mut arguments = predict.plan().arguments();
    predict.plan().read(json!(case.rows).to_string().as_bytes(), &mut arguments).unwrap();
    let right = arguments.tables().to_vec();
    assert!(predict.call(&right).is_ok());
    let (mut fewer, mut shorter) = (right.clone(), right);
    fewer[0].columns.pop();
    shorter[0].columns[0] = shorter[0].columns[0].slice(0..3);
    for wrong in [&[][..], &fewer, &shorter] {
        assert!(matches!(predict.call(wrong), Err(CallError::Run(_))));
    }
}

#[test]
fn calls_at_the_same_time_do_not_disturb_each_other() {
    let (case, model) = load("churn_gb");
    std::thread::scope(|scope| {
        for row in &case.rows {
            let (model, rows, labels) = (&model, &case.rows, &case.expected["label"]["data"]);
            scope.spawn(move || {
                let at = rows.iter().position(|other| other == row).unwrap();
                for _ in 0..200 {
                    assert_eq!(call(model, "predict", &json!([row]))[0], labels[at]);
                }
            });
        }
    });
}

#[test]
fn a_model_that_answers_otherwise_than_it_was_saved_with_is_refused_with_its_worst_row() {
    let case = Case::read("churn_gb");
    let input = json!({ "rows": case.rows[..3] });
    let (wrong, tolerance) = (json!([0, 0, 1]), Tolerance::default());
    let model = OnnxModel::new("churn", case.model);
    let envelope = model.into_builder().unwrap().example("predict", &input, &wrong, tolerance).build().unwrap();
    let Err(LoadError::Differs(difference)) = Model::load(&envelope) else { panic!("it was loaded") };
    assert_eq!((difference.function.as_str(), difference.row, difference.rows), ("predict", 1, 1));
}

#[test]
fn a_model_that_does_not_answer_as_expected_is_not_packed() {
    let case = Case::read("churn_gb");
    let mut labels = case.expected["label"]["data"].clone();
    labels[3] = json!(0);
    let model = OnnxModel::new("churn", case.model).example(case.rows).expected("predict", labels);
    let error = model.into_builder().unwrap_err().to_string();
    assert!(error.contains("`predict`, row 3: found 1, expected 0"), "{error}");
}

#[test]
fn an_operator_that_the_runtime_lacks_is_named_with_its_node_and_the_runtime_that_has_it() {
    let case = Case::read("x_tfidf_lr");
    let model = OnnxModel::new("text", case.model).example(case.rows).engine(Engine::Native);
    let error = model.into_builder().unwrap_err().to_string();
    for part in ["com.microsoft.Tokenizer", "TfIdfVectorizer", "onnxruntime"] {
        assert!(error.contains(part), "{part}: {error}");
    }
}

#[test]
fn files_that_are_no_models_are_refused_with_what_they_are() {
    let bad = |bytes: &[u8]| {
        OnnxModel::new("bad", bytes.to_vec()).engine(Engine::Native).into_builder().unwrap_err().to_string()
    };
    for (file, part) in [
        ("empty.onnx", "the file is empty"),
        ("truncated.onnx", "are left"),
        ("external_data.onnx", "external data"),
        ("opset_future.onnx", "999"),
    ] {
        let error = bad(&std::fs::read(cases::folder().join("bad").join(file)).unwrap());
        assert!(error.contains(part), "{file}: {error}");
    }
    assert!(bad(b"\x80\x04\x95 a pickle").contains("pickle"));
    assert!(bad(b"hello, world").contains("not an ONNX model"));
}
