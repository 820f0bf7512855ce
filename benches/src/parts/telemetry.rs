//! What telemetry costs: processor time of a request in process, and throughput with sockets, over none at all.

use std::process::Command;

use anyhow::{Context, bail};
use regex::Regex;

use crate::arguments::Effort;
use crate::compare::{Better, Figure};
use crate::contract::recommendations;
use crate::load::{self, Profile as Load};
use crate::peer::{self, Program, binary};
use crate::report::{Section, Table, number, progress};
use crate::service::Service;
use crate::sink;

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

pub(crate) fn measure(effort: &Effort) -> anyhow::Result<Vec<Section>> {
    for package in ["telemetry", "peer-toolkit"] {
        Program::Rust { package }.prepare(effort.profile())?;
    }
    let collector = sink::start()?;
    Ok(vec![processor_time(effort, &collector)?, throughput(effort, &collector)?])
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
        ("off", set(peer::TOOLKIT.variables)),
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

fn processor_time(effort: &Effort, collector: &str) -> anyhow::Result<Section> {
    let rounds = effort.rounds.min(ROUNDS);
    let ways = ways(collector);
    let mut best: Vec<Option<Taken>> = vec![None; ways.len()];
    for round in 1..=rounds {
        progress(&format!("measuring requests in process, round {round} of {rounds}"));
        for (way, best) in ways.iter().zip(&mut best) {
            let taken = called(effort, way)?;
            *best = Some(best.map_or(taken, |best| Taken {
                on_thread: best.on_thread.min(taken.on_thread),
                elsewhere: best.elsewhere.min(taken.elsewhere),
            }));
        }
    }
    let taken = |name: &str| {
        let way = ways.iter().position(|way| way.name == name);
        way.and_then(|way| best[way]).with_context(|| format!("`{name}` was not measured"))
    };
    let microseconds = |value: f64| format!("{} µs", number(value));
    let mut table = Table::new(&["processor time per request", "over", "toolkit", "target"]);
    let base = taken("off")?;
    table.row(["telemetry off".to_owned(), String::new(), microseconds(base.on_thread), String::new()]);
    for (figure, way, over, target) in [
        ("metrics", "metrics", "off", "< 0.3 µs"),
        ("metrics, traces sampled out", "none exported", "off", "< 0.5 µs"),
        ("metrics, 1 % exported", "1 % exported", "off", ""),
        ("metrics, all exported", "all exported", "off", "< 1.5 µs"),
        ("metrics, viewer", "viewer", "off", ""),
        ("viewer beside export", "viewer, all exported", "all exported", "< 0.2 µs"),
        ("access line in JSON, to a file", "access line", "metrics", "< 3 µs"),
        ("child span, sampled out", "child span, none exported", "plain, none exported", "< 0.1 µs"),
        ("child span, exported", "child span, all exported", "plain, all exported", ""),
    ] {
        let more = taken(way)?.on_thread - taken(over)?.on_thread;
        table.row([figure.to_owned(), over.to_owned(), microseconds(more), target.to_owned()]);
    }
    let elsewhere = taken("all exported")?.elsewhere - base.elsewhere;
    table.row(["all exported, other threads".to_owned(), "off".to_owned(), microseconds(elsewhere), String::new()]);
    let how = format!(
        "The router of a service that is set up as `serve` does, called without sockets. Each way to set telemetry up \
         is a process; the figure is the processor time of the thread that calls, the median of {} batches of 2,000 \
         requests, the best of {rounds} rounds. Exports go to a collector that answers 200; a process in which a span \
         was dropped is refused. With all exported, a request has two spans: its own and its function's.",
        batches(effort)
    );
    Ok(Section { title: "What telemetry costs a request".to_owned(), how, tables: vec![table], plots: Vec::new() })
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
    let done = command.env("TOOLKIT_BIND", "127.0.0.1:0").stderr(log.reopen()?).output()?;
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

fn throughput(effort: &Effort, collector: &str) -> anyhow::Result<Section> {
    let head = ["telemetry", "requests per second, beside off", "target", "processor time, beside off", "dropped"];
    let mut table = Table::new(&head);
    for (name, share, target) in [("1 % exported", "0.01", "> 0.93"), ("all exported", "1", "> 0.80")] {
        progress(&format!("measuring requests under load, {name}"));
        let on = start(effort, &exported(collector, share), 18081)?;
        let off = start(effort, &set(peer::TOOLKIT.variables), 18082)?;
        for service in [&on, &off] {
            load(service, effort.warm_up)?;
        }
        let turns = (0..effort.rounds).map(|_| Ok((load(&on, effort.turn)?, load(&off, effort.turn)?)));
        let (with, without): (Vec<_>, Vec<_>) = turns.collect::<anyhow::Result<Vec<_>>>()?.into_iter().unzip();
        let ratio = |figure: fn(&Turn) -> f64, better| {
            let figures = |turns: &[Turn]| Figure::new(turns.iter().map(figure).collect());
            figures(&with).ratio(&figures(&without), better).to_string()
        };
        table.row([
            name.to_owned(),
            ratio(|turn| turn.per_second, Better::More),
            target.to_owned(),
            ratio(|turn| turn.processor_time, Better::Less),
            format!("{:.0} %", 100.0 * dropped(&on)?),
        ]);
    }
    let how = format!(
        "The same service with and without, by turns, {} of {:?} each, with {CONNECTIONS} connections. The threads that \
         export share the server's core. Over 1 would mean that telemetry saves time; processor time is of all \
         threads. Dropped are the spans that the queue had no room for.",
        effort.rounds, effort.turn
    );
    Ok(Section { title: "What telemetry costs under load".to_owned(), how, tables: vec![table], plots: Vec::new() })
}

/// What one turn of load took.
#[derive(Clone, Copy, Debug)]
struct Turn {
    per_second: f64,
    /// Of one request, in seconds.
    processor_time: f64,
}

fn start(effort: &Effort, variables: &[(&'static str, String)], port: u16) -> anyhow::Result<Service> {
    let mut command = Command::new(binary("peer-toolkit", effort.profile()));
    command.envs(variables.iter().map(|(name, value)| (name, value)));
    Service::start(&command, port, &recommendations(10).path)
}

fn load(service: &Service, lasting: std::time::Duration) -> anyhow::Result<Turn> {
    let before = service.processor_time()?;
    let outcome = load::run(service.port, &recommendations(10), Load::Closed { connections: CONNECTIONS }, lasting)?;
    let taken = service.processor_time()?.saturating_sub(before);
    Ok(Turn { per_second: outcome.per_second(), processor_time: taken.as_secs_f64() / outcome.answered as f64 })
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
