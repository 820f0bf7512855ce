use std::time::Duration;

use maud::{Markup, html};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::{
    super::{endpoints::EndpointSummary, ring::WINDOW, visible::Visible},
    frame::{Place, frame, live_switch},
    statistics::{cell, errors, histogram, rate},
    units::{count, duration_if_any},
};

/// Bars begin at this duration, with everything that is shorter in the first.
const SHORTEST: Duration = Duration::from_micros(64);

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
            (cell("Errors", errors(endpoint.failed, endpoint.requests, "failed request", "failed requests")))
            @for (name, part) in [("p50", 50), ("p95", 95), ("p99", 99)] {
                (cell(name, html! { (duration_if_any(endpoint.durations.percentile(part))) }))
            }
            td.histogram role="cell" { (histogram(&endpoint.durations, SHORTEST)) }
            td.links role="cell" {
                a href={ (traces) "&status=error" } aria-label={ "Errors of " (Visible(&endpoint.name)) } { "errors" }
                a href={ (traces) "&order=slowest" } aria-label={ "Slowest of " (Visible(&endpoint.name)) } { "slowest" }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{super::super::histogram::Histogram, *};

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
