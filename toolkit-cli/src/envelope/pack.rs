use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use serde_json::{Map, Value, json};
use toolkit_envelope::manifest::{Engine, Environment, Provenance, Role, Tolerance};
use toolkit_envelope::schema::{Kind, Schema};
use toolkit_envelope::{Envelope, EnvelopeBuilder, Fault, Model, OnnxModel};

use crate::arguments::{EngineName, Pack};
use crate::report::Reporter;

/// Wraps a model, loads the envelope as whoever uses it does, and tells what it is.
pub(crate) fn pack(arguments: &Pack, report: &Reporter) -> anyhow::Result<ExitCode> {
    let stem = arguments.model.file_stem().and_then(|stem| stem.to_str()).unwrap_or("model");
    let name = arguments.name.clone().unwrap_or_else(|| stem.to_owned());
    if name.contains(['/', '\\']) && arguments.output.is_none() {
        anyhow::bail!("the name `{name}` is none of a file; say where the envelope goes with --output");
    }
    let output = arguments.output.clone().unwrap_or_else(|| PathBuf::from(format!("{name}.envelope")));
    let envelope = described(model(arguments, name)?.into_builder()?, arguments)?.build()?;
    // Nothing is written that could not be loaded.
    let model = Model::load(&envelope)?;
    save(&envelope, &output)?;
    let functions: Vec<&str> = model.functions().iter().map(toolkit_envelope::Function::name).collect();
    let answer = json!({ "path": output, "envelope_id": envelope.id().to_string(), "functions": functions });
    report
        .answer(&answer, || format!("{}\n{}\nfunctions: {}", output.display(), envelope.id(), functions.join(", ")))?;
    Ok(ExitCode::SUCCESS)
}

fn model(arguments: &Pack, name: String) -> anyhow::Result<OnnxModel> {
    let tolerance = Tolerance { absolute: arguments.absolute_tolerance, relative: arguments.relative_tolerance };
    let mut model = OnnxModel::new(name, read(&arguments.model)?).classes(&arguments.classes).tolerance(tolerance);
    if let Some(path) = &arguments.example {
        let Value::Array(rows) = read_json(path)? else {
            anyhow::bail!("{}: found something else, expected an array of rows", path.display());
        };
        model = model.example(rows);
    }
    if let Some(path) = &arguments.expected {
        for (function, result) in read_object(path)? {
            model = model.expected(function, result);
        }
    }
    if let Some(path) = &arguments.schema {
        let frame = read_object(path)?;
        let frame = json!({ "type": "frame", "columns": frame.get("columns") });
        let schema = Schema::from_json(&frame).map_err(|faults| listed(path, &faults))?;
        if let Kind::Frame { columns, .. } = schema.kind {
            model = model.columns(columns);
        }
    }
    for (column, value) in &arguments.null {
        model = model.null(column, value_of(value));
    }
    Ok(match arguments.engine {
        Some(EngineName::Native) => model.engine(Engine::Native),
        Some(EngineName::Onnxruntime) => model.engine(Engine::Onnxruntime),
        None => model,
    })
}

fn described(mut builder: EnvelopeBuilder, arguments: &Pack) -> anyhow::Result<EnvelopeBuilder> {
    builder = builder.description(&arguments.description);
    for (key, value) in &arguments.tag {
        builder = builder.tag(key, value);
    }
    if let Some(path) = &arguments.metrics {
        for (name, value) in read_object(path)? {
            let value = value.as_f64();
            let value = value.with_context(|| format!("{}: `{name}` is not a number", path.display()))?;
            builder = builder.metric(name, value, None);
        }
    }
    if let Some(path) = &arguments.hyperparameters {
        for (name, value) in read_object(path)? {
            builder = builder.hyperparameter(name, value);
        }
    }
    for path in &arguments.doc {
        let name = path.file_name().and_then(|name| name.to_str()).context("a document has no name")?;
        builder = builder.file(format!("docs/{name}"), Role::Doc, read(path)?);
    }
    if let Some(time) = &arguments.created_at {
        builder = builder.created_at(time.parse().with_context(|| format!("--created-at {time}"))?);
    }
    Ok(if arguments.reproducible { reproducible(builder) } else { builder })
}

/// As one file if its name says so, as a directory else.
fn save(envelope: &Envelope, path: &Path) -> anyhow::Result<()> {
    if path.extension().is_some_and(|extension| extension == "envelope") {
        envelope.save_archive(path)?;
    } else {
        envelope.save(path)?;
    }
    Ok(())
}

/// JSON if it is, and text if it is not.
fn value_of(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| Value::from(text))
}

fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    fs::read(path).with_context(|| path.display().to_string())
}

fn read_object(path: &Path) -> anyhow::Result<Map<String, Value>> {
    match read_json(path)? {
        Value::Object(object) => Ok(object),
        _ => anyhow::bail!("{}: found something else, expected an object", path.display()),
    }
}

fn listed(path: &Path, faults: &[Fault]) -> anyhow::Error {
    let faults: Vec<String> = faults.iter().map(|fault| format!("\n{fault}")).collect();
    anyhow::anyhow!("{} is no schema:{}", path.display(), faults.concat())
}

fn read_json(path: &Path) -> anyhow::Result<Value> {
    serde_json::from_slice(&read(path)?).with_context(|| path.display().to_string())
}

/// Without what is another on each machine: who packed it, where, and from which commit.
fn reproducible(builder: EnvelopeBuilder) -> EnvelopeBuilder {
    let mut environment = Environment::here();
    environment.platform.libc = None;
    let here = Provenance::inferred(Path::new("."));
    let provenance = Provenance { user: None, host: None, git: None, job: None, ..here };
    builder.environment(environment).provenance(provenance)
}
