use std::time::Duration;

use maud::{Markup, html};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::{
    super::{endpoints::EndpointSummary, histogram::Histogram, ring::WINDOW, visible::Visible},
    frame::{Place, frame, live_switch},
    units::{count, duration, duration_if_any},
};

/// Bars begin at this duration, with everything that is shorter in the first.
const SHORTEST: Duration = Duration::from_micros(64);
/// So many buckets are one bar: half a doubling of the duration.
const BUCKETS_OF_A_BAR: usize = 4;
const BAR: usize = 3;
const HEIGHT: u64 = 28;

/// What each endpoint did in the last minutes.
pub(super) fn page(service: &str, mut endpoints: Vec<EndpointSummary>) -> Markup {
    endpoints.sort_by(|a, b| b.requests.cmp(&a.requests).then_with(|| a.name.cmp(&b.name)));
    let requests: u64 = endpoints.iter().map(|endpoint| endpoint.requests).sum();
    let content = html! {
        div.heading {
            h1 { "Endpoints" }
            p #count role="status" data-live="" {
                (count(requests as usize, "request", "requests")) " in the last " (WINDOW.as_secs() / 60) " minutes"
            }
            (live_switch())
        }
        div #rows data-live="" { @if endpoints.is_empty() { (nothing()) } @else { (table(&endpoints)) } }
    };
    frame(Place::Endpoints, service, "Endpoints", content)
}

fn nothing() -> Markup {
    html! {
        div.message {
            h2 { "No request yet" }
            p { "Send a request to the service and look here again: each endpoint shows up with its first one." }
        }
    }
}

fn table(endpoints: &[EndpointSummary]) -> Markup {
    html! {
        // The roles stay when a narrow screen shows each row as a card.
        table.endpoints role="table" {
            caption.unseen { "Endpoints" }
            thead role="rowgroup" {
                tr role="row" {
                    th scope="col" role="columnheader" { "Endpoint" }
                    th.number scope="col" role="columnheader" { "Rate" }
                    th.number scope="col" role="columnheader" { "Errors" }
                    th.number scope="col" role="columnheader" { "p50" }
                    th.number scope="col" role="columnheader" { "p95" }
                    th.number scope="col" role="columnheader" { "p99" }
                    th scope="col" role="columnheader" { "Durations" span.unit { " 64 µs to 2 min" } }
                    th scope="col" role="columnheader" { "Traces" }
                }
            }
            tbody role="rowgroup" { @for endpoint in endpoints { (row(endpoint)) } }
        }
    }
}

fn row(endpoint: &EndpointSummary) -> Markup {
    let traces =
        format!("{}?endpoint={}", Place::Endpoints.to_traces(), utf8_percent_encode(&endpoint.name, NON_ALPHANUMERIC));
    html! {
        tr role="row" data-key=(Visible(&endpoint.name)) {
            th scope="row" role="rowheader" { a href=(traces) { (Visible(&endpoint.name)) } }
            (cell("Rate", html! { (rate(endpoint.rate)) span.unit { "/s" } }))
            (cell("Errors", errors(endpoint)))
            @for (name, part) in [("p50", 50), ("p95", 95), ("p99", 99)] {
                (cell(name, html! { (duration_if_any(endpoint.durations.percentile(part))) }))
            }
            td.histogram role="cell" { (histogram(endpoint)) }
            td.links role="cell" {
                a href={ (traces) "&status=error" } aria-label={ "Errors of " (Visible(&endpoint.name)) } { "errors" }
                a href={ (traces) "&order=slowest" } aria-label={ "Slowest of " (Visible(&endpoint.name)) } { "slowest" }
            }
        }
    }
}

fn cell(name: &str, content: Markup) -> Markup {
    html! { td.number role="cell" data-name=(name) { span { (content) } } }
}

fn rate(rate: f64) -> String {
    match rate {
        0.0 => "0".to_owned(),
        ..0.01 => "< 0.01".to_owned(),
        ..10.0 => format!("{rate:.2}"),
        ..100.0 => format!("{rate:.1}"),
        _ => format!("{rate:.0}"),
    }
}

fn errors(endpoint: &EndpointSummary) -> Markup {
    let share = endpoint.failed as f64 / endpoint.requests.max(1) as f64 * 100.0;
    html! {
        @match endpoint.failed {
            0 => "0 %",
            failed => span.chip.bad title=(count(failed as usize, "failed request", "failed requests")) {
                @if share < 0.1 { "< 0.1 %" } @else { (format!("{share:.1} %")) }
            }
        }
    }
}

fn histogram(endpoint: &EndpointSummary) -> Markup {
    let bars = endpoint.durations.bars(SHORTEST, BUCKETS_OF_A_BAR);
    let width = bars.len() * BAR;
    let tallest = bars.iter().copied().max().unwrap_or(0).max(1);
    let told = told(&endpoint.durations);
    html! {
        svg role="img" aria-label=(told) viewBox={ "0 0 " (width) " " (HEIGHT) } width=(width) height=(HEIGHT) {
            title { (told) }
            rect.track y=(HEIGHT - 1) width=(width) height="1" {}
            @for (number, count) in bars.into_iter().enumerate().filter(|(_, count)| *count > 0) {
                // A single slow request is what one looks for: it has a bar that can be seen.
                @let height = (count * HEIGHT / tallest).max(2);
                rect.fill x=(number * BAR) y=(HEIGHT - height) width=(BAR - 1) height=(height) {}
            }
        }
    }
}

fn told(durations: &Histogram) -> String {
    match (durations.percentile(0), durations.percentile(50), durations.percentile(100)) {
        (Some(shortest), Some(median), Some(longest)) => format!(
            "Durations from about {} to {}, half of them below {}",
            duration(shortest),
            duration(longest),
            duration(median),
        ),
        _ => "No request in the last minutes".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn an_endpoint_without_requests_of_late_is_shown() {
        let idle = EndpointSummary {
            name: Arc::from("GET /idle"),
            requests: 0,
            failed: 0,
            rate: 0.0,
            durations: Histogram::default(),
        };
        let page = page("shop", vec![idle]).into_string();
        assert!(page.contains("GET /idle") && page.contains("No request in the last minutes"), "{page}");
    }
}
