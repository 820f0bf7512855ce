//! `toolkit openapi` and `toolkit routes`

use std::process::ExitCode;

use crate::arguments::{Openapi, Routes};

pub(crate) fn openapi(_: &Openapi) -> anyhow::Result<ExitCode> {
    anyhow::bail!("not written yet")
}

pub(crate) fn routes(_: &Routes) -> anyhow::Result<ExitCode> {
    anyhow::bail!("not written yet")
}
