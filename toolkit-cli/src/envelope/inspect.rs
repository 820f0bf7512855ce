use std::fmt::Write;
use std::process::ExitCode;

use serde_json::Value;
use toolkit_envelope::manifest::{Function, Manifest, Runtime};
use toolkit_envelope::schema::{Field, Kind, Schema};
use toolkit_envelope::{Digest, Envelope};

use crate::arguments::Inspect;
use crate::report::Reporter;

/// Shows what an envelope says of itself: with `--json`, its manifest.
pub(crate) fn inspect(arguments: &Inspect, report: &Reporter) -> anyhow::Result<ExitCode> {
    let envelope = Envelope::open(&arguments.envelope)?;
    let manifest = envelope.manifest();
    let document: Value = serde_json::from_slice(&manifest.to_json().map_err(|faults| anyhow::anyhow!("{faults:?}"))?)?;
    report.answer(&document, || text(manifest, envelope.id()).unwrap_or_default())?;
    Ok(ExitCode::SUCCESS)
}

fn text(manifest: &Manifest, id: Digest) -> Result<String, std::fmt::Error> {
    let mut out = String::new();
    writeln!(out, "{}  {id}", manifest.name)?;
    if !manifest.description.is_empty() {
        writeln!(out, "{}", manifest.description)?;
    }
    let provenance = &manifest.provenance;
    let by = provenance.user.as_deref().map(|user| format!(" by {user}")).unwrap_or_default();
    writeln!(out, "\nsaved {}{by}, with {} {}", provenance.created_at, provenance.sdk.name, provenance.sdk.version)?;
    if let Some(git) = &provenance.git {
        let dirty = if git.dirty { ", with changes that are not committed" } else { "" };
        writeln!(out, "from commit {}{dirty}", git.commit)?;
    }
    match &manifest.runtime {
        Runtime::Onnx(onnx) => {
            let ml = onnx.ml_opset.map(|version| format!(", ai.onnx.ml {version}")).unwrap_or_default();
            writeln!(out, "runs in {} (ai.onnx {}{ml})", onnx.engine.name(), onnx.opset)?;
        }
        Runtime::Python(python) => writeln!(out, "runs in Python ({})", python.serializer.name)?,
    }
    for function in &manifest.functions {
        writeln!(out, "\n{}", signature(function)?)?;
    }
    writeln!(out, "\nfiles")?;
    for file in &manifest.files {
        writeln!(out, "  {:<12} {:>12} bytes  {}", file.role.name(), file.size, file.path)?;
    }
    for (title, entries) in [
        ("tags", manifest.initial.tags.iter().map(|(key, value)| format!("{key} = {value}")).collect::<Vec<_>>()),
        (
            "metrics",
            manifest.initial.metrics.iter().map(|metric| format!("{} = {}", metric.name, metric.value)).collect(),
        ),
        ("hyperparameters", manifest.hyperparameters.iter().map(|(key, value)| format!("{key} = {value}")).collect()),
    ] {
        if !entries.is_empty() {
            writeln!(out, "\n{title}\n  {}", entries.join("\n  "))?;
        }
    }
    Ok(out)
}

fn signature(function: &Function) -> Result<String, std::fmt::Error> {
    let mut out = String::new();
    writeln!(out, "{}  {}", function.name, function.doc)?;
    for parameter in &function.params {
        lines(&mut out, 1, &parameter.name, &parameter.schema, parameter.required)?;
    }
    lines(&mut out, 1, "→", &function.returns, true)?;
    Ok(out.trim_end().to_owned())
}

fn lines(out: &mut String, depth: usize, name: &str, schema: &Schema, required: bool) -> std::fmt::Result {
    let nullable = if schema.nullable { ", or null" } else { "" };
    let optional = if required { "" } else { ", may be left out" };
    writeln!(out, "{:indent$}{name}: {}{nullable}{optional}", "", kind(&schema.kind), indent = depth * 2)?;
    match &schema.kind {
        Kind::Frame { columns: fields, .. } | Kind::Struct { fields } => fields
            .iter()
            .try_for_each(|Field { name, schema, required, .. }| lines(out, depth + 1, name, schema, *required)),
        _ => Ok(()),
    }
}

fn kind(kind: &Kind) -> String {
    match kind {
        Kind::Frame { .. } => "rows of".to_owned(),
        Kind::Struct { .. } => "an object of".to_owned(),
        Kind::Series { values } => format!("for each row, {}", self::kind(&values.kind)),
        Kind::List { items, .. } => format!("a list of {}", self::kind(&items.kind)),
        Kind::Categorical { values, .. } => {
            let values: Vec<String> = values.iter().map(Value::to_string).collect();
            format!("one of {}", values.join(", "))
        }
        Kind::Tensor { dtype, shape } => format!("tensor of {} {shape:?}", self::kind(dtype)),
        kind => kind.name().to_owned(),
    }
}
