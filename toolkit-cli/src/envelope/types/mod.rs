//! `toolkit envelope types`
//!
//! `names` makes Rust names out of any text, `text` keeps text from being anything but text, `value` writes values as Rust,
//! `form` says which Rust type a schema is, and `source` writes the types.

mod form;
mod names;
mod source;
#[cfg(test)]
mod tests;
mod text;
mod value;
mod write;

use std::path::Path;
use std::process::ExitCode;

use serde_json::{Value, json};
use toolkit_envelope::Envelope;
use toolkit_envelope::manifest::{Function, Manifest};

use self::source::Source;
use crate::arguments::Types;
use crate::report::Reporter;

/// Prints the Rust types of what a function takes and gives.
pub(crate) fn types(arguments: &Types, report: &Reporter) -> anyhow::Result<ExitCode> {
    let types = rust_types(&arguments.envelope, &arguments.function)?;
    let answer = json!({
        "function": types.function, "prefix": types.prefix, "input": types.input, "output": types.output, "source": types.source,
    });
    report.answer(&answer, || types.source)?;
    Ok(ExitCode::SUCCESS)
}

/// Types that `toolkit::Model` takes for a function.
pub(crate) struct RustTypes {
    /// The function's name.
    pub(crate) function: String,
    /// What the names of all types begin with: that of the model, as Rust writes it.
    pub(crate) prefix: String,
    /// The name of the type of one row that the function takes.
    pub(crate) input: String,
    /// The name of the type of what it answers for a row.
    pub(crate) output: String,
    /// A row that was recorded, as JSON.
    pub(crate) row: Option<Value>,
    /// A whole module.
    pub(crate) source: String,
}

/// The types of the function of this name, or of `predict` or the only one.
pub(crate) fn rust_types(path: &Path, function: &str) -> anyhow::Result<RustTypes> {
    let envelope = Envelope::open(path)?;
    let manifest = envelope.manifest();
    let function = chosen(manifest, function)?;
    let file = path.file_name().map_or_else(|| manifest.name.clone().into(), |name| name.to_string_lossy());
    Source { manifest, function, file: &file, example: example(&envelope, function) }.write()
}

/// As `Model::open` and `Model::open_function` choose.
fn chosen<'m>(manifest: &'m Manifest, name: &str) -> anyhow::Result<&'m Function> {
    match (manifest.function(name), manifest.functions.as_slice()) {
        (Some(function), _) => Ok(function),
        (None, [only]) if name == "predict" => Ok(only),
        (None, functions) => {
            let names: Vec<_> = functions.iter().map(|function| format!("`{}`", function.name)).collect();
            let model = &manifest.name;
            anyhow::bail!(
                "the model `{model}` has no function `{name}`; it has {}: say which with --function",
                names.join(", ")
            )
        }
    }
}

/// The arguments and the answer that were recorded for the function.
fn example(envelope: &Envelope, function: &Function) -> Option<(Value, Value)> {
    let recorded = envelope.manifest().examples.iter().find(|example| example.function == function.name)?;
    let read = |path: &str| serde_json::from_slice::<Value>(&envelope.read(path).ok()?).ok();
    Some((read(&recorded.input)?, read(&recorded.output)?))
}
