use std::{
    collections::{HashMap, HashSet},
    time::{Duration, SystemTime},
};

use maud::{Markup, html};
use opentelemetry::trace::SpanId;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::{
    super::{
        LogLine, cut,
        span::{self as read, since},
        trace::Trace,
        tree,
        visible::Visible,
    },
    frame::{Place, frame},
    span, status,
    units::{count, date_and_time, duration, percent},
};

/// One trace: what its request was, its spans in time, its log lines and its problem.
pub(super) fn page(service: &str, trace: &Trace) -> Markup {
    let name = trace.request().map_or("Trace", |request| &*request.name);
    let stretch = Stretch::of(trace);
    let content = html! {
        (heading(trace, name))
        @if !trace.spans().is_empty() {
            section aria-labelledby="spans" {
                h2 #spans { "Spans" }
                (waterfall(trace, &stretch))
            }
        }
        (other_lines(trace, &stretch))
        @if let Some(document) = trace.problem() { (problem(document)) }
    };
    frame(Place::Trace, service, name, content)
}

/// The time that a trace takes, which its bars are drawn in.
pub(super) struct Stretch {
    start: SystemTime,
    length: Duration,
}

impl Stretch {
    fn of(trace: &Trace) -> Self {
        let spans = trace.spans().iter();
        let starts = spans.clone().map(|span| span.start_time);
        let starts = starts.chain(trace.lines().iter().map(|line| line.time));
        let start = starts.min().unwrap_or(SystemTime::UNIX_EPOCH);
        let end = spans.map(|span| span.end_time).max().unwrap_or(start);
        Self { start, length: since(start, end) }
    }

    /// How long after the start of the trace something was.
    pub(super) fn offset(&self, time: SystemTime) -> Duration {
        since(self.start, time)
    }

    /// The place of a duration in the whole, as a part of a hundred.
    pub(super) fn percent(&self, of: Duration) -> String {
        percent(super::units::part(of, self.length))
    }
}

fn heading(trace: &Trace, name: &str) -> Markup {
    let id = trace.id().to_string();
    let left_out = trace.left_out();
    html! {
        div.heading {
            h1 { (Visible(name)) }
            @if let Some(request) = trace.request() { (status::chip(request, trace.failed())) }
        }
        @if trace.request().is_none() {
            p.note { "The request of this trace has not ended yet, or the trace has none. Load the page again to see more." }
        }
        dl.facts {
            @if let Some(request) = trace.request() {
                div { dt { "Duration" } dd { (duration(read::duration(request))) } }
                div { dt { "Started" } dd { (date_and_time(request.start_time)) } }
            }
            div { dt { "Spans" } dd { (trace.spans().len()) } }
            div { dt { "Log lines" } dd { (trace.lines().len()) } }
            div { dt { "Trace id" } dd { code.id { (id) } } }
        }
        @if left_out.spans + left_out.lines > 0 {
            p.note {
                "The trace is long: " (count(left_out.spans, "span", "spans")) " and "
                (count(left_out.lines, "log line", "log lines")) " of it were not kept."
            }
        }
        p.actions {
            @if trace.problem().is_some() { a.action href="#problem" { "Problem that was sent" } }
            @if cfg!(feature = "jaeger-ui") && !trace.spans().is_empty() {
                a.action href={ "../jaeger/trace/" (id) } { "Open in Jaeger" }
            }
            a.action href={ (id) "/otlp.json" } download { "Download OTLP JSON" }
            @if let Some(request) = trace.request() {
                @let endpoint = utf8_percent_encode(&request.name, NON_ALPHANUMERIC).to_string();
                a.action href={ (Place::Trace.to_traces()) "?endpoint=" (endpoint) } { "Traces of this endpoint" }
            }
        }
    }
}

fn waterfall(trace: &Trace, stretch: &Stretch) -> Markup {
    let mut lines: HashMap<SpanId, Vec<&LogLine>> = HashMap::new();
    for line in trace.lines() {
        lines.entry(line.span_id).or_default().push(line);
    }
    html! {
        div.scale aria-hidden="true" {
            @for quarter in 0..=4 { span { (duration(stretch.length * quarter / 4)) } }
        }
        ol.spans {
            @for node in tree::ordered(trace.spans()) {
                @let lines = lines.get(&read::id(node.span)).map_or(&[][..], Vec::as_slice);
                (span::item(&node, lines, stretch))
            }
        }
    }
}

/// The log lines whose span has not ended or is not kept.
fn other_lines(trace: &Trace, stretch: &Stretch) -> Markup {
    let ids: HashSet<SpanId> = trace.spans().iter().map(|span| read::id(span)).collect();
    let lines: Vec<&LogLine> =
        trace.lines().iter().map(|line| &**line).filter(|line| !ids.contains(&line.span_id)).collect();
    html! {
        @if !lines.is_empty() {
            section aria-labelledby="lines" {
                h2 #lines { "Log lines of other spans" }
                (span::log_lines(&lines, stretch))
            }
        }
    }
}

fn problem(document: &[u8]) -> Markup {
    let text = String::from_utf8_lossy(document);
    let pretty = serde_json::from_str::<serde_json::Value>(&text).and_then(|json| serde_json::to_string_pretty(&json));
    html! {
        section aria-labelledby="problem" {
            h2 #problem { "Problem that was sent" }
            @if document.len() >= cut::PROBLEM {
                p.note { "It is long: the first " (cut::PROBLEM / 1024) " KiB of it are kept." }
            }
            pre { (Visible(pretty.as_deref().unwrap_or(&text))) }
        }
    }
}
