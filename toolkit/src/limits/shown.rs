use std::{fmt, time::Duration};

use super::{DeclaredLimits, Rate};

/// The limits as attributes have them, `timeout 2s, body 1 MiB`; `-` without any.
impl fmt::Display for DeclaredLimits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let limits = [
            self.timeout.map(|time| format!("timeout {}", duration(time))),
            self.body_limit.map(|size| format!("body {}", bytes(size))),
            self.concurrency.map(|count| format!("concurrency {count}")),
            self.rate.map(|rate| format!("rate {rate}")),
        ];
        let limits: Vec<_> = limits.into_iter().flatten().collect();
        f.write_str(if limits.is_empty() { "-".to_owned() } else { limits.join(", ") }.as_str())
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = match self.per.as_secs() {
            3600 => "h",
            60 => "m",
            _ => "s",
        };
        write!(f, "{}/{unit}", self.requests)
    }
}

/// A duration in the largest unit that tells it whole.
fn duration(time: Duration) -> String {
    let (number, unit) =
        whole(time.as_millis(), &[("h", 3_600_000), ("m", 60_000), ("s", 1000)]).unwrap_or((time.as_millis(), "ms"));
    format!("{number}{unit}")
}

/// A size in the largest unit that tells it whole.
fn bytes(size: usize) -> String {
    let units =
        [("GiB", 1 << 30), ("GB", 1_000_000_000), ("MiB", 1 << 20), ("MB", 1_000_000), ("KiB", 1 << 10), ("kB", 1000)];
    let (number, unit) = whole(size as u128, &units).unwrap_or((size as u128, "B"));
    format!("{number} {unit}")
}

fn whole(number: u128, units: &[(&'static str, u128)]) -> Option<(u128, &'static str)> {
    let mut fitting = units.iter().filter(|(_, factor)| number >= *factor && number.is_multiple_of(*factor));
    fitting.next().map(|(unit, factor)| (number / factor, *unit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_shown_as_attributes_have_them() {
        assert_eq!(DeclaredLimits::NONE.to_string(), "-");
        let rate = Some(Rate { requests: 100, per: Duration::from_mins(1) });
        let timeout = Some(Duration::from_millis(1500));
        let limits = DeclaredLimits { timeout, body_limit: Some(10 << 20), concurrency: Some(4), rate };
        assert_eq!(limits.to_string(), "timeout 1500ms, body 10 MiB, concurrency 4, rate 100/m");
    }

    #[test]
    fn a_quantity_is_shown_in_the_largest_unit_that_tells_it_whole() {
        assert_eq!(duration(Duration::from_hours(2)), "2h");
        assert_eq!(duration(Duration::from_secs(90)), "90s");
        assert_eq!(duration(Duration::ZERO), "0ms");
        assert_eq!([bytes(2_000_000), bytes(1 << 30), bytes(1001), bytes(0)], ["2 MB", "1 GiB", "1001 B", "0 B"]);
    }
}
