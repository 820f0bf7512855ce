//! `toolkit completions`

use std::process::ExitCode;

use crate::arguments::Completions;

pub(crate) fn completions(_: &Completions) -> anyhow::Result<ExitCode> {
    anyhow::bail!("not written yet")
}
