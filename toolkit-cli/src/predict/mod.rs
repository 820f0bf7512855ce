//! `toolkit predict`

use std::process::ExitCode;

use toolkit_envelope::Model;

use crate::arguments::Predict;
use crate::report::Reporter;

pub(crate) fn predict(arguments: &Predict, _report: &Reporter) -> anyhow::Result<ExitCode> {
    let model = Model::open(&arguments.envelope)?;
    let function = model.function(&arguments.function).ok_or_else(|| anyhow::anyhow!("no function"))?;
    let out = function.call_json(&std::fs::read(&arguments.input)?)?;
    println!("{}", String::from_utf8_lossy(&out));
    Ok(ExitCode::SUCCESS)
}
