//! `toolkit dev`

use std::process::ExitCode;

use crate::arguments::Dev;
use crate::report::Reporter;

pub(crate) fn dev(_: &Dev, _: &Reporter) -> anyhow::Result<ExitCode> {
    anyhow::bail!("not written yet")
}
