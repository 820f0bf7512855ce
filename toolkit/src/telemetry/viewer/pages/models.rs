use std::time::{Duration, SystemTime};

use maud::{Markup, html};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::{
    super::{models::CallsSummary, visible::Visible},
    frame::{Place, frame, live_switch},
    statistics::{cell, errors, histogram, rate},
    units::{count, duration_if_any, time_of_day},
};
use crate::telemetry::models::{Function, Model, Version};

/// Bars begin at this duration, with everything that is shorter in the first.
const SHORTEST: Duration = Duration::from_micros(8);
/// So many digits of an envelope's id tell it from others.
const DIGITS: usize = 12;

/// What each function of each model was asked.
pub(super) fn page(service: &str, models: &[Model], now: SystemTime) -> Markup {
    let rows: Vec<_> = models
        .iter()
        .flat_map(|model| model.functions.iter().map(move |function| (model, function)))
        .map(|(model, function)| (model, &**function, function.calls.summary(now)))
        .collect();
    let calls = rows.iter().map(|(.., calls)| calls.calls as usize).sum();
    let content = html! {
        div.heading {
            h1 { "Models" }
            p #count role="status" data-live="" {
                (count(models.len(), "model", "models")) ", " (count(calls, "call", "calls")) " since the start"
            }
            (live_switch())
        }
        div #rows data-live="" { @if rows.is_empty() { (nothing()) } @else { (table(&rows)) } }
    };
    frame(Place::Models, service, "Models", content)
}

fn nothing() -> Markup {
    html! {
        div.message {
            h2 { "No model" }
            p { "Give the app one, with " code { "App::model" } ", and look here again." }
        }
    }
}

fn table(rows: &[(&Model, &Function, CallsSummary)]) -> Markup {
    html! {
        // The roles stay when a narrow screen shows each row as a card.
        table.endpoints.models role="table" {
            caption.unseen { "Models" }
            thead role="rowgroup" {
                tr role="row" {
                    th scope="col" role="columnheader" { "Function" }
                    th scope="col" role="columnheader" { "Serves" }
                    th.number scope="col" role="columnheader" { "Calls" }
                    th.number scope="col" role="columnheader" { "Rows" }
                    th.number scope="col" role="columnheader" { "Errors" }
                    th.number scope="col" role="columnheader" { "p50" }
                    th.number scope="col" role="columnheader" { "p95" }
                    th.number scope="col" role="columnheader" { "p99" }
                    th scope="col" role="columnheader" { "Durations" span.unit { " 8 µs to 2 min" } }
                }
            }
            tbody role="rowgroup" { @for (model, function, calls) in rows { (row(model, function, calls)) } }
        }
        p.note { "Rates are of the last minute, errors and durations of the last five." }
    }
}

fn row(model: &Model, function: &Function, calls: &CallsSummary) -> Markup {
    let page = format!("models/{}", utf8_percent_encode(&model.name, NON_ALPHANUMERIC));
    let key = format!("{}.{}", model.name, function.name);
    html! {
        tr role="row" data-key=(Visible(&key)) {
            th scope="row" role="rowheader" {
                a href=(page) { (Visible(&model.name)) " " span.function { (Visible(&function.name)) } }
                @for path in &model.paths { div.path { (Visible(path)) "/" (Visible(&function.name)) } }
            }
            td.version role="cell" data-name="Serves" { (serving(model)) }
            (cell("Calls", html! { (calls.calls) (per_second(calls.calls_rate)) }))
            (cell("Rows", html! { (calls.rows) (per_second(calls.rows_rate)) }))
            (cell("Errors", errors(calls.failed, calls.recent, "failed call", "failed calls")))
            @for (name, part) in [("p50", 50), ("p95", 95), ("p99", 99)] {
                (cell(name, html! { (duration_if_any(calls.durations.percentile(part))) }))
            }
            td.histogram role="cell" { (histogram(&calls.durations, SHORTEST)) }
        }
    }
}

fn per_second(of: f64) -> Markup {
    html! { span.rate { (rate(of)) span.unit { "/s" } } }
}

/// The versions that serve now, and since when.
fn serving(model: &Model) -> Markup {
    let serving: Vec<_> = model.versions.iter().filter(|version| version.is_serving()).collect();
    html! {
        @for version in &serving {
            div { (id(version)) @if let Some(since) = version.since() { span.since { " since " (time_of_day(since)) } } }
        }
        @if serving.is_empty() { "none" }
    }
}

/// The id of a version's envelope, as short as it can be told by.
pub(super) fn id(version: &Version) -> Markup {
    let digits = version.id.strip_prefix("sha256:").unwrap_or(&version.id);
    let short = digits.get(..DIGITS).unwrap_or(digits);
    html! { code.id title=(Visible(&version.id)) { (Visible(short)) } }
}
