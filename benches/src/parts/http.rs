//! The same endpoints behind each framework: requests per second, processor time, latency.

use std::time::Duration;

use crate::arguments::Effort;
use crate::compare::{Better, Figure};
use crate::contract::{self, item, ratings, recommendations};
use crate::load::{Load, Request};
use crate::peer::{self, ACTIX, AXUM, FASTAPI_ASYNC, FASTAPI_DEF, Peer, TOOLKIT};
use crate::plot;
use crate::report::{Plot, Section, Table, median, number, progress};
use crate::turns::{self, Taken, Turns, resent};

/// How many ratings a request has.
const RATINGS: usize = 50;
/// Rates of the open loop, in percent of what each service can do.
const LEVELS: [u32; 3] = [30, 60, 90];
/// The percentiles that are shown.
pub(crate) const PERCENTILES: [f64; 4] = [50.0, 90.0, 99.0, 99.9];

/// What was taken of each service under one load, in the order of the services.
struct Column {
    name: String,
    connections: usize,
    taken: Vec<Taken>,
}

/// Measures the peers; one that cannot be started, or answers otherwise than the others, is added to `faults`.
pub(crate) fn measure(effort: &Effort, faults: &mut Vec<String>) -> anyhow::Result<Vec<Section>> {
    let turns = start(effort, faults);
    let restless = turns.restless()?;
    for peer in &restless {
        progress(peer);
    }
    let names = turns.running.iter().map(|running| running.peer.name).collect::<Vec<_>>();
    let most = if effort.quick { 16 } else { 64 };
    let closed = closed(&turns, effort)?;
    let capacities = closed[if effort.quick { 0 } else { 2 }].taken.iter().map(|taken| taken.per_second.median());
    let capacities = capacities.collect::<Vec<_>>();

    let place = |peer: &Peer| names.iter().position(|name| *name == peer.name);
    let mut sections = vec![throughput(effort, &names, &closed, most, &restless)?];
    let equal = match open(&turns, effort, &capacities, place(&FASTAPI_ASYNC), most) {
        Ok((levels, equal)) => {
            sections.push(latency(effort, &names, &levels, equal.as_ref(), most)?);
            equal
        }
        // What was measured before is kept.
        Err(error) => {
            faults.push(format!("latency: {error:#}"));
            None
        }
    };
    if !effort.quick {
        sections.push(targets(&closed[1].taken, equal.as_ref(), place));
    }
    Ok(sections)
}

/// Requests are due at parts of what each service can do; and then, for all, at a part of what the service at `slow` can.
fn open(
    turns: &Turns,
    effort: &Effort,
    capacities: &[f64],
    slow: Option<usize>,
    connections: usize,
) -> anyhow::Result<(Vec<Column>, Option<Column>)> {
    let measure = |name: String, rate: &dyn Fn(usize) -> f64| {
        progress(&format!("measuring latency at {name}"));
        let load = |at| (recommendations(10), Load::Open { connections, per_second: rate(at) });
        anyhow::Ok(Column { taken: turns.take(effort, open_turn(effort), load)?, connections, name })
    };
    let levels =
        LEVELS.map(|level| measure(format!("{level} % of capacity"), &|at| capacities[at] * f64::from(level) / 100.0));
    let levels = levels.into_iter().collect::<anyhow::Result<Vec<_>>>()?;
    let equal = slow.map(|at| {
        let rate = 0.6 * capacities[at];
        measure(format!("{} requests per second", number(rate)), &|_| rate)
    });
    Ok((levels, equal.transpose()?))
}

/// Builds, starts and checks each peer.
fn start(effort: &Effort, faults: &mut Vec<String>) -> Turns {
    let mut turns = Turns::default();
    for peer in peer::http(effort) {
        progress(&format!("building, starting and checking {}", peer.name));
        match turns.start(peer, effort, &recommendations(10).path) {
            Ok(running) => faults.extend(contract::faults(peer, &running.service)),
            Err(error) => faults.push(format!("{error:#}")),
        }
    }
    turns
}

