//! `toolkit completions`

use std::process::ExitCode;

use clap::CommandFactory;

use crate::arguments::{Arguments, Completions};
use crate::report;

pub(crate) fn completions(completions: &Completions) -> anyhow::Result<ExitCode> {
    let mut script = Vec::new();
    clap_complete::generate(completions.shell, &mut Arguments::command(), "toolkit", &mut script);
    report::print(&String::from_utf8(script)?)?;
    Ok(ExitCode::SUCCESS)
}
