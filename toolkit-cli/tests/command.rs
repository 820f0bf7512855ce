//! What whoever types `toolkit …` relies on.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::{Value, json};
use tempfile::TempDir;
use toolkit_envelope::rows::ValuePlan;

fn toolkit(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_toolkit")).current_dir(folder).args(arguments).output().unwrap()
}

fn succeeds(folder: &Path, arguments: &[&str]) -> String {
    let output = toolkit(folder, arguments);
    let (out, error) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert!(output.status.success(), "{arguments:?}: {out}{error}");
    out
}

fn fails(folder: &Path, arguments: &[&str]) -> String {
    let output = toolkit(folder, arguments);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    String::from_utf8(output.stderr).unwrap()
}

fn workspace(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join(path)
}

fn churn() -> String {
    workspace("examples/churn/churn.envelope").display().to_string()
}

fn model(name: &str) -> String {
    workspace("toolkit-envelope/tests/models").join(name).join("model.onnx").display().to_string()
}

/// Two customers, as the churn model takes them.
fn customers() -> Value {
    let envelope = toolkit_envelope::Envelope::open(churn()).unwrap();
    let example = envelope.read(&envelope.manifest().examples[0].input).unwrap();
    let arguments: Value = serde_json::from_slice(&example).unwrap();
    json!(arguments["rows"].as_array().unwrap()[..2])
}

#[test]
fn a_model_is_packed_inspected_verified_and_run() {
    let folder = TempDir::new().unwrap();
    let rows = json!([[5.1, 3.5, 1.4, 0.2], [6.7, 3.1, 5.6, 2.4]]);
    fs::write(folder.path().join("rows.json"), rows.to_string()).unwrap();
    let classes = "--classes=setosa,versicolor,virginica";
    let pack = ["envelope", "pack", &model("iris_lr_nozipmap"), "--name", "iris", "--example", "rows.json", classes];
    assert!(succeeds(folder.path(), &pack).contains("functions: predict, predict_proba"));
    assert!(succeeds(folder.path(), &["envelope", "inspect", "iris.envelope"]).contains("one of \"setosa\""));
    let verified = succeeds(folder.path(), &["envelope", "verify", "iris.envelope"]);
    assert!(verified.contains("2 examples are answered as recorded"), "{verified}");
    let answer = succeeds(folder.path(), &["predict", "iris.envelope", "--input", "rows.json"]);
    assert_eq!(serde_json::from_str::<Value>(&answer).unwrap(), json!(["setosa", "virginica"]));
}

#[test]
fn every_answer_is_json_if_it_shall_be() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("rows.json"), customers().to_string()).unwrap();
    let inspected: Value =
        serde_json::from_str(&succeeds(folder.path(), &["--json", "envelope", "inspect", &churn()])).unwrap();
    assert_eq!(inspected["name"], "churn");
    let verified: Value =
        serde_json::from_str(&succeeds(folder.path(), &["envelope", "verify", &churn(), "--json"])).unwrap();
    assert_eq!(verified["examples"], 2);
    let predicted = succeeds(folder.path(), &["predict", &churn(), "-i", "rows.json", "-o", "out.csv", "--json"]);
    assert_eq!(serde_json::from_str::<Value>(&predicted).unwrap()["rows"], 2);
    let output = toolkit(folder.path(), &["envelope", "verify", "missing.envelope", "--json"]);
    let failure: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(failure["error"].as_str().unwrap().contains("missing.envelope"));
}

