//! Instructions per request: of whole servers, and of a router alone.

use std::process::Command;

use tempfile::NamedTempFile;

use crate::arguments::Effort;
use crate::callgrind;
use crate::contract::recommendations;
use crate::peer::{AXUM, Peer, Program, TOOLKIT, binary, http, run};
use crate::report::{Section, Table, number, progress};
use crate::service::Service;

const IN_PROCESS: &str = "in-process";
const ROUTERS: [&str; 2] = ["toolkit", "axum"];

/// Measures servers and routers; what cannot be measured is added to `faults`.
pub(crate) fn measure(effort: &Effort, faults: &mut Vec<String>) -> anyhow::Result<Vec<Section>> {
    callgrind::require()?;
    let mut sections = vec![whole_servers(effort, faults)];
    match routers(effort) {
        Ok(section) => sections.push(section),
        Err(error) => faults.push(format!("instructions of routers: {error:#}")),
    }
    Ok(sections)
}

fn whole_servers(effort: &Effort, faults: &mut Vec<String>) -> Section {
    // What is not optimised takes long to start when it is counted.
    let peers: &[Peer] = if effort.quick { &[TOOLKIT, AXUM] } else { http(effort) };
    // An interpreter's instructions are too many to count.
    let compiled = peers.iter().filter(|peer| matches!(peer.program, Program::Rust { .. }));
    let mut counted = Vec::new();
    for peer in compiled {
        progress(&format!("building {}, and counting its instructions", peer.name));
        let prepared = peer.program.prepare(effort.profile());
        match prepared.and_then(|()| callgrind::per_request(effort, |requests| asked(effort, peer, requests))) {
            Ok(instructions) => counted.push((peer.name, instructions)),
            Err(error) => faults.push(format!("instructions of {}: {error:#}", peer.name)),
        }
    }
    Section {
        title: "Instructions per request".to_owned(),
        how:
            "In user space, by callgrind: `GET` of 10 recommendations, on one connection, one request at a time, with \
              what starting and stopping take subtracted. The same on every run, whatever else the machine does."
                .to_owned(),
        tables: vec![table("server", &counted)],
        plots: Vec::new(),
    }
}

fn routers(effort: &Effort) -> anyhow::Result<Section> {
    progress("building the routers, and counting their instructions");
    Program::Rust { package: IN_PROCESS }.prepare(effort.profile())?;
    let count = |router| Ok((router, callgrind::per_request(effort, |requests| called(effort, router, requests))?));
    let counted = ROUTERS.into_iter().map(count).collect::<anyhow::Result<Vec<_>>>()?;
    Ok(Section {
        title: "Instructions per request, router alone".to_owned(),
        how: "The same request, given to the router in process, without sockets. Both are in one binary, whose axum has the \
              features that the toolkit wants.".to_owned(),
        tables: vec![table("router", &counted)],
        plots: Vec::new(),
    })
}

/// The toolkit first, beside which the others stand, where it was counted.
fn table(what: &str, counted: &[(&str, f64)]) -> Table {
    let mut table = Table::new(&[what, "instructions", "times the toolkit's"]);
    let own = counted.iter().find(|(name, _)| *name == TOOLKIT.name).map(|(_, own)| own);
    for (name, instructions) in counted {
        let times = own.map_or_else(String::new, |own| number(instructions / own));
        table.row([(*name).to_owned(), number(*instructions), times]);
    }
    table
}

fn asked(effort: &Effort, peer: &Peer, requests: u32) -> anyhow::Result<u64> {
    let log = NamedTempFile::new()?;
    let path = recommendations(10).path;
    let service = Service::start(&callgrind::counted(&peer.command(effort.profile()), log.path()), &path)?;
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
