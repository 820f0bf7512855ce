use std::process::ExitCode;
use std::time::Instant;

use serde_json::json;
use toolkit_envelope::{Envelope, Model};

use crate::arguments::Verify;
use crate::report::Reporter;

/// Checks every byte and the signature, loads the model, and replays its examples.
pub(crate) fn verify(arguments: &Verify, report: &Reporter) -> anyhow::Result<ExitCode> {
    let start = Instant::now();
    let envelope = Envelope::open(&arguments.envelope)?;
    let signers = super::sign::signers(&envelope, &arguments.key)?;
    let model = Model::load(&envelope)?;
    let (files, examples) = (envelope.manifest().files.len(), envelope.manifest().examples.len());
    let milliseconds = start.elapsed().as_secs_f64() * 1e3;
    let answer = json!({
        "envelope_id": model.id().to_string(),
        "files": files,
        "examples": examples,
        "signed_by": signers,
        "milliseconds": milliseconds,
    });
    report.answer(&answer, || {
        let signed = if signers.is_empty() { String::new() } else { format!("\nsigned by {}", signers.join(", ")) };
        let id = model.id();
        format!("{id}\n{files} files are as they were saved, {examples} examples are answered as recorded{signed}")
    })?;
    Ok(ExitCode::SUCCESS)
}
