//! Times models in the native runtime and in ONNX Runtime, in one process: `envelope MODELS ENVELOPE`.
//!
//! MODELS is a folder with a folder for each model, `model.onnx` and `case.json` in it; ENVELOPE the churn example's. Each
//! line of the output is a figure in JSON. Both runtimes are called in the same way, and by turns, so that what else the
//! machine does falls on both.

use std::error::Error;
use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

use serde_json::{Value, json};
use toolkit_envelope::manifest::Engine;
use toolkit_envelope::table::Table;
use toolkit_envelope::{Envelope, Function, Model, OnnxModel};

type Result<T = ()> = std::result::Result<T, Box<dyn Error>>;

const ROUNDS: usize = 31;
const MODELS: [&str; 7] =
    ["churn_gb", "iris_lr_nozipmap", "lgb_reg_20", "lgb_reg_500", "xgb_clf_20", "xgb_clf_500", "mlp_sklearn"];

fn main() -> Result {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [models, churn] = arguments.as_slice() else { return Err("usage: envelope MODELS ENVELOPE".into()) };
    for name in MODELS {
        let folder = Path::new(models).join(name);
        if folder.exists() {
            compare(name, &folder)?;
        }
    }
    one_row(Path::new(churn))?;
    loading(Path::new(churn))?;
    verifying()
}

/// One row and 1,024 rows through a model, in both runtimes.
fn compare(name: &str, folder: &Path) -> Result {
    let model = fs::read(folder.join("model.onnx"))?;
    let case: Value = serde_json::from_slice(&fs::read(folder.join("case.json"))?)?;
    let rows = rows(&case);
    let load = |engine| -> Result<Model> {
        let packed = OnnxModel::new(name, model.clone()).example(rows.clone()).engine(engine);
        Ok(Model::load(&packed.into_builder()?.build()?)?)
    };
    let (native, peer) = (load(Engine::Native)?, load(Engine::Onnxruntime)?);
    let (native, peer) = (last(&native)?, last(&peer)?);
    for count in [1, 1024] {
        let arguments = arguments(native, &rows, count)?;
        let repeats: u32 = if count == 1 { 2000 } else { 20 };
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            ours.push(time(repeats, || native.call(&arguments))?);
            theirs.push(time(repeats, || peer.call(&arguments))?);
        }
        println!("{}", json!({ "model": name, "rows": count, "native": median(ours), "onnxruntime": median(theirs) }));
    }
    Ok(())
}

/// One row of the churn example: in columns, and as JSON with all that is checked.
fn one_row(path: &Path) -> Result {
    let model = Model::open(path)?;
    let function = last(&model)?;
    let example = example(path)?;
    let rows: Vec<Value> = example["rows"].as_array().cloned().unwrap_or_default();
    let arguments = arguments(function, &rows, 1)?;
    let json = json!({ "rows": [rows[0]] }).to_string().into_bytes();
    let mut answer = Vec::new();
    let (mut columns, mut texts) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        columns.push(time(2000, || function.call(&arguments))?);
        texts.push(time(2000, || {
            answer.clear();
            function.call_json_into(&json, &mut answer)
        })?);
    }
    println!("{}", json!({ "churn": "columns", "seconds": median(columns) }));
    println!("{}", json!({ "churn": "json", "seconds": median(texts) }));
    Ok(())
}

/// From the file to the first answer: verified, compiled, replayed.
fn loading(path: &Path) -> Result {
    let mut taken = Vec::new();
    for _ in 0..ROUNDS {
        taken.push(time(1, || Model::open(path))?);
    }
    println!("{}", json!({ "churn": "load", "seconds": median(taken) }));
    Ok(())
}

/// How fast an envelope of 1 GiB is verified.
fn verifying() -> Result {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("large.envelope");
    let file = folder.path().join("large");
    fs::File::create(&file)?.set_len(1 << 30)?;
    let tiny = fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../../toolkit-envelope/tests/models/iris_lr_nozipmap/model.onnx"))?;
    let builder = OnnxModel::new("large", tiny).into_builder()?;
    let role = toolkit_envelope::manifest::Role::Doc;
    builder.file_at("large", role, &file).build()?.save_archive(&path)?;
    let mut taken = Vec::new();
    for _ in 0..3 {
        taken.push(time(1, || Envelope::open(&path))?);
    }
    println!("{}", json!({ "verify": "1 GiB", "seconds": median(taken) }));
    Ok(())
}

fn last(model: &Model) -> Result<&Function> {
    model.functions().last().ok_or_else(|| "the model has no function".into())
}

fn example(path: &Path) -> Result<Value> {
    let envelope = Envelope::open(path)?;
    let example = envelope.manifest().examples.first().ok_or("the envelope has no example")?;
    Ok(serde_json::from_slice(&envelope.read(&example.input)?)?)
}

/// The rows of a case, as the model's example: columns by name, or rows of one tensor.
fn rows(case: &Value) -> Vec<Value> {
    let inputs = case["inputs"].as_object().cloned().unwrap_or_default();
    let cells = |input: &Value| {
        let width = input["shape"][1].as_u64().unwrap_or(1) as usize;
        let data = input["data"].as_array().cloned().unwrap_or_default();
        data.chunks(width).map(<[Value]>::to_vec).collect::<Vec<_>>()
    };
    if let [input] = inputs.values().collect::<Vec<_>>()[..] {
        return cells(input).into_iter().map(Value::Array).collect();
    }
    let columns: Vec<_> = inputs.iter().map(|(name, input)| (name, cells(input))).collect();
    let count = columns.first().map_or(0, |(_, cells)| cells.len());
    let row = |row: usize| columns.iter().map(|(name, cells)| ((*name).clone(), cells[row][0].clone())).collect();
    (0..count).map(|at| Value::Object(row(at))).collect()
}

/// So many rows as a function takes them: those that are there, again and again.
fn arguments(function: &Function, rows: &[Value], count: usize) -> Result<Vec<Table>> {
    let rows: Vec<&Value> = rows.iter().cycle().take(count).collect();
    let mut arguments = function.plan().arguments();
    function.plan().read(json!(rows).to_string().as_bytes(), &mut arguments).map_err(|wrong| wrong.to_string())?;
    Ok(arguments.tables().to_vec())
}

/// The seconds that a call takes, on average over so many.
fn time<T, E: Error + 'static>(repeats: u32, mut call: impl FnMut() -> std::result::Result<T, E>) -> Result<f64> {
    let start = Instant::now();
    for _ in 0..repeats {
        black_box(call()?);
    }
    Ok(start.elapsed().as_secs_f64() / f64::from(repeats))
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}