#[test]
fn rows_of_all_formats_give_the_same_answers_in_all_formats() {
    let folder = TempDir::new().unwrap();
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    let run = |input: &str, output: &str| {
        succeeds(folder.path(), &["predict", &churn(), "-f", "predict_proba", "-i", input, "-o", output]);
    };
    let rows = customers();
    let lines: Vec<String> = rows.as_array().unwrap().iter().map(Value::to_string).collect();
    fs::write(folder.path().join("rows.json"), rows.to_string()).unwrap();
    fs::write(folder.path().join("rows.jsonl"), lines.join("\n")).unwrap();
    let batch = batch(&rows);
    let file = |name: &str| fs::File::create(folder.path().join(name)).unwrap();
    arrow_csv::Writer::new(file("rows.csv")).write(&batch).unwrap();
    let mut parquet = ArrowWriter::try_new(file("rows.parquet"), batch.schema(), None).unwrap();
    parquet.write(&batch).unwrap();
    parquet.close().unwrap();

    run("rows.json", "expected.json");
    let expected: Vec<Value> = serde_json::from_str(&read("expected.json")).unwrap();
    assert_eq!(expected.len(), 2);
    for input in ["rows.jsonl", "rows.csv", "rows.parquet"] {
        run(input, "out.json");
        assert_eq!(read("out.json"), read("expected.json"), "{input}");
    }
    run("rows.json", "out.jsonl");
    let found: Vec<Value> = read("out.jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(found, expected);
    run("rows.json", "out.csv");
    let cells = |row: &Value| format!("{},{}", row["No"], row["Yes"]);
    assert_eq!(read("out.csv").lines().skip(1).collect::<Vec<_>>(), expected.iter().map(cells).collect::<Vec<_>>());
    run("rows.json", "out.parquet");
    let parquet = ParquetRecordBatchReaderBuilder::try_new(fs::File::open(folder.path().join("out.parquet")).unwrap());
    let found = parquet.unwrap().build().unwrap().next().unwrap().unwrap();
    assert_eq!((found.num_rows(), found.schema().field(1).name().as_str()), (2, "Yes"));
}

/// Rows of the churn model in the types of Arrow.
fn batch(rows: &Value) -> arrow_array::RecordBatch {
    let envelope = toolkit_envelope::Envelope::open(churn()).unwrap();
    let plan = ValuePlan::new(&envelope.manifest().functions[0].params[0].schema).unwrap();
    let mut table = plan.table();
    plan.read(rows.to_string().as_bytes(), &mut table).unwrap();
    plan.to_batch(&table, "rows").unwrap()
}

#[test]
fn all_customers_are_answered_in_batches() {
    let folder = TempDir::new().unwrap();
    let customers = workspace("examples/churn/data/customers.csv").display().to_string();
    let arguments = ["predict", &churn(), "-f", "predict_proba", "--drop-unknown", "-i", &customers, "-o", "all.jsonl"];
    succeeds(folder.path(), &arguments);
    let chances = fs::read_to_string(folder.path().join("all.jsonl")).unwrap();
    let rows: Vec<Value> = chances.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rows.len(), 7043);
    assert!(rows.iter().all(|row| (row["No"].as_f64().unwrap() + row["Yes"].as_f64().unwrap() - 1.0).abs() < 1e-6));
}

#[test]
fn all_rows_that_are_wrong_are_told_and_nothing_is_written() {
    let folder = TempDir::new().unwrap();
    let mut rows = customers();
    rows[0]["tenure"] = json!(1.5);
    rows[1].as_object_mut().unwrap().remove("contract");
    fs::write(folder.path().join("rows.json"), rows.to_string()).unwrap();
    let error = fails(folder.path(), &["predict", &churn(), "-i", "rows.json", "-o", "out.json"]);
    assert!(error.contains("`/0/tenure` must be an integer") && error.contains("`/1/contract` is required"), "{error}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    let lines: Vec<String> = rows.as_array().unwrap().iter().map(Value::to_string).collect();
    fs::write(folder.path().join("rows.jsonl"), format!("{}\nno json\n\n{}", lines[0], lines[1])).unwrap();
    let error = fails(folder.path(), &["predict", &churn(), "-i", "rows.jsonl"]);
    assert!(error.contains("`/0/tenure`") && error.contains("`/2/contract`") && error.contains("`/1`"), "{error}");
}

#[test]
fn what_cannot_be_done_is_told_with_what_can() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("rows.json"), "[]").unwrap();
    fs::write(folder.path().join("rows.txt"), "[]").unwrap();
    let error = fails(folder.path(), &["predict", &churn(), "-i", "rows.json", "-f", "explain"]);
    assert!(error.contains("`explain`; it has predict, predict_proba"), "{error}");
    let error = fails(folder.path(), &["predict", &churn(), "-i", "rows.txt"]);
    assert!(error.contains(".json, .jsonl, .ndjson, .csv or .parquet"), "{error}");
    assert_eq!(succeeds(folder.path(), &["predict", &churn(), "-i", "rows.json"]), "[]\n");
}

#[test]
fn an_envelope_is_signed_and_another_key_does_not_vouch_for_it() {
    let folder = TempDir::new().unwrap();
    fs::copy(churn(), folder.path().join("churn.envelope")).unwrap();
    for name in ["ours", "others"] {
        succeeds(folder.path(), &["envelope", "keygen", name]);
    }
    let verify = |key: &'static str| ["envelope", "verify", "churn.envelope", "--key", key];
    let error = fails(folder.path(), &verify("ours.pub.pem"));
    assert!(error.contains("sign"), "{error}");
    succeeds(folder.path(), &["envelope", "sign", "churn.envelope", "--key", "ours.pem"]);
    assert!(succeeds(folder.path(), &verify("ours.pub.pem")).contains("signed by sha256:"));
    fails(folder.path(), &verify("others.pub.pem"));
    fails(folder.path(), &["envelope", "keygen", "ours"]);
}

