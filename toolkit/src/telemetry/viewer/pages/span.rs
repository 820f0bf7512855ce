use maud::{Markup, html};
use opentelemetry::{
    KeyValue,
    trace::{Event, SpanId, SpanKind, Status},
};
use opentelemetry_sdk::trace::SpanData;

use super::{
    super::{LogLine, span, tree::Node, visible::Visible},
    trace::Stretch,
    units::duration,
};

/// Deeper spans are not moved in further: there would be no place left for their names.
const DEEPEST: usize = 12;

/// A span as a line of the waterfall, with everything about it folded away below.
pub(super) fn item(node: &Node<'_>, lines: &[&LogLine], stretch: &Stretch) -> Markup {
    let span = node.span;
    let failed = span::failed(span);
    let took = span::duration(span);
    let tells_more = failed || !span.events.events.is_empty();
    html! {
        li class={ "depth-" (node.depth.min(DEEPEST)) } {
            details open[tells_more] {
                summary {
                    span.name {
                        span.unseen { "Level " (node.depth + 1) ": " }
                        span.text { (Visible(&span.name)) }
                        @if let Some(kind) = kind(&span.span_kind) { span.kind { (kind) } }
                        @if failed { span.chip.bad { "error" } }
                    }
                    svg.bar.bad[failed] width="100%" height="12" aria-hidden="true" {
                        rect.fill x=(stretch.percent(stretch.offset(span.start_time))) width=(stretch.percent(took))
                            height="12" rx="2" {}
                    }
                    span.took { (duration(took)) }
                }
                div.about { (about(span, lines, stretch)) }
            }
        }
    }
}

/// Log lines as a table.
pub(super) fn log_lines(lines: &[&LogLine], stretch: &Stretch) -> Markup {
    html! {
        table.lines {
            caption { "Log lines" }
            thead { tr { th scope="col" { "After" } th scope="col" { "Level" } th scope="col" { "Message" } } }
            tbody {
                @for line in lines {
                    tr {
                        td.number { "+" (duration(stretch.offset(line.time))) }
                        td { span class={ "level " (line.level.as_str().to_ascii_lowercase()) } { (line.level.as_str()) } }
                        td {
                            span.text { (Visible(&line.message)) }
                            @for (name, value) in &line.fields {
                                " " span.pair { span.key { (Visible(name)) "=" } (Visible(value)) }
                            }
                            " " span.target { (Visible(&line.target)) }
                        }
                    }
                }
            }
        }
    }
}

fn about(span: &SpanData, lines: &[&LogLine], stretch: &Stretch) -> Markup {
    html! {
        dl.facts {
            div { dt { "Starts after" } dd { (duration(stretch.offset(span.start_time))) } }
            div { dt { "Span id" } dd { code.id { (span::id(span)) } } }
            @if span.parent_span_id != SpanId::INVALID {
                div {
                    dt { "Parent" }
                    dd { code.id { (span.parent_span_id) } @if span.parent_span_is_remote { " in another service" } }
                }
            }
            @if let Status::Error { description } = &span.status && !description.is_empty() {
                div { dt { "Error" } dd { (Visible(description)) } }
            }
            @if !span.instrumentation_scope.name().is_empty() {
                div { dt { "Recorded by" } dd { (Visible(span.instrumentation_scope.name())) } }
            }
        }
        @for each in &span.events.events { (event(each, stretch)) }
        @for link in &span.links.links {
            @let id = link.span_context.trace_id().to_string();
            p { "Linked to a span of trace " a href=(id) { code { (id) } } }
        }
        (attributes("Attributes", &span.attributes, span.dropped_attributes_count))
        @if !lines.is_empty() { (log_lines(lines, stretch)) }
        @if span.events.dropped_count > 0 { p.note { (span.events.dropped_count) " more events were not kept." } }
    }
}

/// An event, with what it says first.
fn event(event: &Event, stretch: &Stretch) -> Markup {
    let is_bad = matches!(&*event.name, "exception" | "violation");
    let says = ["message", "exception.message"];
    let message = event.attributes.iter().find(|attribute| says.contains(&attribute.key.as_str()));
    let rest: Vec<_> =
        event.attributes.iter().filter(|attribute| !says.contains(&attribute.key.as_str())).cloned().collect();
    html! {
        div.event.bad[is_bad] {
            p {
                span.offset { "+" (duration(stretch.offset(event.timestamp))) }
                strong { (Visible(&event.name)) }
                @if let Some(message) = message { span.text { (Visible(&message.value.as_str())) } }
            }
            (attributes("Attributes of the event", &rest, event.dropped_attributes_count))
        }
    }
}

fn attributes(caption: &str, attributes: &[KeyValue], dropped: u32) -> Markup {
    html! {
        @if !attributes.is_empty() {
            // The roles stay when a narrow screen shows each value below its name.
            table.attributes role="table" {
                caption { (caption) }
                thead.unseen role="rowgroup" {
                    tr role="row" {
                        th scope="col" role="columnheader" { "Name" }
                        th scope="col" role="columnheader" { "Value" }
                    }
                }
                tbody role="rowgroup" {
                    @for attribute in attributes {
                        tr role="row" {
                            th scope="row" role="rowheader" { (Visible(attribute.key.as_str())) }
                            td role="cell" { (Visible(&attribute.value.as_str())) }
                        }
                    }
                }
            }
        }
        @if dropped > 0 { p.note { (dropped) " more attributes were not kept." } }
    }
}

/// What a span is called besides its name, where that is worth telling.
fn kind(kind: &SpanKind) -> Option<&'static str> {
    match kind {
        SpanKind::Internal => None,
        SpanKind::Server => Some("server"),
        SpanKind::Client => Some("client"),
        SpanKind::Producer => Some("producer"),
        SpanKind::Consumer => Some("consumer"),
    }
}
