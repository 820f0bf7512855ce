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
use machine::Processor;
use report::{Section, faults, progress};

/// Measures, and adds what it can do without to the faults.
type Measure = fn(&Effort, &mut Vec<String>) -> anyhow::Result<Vec<Section>>;

/// What was measured, and what went wrong meanwhile.
#[derive(Default)]
struct Measured {
    /// When it began.
    begun: String,
    sections: Vec<Section>,
    warnings: Vec<String>,
    faults: Vec<String>,
}

fn main() -> anyhow::Result<ExitCode> {
    let arguments = Arguments::parse();
    let effort = arguments.effort();
    let mut measured = Measured { begun: machine::now(), ..Measured::default() };
    if arguments.quick {
        measured.warnings.push("This was a quick run of services that are not optimised.".to_owned());
    }
    if arguments.part == Part::All {
        peer::prepare_all(&effort);
    }
    for part in [Part::Http, Part::Instructions, Part::Telemetry, Part::Model, Part::Startup, Part::Build] {
        if arguments.part == part || arguments.part == Part::All {
            measured.take(part, &effort);
        }
    }
    let written = arguments.part == Part::All && !arguments.quick;
    let report = measured.report(written);
    println!("{report}");
    if written {
        measured.write(&report)?;
    }
    if !measured.faults.is_empty() {
        eprintln!("{} faults:\n- {}", measured.faults.len(), measured.faults.join("\n- "));
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}

impl Measured {
    /// Measures one part; what goes wrong in it does not lose the others.
    fn take(&mut self, part: Part, effort: &Effort) {
        let name = format!("`{part:?}`").to_lowercase();
        progress(&format!("beginning {name}"));
        self.warn(&name, machine::warning(&name));
        let before = Processor::so_far();
        let measures: &[Measure] = match part {
            Part::Http => &[
                parts::http::measure,
                |effort, _| parts::growth::endpoints(effort),
                |effort, _| parts::growth::records(effort),
            ],
            Part::Instructions => &[parts::instructions::measure],
            Part::Telemetry => &[
                |effort, _| parts::telemetry::processor_time(effort),
                |effort, _| parts::telemetry::throughput(effort),
            ],
            Part::Model => &[
                parts::model::beside,
                |effort, _| parts::model::cost(effort),
                |effort, _| parts::model::swaps(effort),
                |effort, _| parts::runtime::measure(effort),
            ],
            Part::Startup => &[|effort, faults| Ok(parts::startup::measure(effort, faults))],
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
        let theft = before.and_then(|before| Ok(Processor::so_far()?.since(before).theft(&name)));
        self.warn(&name, theft);
    }

    /// Keeps what is to be said about the machine, also that it could not be watched.
    fn warn(&mut self, part: &str, watched: anyhow::Result<Option<String>>) {
        let warning =
            watched.unwrap_or_else(|error| Some(format!("The machine was not watched at {part}: {error:#}.")));
        if let Some(warning) = warning {
            progress(&warning);
            self.warnings.push(warning);
        }
    }

    /// All that is known; a report that is not written has no pictures, for they would not be there.
    fn report(&mut self, written: bool) -> String {
        if !written {
            self.sections.iter_mut().for_each(|section| section.plots.clear());
        }
        let machine = machine::section(self.begun.clone(), &self.warnings);
        let sections = std::iter::once(&machine).chain(&self.sections).map(ToString::to_string);
        format!("# Results\n\n{}{}", faults(&self.faults), sections.collect::<Vec<_>>().join("\n"))
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
