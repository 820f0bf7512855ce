use std::process::ExitCode;

use serde_json::{Value, json};
use toolkit_envelope::Envelope;
use toolkit_envelope::manifest::{Function, Manifest, Parameter};
use toolkit_envelope::schema::Field;
use toolkit_envelope::schema::diff::{Change, of_function};

use crate::arguments::Diff;
use crate::report::Reporter;

/// Tells what differs; ends with 1 if it breaks those who call the model.
pub(crate) fn diff(arguments: &Diff, report: &Reporter) -> anyhow::Result<ExitCode> {
    let (old, new) = (Envelope::open(&arguments.old)?, Envelope::open(&arguments.new)?);
    let changes = changes(old.manifest(), new.manifest());
    let other = other(&old, &new);
    let is_breaking = changes.iter().any(|change| change.breaking);
    let answer = json!({
        "same_envelope": old.id() == new.id(),
        "same_model": old.payload_id() == new.payload_id(),
        "breaking": is_breaking,
        "changes": changes.iter().map(Change::to_value).collect::<Vec<_>>(),
        "other": other,
    });
    report.answer(&answer, || text(&old, &new, &changes, &other))?;
    Ok(if is_breaking { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// What changed of the functions: what concerns those who call them.
fn changes(old: &Manifest, new: &Manifest) -> Vec<Change> {
    let mut changes = Vec::new();
    for function in &old.functions {
        let at = format!("/{}", function.name);
        let Some(other) = new.function(&function.name) else {
            changes.push(Change { pointer: at, breaking: true, message: "is no longer there".to_owned() });
            continue;
        };
        let (before, after) = (fields(function), fields(other));
        let within = of_function((&before, &function.returns), (&after, &other.returns));
        changes
            .extend(within.into_iter().map(|change| Change { pointer: format!("{at}{}", change.pointer), ..change }));
    }
    let added = new.functions.iter().filter(|function| old.function(&function.name).is_none());
    changes.extend(added.map(|function| Change {
        pointer: format!("/{}", function.name),
        breaking: false,
        message: "is new".to_owned(),
    }));
    changes
}

fn fields(function: &Function) -> Vec<Field> {
    function.params.iter().map(Parameter::to_field).collect()
}

/// What else differs: parts of the manifest, and files.
fn other(old: &Envelope, new: &Envelope) -> Vec<String> {
    let parts = |envelope: &Envelope| -> Value {
        // A manifest that was read can be written.
        envelope.manifest().to_json().ok().and_then(|json| serde_json::from_slice(&json).ok()).unwrap_or_default()
    };
    let (before, after) = (parts(old), parts(new));
    let keys = ["name", "description", "runtime", "environment", "hyperparameters", "datasets", "examples", "baseline"];
    let mut other: Vec<String> =
        keys.iter().filter(|key| before[**key] != after[**key]).map(|key| format!("`{key}` differs")).collect();
    let (before, after) = (old.manifest(), new.manifest());
    for file in &before.files {
        match after.file(&file.path) {
            None => other.push(format!("the file {} is no longer there", file.path)),
            Some(now) if now.digest != file.digest => other.push(format!("the file {} is another", file.path)),
            Some(_) => {}
        }
    }
    let added = after.files.iter().filter(|file| before.file(&file.path).is_none());
    other.extend(added.map(|file| format!("the file {} is new", file.path)));
    other
}

fn text(old: &Envelope, new: &Envelope, changes: &[Change], other: &[String]) -> String {
    if old.id() == new.id() {
        return "the same envelope".to_owned();
    }
    let same = if old.payload_id() == new.payload_id() { "the same model, saved again" } else { "another model" };
    let mut lines = vec![same.to_owned()];
    if changes.is_empty() {
        lines.push("nothing changed for those who call it".to_owned());
    }
    lines.extend(changes.iter().map(ToString::to_string));
    lines.extend(other.iter().cloned());
    lines.join("\n")
}
