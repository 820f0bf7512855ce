//! What serving a model costs: beside an endpoint without one, with many rows in a request, and at the start.

use std::time::Duration;

use anyhow::bail;
use serde_json::Value;

use crate::arguments::Effort;
use crate::compare::{Figure, Target};
use crate::load::{self, Load, Request};
use crate::report::{Section, Table, judged, number, progress};
use crate::service::Service;
use crate::turns::order;

use super::rows;
use super::servers::servers;

const CONNECTIONS: usize = 16;
/// How many times as much a row may cost among ten times as many.
const LINEAR: Target = Target::Below(1.05);

/// What one run took.
struct Run {
    per_second: f64,
    /// Of one request, in seconds.
    processor_time: f64,
}

pub(super) fn measure(effort: &Effort, customers: &[Value]) -> anyhow::Result<Section> {
    let mut table = Table::new(&["figure", "toolkit", "target", "verdict"]);
    let mut row = |figure: &str, value: f64, unit: &str, target: Option<Target>| {
        let [target, verdict] = judged(target, value, unit);
        table.row([figure.to_owned(), format!("{} {unit}", number(value)), target, verdict]);
    };
    progress("measuring what serving a model costs");
    let service = start(effort)?;
    let (taken, more) = beside_plain(effort, &service, customers)?;
    row("1 row, processor time", taken * 1e6, "µs", None);
    row("the same over a plain JSON endpoint", more * 1e6, "µs", Some(Target::Below(12.0)));
    let (few, many) = (in_large(effort, &service, customers, 1000)?, in_large(effort, &service, customers, 10_000)?);
    row(
        "10,000 rows in a request, by processor time",
        1e4 / many.processor_time,
        "rows/s",
        Some(Target::Above(200_000.0)),
    );
    row("10,000 rows in a request, by the clock", 1e4 * many.per_second, "rows/s", None);
    row(
        "10,000 rows beside 1,000, processor time per row",
        many.processor_time / few.processor_time / 10.0,
        "",
        Some(LINEAR),
    );
    row("resident after that", service.resident()? as f64 / f64::from(1 << 20), "MiB", None);
    drop(service);
    let starts = (0..effort.repeats).map(|_| Ok(start(effort)?.startup.as_secs_f64()));
    let starts = Figure::new(starts.collect::<anyhow::Result<_>>()?);
    row("start to ready", starts.median() * 1e3, "ms", Some(Target::Below(200.0)));
    let how = format!(
        "The plain endpoint reads and checks the same 19 fields and writes the same answer, without a model: \
         {CONNECTIONS} connections, {} of {:?} each by turns, median. Many rows go one request at a time. At the start, the \
         model is verified, compiled, replayed and warmed: median of {}.",
        effort.rounds, effort.turn, effort.repeats
    );
    Ok(Section { title: "What serving a model costs".to_owned(), how, tables: vec![table], plots: Vec::new() })
}

fn start(effort: &Effort) -> anyhow::Result<Service> {
    Service::start(&servers(effort)[0].peer.command(effort.profile()), "/health/ready")
}

/// The processor time of a request with one row, and what the model is of that.
fn beside_plain(effort: &Effort, service: &Service, customers: &[Value]) -> anyhow::Result<(f64, f64)> {
    let predict = servers(effort)[0].request(&customers[..1])?;
    let plain = Request { path: "/plain".to_owned(), ..predict.clone() };
    let (mut taken, mut more) = (Vec::new(), Vec::new());
    for round in 0..effort.rounds {
        let mut times = [0.0, 0.0];
        for at in order(round, 2) {
            times[at] = run(service, [&plain, &predict][at], CONNECTIONS, effort.turn)?.processor_time;
        }
        let [plain, predict] = times;
        taken.push(predict);
        more.push(predict - plain);
    }
    Ok((Figure::new(taken).median(), Figure::new(more).median()))
}

fn in_large(effort: &Effort, service: &Service, customers: &[Value], count: usize) -> anyhow::Result<Run> {
    let request = servers(effort)[0].request(&rows(customers, count))?;
    run(service, &request, 1, effort.warm_up)?;
    run(service, &request, 1, effort.turn)
}

fn run(service: &Service, request: &Request, connections: usize, lasting: Duration) -> anyhow::Result<Run> {
    let before = service.processor_time()?;
    let outcome = load::run(service.port, request, Load::Closed { connections }, lasting)?;
    let taken = (service.processor_time()?.saturating_sub(before)).as_secs_f64();
    if outcome.answered == 0 {
        bail!("POST {} was not answered once in {lasting:?}", request.path);
    }
    Ok(Run { per_second: outcome.per_second(), processor_time: taken / outcome.answered as f64 })
}
