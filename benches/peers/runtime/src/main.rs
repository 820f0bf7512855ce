//! Times models in the native runtime and in ONNX Runtime, in one process: `runtime MODELS ENVELOPE [--quick]`.
//!
//! MODELS is a folder with a folder for each model, `model.onnx` and `case.json` in it; ENVELOPE the churn example's. Each
//! line of the output is a figure in JSON. Both runtimes are called in the same way, and by turns, so that what else the
//! machine does falls on both. With `--quick`, everything is called only to see that it works.

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

const MODELS: [&str; 7] =
    ["churn_gb", "iris_lr_nozipmap", "lgb_reg_20", "lgb_reg_500", "xgb_clf_20", "xgb_clf_500", "mlp_sklearn"];

/// How often things are called, and how large they are.
#[derive(Clone, Copy)]
struct Effort {
    rounds: usize,
    /// Calls with one row in a round, and with many.
    calls: [u32; 2],
    /// Of the envelope that is verified.
    bytes: u64,
}

const FULL: Effort = Effort { rounds: 31, calls: [2000, 20], bytes: 1 << 30 };
const QUICK: Effort = Effort { rounds: 1, calls: [1, 1], bytes: 1 << 20 };

fn main() -> Result {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (models, churn, effort) = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [models, churn] => (Path::new(models), Path::new(churn), FULL),
        [models, churn, "--quick"] => (Path::new(models), Path::new(churn), QUICK),
        _ => return Err("use: runtime MODELS ENVELOPE [--quick]".into()),
    };
    for name in MODELS {
        compare(effort, name, &models.join(name))?;
    }
    one_row(effort, churn)?;
    loading(effort, churn)?;
    verifying(effort, models)
}

/// One row and 1,024 rows through a model, in both runtimes.
fn compare(effort: Effort, name: &str, folder: &Path) -> Result {
    let model = fs::read(folder.join("model.onnx"))?;
    let case: Value = serde_json::from_slice(&fs::read(folder.join("case.json"))?)?;
    let rows = rows(&case);
    let load = |engine| -> Result<Model> {
        let packed = OnnxModel::new(name, model.clone()).example(rows.clone()).engine(engine);
        Ok(Model::load(&packed.into_builder()?.build()?)?)
    };
    let (native, peer) = (load(Engine::Native)?, load(Engine::Onnxruntime)?);
    let (native, peer) = (last(&native)?, last(&peer)?);
    for (count, calls) in [1, 1024].into_iter().zip(effort.calls) {
        let arguments = arguments(native, &rows, count)?;
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for _ in 0..effort.rounds {
            ours.push(time(calls, || native.call(&arguments))?);
            theirs.push(time(calls, || peer.call(&arguments))?);
        }
        println!("{}", json!({ "model": name, "rows": count, "native": median(ours), "onnxruntime": median(theirs) }));
    }
    Ok(())
}

/// One row of the churn example: in columns, and as JSON with all that is checked.
fn one_row(effort: Effort, path: &Path) -> Result {
    let model = Model::open(path)?;
    let function = last(&model)?;
    let example = example(path)?;
    let rows: Vec<Value> = example["rows"].as_array().cloned().unwrap_or_default();
    let arguments = arguments(function, &rows, 1)?;
    let json = json!({ "rows": [rows[0]] }).to_string().into_bytes();
    let mut answer = Vec::new();
    let (mut columns, mut texts) = (Vec::new(), Vec::new());
    for _ in 0..effort.rounds {
        columns.push(time(effort.calls[0], || function.call(&arguments))?);
        texts.push(time(effort.calls[0], || {
            answer.clear();
            function.call_json_into(&json, &mut answer)
        })?);
    }
    println!("{}", json!({ "churn": "columns", "seconds": median(columns) }));
    println!("{}", json!({ "churn": "json", "seconds": median(texts) }));
    Ok(())
}

/// From the file to the first answer: verified, compiled, replayed.
fn loading(effort: Effort, path: &Path) -> Result {
    let mut taken = Vec::new();
    for _ in 0..effort.rounds {
        taken.push(time(1, || Model::open(path))?);
    }
    println!("{}", json!({ "churn": "load", "seconds": median(taken) }));
    Ok(())
}

/// How long it takes to verify a large envelope.
fn verifying(effort: Effort, models: &Path) -> Result {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("large.envelope");
    let file = folder.path().join("large");
    fs::File::create(&file)?.set_len(effort.bytes)?;
    let tiny = fs::read(models.join("iris_lr_nozipmap").join("model.onnx"))?;
    let builder = OnnxModel::new("large", tiny).into_builder()?;
    let role = toolkit_envelope::manifest::Role::Doc;
    builder.file_at("large", role, &file).build()?.save_archive(&path)?;
    let mut taken = Vec::new();
    for _ in 0..effort.rounds.min(3) {
        taken.push(time(1, || Envelope::open(&path))?);
    }
    println!("{}", json!({ "verified": effort.bytes, "seconds": median(taken) }));
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
fn time<T, E: Error + 'static>(calls: u32, mut call: impl FnMut() -> std::result::Result<T, E>) -> Result<f64> {
    let start = Instant::now();
    for _ in 0..calls {
        black_box(call()?);
    }
    Ok(start.elapsed().as_secs_f64() / f64::from(calls))
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}
