use maud::{Markup, html};
use opentelemetry_sdk::trace::SpanData;

use super::super::{span, visible::Visible};

/// How a request ended, in words and a colour.
pub(super) fn chip(request: &SpanData, failed: bool) -> Markup {
    let error = span::attribute(request, "error.type").map(opentelemetry::Value::as_str);
    match (span::status_code(request), error) {
        (Some(code), _) => html! {
            span class=(class(code, failed)) { (code) @if failed && code < 500 { " error" } }
        },
        (None, Some(error)) => html! { span.chip.bad { (Visible(&error)) } },
        (None, None) if failed => html! { span.chip.bad { "error" } },
        (None, None) => html! { span.chip { "no answer" } },
    }
}

fn class(code: u16, failed: bool) -> &'static str {
    match code {
        _ if failed => "chip bad",
        ..300 => "chip good",
        300..400 => "chip info",
        400..500 => "chip warn",
        _ => "chip bad",
    }
}
