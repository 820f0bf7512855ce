//! One model behind several model servers, and what serving it costs.
//!
//! - `servers`: how each is asked, and that all answer the same
//! - `cost`: beside an endpoint without a model, in large, at the start
//! - `swaps`: p99 while the model is swapped
//! - `churn`: the model, its customers, versions of its envelope

mod churn;
mod cost;
mod servers;
mod swaps;

use std::time::Duration;

use serde_json::Value;

use crate::arguments::Effort;
use crate::compare::{Better, Target};
use crate::load::Load;
use crate::report::{Section, Table, number, progress};
use crate::turns::{self, Running, Taken, Turns, resent};
use servers::{Server, require_same, servers};

/// Rows in a request, and connections.
const SHAPES: [(usize, usize); 4] = [(1, 1), (1, 16), (64, 1), (64, 16)];
/// The most rounds of a server.
const ROUNDS: usize = 3;

/// So many rows: the customers, again and again.
fn rows(customers: &[Value], count: usize) -> Vec<Value> {
    customers.iter().cycle().take(count).cloned().collect()
}

/// The model behind each server; one that cannot be measured is added to `faults`.
pub(crate) fn beside(effort: &Effort, faults: &mut Vec<String>) -> anyhow::Result<Vec<Section>> {
    churn::unpack_model()?;
    let customers = churn::customers()?;
    let effort = &Effort { rounds: effort.rounds.min(ROUNDS), ..*effort };
    let mut expected = None;
    let mut measured = Vec::new();
    for server in servers(effort) {
        match measure(effort, server, &customers, &mut expected) {
            Ok(taken) => measured.push((server, taken)),
            Err(error) => faults.push(format!("{} as a model server: {error:#}", server.peer.name)),
        }
    }
    let own = measured.iter().find(|(server, _)| server.is_toolkit()).map(|(_, taken)| taken);
    let head = [
        "rows",
        "connections",
        "server",
        "requests per second",
        "p50",
        "p99",
        "toolkit, times as many",
        "target",
        "verdict",
    ];
    let mut table = Table::new(&head);
    for (shape, (count, connections)) in SHAPES.into_iter().enumerate() {
        for (server, taken) in &measured {
            let taken = &taken[shape];
            let own = own.filter(|_| !server.is_toolkit()).map(|own| &own[shape].per_second);
            let ratio = own.map(|own| own.ratio(&taken.per_second, Better::More).to_string());
            let target = server.target.filter(|_| count == 1);
            let verdict =
                own.zip(target).map(|(own, target)| own.reaches(&taken.per_second, Better::More, target).to_string());
            table.row([
                count.to_string(),
                connections.to_string(),
                server.peer.name.to_owned(),
                taken.throughput(connections),
                milliseconds(taken.percentile(50.0)),
                milliseconds(taken.percentile(99.0)),
                ratio.unwrap_or_default(),
                target.map(|target| Target::Above(target).to_string()).unwrap_or_default(),
                verdict.unwrap_or_default(),
            ]);
        }
    }
    let again = measured.iter().map(|(server, taken)| (server.peer.name, taken.iter().map(|taken| taken.resent).sum()));
    let how = format!(
        "The model of `examples/churn`: 19 columns, and the chance of each class. The toolkit runs it in its own \
         runtime, the others in ONNX Runtime. Each server alone on one core, with the load on another, {} runs of {:?}; \
         before, each answers the same chances within 0.00001. {}{}",
        effort.rounds,
        effort.turn,
        turns::unsaturated(),
        resent(again)
    );
    Ok(vec![Section {
        title: "One model behind model servers".to_owned(),
        how,
        tables: vec![table],
        plots: Vec::new(),
    }])
}

/// What serving the model costs.
pub(crate) fn cost(effort: &Effort) -> anyhow::Result<Vec<Section>> {
    Ok(vec![cost::measure(effort, &churn::customers()?)?])
}

/// What swaps of the served model cost.
pub(crate) fn swaps(effort: &Effort) -> anyhow::Result<Vec<Section>> {
    let one = servers(effort)[0].request(&churn::customers()?[..1])?;
    Ok(vec![swaps::measure(effort, &one)?])
}

/// One server under each shape; it has to answer what the first one did.
fn measure(
    effort: &Effort,
    server: &Server,
    customers: &[Value],
    expected: &mut Option<Vec<[f64; 2]>>,
) -> anyhow::Result<Vec<Taken>> {
    progress(&format!("building, starting and checking {}", server.peer.name));
    let running = Running { peer: server.peer.clone(), service: server.start(effort, customers)? };
    let chances = server.chances(&running.service, customers)?;
    require_same(server, expected.get_or_insert_with(|| chances.clone()), &chances)?;
    progress(&format!("measuring {}", server.peer.name));
    let turns = Turns { running: vec![running] };
    let mut shapes = Vec::new();
    for (count, connections) in SHAPES {
        let request = server.request(&rows(customers, count))?;
        shapes.extend(turns.take(effort, effort.turn, |_| (request.clone(), Load::Closed { connections }))?);
    }
    Ok(shapes)
}

fn milliseconds(latency: Duration) -> String {
    format!("{} ms", number(latency.as_secs_f64() * 1e3))
}
