//! What telemetry costs: processor time of a request in process, and throughput with sockets, over none at all.

use std::process::Command;

use anyhow::{Context, bail};
use regex::Regex;

use crate::arguments::Effort;
use crate::compare::{Better, Target};
use crate::contract::recommendations;
use crate::load::Load;
use crate::peer::{Peer, Program, TOOLKIT, binary};
use crate::report::{Section, Table, judged, number, progress};
use crate::service::{Service, pinned};
use crate::sink;
use crate::turns::{Running, Turns, order, resent};

const CONNECTIONS: usize = 64;
const SILENT: [(&str, &str); 2] = [("RUST_LOG", "off"), ("TOOLKIT_TRACE_VIEWER", "false")];
const VIEWER: (&str, &str) = ("TOOLKIT_TRACE_VIEWER", "true");
const LINES: [(&str, &str); 2] = [("RUST_LOG", "info"), ("TOOLKIT_LOG_FORMAT", "json")];
/// How much is called in the process of one way to set telemetry up, and the most rounds of all ways.
const BATCHES: usize = 55;
const ROUNDS: usize = 3;

/// A way to set telemetry up, and what is asked of the service.
#[derive(Clone, Debug)]
struct Way {
    name: &'static str,
    variables: Vec<(&'static str, String)>,
    path: String,
}

/// What a request takes, in microseconds of processor time.
#[derive(Clone, Copy, Debug)]
struct Taken {
    on_thread: f64,
    elsewhere: f64,
}

fn set(variables: &[(&'static str, &str)]) -> Vec<(&'static str, String)> {
    variables.iter().map(|(name, value)| (*name, (*value).to_owned())).collect()
}

/// Exports this share of the traces, with room for what a benchmark makes between two batches.
fn exported(collector: &str, share: &str) -> Vec<(&'static str, String)> {
    let traces = format!("{collector}/v1/traces");
    let exporter = [
        ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", traces.as_str()),
        ("OTEL_TRACES_SAMPLER", "parentbased_traceidratio"),
        ("OTEL_TRACES_SAMPLER_ARG", share),
        ("OTEL_BSP_MAX_QUEUE_SIZE", "65536"),
        ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "4096"),
    ];
    [set(&SILENT), set(&exporter)].concat()
}

fn ways(collector: &str) -> Vec<Way> {
    let [none, few, all] = ["0", "0.01", "1"].map(|share| exported(collector, share));
    let viewer_and_all = [all.clone(), set(&[VIEWER])].concat();
    let at_recommendations = [
        ("off", set(TOOLKIT.variables)),
        ("metrics", set(&SILENT)),
        ("none exported", none.clone()),
        ("1 % exported", few),
        ("all exported", all.clone()),
        ("viewer", [set(&SILENT), set(&[VIEWER])].concat()),
        ("viewer, all exported", viewer_and_all),
        ("access line", [set(&SILENT), set(&LINES)].concat()),
    ];
    let others = [
        ("plain, none exported", none.clone(), "/plain"),
        ("child span, none exported", none, "/child"),
        ("plain, all exported", all.clone(), "/plain"),
        ("child span, all exported", all, "/child"),
    ];
    let path = recommendations(10).path;
    let at_recommendations = at_recommendations.into_iter().map(|(name, set)| (name, set, path.as_str()));
    let all = at_recommendations.chain(others);
    all.map(|(name, variables, path)| Way { name, variables, path: path.to_owned() }).collect()
}

/// What telemetry costs the router alone, in process.
pub(crate) fn processor_time(effort: &Effort) -> anyhow::Result<Vec<Section>> {
    Program::Rust { package: "telemetry" }.prepare(effort.profile())?;
    let rounds = effort.rounds.min(ROUNDS);
    let ways = ways(&sink::start()?);
    let mut best: Vec<Option<Taken>> = vec![None; ways.len()];
    for round in 1..=rounds {
        progress(&format!("measuring requests in process, round {round} of {rounds}"));
        for at in order(round, ways.len()) {
            let taken = called(effort, &ways[at])?;
            best[at] = Some(best[at].map_or(taken, |best| Taken {
                on_thread: best.on_thread.min(taken.on_thread),
                elsewhere: best.elsewhere.min(taken.elsewhere),
            }));
        }
    }
    let taken = |name: &str| {
        let way = ways.iter().position(|way| way.name == name);
        way.and_then(|way| best[way]).with_context(|| format!("`{name}` was not measured"))
    };
    let mut table = Table::new(&["processor time per request", "over", "toolkit", "target", "verdict"]);
    let mut row = |figure: &str, over: &str, value: f64, most: Option<f64>| {
        let [target, verdict] = judged(most.map(Target::Below), value, "µs");
        table.row([figure.to_owned(), over.to_owned(), format!("{} µs", number(value)), target, verdict]);
    };
    let base = taken("off")?;
    row("telemetry off", "", base.on_thread, None);
    for (figure, way, over, most) in [
        ("metrics", "metrics", "off", Some(0.3)),
        ("metrics, traces sampled out", "none exported", "off", Some(0.5)),
        ("metrics, 1 % exported", "1 % exported", "off", None),
        ("metrics, all exported", "all exported", "off", Some(1.5)),
        ("metrics, viewer", "viewer", "off", None),
        ("viewer beside export", "viewer, all exported", "all exported", Some(0.2)),
        ("access line in JSON, to a file", "access line", "metrics", Some(3.0)),
        ("child span, sampled out", "child span, none exported", "plain, none exported", Some(0.1)),
        ("child span, exported", "child span, all exported", "plain, all exported", None),
    ] {
        row(figure, over, taken(way)?.on_thread - taken(over)?.on_thread, most);
    }
    row("all exported, other threads", "off", taken("all exported")?.elsewhere - base.elsewhere, None);
    let how = format!(
        "The router of a service that is set up as `serve` does, called without sockets. Each way to set telemetry up \
         is a process; the figure is the processor time of the thread that calls, the median of {} batches of 2,000 \
         requests, the best of {rounds} rounds. Exports go to a collector that answers 200, on the other core; a \
         process in which a span was dropped is refused. With all exported, a request has two spans: its own and \
         its function's.",
        batches(effort)
    );
    Ok(vec![Section {
        title: "What telemetry costs a request".to_owned(),
        how,
        tables: vec![table],
        plots: Vec::new(),
    }])
}

fn batches(effort: &Effort) -> usize {
    if effort.quick { 1 } else { BATCHES }
}

fn called(effort: &Effort, way: &Way) -> anyhow::Result<Taken> {
    let mut command = Command::new(binary("telemetry", effort.profile()));
    command.env("BENCH_PATH", &way.path).env("BENCH_BATCHES", batches(effort).to_string());
    command.envs(way.variables.iter().map(|(name, value)| (name, value)));
    // The access lines go to a file, as they would in a container.
    let log = tempfile::NamedTempFile::new()?;
    command.env("TOOLKIT_BIND", "127.0.0.1:0");
    let done = pinned(&command).stderr(log.reopen()?).output()?;
    if !done.status.success() {
        bail!("{command:?} ended with {}:\n{}", done.status, std::fs::read_to_string(log.path())?);
    }
    let told = String::from_utf8(done.stdout)?;
    let figures = told.split_whitespace().map(str::parse).collect::<Result<Vec<f64>, _>>()?;
    let [on_thread, elsewhere] = figures[..] else {
        bail!("{command:?} printed `{}`: two numbers were expected", told.trim());
    };
    Ok(Taken { on_thread, elsewhere })
}

/// What telemetry costs a service under load.
pub(crate) fn throughput(effort: &Effort) -> anyhow::Result<Vec<Section>> {
    Program::Rust { package: "peer-toolkit" }.prepare(effort.profile())?;
    let collector = sink::start()?;
    let head =
        ["telemetry", "requests per second, beside off", "target", "verdict", "processor time, beside off", "dropped"];
    let mut table = Table::new(&head);
    let mut again = Vec::new();
    for (name, share, target) in [("1 % exported", "0.01", 0.93), ("all exported", "1", 0.8)] {
        progress(&format!("measuring requests under load, {name}"));
        let running =
            vec![start(effort, name, &exported(&collector, share))?, start(effort, "off", &set(TOOLKIT.variables))?];
        let turns = Turns { running };
        let load = |_| (recommendations(10), Load::Closed { connections: CONNECTIONS });
        let taken = turns.take(effort, effort.turn, load)?;
        let [on, off] = [&taken[0], &taken[1]];
        table.row([
            name.to_owned(),
            on.per_second.ratio(&off.per_second, Better::More).to_string(),
            Target::Above(target).to_string(),
            on.per_second.reaches(&off.per_second, Better::More, target).to_string(),
            on.processor.ratio(&off.processor, Better::Less).to_string(),
            format!("{:.0} %", 100.0 * dropped(&turns.running[0].service)?),
        ]);
        again.extend([(name, on.resent), ("the service without", off.resent)]);
    }
    let how = format!(
        "The same service with and without, by turns, {} of {:?} each, with {CONNECTIONS} connections. The threads that \
         export share the server's core, and the collector shares the load's. Over 1 would mean that telemetry saves \
         time; processor time is of all threads. Dropped are the spans that the queue had no room for.{}",
        effort.rounds,
        effort.turn,
        resent(again)
    );
    Ok(vec![Section {
        title: "What telemetry costs under load".to_owned(),
        how,
        tables: vec![table],
        plots: Vec::new(),
    }])
}

fn start(effort: &Effort, name: &'static str, variables: &[(&'static str, String)]) -> anyhow::Result<Running> {
    let mut command = Command::new(binary("peer-toolkit", effort.profile()));
    command.envs(variables.iter().map(|(name, value)| (name, value)));
    let service = Service::start(&command, &recommendations(10).path)?;
    Ok(Running { peer: Peer { name, ..TOOLKIT }, service })
}

/// The share of ended spans that the queue had no room for.
fn dropped(service: &Service) -> anyhow::Result<f64> {
    let page = ureq::get(service.url("/metrics")).call()?.body_mut().read_to_string()?;
    lost(&page)
}

fn lost(page: &str) -> anyhow::Result<f64> {
    let line = Regex::new(r"(?m)^otel_sdk_processor_span_processed[a-z_]*\{(.*)\} (\d+)$")?;
    let (mut lost, mut all) = (0.0, 0.0);
    for spans in line.captures_iter(page) {
        let count = spans[2].parse::<f64>()?;
        all += count;
        lost += if spans[1].contains("queue_full") { count } else { 0.0 };
    }
    Ok(if all > 0.0 { lost / all } else { 0.0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_share_of_dropped_spans_is_read_from_the_metrics() {
        let page = "otel_sdk_processor_span_processed_total{error_type=\"queue_full\"} 25\n\
                    otel_sdk_processor_span_processed_total{} 75\nother{queue_full} 7\n";
        assert_eq!(lost(page).unwrap(), 0.25);
    }

    #[test]
    fn of_no_spans_none_was_dropped() {
        assert_eq!(lost("").unwrap(), 0.0);
    }
}
