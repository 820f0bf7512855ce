//! Judges the runtime `onnx` by other people's cases: `toolkit-envelope-judge FOLDER...`.
//!
//! `.ci/onnx` writes the folders and calls this. What the runtime claims comes from its own table, so that every case
//! of an operator which is added there is asked for from then on. It is a failure when
//!
//! - a case of nothing but claimed operators, versions and types is refused, or its outputs differ;
//! - a model is called invalid, as none of them is;
//! - the runtime panics;
//! - a folder has no case that was run.

mod case;
mod compare;
mod report;
mod run;
mod tensors;

use std::process::ExitCode;

use anyhow::{Context, ensure};
use toolkit_envelope::runtime::onnx::claims;

use crate::case::Case;
use crate::report::Report;

fn main() -> anyhow::Result<ExitCode> {
    let folders: Vec<String> = std::env::args().skip(1).collect();
    ensure!(
        !folders.is_empty(),
        "usage: toolkit-envelope-judge FOLDER..., or --claims for the operators that are claimed"
    );
    if folders == ["--claims"] {
        claims().for_each(|claim| println!("{}.{}", claim.domain, claim.operator));
        return Ok(ExitCode::SUCCESS);
    }
    // A panic is told of with its case, in the report.
    std::panic::set_hook(Box::new(|_| {}));
    let mut report = Report::default();
    for folder in &folders {
        judge(folder, &mut report).with_context(|| format!("in {folder}"))?;
    }
    print!("{report}");
    Ok(if report.is_right() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn judge(folder: &str, report: &mut Report) -> anyhow::Result<()> {
    let entries = std::fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path()));
    let mut cases = entries.collect::<Result<Vec<_>, _>>()?;
    cases.sort();
    report.folder(folder);
    for path in cases {
        let case = Case::read(&path).with_context(|| format!("reading {}", path.display()))?;
        let verdict = run::judge(&case);
        report.add(&case, verdict);
    }
    Ok(())
}
