//! Measures the toolkit beside what its users would pick instead, in one run, and prints one report.
//!
//! - `arguments`: what to measure, and how long
//! - `peer`: what is measured, how it is built and started
//! - `service`: a peer that runs
//! - `contract`: what every peer answers
//! - `load`: requests, many at a time, and how long each took
//! - `turns`: services that take turns under the same load
//! - `compare`: figures taken by turns, and ratios that their spread allows
//! - `callgrind`: instructions per request
//! - `sink`: a collector of telemetry that keeps nothing
//! - `machine`: where it was measured, and whether it was quiet
//! - `report`, `plot`: tables and pictures of what was measured
//! - `parts`: each part of the measurement

#![allow(
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    reason = "counts, ports and pixels are small, and above 0"
)]
#![cfg_attr(test, allow(clippy::float_cmp, reason = "the numbers of the tests are exact in binary"))]

mod arguments;
mod callgrind;
mod compare;
mod contract;
mod load;
mod machine;
mod parts;
mod peer;
mod plot;
mod report;
mod service;
mod sink;
mod turns;

use std::fs;
use std::process::ExitCode;

use anyhow::Context;
use clap::Parser;

use arguments::{Arguments, Effort, Part};
use report::{Section, progress};

/// Measures, and adds what it can do without to the faults.
type Measure = fn(&Effort, &mut Vec<String>) -> anyhow::Result<Vec<Section>>;

/// What was measured, and what went wrong meanwhile.
#[derive(Default)]
struct Measured {
    sections: Vec<Section>,
    warnings: Vec<String>,
    faults: Vec<String>,
}

fn main() -> anyhow::Result<ExitCode> {
    let arguments = Arguments::parse();
    let effort = arguments.effort();
    let mut measured = Measured::default();
    if arguments.quick {
        measured.warnings.push("This was a quick run of services that are not optimised.".to_owned());
    }
    for part in [Part::Http, Part::Instructions, Part::Telemetry, Part::Model, Part::Startup, Part::Build] {
        if arguments.part == part || arguments.part == Part::All {
            measured.take(part, &effort)?;
        }
    }
    let report = measured.report()?;
    println!("{report}");
    if !measured.faults.is_empty() {
        eprintln!("{} faults:\n- {}", measured.faults.len(), measured.faults.join("\n- "));
        return Ok(ExitCode::FAILURE);
    }
    if arguments.part == Part::All && !arguments.quick {
        measured.write(&report)?;
    }
    Ok(ExitCode::SUCCESS)
}

impl Measured {
    /// Measures one part; what goes wrong in it does not lose the others.
    fn take(&mut self, part: Part, effort: &Effort) -> anyhow::Result<()> {
        let name = format!("`{part:?}`").to_lowercase();
        progress(&format!("beginning {name}"));
        if let Some(warning) = machine::warning(&name)? {
            progress(&warning);
            self.warnings.push(warning);
        }
        let measures: &[Measure] = match part {
            Part::Http => &[
                parts::http::measure,
                |effort, _| parts::growth::endpoints(effort),
                |effort, _| parts::growth::records(effort),
            ],
            Part::Instructions => &[|effort, _| parts::instructions::measure(effort)],
            Part::Telemetry => &[|effort, _| parts::telemetry::measure(effort)],
            Part::Model => &[|effort, _| parts::model::measure(effort), |effort, _| parts::runtime::measure(effort)],
            Part::Startup => &[|effort, _| parts::startup::measure(effort)],
            Part::Build => &[|effort, _| parts::build::measure(effort)],
            Part::All => &[],
        };
        for measure in measures {
            match measure(effort, &mut self.faults) {
                Ok(sections) => self.sections.extend(sections),
                Err(error) => {
                    progress(&format!("{name} failed: {error:#}"));
                    self.faults.push(format!("{name}: {error:#}"));
                }
            }
        }
        Ok(())
    }

    fn report(&self) -> anyhow::Result<String> {
        let machine = machine::section(&self.warnings)?;
        let sections = std::iter::once(&machine).chain(&self.sections).map(ToString::to_string);
        Ok(format!("# Results\n\n{}", sections.collect::<Vec<_>>().join("\n")))
    }

    /// Writes the report and its pictures beside this package.
    fn write(&self, report: &str) -> anyhow::Result<()> {
        let (results, plots) = (peer::folder().join("RESULTS.md"), peer::folder().join("plots"));
        fs::create_dir_all(&plots)?;
        for plot in self.sections.iter().flat_map(|section| &section.plots) {
            fs::write(plots.join(plot.name).with_extension("svg"), &plot.svg)?;
        }
        fs::write(&results, report).with_context(|| format!("{} cannot be written", results.display()))?;
        progress(&format!("wrote {} and {}", results.display(), plots.display()));
        Ok(())
    }
}
