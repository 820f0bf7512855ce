//! How the cost of a request grows with endpoints, and with records.

use std::io::Write;
use std::process::Command;

use anyhow::Context;

use crate::arguments::Effort;
use crate::compare::{Better, Figure};
use crate::contract::ratings;
use crate::load::{Load, Request};
use crate::peer::{AXUM, Peer, Program, QUIET, TOOLKIT, binary};
use crate::report::{Section, Table, median, number, progress};
use crate::service::pinned;
use crate::turns::{Turns, order, resent};

/// The last of its endpoints is the one that is called.
const MANY: [(Peer, &str); 3] = [
    (many("10 endpoints", &quiet("10")), "/v0/api/endpoint_0009?limit=10"),
    (many("100 endpoints", &quiet("100")), "/v0/api/endpoint_0099?limit=10"),
    (many("1,000 endpoints", &quiet("1000")), "/v0/api/endpoint_0999?limit=10"),
];
const RECORDS: [usize; 5] = [1, 10, 100, 1_000, 10_000];
const IN_PROCESS: &str = "in-process";
/// What is called in process, as its arguments name it.
const CALLED: [&str; 3] = ["toolkit", "axum", "serde"];
/// How far two figures may lie apart that should be the same.
const SAME: f64 = 0.95;
/// How much of its time the toolkit may spend on reading with serde.
const SERDE: f64 = 1.0 / 1.2;

const fn quiet(count: &'static str) -> [(&'static str, &'static str); 4] {
    let [first, second, third] = QUIET;
    [first, second, third, ("ENDPOINTS", count)]
}

const fn many(name: &'static str, variables: &'static [(&'static str, &'static str)]) -> Peer {
    Peer { name, program: Program::Rust { package: "peer-many" }, arguments: &[], variables, checks: true }
}

/// How a request grows with the endpoints of its service.
pub(crate) fn endpoints(effort: &Effort) -> anyhow::Result<Vec<Section>> {
    let mut turns = Turns::default();
    for (peer, path) in &MANY {
        progress(&format!("building and starting {}", peer.name));
        turns.start(peer, effort, path)?;
    }
    progress("measuring how a request grows with endpoints");
    let request = |at: usize| Request { method: "GET", path: MANY[at].1.to_owned(), body: None };
    let load = |connections| move |at| (request(at), Load::Closed { connections });
    let (alone, loaded) =
        (turns.take(effort, effort.turn / 2, load(1))?, turns.take(effort, effort.turn / 2, load(16))?);
    let mut table = Table::new(&[
        "service",
        "p50, 1 connection, µs",
        "p99, 1 connection, µs",
        "processor time per request, 16 connections, µs",
        "10 endpoints over it",
    ]);
    for (at, (peer, _)) in MANY.iter().enumerate() {
        let latency = |percent| number(alone[at].latencies.value_at_percentile(percent) as f64 / 1e3);
        let ratio = if at == 0 {
            "1".to_owned()
        } else {
            loaded[at].processor.ratio(&loaded[0].processor, Better::Less).to_string()
        };
        let taken = median(&loaded[at].processor, 1e6);
        table.row([peer.name.to_owned(), latency(50.0), latency(99.0), taken, ratio]);
    }
    let targets = if effort.quick {
        String::new()
    } else {
        let verdict = loaded[2].processor.reaches(&loaded[0].processor, Better::Less, SAME);
        format!(" Target: 1,000 endpoints cost what 10 do, within 5 %: {verdict}.")
    };
    let again = MANY.iter().enumerate().map(|(at, (peer, _))| (peer.name, alone[at].resent + loaded[at].resent));
    let again = resent(again);
    let how = format!("The toolkit, called at the last of its endpoints, which checks one parameter.{targets}{again}");
    Ok(vec![Section { title: "Growth with endpoints".to_owned(), how, tables: vec![table], plots: Vec::new() }])
}

