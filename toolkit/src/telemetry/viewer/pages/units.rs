//! Times, durations and numbers as they are shown.

use std::time::{Duration, SystemTime};

use maud::{Markup, html};

/// A duration with three digits, in the unit that fits it.
pub(super) fn duration(duration: Duration) -> String {
    let micros = duration.as_secs_f64() * 1e6;
    match micros {
        ..999.5 => format!("{micros:.0} µs"),
        ..9_995.0 => format!("{:.2} ms", micros / 1e3),
        ..99_950.0 => format!("{:.1} ms", micros / 1e3),
        ..999_500.0 => format!("{:.0} ms", micros / 1e3),
        ..9_995_000.0 => format!("{:.2} s", micros / 1e6),
        ..60_000_000.0 => format!("{:.1} s", micros / 1e6),
        _ => format!("{} min {:02} s", duration.as_secs() / 60, duration.as_secs() % 60),
    }
}

/// A duration, or a dash where there is none.
pub(super) fn duration_if_any(found: Option<Duration>) -> String {
    found.map_or_else(|| "–".to_owned(), duration)
}

/// The date and time of day in UTC.
pub(super) fn date_and_time(time: SystemTime) -> String {
    formatted(time, "%Y-%m-%d %H:%M:%S%.3f UTC")
}

/// The time of day in UTC as an element that also tells the date.
pub(super) fn time_of_day(time: SystemTime) -> Markup {
    html! {
        time datetime=(formatted(time, "%Y-%m-%dT%H:%M:%S%.3fZ")) title=(date_and_time(time)) {
            span.date { (formatted(time, "%m-%d ")) }
            (formatted(time, "%H:%M:%S"))
            span.fraction { (formatted(time, "%.3f")) }
        }
    }
}

/// How many there are of something.
pub(super) fn count(number: usize, one: &str, many: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {many}") }
}

/// A part of a hundred for an SVG coordinate.
pub(super) fn percent(part: f64) -> String {
    format!("{:.2}%", part.clamp(0.0, 1.0) * 100.0)
}

/// The part that a duration is of a whole, where nothing of nothing is nothing.
pub(super) fn part(of: Duration, whole: Duration) -> f64 {
    if whole.is_zero() { 0.0 } else { of.as_secs_f64() / whole.as_secs_f64() }
}

fn formatted(time: SystemTime, format: &str) -> String {
    jiff::Timestamp::try_from(time).map_or_else(|_| "?".to_owned(), |time| time.strftime(format).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_three_digits_in_the_unit_that_fits() {
        for (micros, shown) in [
            (0, "0 µs"),
            (999, "999 µs"),
            (1_234, "1.23 ms"),
            (12_345, "12.3 ms"),
            (250_000, "250 ms"),
            (999_600, "1.00 s"),
            (1_500_000, "1.50 s"),
            (59_000_000, "59.0 s"),
            (125_000_000, "2 min 05 s"),
        ] {
            assert_eq!(duration(Duration::from_micros(micros)), shown);
        }
    }
}
