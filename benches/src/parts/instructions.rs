//! Instructions per request: of whole servers, and of a router alone.

use std::process::Command;

use tempfile::NamedTempFile;

use crate::arguments::Effort;
use crate::callgrind;
use crate::contract::recommendations;
use crate::peer::{AXUM, Peer, Program, TOOLKIT, binary, http, run};
use crate::report::{Section, Table, number, progress};
use crate::service::Service;

const PORT: u16 = 18080;
const IN_PROCESS: &str = "in-process";
const ROUTERS: [&str; 2] = ["toolkit", "axum"];

pub(crate) fn measure(effort: &Effort) -> anyhow::Result<Vec<Section>> {
    callgrind::require()?;
    Ok(vec![whole_servers(effort)?, routers(effort)?])
}

fn whole_servers(effort: &Effort) -> anyhow::Result<Section> {
    // What is not optimised takes long to start when it is counted.
    let peers: &[Peer] = if effort.quick { &[TOOLKIT, AXUM] } else { http(effort) };
    // An interpreter's instructions are too many to count.
    let compiled = peers.iter().filter(|peer| matches!(peer.program, Program::Rust { .. }));
    let mut counted = Vec::new();
    for peer in compiled {
        progress(&format!("building {}, and counting its instructions", peer.name));
        peer.program.prepare(effort.profile())?;
        counted.push((peer.name, callgrind::per_request(effort, |requests| asked(effort, peer, requests))?));
    }
    Ok(Section {
        title: "Instructions per request".to_owned(),
        how:
            "In user space, by callgrind: `GET` of 10 recommendations, on one connection, one request at a time, with \
              what starting and stopping take subtracted. The same on every run, whatever else the machine does."
                .to_owned(),
        tables: vec![table("server", &counted)],
        plots: Vec::new(),
    })
}

fn routers(effort: &Effort) -> anyhow::Result<Section> {
    progress("building the routers, and counting their instructions");
    Program::Rust { package: IN_PROCESS }.prepare(effort.profile())?;
    let count = |router| Ok((router, callgrind::per_request(effort, |requests| called(effort, router, requests))?));
    let counted = ROUTERS.into_iter().map(count).collect::<anyhow::Result<Vec<_>>>()?;
    Ok(Section {
        title: "Instructions per request, router alone".to_owned(),
        how: "The same request, given to the router in process, without sockets.".to_owned(),
        tables: vec![table("router", &counted)],
        plots: Vec::new(),
    })
}

/// The first is the toolkit, beside which the others stand.
fn table(what: &str, counted: &[(&str, f64)]) -> Table {
    let mut table = Table::new(&[what, "instructions", "times the toolkit's"]);
    let own = counted.first().map_or(f64::NAN, |(_, own)| *own);
    for (name, instructions) in counted {
        table.row([(*name).to_owned(), number(*instructions), number(instructions / own)]);
    }
    table
}

fn asked(effort: &Effort, peer: &Peer, requests: u32) -> anyhow::Result<u64> {
    let log = NamedTempFile::new()?;
    let path = recommendations(10).path;
    let service = Service::start(&callgrind::counted(&peer.command(effort.profile()), log.path()), PORT, &path)?;
    let agent = ureq::Agent::new_with_defaults();
    for _ in 0..requests {
        agent.get(service.url(&path)).call()?.body_mut().read_to_vec()?;
    }
    // A server that stops gracefully waits for its connections.
    drop(agent);
    drop(service);
    callgrind::count(log.path())
}

fn called(effort: &Effort, router: &str, requests: u32) -> anyhow::Result<u64> {
    let log = NamedTempFile::new()?;
    let mut command = Command::new(binary(IN_PROCESS, effort.profile()));
    command.args([router, &requests.to_string()]).envs(TOOLKIT.variables.iter().copied());
    run(callgrind::counted(&command, log.path()).stdout(std::process::Stdio::null()))?;
    callgrind::count(log.path())
}
