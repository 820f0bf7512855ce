//! Time from start to ready, memory idle and under load, and the size of what is shipped.

use std::time::Duration;

use crate::arguments::Effort;
use crate::compare::Figure;
use crate::contract::recommendations;
use crate::load::{self, Profile as Load, Request};
use crate::peer::{Peer, Program, TOOLKIT, binary, http};
use crate::report::{Section, Table, number, progress};
use crate::service::Service;

const PORT: u16 = 18080;
const CONNECTIONS: usize = 64;
const UNDER_LOAD: Duration = Duration::from_secs(2);
/// One endpoint and no resources.
const MINIMAL: Peer =
    Peer { name: "toolkit, one endpoint", program: Program::Rust { package: "peer-minimal" }, ..TOOLKIT };

pub(crate) fn measure(effort: &Effort) -> anyhow::Result<Vec<Section>> {
    let mut table = Table::new(&["server", "start to ready", "idle", "loaded", "binary", "target"]);
    let greeting = Request { method: "GET", path: "/greeting?name=you".to_owned(), body: None };
    row(&mut table, effort, &MINIMAL, &greeting, "start < 50 ms, binary < 12 MiB")?;
    for peer in http(effort) {
        let target = if *peer == TOOLKIT { "start < 50 ms" } else { "" };
        row(&mut table, effort, peer, &recommendations(10), target)?;
    }
    let how = format!(
        "On one core. From the start of the process to its first answer, the median of {} starts; resident memory \
         after the first answer, and after {UNDER_LOAD:?} of load with {CONNECTIONS} connections; the stripped binary, \
         which of the toolkit has Swagger UI in it.",
        effort.repeats
    );
    Ok(vec![Section { title: "Start, memory and size".to_owned(), how, tables: vec![table], plots: Vec::new() }])
}

fn row(table: &mut Table, effort: &Effort, peer: &Peer, request: &Request, target: &str) -> anyhow::Result<()> {
    let profile = effort.profile();
    progress(&format!("building, starting and loading {}", peer.name));
    peer.program.prepare(profile)?;
    let start = || Service::start(&peer.command(profile), PORT, &request.path);
    let starts = (0..effort.repeats).map(|_| Ok(start()?.startup.as_secs_f64()));
    let starts = Figure::new(starts.collect::<anyhow::Result<_>>()?);
    let service = start()?;
    let idle = service.resident()?;
    let lasting = if effort.quick { effort.turn } else { UNDER_LOAD };
    load::run(service.port, request, Load::Closed { connections: CONNECTIONS }, lasting)?;
    let loaded = service.resident()?;
    let binary = match peer.program {
        Program::Rust { package } => mebibytes(std::fs::metadata(binary(package, profile))?.len()),
        Program::Python { .. } => String::new(),
    };
    table.row([
        peer.name.to_owned(),
        format!("{} ms", number(starts.median() * 1e3)),
        mebibytes(idle),
        mebibytes(loaded),
        binary,
        target.to_owned(),
    ]);
    Ok(())
}

fn mebibytes(bytes: u64) -> String {
    format!("{} MiB", number(bytes as f64 / f64::from(1 << 20)))
}
