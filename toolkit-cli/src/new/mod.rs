//! `toolkit new`

use std::process::ExitCode;

use crate::arguments::New;
use crate::report::Reporter;

pub(crate) fn new(_: &New, _: &Reporter) -> anyhow::Result<ExitCode> {
    anyhow::bail!("not written yet")
}