/// How a request grows with the records in it.
pub(crate) fn records(effort: &Effort) -> anyhow::Result<Vec<Section>> {
    let mut turns = Turns::default();
    for peer in [TOOLKIT, AXUM] {
        turns.start(&peer, effort, "/items/7")?;
    }
    progress("building what calls the services in process");
    Program::Rust { package: IN_PROCESS }.prepare(effort.profile())?;

    let mut table = Table::new(&[
        "ratings in a request",
        "toolkit, µs",
        "axum, µs",
        "toolkit, µs per rating",
        "in process: toolkit, µs",
        "axum, µs",
        "serde alone, µs",
        "serde over toolkit",
    ]);
    let (mut per_rating, mut beside_serde) = (Vec::new(), Vec::new());
    let mut again = [TOOLKIT, AXUM].map(|peer| (peer.name, 0));
    for count in RECORDS {
        progress(&format!("measuring requests with {count} ratings"));
        let request = ratings(count);
        let taken = turns.take(effort, effort.turn / 2, |_| (request.clone(), Load::Closed { connections: 1 }))?;
        let [toolkit, axum, serde] = in_process(effort, count, request.body.as_deref().unwrap_or_default())?;
        let each = taken[0].processor.times(1.0 / count as f64);
        table.row([
            grouped(count),
            median(&taken[0].processor, 1e6),
            median(&taken[1].processor, 1e6),
            number(each.median() * 1e6),
            median(&toolkit, 1e6),
            median(&axum, 1e6),
            median(&serde, 1e6),
            toolkit.ratio(&serde, Better::Less).to_string(),
        ]);
        for ((_, again), taken) in again.iter_mut().zip(&taken) {
            *again += taken.resent;
        }
        per_rating.push(each);
        beside_serde.push(toolkit.reaches(&serde, Better::Less, SERDE));
    }
    let targets = if effort.quick {
        String::new()
    } else {
        let linear = per_rating[4].reaches(&per_rating[3], Better::Less, SAME);
        let beside = beside_serde[4];
        format!(
            " Targets: a rating costs no more among 10,000 than among 1,000, within 5 %: {linear}; 10,000 ratings take no \
             more than a fifth longer than serde alone, in process: {beside}."
        )
    };
    let how = format!(
        "Processor time of a request with ratings, over one connection; and in process, without sockets, beside serde, \
         which reads the same and checks nothing.{targets}{}",
        resent(again)
    );
    Ok(vec![Section { title: "Growth with records".to_owned(), how, tables: vec![table], plots: Vec::new() }])
}

/// A count as it is, in groups.
fn grouped(count: usize) -> String {
    number(count as f64).split('.').take(1).collect()
}

/// Processor seconds per call of toolkit, axum and serde, by turns.
fn in_process(effort: &Effort, records: usize, body: &[u8]) -> anyhow::Result<[Figure; 3]> {
    let mut ratings = tempfile::NamedTempFile::new()?;
    ratings.write_all(body)?;
    let calls = if effort.quick { 1 } else { (200_000 / records).max(20) };
    let mut rounds = [Vec::new(), Vec::new(), Vec::new()];
    for round in 0..effort.rounds {
        for at in order(round, CALLED.len()) {
            let mut command = Command::new(binary(IN_PROCESS, effort.profile()));
            command.args([CALLED[at], &calls.to_string(), "ratings"]).envs(TOOLKIT.variables.iter().copied());
            let output = pinned(&command)
                .stdin(ratings.reopen()?)
                .output()
                .with_context(|| format!("{command:?} does not start"))?;
            let told = String::from_utf8_lossy(&output.stdout);
            let seconds = told.trim().parse::<f64>().with_context(|| {
                let error = String::from_utf8_lossy(&output.stderr);
                format!("{command:?} printed `{}`, expected the seconds of a call: {error}", told.trim())
            });
            rounds[at].push(seconds?);
        }
    }
    Ok(rounds.map(Figure::new))
}
