//! Rates, errors and durations as they are shown.

use std::time::Duration;

use maud::{Markup, html};

use super::{
    super::histogram::Histogram,
    units::{count, duration},
};

/// So many buckets are one bar: half a doubling of the duration.
const BUCKETS_OF_A_BAR: usize = 4;
const BAR: usize = 3;
const HEIGHT: u64 = 28;

/// A cell of a number, with the name that it has on a narrow screen.
pub(super) fn cell(name: &str, content: Markup) -> Markup {
    html! { td.number role="cell" data-name=(name) { span { (content) } } }
}

/// So many in a second.
pub(super) fn rate(rate: f64) -> String {
    match rate {
        0.0 => "0".to_owned(),
        ..0.01 => "< 0.01".to_owned(),
        ..10.0 => format!("{rate:.2}"),
        ..100.0 => format!("{rate:.1}"),
        _ => format!("{rate:.0}"),
    }
}

/// The share of requests, or of what `one` and `many` say, that failed.
pub(super) fn errors(failed: u64, all: u64, one: &str, many: &str) -> Markup {
    let share = failed as f64 / all.max(1) as f64 * 100.0;
    html! {
        @match failed {
            0 => "0 %",
            failed => span.chip.bad title=(count(failed as usize, one, many)) {
                @if share < 0.1 { "< 0.1 %" } @else { (format!("{share:.1} %")) }
            }
        }
    }
}

/// Bars from a duration on, with everything that is shorter in the first.
pub(super) fn histogram(durations: &Histogram, from: Duration) -> Markup {
    let bars = durations.bars(from, BUCKETS_OF_A_BAR);
    let width = bars.len() * BAR;
    let tallest = bars.iter().copied().max().unwrap_or(0).max(1);
    let told = told(durations);
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
