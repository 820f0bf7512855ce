#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use serde_json::{Value, json};
use toolkit::Model;
use toolkit_envelope::manifest::{Function, Manifest, Parameter, ParameterKind};
use toolkit_envelope::schema::Schema;
use toolkit_envelope::{Envelope, OnnxModel};

use super::source::Source;
use super::{RustTypes, rust_types};

// What is printed is compiled here, as whoever has printed it does.
#[allow(unused_qualifications, reason = "a service has its crates by way of the toolkit")]
mod goldens {
    pub(super) mod churn;
    pub(super) mod kinds;
    pub(super) mod nasty;
    pub(super) mod tensor;
}

/// Texts that have been the end of generators.
const TEXTS: [&str; 16] = [
    "",
    " ",
    "type",
    "Self",
    "_",
    "1st \"place\"",
    "*/ #[x] //",
    "two\nlines\r\n\r\nand more",
    "\u{202e}right to left\u{200b}\0\u{7f}",
    "größe, 模型, 🦀, e\u{301}",
    "a very long name, of a column that somebody has exported from a spreadsheet in which there was room for it",
    "`code` 'quoted' \\escaped {braces} {{more}}",
    "<=50K",
    ">50K",
    "HTTPServerError",
    "\u{feff}",
];

fn file(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn model(name: &str) -> Vec<u8> {
    fs::read(file("../toolkit-envelope/tests/models").join(name).join("model.onnx")).unwrap()
}

/// Compares what is printed with the file that is compiled here.
fn assert_golden(name: &str, types: &RustTypes) {
    let path = file("src/envelope/types/tests/goldens").join(name).with_extension("rs");
    if env::var_os("UPDATE_GOLDENS").is_some() {
        fs::write(&path, &types.source).unwrap();
    }
    assert_eq!(types.source, fs::read_to_string(&path).unwrap(), "set UPDATE_GOLDENS=1 to write it anew");
}

fn schema(schema: &Value) -> Schema {
    Schema::from_json(schema).unwrap()
}

fn column(name: &str, schema: &Value) -> Value {
    json!({ "name": name, "required": true, "schema": schema })
}

fn columns(columns: &[Value]) -> Value {
    json!({ "type": "frame", "columns": columns })
}

/// The manifest of a model with one function, which takes and answers this.
fn manifest(name: &str, description: &str, takes: &[(&str, Value)], answers: &Value) -> Manifest {
    let mut manifest = Envelope::open(file("../examples/churn/churn.envelope")).unwrap().manifest().clone();
    (manifest.name, manifest.description) = (name.to_owned(), description.to_owned());
    manifest.functions.truncate(1);
    let params = takes.iter().map(|(name, kind)| Parameter {
        name: (*name).to_owned(),
        kind: ParameterKind::KeywordOnly,
        schema: schema(kind),
        required: true,
        default: None,
    });
    let params = params.collect();
    let before = manifest.functions.remove(0);
    manifest.functions = vec![Function { params, returns: schema(answers), doc: description.to_owned(), ..before }];
    manifest
}

fn written(manifest: &Manifest, example: Option<(Value, Value)>) -> anyhow::Result<RustTypes> {
    Source { manifest, function: &manifest.functions[0], file: "some.envelope", example }.write()
}

#[test]
fn the_types_of_a_model_fit_it() {
    let churn = file("../examples/churn/churn.envelope");
    assert_golden("churn", &rust_types(&churn, "predict").unwrap());
    Model::<goldens::churn::ChurnInput, goldens::churn::ChurnOutput>::open(churn).unwrap();
}

#[test]
fn the_types_of_a_tensor_fit_it() {
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().join("houses.envelope");
    let rows: Vec<Value> = vec![json!((0..30).map(f64::from).collect::<Vec<_>>())];
    let packed = OnnxModel::new("houses", model("lgb_reg_20")).example(rows);
    packed.into_builder().unwrap().build().unwrap().save_archive(&path).unwrap();
    assert_golden("tensor", &rust_types(&path, "predict").unwrap());
    Model::<goldens::tensor::HousesInput, goldens::tensor::HousesOutput>::open(path).unwrap();
}

#[test]
fn the_types_of_columns_whose_names_are_none_in_rust_fit_them() {
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().join("nasty.envelope");
    let float = json!({ "type": "float32" });
    let nullable = json!({ "type": "float32", "nullable": true, "observed": { "min": 1, "max": 3, "n": 3 } });
    let bounded = json!({ "type": "float32", "domain": { "min": -1_234_567.5, "max": 0.3 } });
    let listed = json!({ "type": "uint8", "domain": { "values": [1, 2, 4] } });
    let columns = columns(&[
        column("sepal length (cm)", &bounded),
        json!({ "name": "type", "required": false, "default": f64::from(314) / 100.0, "schema": float }),
        column("1st \"petal\"", &nullable),
        column("Größe\u{202e}\n*/ #[x]", &float),
        json!({ "name": "größe x", "required": false, "schema": nullable }),
        column("GRÖSSE", &json!({ "type": "int16", "domain": { "min": -30000 } })),
        json!({ "name": "größe", "required": false, "default": 2, "schema": listed }),
        column("模型", &json!({ "type": "uint16", "domain": { "min": 1, "max": 60000 } })),
        column("模", &json!({ "type": "bool" })),
        column(&"x".repeat(130), &float),
    ]);
    let row = json!({
        "sepal length (cm)": -1.5, "1st \"petal\"": null, "Größe\u{202e}\n*/ #[x]": 1.414, "GRÖSSE": -1000, "模型": 60000,
        "模": true, "x".repeat(130): 1e-8,
    });
    let toolkit_envelope::schema::Kind::Frame { columns, .. } = schema(&columns).kind else { unreachable!() };
    let packed = OnnxModel::new("7 nasty `models` */", model("xgb_reg_nan")).columns(columns).example(vec![row]);
    let builder = packed.into_builder().unwrap().description("*/ # [link] `code`\nsecond \u{202e} line\n\nmore");
    builder.build().unwrap().save_archive(&path).unwrap();
    let types = rust_types(&path, "predict").unwrap();
    assert_golden("nasty", &types);
    assert_eq!((types.input.as_str(), types.output.as_str()), ("Model7NastyModelsInput", "Model7NastyModelsOutput"));
    Model::<goldens::nasty::Model7NastyModelsInput, goldens::nasty::Model7NastyModelsOutput>::open(path).unwrap();
}

#[test]
fn each_kind_has_a_type() {
    let words = |words: &[&str]| json!({ "type": "categorical", "values": words, "ordered": false });
    let many: Vec<_> = (0..1000).map(|word| format!("word {word}")).collect();
    let many = json!({ "type": "categorical", "values": many, "ordered": false });
    let float = json!({ "type": "float64" });
    let row = columns(&[
        column("plan", &words(&["Month-to-month", "One year", "Two year"])),
        column("type", &words(&["type a", "type b", "type c", "<=50K", ">50K", "18-24", "1824", "", "-", "self"])),
        column("alike", &words(&["Red wine", "Rosé wine", "White wine"])),
        column("std", &words(&["None", "Some", "Ok", "Err", "String", "Self", "Default", "Debug"])),
        column("word", &many),
        column("grade", &json!({ "type": "categorical", "values": [3, 1, 2], "ordered": true })),
        column("yes", &json!({ "type": "categorical", "values": [false, true], "ordered": false })),
        column("code", &json!({ "type": "string", "domain": { "pattern": "^[A-Z]{2}\"$" } })),
        column("unit", &json!({ "type": "string", "nullable": true, "domain": { "values": ["°C", "°F"] } })),
        column("count", &json!({ "type": "uint64", "domain": { "max": "18446744073709551615" } })),
        column("half", &json!({ "type": "float16" })),
        column("price", &json!({ "type": "decimal", "precision": 38, "scale": 2 })),
        column("day", &json!({ "type": "date", "domain": { "min": "2020-01-01" } })),
        column("at", &json!({ "type": "time", "unit": "ms" })),
        column("wall", &json!({ "type": "timestamp", "unit": "s" })),
        column("moment", &json!({ "type": "timestamp", "unit": "us", "timezone": "Europe/Berlin" })),
        column("took", &json!({ "type": "duration", "unit": "s" })),
        column("id", &json!({ "type": "uuid" })),
        column("picture", &json!({ "type": "binary" })),
        column("any", &json!({ "type": "any" })),
        column("either", &json!({ "type": "union", "of": [float, { "type": "string" }], "nullable": true })),
        column("table", &columns(&[column("a", &float)])),
        column("both", &json!({ "type": "tuple", "items": [float, { "type": "string" }] })),
        column("tags", &json!({ "type": "list", "items": words(&["new", "old"]), "min": 1, "max": 3 })),
        column("shares", &json!({ "type": "map", "values": float })),
        column("place", &json!({ "type": "struct", "fields": [column("Lat", &float), column("Lon", &float)] })),
        column("box", &json!({ "type": "tensor", "dtype": { "type": "int32" }, "shape": [2, 2] })),
        column("path", &json!({ "type": "list", "items": { "type": "float64", "domain": { "min": 0 } } })),
    ]);
    let takes = [("rows", row), ("weights", json!({ "type": "series", "values": float }))];
    let answers = columns(&[
        column("class", &words(&["good", "bad"])),
        column("unit", &json!({ "type": "string", "domain": { "values": ["°C", "°F"] } })),
        json!({ "name": "note", "required": false, "schema": { "type": "string" } }),
        column("0", &json!({ "type": "float32", "nullable": true })),
    ]);
    let manifest = manifest("kinds", "All that there is.", &takes, &answers);
    let example = json!([{ "class": "bad", "unit": "°C", "0": 0.981_579_4 }]);
    assert_golden("kinds", &written(&manifest, Some((json!({}), example))).unwrap());
    let row = json!({
        "plan": "One year", "type": "<=50K", "alike": "Rosé wine", "std": "None", "word": "word 7", "grade": 2, "yes": true, "code": "DE\"",
        "unit": "°C", "count": u64::MAX, "half": 0.5, "price": "1.50", "day": "2020-02-29", "at": "12:30:00",
        "wall": "2020-02-29T12:30:00", "moment": "2020-02-29T11:30:00Z", "took": "PT1M30S",
        "id": "67e55044-10b1-426f-9247-bb680e5fe0c8", "picture": "AAECAw==", "any": [1], "either": null, "table": [{ "a": 1.0 }], "both": [1.0, "x"],
        "tags": ["new"], "shares": { "a": 0.5 }, "place": { "Lat": 48.1, "Lon": 11.6 }, "box": [[1, 2], [3, 4]],
        "path": [0.0],
    });
    let row = json!({ "rows": row, "weights": 1.0 });
    let taken: goldens::kinds::KindsInput = serde_json::from_value(row.clone()).unwrap();
    assert_eq!(serde_json::to_value(&taken).unwrap(), row);
    let example = json!({ "class": "good", "unit": "°F", "note": null, "0": null });
    let answer: goldens::kinds::KindsOutput = serde_json::from_value(example.clone()).unwrap();
    assert_eq!(serde_json::to_value(&answer).unwrap(), example);
}

#[test]
fn whatever_is_in_an_envelope_what_is_printed_is_rust_as_rustfmt_writes_it() {
    let folder = tempfile::TempDir::new().unwrap();
    let mut paths = Vec::new();
    for (index, text) in TEXTS.iter().enumerate() {
        let others: Vec<_> = TEXTS[index..].iter().chain(&TEXTS[..index]).copied().collect();
        let words = json!({ "type": "categorical", "values": others, "ordered": false });
        let one = json!({ "type": "string", "domain": { "values": [text] }, "nullable": true });
        let fields: Vec<_> = others.iter().map(|name| column(name, &one)).collect();
        let row = columns(&[fields.as_slice(), &[column("words", &words)]].concat());
        let row_of_example = others.iter().map(|name| ((*name).to_owned(), json!(text)));
        let mut example: Value = row_of_example.collect();
        example["words"] = json!(text);
        let manifest = manifest(text, text, &[("rows", row.clone())], &row);
        let types = written(&manifest, Some((json!({ "rows": [example] }), json!([example])))).unwrap();
        assert!(types.source.contains("#[example("), "{text:?}: {}", types.source);
        let path = folder.path().join(format!("text_{index}.rs"));
        fs::write(&path, types.source).unwrap();
        paths.push(path);
    }
    let mut rustfmt = Command::new("rustfmt");
    rustfmt.args(["--edition", "2024", "--check", "--config-path"]).arg(file("../rustfmt.toml")).args(&paths);
    let check = rustfmt.output().unwrap();
    assert!(
        check.status.success(),
        "{}{}",
        String::from_utf8_lossy(&check.stdout),
        String::from_utf8_lossy(&check.stderr)
    );
}

#[test]
fn a_default_that_is_not_written_as_rust_is_told() {
    let float = json!({ "type": "float64" });
    let optional = |name: &str, default: Value, schema: Value| json!({ "name": name, "required": false, "default": default, "schema": schema });
    let row = columns(&[
        optional("day", json!("2020-02-29"), json!({ "type": "date", "nullable": true })),
        optional("at", json!("12:30:00"), json!({ "type": "time", "unit": "ms" })),
        optional("shares", json!({ "a": 0.5 }), json!({ "type": "map", "values": float, "nullable": true })),
        optional("none", Value::Null, json!({ "type": "date", "nullable": true })),
        optional("count", json!(2), json!({ "type": "int64", "nullable": true })),
    ]);
    let source = written(&manifest("m", "", &[("rows", row.clone())], &row), None).unwrap().source;
    for default in ["`\"2020-02-29\"`", "`\"12:30:00\"`", "`{\"a\":0.5}`"] {
        let doc = format!("    /// The model's default is {default}, which is not applied here.\n");
        assert!(source.contains(&doc), "{default}: {source}");
    }
    assert_eq!(source.matches("which is not applied here").count(), 3, "{source}");
    assert!(source.contains("#[default(None)]") && source.contains("#[default(Some(2))]"), "{source}");
}

#[test]
fn a_function_without_rows_is_refused_with_what_to_do() {
    let float = json!({ "type": "float64" });
    let series = json!({ "type": "series", "values": float });
    let refused = |takes: &[(&str, Value)], answers: &Value| {
        let Err(error) = written(&manifest("m", "", takes, answers), None) else { panic!("it has rows") };
        error.to_string()
    };
    let instead = "and Rust types are those of one row; serve it as it is, with `App::model` or `toolkit serve`";
    assert_eq!(
        refused(&[("rows", series.clone()), ("threshold", float.clone())], &series),
        format!("the function `predict` of the model `m` takes `threshold`, float64 for all rows, {instead}")
    );
    assert_eq!(
        refused(&[("rows", series.clone())], &float),
        format!("the function `predict` of the model `m` answers one float64 for all rows, {instead}")
    );
    assert_eq!(refused(&[], &series), format!("the function `predict` of the model `m` takes no rows, {instead}"));
    let Err(error) = rust_types(&file("../examples/churn/churn.envelope"), "explain") else { panic!("there is none") };
    assert_eq!(
        error.to_string(),
        "the model `churn` has no function `explain`; it has `predict`, `predict_proba`: say which with --function"
    );
}