/// Each connection sends a request when it has the answer to the last one.
fn closed(turns: &Turns, effort: &Effort) -> anyhow::Result<Vec<Column>> {
    let get = |connections| (format!("GET recommendations, {}", plural(connections)), recommendations(10), connections);
    let gets: &[usize] = if effort.quick { &[16] } else { &[1, 16, 64] };
    let mut loads = gets.iter().copied().map(get).collect::<Vec<(String, Request, usize)>>();
    loads.push((format!("POST {RATINGS} ratings, 16 connections"), ratings(RATINGS), 16));
    loads.push(("GET an item, 16 connections".to_owned(), item(), 16));
    let measured = loads.into_iter().map(|(name, request, connections)| {
        progress(&format!("measuring {name}"));
        let load = |_| (request.clone(), Load::Closed { connections });
        Ok(Column { taken: turns.take(effort, turn(effort), load)?, connections, name })
    });
    measured.collect()
}

fn throughput(
    effort: &Effort,
    names: &[&str],
    closed: &[Column],
    most: usize,
    restless: &[String],
) -> anyhow::Result<Section> {
    let head = |first| std::iter::once(first).chain(closed.iter().map(|column| &*column.name)).collect::<Vec<_>>();
    let table = |first, cell: &dyn Fn(&Taken, usize) -> String| {
        let mut table = Table::new(&head(first));
        for (at, name) in names.iter().enumerate() {
            let cells = closed.iter().map(|column| cell(&column.taken[at], column.connections));
            table.row(std::iter::once((*name).to_owned()).chain(cells));
        }
        table
    };
    let tables = vec![
        table("requests per second", &Taken::throughput),
        table("processor time per request, µs", &|taken, _| median(&taken.processor, 1e6)),
        ratios(names, &closed[usize::from(!effort.quick)].taken),
    ];
    let how = format!(
        "Every service stays up on one core; the load comes from the other. Each has its turn of {:?} in each round (of \
         {}), after a warm-up. Each connection sends a request when it has the answer to the last one. The median of \
         the rounds, and half of the range in which the middle half of them lay. {}{} {}",
        turn(effort),
        effort.rounds,
        turns::unsaturated(),
        sent_again(names, closed),
        restless.join(" ")
    );
    let plots = closed.iter().filter(|column| column.name.ends_with(&format!("{most} connections"))).take(1);
    let plots = plots.map(|column| {
        let values = names.iter().zip(&column.taken).map(|(name, taken)| (*name, taken.per_second.median()));
        let shows = format!("Requests per second: {}", column.name);
        Ok(Plot { name: "throughput", svg: plot::bars(&shows, values.collect())?, shows })
    });
    let plots = plots.collect::<anyhow::Result<_>>()?;
    Ok(Section { title: "Requests per second".to_owned(), how: how.trim_end().to_owned(), tables, plots })
}

/// What each service was sent again, in all columns.
fn sent_again<'a>(names: &[&str], columns: impl IntoIterator<Item = &'a Column> + Clone) -> String {
    let of = |at: usize| columns.clone().into_iter().map(|column| column.taken[at].resent).sum();
    resent(names.iter().enumerate().map(|(at, name)| (*name, of(at))))
}

/// How many times as many requests each service answers as those that it is compared with.
fn ratios(names: &[&str], taken: &[Taken]) -> Table {
    let others = [AXUM, FASTAPI_ASYNC, FASTAPI_DEF].map(|peer| peer.name);
    let others = others.into_iter().filter_map(|other| Some((other, names.iter().position(|name| *name == other)?)));
    let others = others.collect::<Vec<_>>();
    let first = "requests per second, 16 connections, over those of";
    let head = std::iter::once(first).chain(others.iter().map(|(name, _)| *name)).collect::<Vec<_>>();
    let mut table = Table::new(&head);
    for (name, own) in names.iter().zip(taken) {
        let cell = |(other, at): &(&str, usize)| {
            if other == name {
                "1".to_owned()
            } else {
                own.per_second.ratio(&taken[*at].per_second, Better::More).to_string()
            }
        };
        table.row(std::iter::once((*name).to_owned()).chain(others.iter().map(cell)));
    }
    table
}

