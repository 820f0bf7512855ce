use std::{cmp::Reverse, sync::Arc, time::Duration};

use maud::{Markup, html};
use opentelemetry_sdk::trace::SpanData;

use super::{
    super::{
        filter::{Field, Filter, Order},
        span,
        trace::Trace,
        visible::Visible,
    },
    frame::{Place, frame, live_switch},
    status,
    units::{count, duration, part, percent, time_of_day},
};

/// So many traces are shown at once.
const MOST: usize = 200;

/// The list of traces that the filter lets through.
pub(super) fn page(service: &str, filter: &Filter, endpoints: &[Arc<str>], traces: Vec<Arc<Trace>>) -> Markup {
    let waiting = traces.iter().filter(|trace| trace.request().is_none()).count();
    let kept = traces.len() - waiting;
    let mut found: Vec<Row<'_>> = traces.iter().filter_map(|trace| Row::of(trace)).collect();
    found.retain(|row| filter.keeps(row.trace, row.request));
    match filter.order {
        Order::Newest => found.sort_by_key(|row| Reverse(row.request.start_time)),
        Order::Slowest => found.sort_by_key(|row| Reverse(row.took)),
    }
    let content = html! {
        div.heading {
            h1 { "Traces" }
            p #count role="status" data-live="" { (counted(found.len(), kept, waiting, filter)) }
            (live_switch())
        }
        (form(filter, endpoints))
        div #rows data-live="" {
            @if found.is_empty() { (nothing(kept)) } @else { (table(&found[..found.len().min(MOST)])) }
        }
    };
    frame(Place::Traces, service, "Traces", content)
}

struct Row<'a> {
    trace: &'a Trace,
    request: &'a SpanData,
    took: Duration,
}

impl<'a> Row<'a> {
    fn of(trace: &'a Trace) -> Option<Self> {
        let request = trace.request()?;
        Some(Self { trace, request, took: span::duration(request) })
    }
}

fn counted(found: usize, kept: usize, waiting: usize, filter: &Filter) -> Markup {
    html! {
        @if filter.is_empty() { (count(kept, "trace", "traces")) } @else { (found) " of " (count(kept, "trace", "traces")) }
        @if found > MOST { ", the first " (MOST) " are shown: filter to see others" }
        @if waiting > 0 { ", " (waiting) " without an ended request" }
    }
}

fn nothing(kept: usize) -> Markup {
    html! {
        div.message {
            @if kept == 0 {
                h2 { "No request yet" }
                p { "Send a request to the service and look here again: each one shows up as it ends." }
            } @else {
                h2 { "No trace matches" }
                p { "Widen the filter, or " a href=(Place::Traces.to_traces()) { "show all traces" } "." }
            }
        }
    }
}

fn form(filter: &Filter, endpoints: &[Arc<str>]) -> Markup {
    html! {
        form.filter method="get" action=(Place::Traces.to_traces()) role="search" aria-label="Filter the traces" {
            (field(&filter.endpoint, "endpoint", "Endpoint", "GET /items/{id}", Some("endpoints")))
            datalist #endpoints { @for name in endpoints { option value=(Visible(name)) {} } }
            (field(&filter.status, "status", "Status", "500, 4xx, error", None))
            (field(&filter.min, "min", "At least", "250ms, 1.5s", None))
            (field(&filter.trace, "trace", "Trace id", "its first digits", None))
            (field(&filter.text, "text", "Text", "in attributes, logs, problems", None))
            div.field {
                label for="order" { "Order" }
                select #order name="order" {
                    option value="newest" selected[filter.order == Order::Newest] { "Newest first" }
                    option value="slowest" selected[filter.order == Order::Slowest] { "Slowest first" }
                }
            }
            div.buttons {
                button.primary type="submit" { "Filter" }
                a.action href=(Place::Traces.to_traces()) { "Clear" }
            }
        }
    }
}

fn field<T>(field: &Field<T>, name: &str, label: &str, example: &str, list: Option<&str>) -> Markup {
    let fault_id = format!("{name}-fault");
    let described = field.fault.as_ref().map(|_| &fault_id);
    html! {
        div.field {
            label for=(name) { (label) }
            input id=(name) name=(name) type="text" value=(field.typed) placeholder=(example) list=[list]
                autocomplete="off" spellcheck="false" aria-invalid=[described.map(|_| "true")]
                aria-describedby=[described];
            @if let Some(fault) = &field.fault {
                p.fault id=(fault_id) { "“" (Visible(&field.typed)) "” " (fault) }
            }
        }
    }
}

fn table(rows: &[Row<'_>]) -> Markup {
    let longest = rows.iter().map(|row| row.took).max().unwrap_or_default();
    html! {
        table.traces {
            caption.unseen { "Traces" }
            thead {
                tr {
                    th scope="col" { "Time" span.unit { " UTC" } }
                    th scope="col" { "Endpoint" }
                    th scope="col" { "Status" }
                    th.duration scope="col" { "Duration" }
                    th.number.wide scope="col" { "Spans" }
                    th.number.wide scope="col" { "Logs" }
                    th.wide scope="col" { "Trace" }
                }
            }
            tbody { @for each in rows { (row(each, longest)) } }
        }
    }
}

fn row(row: &Row<'_>, longest: Duration) -> Markup {
    let id = row.trace.id().to_string();
    let failed = row.trace.failed();
    html! {
        tr data-key=(id) {
            td.time { (time_of_day(row.request.start_time)) }
            th scope="row" { a href={ (Place::Traces.below_traces()) (id) } { (Visible(&row.request.name)) } }
            td { (status::chip(row.request, failed)) }
            td.took {
                div {
                    span { (duration(row.took)) }
                    svg.bar.bad[failed] width="100%" height="4" aria-hidden="true" {
                        rect.track width="100%" height="4" rx="2" {}
                        rect.fill width=(percent(part(row.took, longest).max(0.01))) height="4" rx="2" {}
                    }
                }
            }
            td.number.wide { (row.trace.spans().len()) }
            td.number.wide { (row.trace.lines().len()) }
            td.wide { code { (&id[..8]) } }
        }
    }
}
