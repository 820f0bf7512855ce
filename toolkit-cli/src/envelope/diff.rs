use std::process::ExitCode;

use crate::arguments::Diff;
use crate::report::Reporter;

pub(crate) fn diff(_arguments: &Diff, _report: &Reporter) -> anyhow::Result<ExitCode> {
    Ok(ExitCode::SUCCESS)
}