#[test]
fn what_breaks_callers_is_told_apart_from_what_does_not() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("old.json"), json!([{ "a": 1, "b": 2, "c": 3, "d": 4 }]).to_string()).unwrap();
    fs::write(folder.path().join("new.json"), json!([{ "a": 1, "b": 2, "c": null, "e": 4 }]).to_string()).unwrap();
    for name in ["old", "new"] {
        let example = format!("{name}.json");
        let pack = ["envelope", "pack", &model("x_imputer_pca_ridge"), "--name", name, "--example", &example];
        succeeds(folder.path(), &pack);
    }
    let output = toolkit(folder.path(), &["envelope", "diff", "old.envelope", "new.envelope"]);
    let told = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1), "{told}");
    let about = |part: &str| told.lines().find(|line| line.contains(part)).unwrap_or_else(|| panic!("{part}: {told}"));
    assert!(about("/predict/params/rows/c").starts_with("compatible"), "{told}");
    assert!(about("/predict/params/rows/e").starts_with("breaking"), "{told}");
    assert_eq!(succeeds(folder.path(), &["envelope", "diff", "old.envelope", "old.envelope"]), "the same envelope\n");
}

#[test]
fn a_line_that_is_not_one_row_is_told() {
    let folder = TempDir::new().unwrap();
    let row = customers()[0].to_string();
    let (begin, end) = row.split_once(',').unwrap();
    for lines in [format!("{row},{row}\n"), format!("{begin}\n{end}\n")] {
        fs::write(folder.path().join("rows.jsonl"), lines).unwrap();
        fails(folder.path(), &["predict", &churn(), "-i", "rows.jsonl"]);
    }
}

#[test]
fn nothing_is_printed_where_a_late_row_is_wrong() {
    let folder = TempDir::new().unwrap();
    let row = customers()[0].to_string();
    fs::write(folder.path().join("rows.jsonl"), format!("{}{{}}\n", format!("{row}\n").repeat(5000))).unwrap();
    let output = toolkit(folder.path(), &["predict", &churn(), "-i", "rows.jsonl"]);
    assert!(output.stdout.is_empty());
    assert!(String::from_utf8(output.stderr).unwrap().contains("`/5000/tenure`"));
}

#[test]
fn no_rows_give_a_file_with_the_names_of_the_columns() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("none.json"), "[]").unwrap();
    let predict = |output: &str| {
        let arguments = ["predict", &churn(), "-f", "predict_proba", "-i", "none.json", "-o", output];
        succeeds(folder.path(), &arguments);
        fs::read(folder.path().join(output)).unwrap()
    };
    assert_eq!(predict("none.csv"), b"No,Yes\n");
    assert!(predict("none.parquet").starts_with(b"PAR1"));
    assert_eq!(predict("none.out.json"), b"[]\n");
}

#[test]
fn a_result_that_is_a_tensor_is_written_as_parquet_and_not_as_csv() {
    let folder = TempDir::new().unwrap();
    let rows = json!([[1, 2, 3, 4, 5, 6, 7, 8]]);
    fs::write(folder.path().join("rows.json"), rows.to_string()).unwrap();
    let pack = ["envelope", "pack", &model("nn_attention"), "--name", "attention", "--example", "rows.json"];
    succeeds(folder.path(), &pack);
    let shown = succeeds(folder.path(), &["predict", "attention.envelope", "-i", "rows.json"]);
    assert!(serde_json::from_str::<Value>(&shown).unwrap()[0].is_array(), "{shown}");
    let arguments = ["predict", "attention.envelope", "-i", "rows.json", "-o"];
    succeeds(folder.path(), &[&arguments[..], &["out.parquet"]].concat());
    fails(folder.path(), &[&arguments[..], &["out.csv"]].concat());
}

#[test]
fn names_of_classes_that_are_not_the_model_s_are_refused() {
    let folder = TempDir::new().unwrap();
    let error = fails(folder.path(), &["envelope", "pack", &model("iris_lr_nozipmap"), "--classes", "a,b"]);
    assert!(error.contains("there are 2 names"), "{error}");
}
