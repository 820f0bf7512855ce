//! Time from start to ready, memory idle and under load, and the size of what is shipped.

use std::time::Duration;

use crate::arguments::Effort;
use crate::compare::{Figure, Target};
use crate::contract::recommendations;
use crate::load::{self, Load, Request};
use crate::peer::{Peer, Program, TOOLKIT, binary, http};
use crate::report::{Section, Table, judged, number, progress};
use crate::service::Service;

const CONNECTIONS: usize = 64;
const UNDER_LOAD: Duration = Duration::from_secs(2);
/// One endpoint and no resources.
const MINIMAL: Peer =
    Peer { name: "toolkit, one endpoint", program: Program::Rust { package: "peer-minimal" }, ..TOOLKIT };

/// Of a start, in milliseconds, and of a binary, in MiB.
const START: Target = Target::Below(50.0);
const BINARY: Target = Target::Below(12.0);

/// Measures the peers; one that cannot be measured is added to `faults`.
pub(crate) fn measure(effort: &Effort, faults: &mut Vec<String>) -> Vec<Section> {
    let mut table = Table::new(&["server", "start to ready", "idle", "loaded", "binary", "target", "verdict"]);
    let greeting = Request { method: "GET", path: "/greeting?name=you".to_owned(), body: None };
    for peer in std::iter::once(&MINIMAL).chain(http(effort)) {
        let request = if *peer == MINIMAL { greeting.clone() } else { recommendations(10) };
        match row(effort, peer, &request) {
            Ok(row) => table.row(row),
            Err(error) => faults.push(format!("start of {}: {error:#}", peer.name)),
        }
    }
    let how = format!(
        "On one core. From the start of the process to its first answer, the median of {} starts; resident memory \
         after the first answer, and after {:?} of load with {CONNECTIONS} connections; the {} binary, which of the \
         toolkit has Swagger UI in it.",
        effort.repeats,
        under_load(effort),
        if effort.quick { "not optimised" } else { "stripped" },
    );
    vec![Section { title: "Start, memory and size".to_owned(), how, tables: vec![table], plots: Vec::new() }]
}

/// How long the load lasts.
fn under_load(effort: &Effort) -> Duration {
    if effort.quick { effort.turn } else { UNDER_LOAD }
}

fn row(effort: &Effort, peer: &Peer, request: &Request) -> anyhow::Result<[String; 7]> {
    let profile = effort.profile();
    progress(&format!("building, starting and loading {}", peer.name));
    peer.program.prepare(profile)?;
    let start = || Service::start(&peer.command(profile), &request.path);
    let starts = (0..effort.repeats).map(|_| Ok(start()?.startup.as_secs_f64()));
    let starts = Figure::new(starts.collect::<anyhow::Result<_>>()?);
    let service = start()?;
    let idle = service.resident()?;
    load::run(service.port, request, Load::Closed { connections: CONNECTIONS }, under_load(effort))?;
    let loaded = service.resident()?;
    let size = match peer.program {
        Program::Rust { package } => Some(mebibytes(std::fs::metadata(binary(package, profile))?.len())),
        Program::Python { .. } => None,
    };
    let start = starts.median() * 1e3;
    let mut targets = Vec::new();
    if [MINIMAL, TOOLKIT].contains(peer) {
        targets.push(("start", judged(Some(START), start, "ms")));
    }
    if let (Some(size), true) = (size, *peer == MINIMAL) {
        targets.push(("binary", judged(Some(BINARY), size, "MiB")));
    }
    let told =
        |at: usize| targets.iter().map(|(what, cells)| format!("{what} {}", cells[at])).collect::<Vec<_>>().join(", ");
    Ok([
        peer.name.to_owned(),
        format!("{} ms", number(start)),
        in_mebibytes(mebibytes(idle)),
        in_mebibytes(mebibytes(loaded)),
        size.map_or_else(String::new, in_mebibytes),
        told(0),
        told(1),
    ])
}

fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

fn in_mebibytes(size: f64) -> String {
    format!("{} MiB", number(size))
}
