use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, SystemTime},
};

use maud::{Markup, html};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::{
    super::{histogram::Histogram, models::CallsSummary, visible::Visible},
    frame::{Place, frame, live_switch},
    models::id,
    statistics::{errors, rate},
    units::{count, duration, duration_if_any, time_of_day},
};
use crate::telemetry::models::{Function, Model, Version};

/// Bars begin at this duration, and each is half a doubling.
const SHORTEST: Duration = Duration::from_micros(8);
const BUCKETS_OF_A_BAR: usize = 4;
const BAR: usize = 14;
const HEIGHT: u64 = 72;

/// One model: what each of its functions was asked, and the versions that have served.
pub(super) fn page(service: &str, model: &Model, now: SystemTime) -> Markup {
    let content = html! {
        div.heading { h1 { (Visible(&model.name)) } (live_switch()) }
        div #model data-live="" {
            @for each in &model.functions { (function(model, each, &each.calls.summary(now))) }
            (versions(model))
        }
    };
    frame(Place::Model, service, &model.name, content)
}

/// The page instead of a model that is not served.
pub(super) fn missing(service: &str, name: &str) -> Markup {
    let content = html! {
        div.message {
            h1 { "This model is not here" }
            p { "No model " code.id { (Visible(name)) } " has been served since the service started." }
            p { a.action href="../models" { "Show the models" } }
        }
    };
    frame(Place::Model, service, "Model not found", content)
}

fn function(model: &Model, function: &Function, calls: &CallsSummary) -> Markup {
    html! {
        section.function aria-label={ "Function " (Visible(&function.name)) } {
            h2 { (Visible(&function.name)) }
            @for path in &model.paths { (links(&format!("POST {path}/{}", function.name))) }
            dl.facts {
                (fact("Since the start", html! {
                    (count(calls.calls as usize, "call", "calls")) ", " (count(calls.rows as usize, "row", "rows"))
                }))
                (fact("Last minute", html! { (rate(calls.calls_rate)) " calls/s, " (rate(calls.rows_rate)) " rows/s" }))
                (fact("Errors", errors(calls.failed, calls.recent, "failed call", "failed calls")))
                (fact("Refused", html! { (calls.refused) }))
                @for (name, part) in [("p50", 50), ("p95", 95), ("p99", 99)] {
                    (fact(name, html! { (duration_if_any(calls.durations.percentile(part))) }))
                }
                @if let Some(median) = calls.waits.percentile(50) {
                    (fact("Queue p50", html! { (duration(median)) }))
                    (fact("Queue p95", html! { (duration_if_any(calls.waits.percentile(95))) }))
                }
            }
            div.figures {
                (figure("Durations", "call", "calls", &durations(&calls.durations)))
                (figure("Time in the queue", "call", "calls", &durations(&calls.waits)))
                (figure("Rows of a batch", "batch", "batches", &batches(calls)))
            }
        }
    }
}

fn fact(name: &str, value: Markup) -> Markup {
    html! { div { dt { (name) } dd { (value) } } }
}

/// The traces of an endpoint.
fn links(endpoint: &str) -> Markup {
    let traces = format!("{}?endpoint={}", Place::Model.to_traces(), utf8_percent_encode(endpoint, NON_ALPHANUMERIC));
    html! {
        p.links {
            code { (Visible(endpoint)) }
            " " a href=(traces) { "traces" }
            " " a href={ (traces) "&status=error" } { "errors" }
            " " a href={ (traces) "&order=slowest" } { "slowest" }
        }
    }
}

/// A bar: where it begins and ends, and how much it counts.
struct Bar {
    from: String,
    to: String,
    count: u64,
}

fn durations(histogram: &Histogram) -> Vec<Bar> {
    let edge = |number: usize| {
        let doubled = SHORTEST * 2_u32.saturating_pow((number / 2) as u32);
        duration(if number.is_multiple_of(2) { doubled } else { doubled * 3 / 2 })
    };
    let bars = histogram.bars(SHORTEST, BUCKETS_OF_A_BAR).into_iter().enumerate();
    bars.map(|(number, count)| Bar { from: edge(number), to: edge(number + 1), count }).collect()
}

fn batches(calls: &CallsSummary) -> Vec<Bar> {
    let bar = |(doublings, count): (usize, &u64)| Bar {
        from: (1_u64 << doublings).to_string(),
        to: ((2_u64 << doublings) - 1).to_string(),
        count: *count,
    };
    calls.batches.iter().enumerate().map(bar).collect()
}

/// So many bars are shown at least.
const FEWEST: usize = 9;

/// Bars from the first to the last that counts something; nothing if none does.
fn figure(name: &str, one: &str, many: &str, bars: &[Bar]) -> Markup {
    let counts = |bar: &Bar| bar.count > 0;
    let (Some(first), Some(last)) = (bars.iter().position(counts), bars.iter().rposition(counts)) else {
        return Markup::default();
    };
    let bars = &bars[first..bars.len().min((last + 1).max(first + FEWEST))];
    let (width, tallest) = (bars.len() * BAR, bars.iter().map(|bar| bar.count).max().unwrap_or(1));
    html! {
        figure {
            figcaption { (name) }
            svg role="img" aria-label=(name) viewBox={ "0 0 " (width) " " (HEIGHT) } width=(width) height=(HEIGHT) {
                @for (number, bar) in bars.iter().enumerate() {
                    @let height = if bar.count == 0 { 0 } else { (bar.count * HEIGHT / tallest).max(2) };
                    rect.track x=(number * BAR) y=(HEIGHT - 1) width=(BAR - 2) height="1" {}
                    rect.fill x=(number * BAR) y=(HEIGHT - height) width=(BAR - 2) height=(height) {
                        title { (bar.from) " to " (bar.to) ": " (count(bar.count as usize, one, many)) }
                    }
                }
            }
            p.ends { span { (bars[0].from) } span { (bars[bars.len() - 1].to) } }
        }
    }
}

fn versions(model: &Model) -> Markup {
    html! {
        section aria-labelledby="versions" {
            h2 #versions { "Versions" }
            table.endpoints.models role="table" {
                caption.unseen { "Versions" }
                thead role="rowgroup" {
                    tr role="row" {
                        th scope="col" role="columnheader" { "Envelope" }
                        th scope="col" role="columnheader" { "Since" }
                        th scope="col" role="columnheader" { "Until" }
                        th.number scope="col" role="columnheader" { "Calls" }
                        th.number scope="col" role="columnheader" { "Refused" }
                        th.number scope="col" role="columnheader" { "Failed" }
                    }
                }
                tbody role="rowgroup" {
                    // The newest first; one that never served is none.
                    @for each in model.versions.iter().rev() {
                        @if let Some(since) = each.since() { (version(each, since)) }
                    }
                }
            }
        }
    }
}

fn version(version: &Version, since: SystemTime) -> Markup {
    let cell =
        |name: &str, number: &AtomicU64| super::statistics::cell(name, html! { (number.load(Ordering::Relaxed)) });
    html! {
        tr role="row" {
            th scope="row" role="rowheader" { (id(version)) }
            td role="cell" data-name="Since" { (time_of_day(since)) }
            td role="cell" data-name="Until" {
                @match version.until() {
                    Some(until) => (time_of_day(until)),
                    None => span.chip.good { "serves now" },
                }
            }
            (cell("Calls", &version.calls))
            (cell("Refused", &version.refused))
            (cell("Failed", &version.failed))
        }
    }
}
