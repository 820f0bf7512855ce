//! Models in the native runtime beside ONNX Runtime, and what an envelope takes to load and to verify.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, bail};
use serde_json::Value;

use crate::arguments::Effort;
use crate::compare::Target;
use crate::peer::{Program, binary, environment, folder};
use crate::report::{Section, Table, judged, number, progress};
use crate::service::pinned;

const PACKAGE: &str = "runtime";
/// An environment that has ONNX Runtime.
const PYTHON: &str = "mosec";

pub(crate) fn measure(effort: &Effort) -> anyhow::Result<Vec<Section>> {
    progress("building the runtimes, and measuring models in both");
    Program::Rust { package: PACKAGE }.prepare(effort.profile())?;
    Program::Python { folder: PYTHON, command: "python" }.prepare(effort.profile())?;
    let root = folder().join("..");
    let mut command = Command::new(binary(PACKAGE, effort.profile()));
    command.arg(root.join("toolkit-envelope/tests/models")).arg(root.join("examples/churn/churn.envelope"));
    command.args(effort.quick.then_some("--quick")).env("ORT_DYLIB_PATH", library()?);
    let done = pinned(&command).output()?;
    if !done.status.success() {
        bail!("{command:?} ended with {}:\n{}", done.status, String::from_utf8_lossy(&done.stderr));
    }
    let figures = String::from_utf8(done.stdout)?;
    let figures = figures.lines().map(serde_json::from_str).collect::<Result<Vec<Value>, _>>()?;
    Ok(vec![beside(effort, &figures)?, envelopes(&figures)?])
}

/// The library in the Python package `onnxruntime`, as `libonnxruntime.so.VERSION`.
fn library() -> anyhow::Result<PathBuf> {
    let python = environment(PYTHON).join("bin").join("python");
    let told = Command::new(&python).args(["-c", "import onnxruntime; print(onnxruntime.__path__[0])"]).output()?;
    let place = PathBuf::from(String::from_utf8(told.stdout)?.trim()).join("capi");
    let files =
        std::fs::read_dir(&place).with_context(|| format!("{} has no package `onnxruntime`", python.display()))?;
    let library = files
        .flatten()
        .map(|file| file.path())
        .find(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("libonnxruntime.so")));
    library.with_context(|| format!("{} has no `libonnxruntime.so.VERSION`", place.display()))
}

fn beside(effort: &Effort, figures: &[Value]) -> anyhow::Result<Section> {
    let mut table = Table::new(&["model", "rows", "toolkit", "ONNX Runtime", "times as fast"]);
    for figure in figures {
        let Some(model) = figure["model"].as_str() else { continue };
        let (own, other) = (field(figure, "native")?, field(figure, "onnxruntime")?);
        let rows = figure["rows"].as_f64().unwrap_or_default();
        table.row([
            model.to_owned(),
            format!("{rows}"),
            format!("{} µs", number(own * 1e6)),
            format!("{} µs", number(other * 1e6)),
            number(other / own),
        ]);
    }
    let rounds = if effort.quick { "one round" } else { "the median of 31 rounds" };
    let how = format!(
        "Exported models, in one process and called in the same way, each runtime on one thread; {rounds}, by turns. \
         The times include what a call does around the runtime: columns into tensors, outputs into columns, the result \
         checked."
    );
    Ok(Section { title: "Models beside ONNX Runtime".to_owned(), how, tables: vec![table], plots: Vec::new() })
}

fn envelopes(figures: &[Value]) -> anyhow::Result<Section> {
    let mut table = Table::new(&["figure", "toolkit", "target", "verdict"]);
    let mut row = |figure: String, value: f64, unit: &str, target: Target| {
        let [target, verdict] = judged(Some(target), value, unit);
        table.row([figure, format!("{} {unit}", number(value)), target, verdict]);
    };
    for (name, figure, unit, per_second, most) in [
        ("one row in columns", "columns", "µs", 1e6, 5.0),
        ("one row from JSON, checked, to JSON", "json", "µs", 1e6, 10.0),
        ("verified, compiled and replayed", "load", "ms", 1e3, 20.0),
    ] {
        let found = figures.iter().find(|other| other["churn"] == figure);
        let taken = field(found.with_context(|| format!("`{figure}` was not measured"))?, "seconds")? * per_second;
        row(format!("churn, {name}"), taken, unit, Target::Below(most));
    }
    let verified = figures.iter().find(|figure| figure["verified"].is_number()).context("nothing was verified")?;
    let bytes = field(verified, "verified")?;
    let speed = bytes / field(verified, "seconds")? / 1e9;
    row("a large envelope, verified".to_owned(), speed, "GB/s", Target::Above(1.0));
    let how = format!(
        "The envelope of the churn example; and one of {:.0} MiB, which is in the page cache.",
        bytes / f64::from(1 << 20)
    );
    Ok(Section { title: "What an envelope costs".to_owned(), how, tables: vec![table], plots: Vec::new() })
}

fn field(figure: &Value, name: &str) -> anyhow::Result<f64> {
    figure[name].as_f64().with_context(|| format!("{figure} has no number `{name}`"))
}
