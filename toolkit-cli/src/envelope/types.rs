//! `toolkit envelope types`

use std::process::ExitCode;

use crate::arguments::Types;
use crate::report::Reporter;

pub(crate) fn types(_: &Types, _: &Reporter) -> anyhow::Result<ExitCode> {
    anyhow::bail!("not written yet")
}
