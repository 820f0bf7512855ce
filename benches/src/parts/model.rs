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

use serde_json::Value;

use crate::arguments::Effort;
use crate::compare::{Better, Figure};
use crate::load::{self, Outcome, Profile as Load};
use crate::report::{Section, Table, number, progress};
use servers::{Server, require_same, servers};

/// Rows in a request, and connections.
const SHAPES: [(usize, usize); 4] = [(1, 1), (1, 16), (64, 1), (64, 16)];
/// The most rounds of a server.
const ROUNDS: usize = 3;

pub(crate) fn measure(effort: &Effort) -> anyhow::Result<Vec<Section>> {
    churn::unpack_model()?;
    let customers = churn::customers()?;
    let one = servers(effort)[0].request(&customers[..1])?;
    Ok(vec![beside(effort, &customers)?, cost::measure(effort, &customers)?, swaps::measure(effort, &one)?])
}

/// So many rows: the customers, again and again.
fn rows(customers: &[Value], count: usize) -> Vec<Value> {
    customers.iter().cycle().take(count).cloned().collect()
}

fn beside(effort: &Effort, customers: &[Value]) -> anyhow::Result<Section> {
    let rounds = effort.rounds.min(ROUNDS);
    let mut expected = None;
    let mut measured: Vec<(&Server, [Vec<Outcome>; 4])> = Vec::new();
    for server in servers(effort) {
        progress(&format!("building, starting and checking {}", server.peer.name));
        let service = server.start(effort, customers)?;
        let chances = server.chances(&service, customers)?;
        require_same(server, expected.get_or_insert_with(|| chances.clone()), &chances)?;
        progress(&format!("measuring {}", server.peer.name));
        let mut outcomes: [Vec<Outcome>; 4] = Default::default();
        for ((count, connections), outcomes) in SHAPES.into_iter().zip(&mut outcomes) {
            let (request, load) = (server.request(&rows(customers, count))?, Load::Closed { connections });
            load::run(service.port, &request, load, effort.warm_up)?;
            for _ in 0..rounds {
                outcomes.push(load::run(service.port, &request, load, effort.turn)?);
            }
        }
        measured.push((server, outcomes));
    }
    let head =
        ["rows", "connections", "server", "requests per second", "p50", "p99", "toolkit, times as many", "target"];
    let mut table = Table::new(&head);
    for (shape, (count, connections)) in SHAPES.into_iter().enumerate() {
        let own = per_second(&measured[0].1[shape]);
        for (at, (server, outcomes)) in measured.iter().enumerate() {
            let outcomes = &outcomes[shape];
            let ratio = own.ratio(&per_second(outcomes), Better::More).to_string();
            table.row([
                count.to_string(),
                connections.to_string(),
                server.peer.name.to_owned(),
                number(per_second(outcomes).median()),
                percentile(outcomes, 50.0),
                percentile(outcomes, 99.0),
                if at == 0 { String::new() } else { ratio },
                if count == 1 { server.target.to_owned() } else { String::new() },
            ]);
        }
    }
    let how = format!(
        "The model of `examples/churn`: 19 columns, and the chance of each class. The toolkit runs it in its own \
         runtime, the others in ONNX Runtime. Each server alone on one core, with the load on another, {rounds} runs of \
         {:?}; before, each answers the same chances within 0.00001.",
        effort.turn
    );
    Ok(Section { title: "One model behind model servers".to_owned(), how, tables: vec![table], plots: Vec::new() })
}

fn per_second(outcomes: &[Outcome]) -> Figure {
    Figure::new(outcomes.iter().map(Outcome::per_second).collect())
}

fn percentile(outcomes: &[Outcome], percent: f64) -> String {
    let figure = Figure::new(outcomes.iter().map(|outcome| outcome.percentile(percent).as_secs_f64() * 1e3).collect());
    format!("{} ms", number(figure.median()))
}
