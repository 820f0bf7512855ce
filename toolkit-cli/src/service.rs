//! `toolkit openapi` and `toolkit routes`: what the service of this folder says of itself.

use std::ffi::OsString;
use std::process::ExitCode;

use anyhow::Context;

use crate::arguments::{Openapi, Package, Routes};
use crate::package::Service;
use crate::report::Reporter;

/// What cargo ends with when the build failed, and a program when it panicked.
const CARGO_FAILED: i32 = 101;

pub(crate) fn openapi(openapi: &Openapi) -> anyhow::Result<ExitCode> {
    let mut words: Vec<OsString> = vec!["openapi".into()];
    if openapi.yaml {
        words.push("--yaml".into());
    }
    if let Some(file) = &openapi.check {
        // Else that is told by the service, and ends as a difference does.
        std::fs::File::open(file).with_context(|| format!("the file {} cannot be read", file.display()))?;
        // The service runs in the folder of its package.
        words.extend(["--check".into(), std::path::absolute(file)?.into()]);
    }
    ask(&openapi.package, &words)
}

pub(crate) fn routes(routes: &Routes, report: &Reporter) -> anyhow::Result<ExitCode> {
    let mut words: Vec<OsString> = vec!["routes".into()];
    if report.json {
        words.push("--json".into());
    }
    ask(&routes.package, &words)
}

/// Builds the service, and has it answer: what it prints is printed, and how it ends is how this ends.
fn ask(package: &Package, words: &[OsString]) -> anyhow::Result<ExitCode> {
    let service = Service::find(package)?;
    let status = service.cargo("run").arg("--quiet").arg("--").args(words).status()?;
    Ok(match status.code() {
        Some(CARGO_FAILED) | None => ExitCode::from(2),
        Some(code) => ExitCode::from(u8::try_from(code).unwrap_or(2)),
    })
}