fn latency(
    effort: &Effort,
    names: &[&str],
    levels: &[Column],
    equal: Option<&Column>,
    most: usize,
) -> anyhow::Result<Section> {
    let mut tables = Vec::new();
    for column in levels.iter().chain(equal) {
        let first = format!("latency in µs, {}", column.name);
        let mut table = Table::new(&[&first, "answered per second", "p50", "p90", "p99", "p99.9"]);
        for (name, taken) in names.iter().zip(&column.taken) {
            let cells = percentiles(taken).map(|latency| number(latency * 1e6));
            table.row([(*name).to_owned(), number(taken.per_second.median())].into_iter().chain(cells));
        }
        tables.push(table);
    }
    let panels = levels.iter().map(|column| {
        let curves = names.iter().zip(&column.taken).map(|(name, taken)| (*name, percentiles(taken)));
        plot::Panel { caption: format!("at {}", column.name), curves: curves.collect() }
    });
    let shows = "Latency by percentile, each service at a part of its own capacity".to_owned();
    let plots = vec![Plot { name: "latency", svg: plot::curves(&shows, &panels.collect::<Vec<_>>())?, shows }];
    let how = format!(
        "`GET` of 10 recommendations over {most} connections. Requests are due at fixed times, whether or not answers \
         come, and what waits for a connection has waited: latency counts from when a request was due. Each service gets \
         a part of the requests per second that it answered with as many connections; then all get the same, 60 % of what \
         {} can do. Rounds: {}, in each of which each has its turn of {:?}; of all, one histogram.{}",
        FASTAPI_ASYNC.name,
        effort.rounds,
        open_turn(effort),
        sent_again(names, levels.iter().chain(equal)),
    );
    Ok(Section { title: "Latency".to_owned(), how, tables, plots })
}

/// How long a turn of the closed loop lasts.
fn turn(effort: &Effort) -> Duration {
    if effort.quick { effort.turn } else { effort.turn / 2 }
}

/// How long one of the open loop does: its rarest latencies want more requests.
fn open_turn(effort: &Effort) -> Duration {
    if effort.quick { effort.turn } else { effort.turn.mul_f64(0.65) }
}

fn plural(connections: usize) -> String {
    format!("{connections} connection{}", if connections == 1 { "" } else { "s" })
}

/// In seconds.
fn percentiles(taken: &Taken) -> [f64; 4] {
    PERCENTILES.map(|percent| taken.percentile(percent).as_secs_f64())
}

/// What the toolkit should be beside the others.
fn targets(closed: &[Taken], equal: Option<&Column>, place: impl Fn(&Peer) -> Option<usize>) -> Section {
    let mut table = Table::new(&["figure", "beside", "target", "measured", "verdict"]);
    let mut row =
        |figure: &str, other: &Peer, target: f64, taken: Option<&[Taken]>, of: fn(&Taken) -> &Figure, better| {
            let figures = (|| {
                let taken = taken?;
                Some((of(&taken[place(&TOOLKIT)?]), of(&taken[place(other)?])))
            })();
            let (measured, verdict) = match figures {
                Some((own, others)) => {
                    (own.ratio(others, better).to_string(), own.reaches(others, better, target).to_string())
                }
                None => ("not measured".to_owned(), "**missed**".to_owned()),
            };
            table.row([figure.to_owned(), other.name.to_owned(), number(target), measured, verdict]);
        };
    for (other, target) in [(AXUM, 0.97), (ACTIX, 1.0), (FASTAPI_DEF, 25.0), (FASTAPI_ASYNC, 12.0)] {
        row("requests per second", &other, target, Some(closed), |taken| &taken.per_second, Better::More);
    }
    let equal = equal.map(|column| &*column.taken);
    row("p99 at the same requests per second", &FASTAPI_ASYNC, 10.0, equal, |taken| &taken.p99, Better::Less);
    Section {
        title: "What the toolkit should be".to_owned(),
        how: "How many times as good the toolkit is as each other, with 16 connections; p99 at the same load, with 64."
            .to_owned(),
        tables: vec![table],
        plots: Vec::new(),
    }
}
