use std::time::Duration;

/// Each doubling of a duration is divided into so many buckets, as in an HDR histogram.
const PARTS: usize = 8;
/// The first bucket of a doubling above the one of 2²⁷ µs, or two minutes: longer ones count as that.
const BUCKETS: usize = PARTS * 26;

/// How often requests took how long, to an eighth of the duration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Histogram {
    buckets: [u32; BUCKETS],
}

impl Default for Histogram {
    fn default() -> Self {
        Self { buckets: [0; BUCKETS] }
    }
}

impl Histogram {
    /// Counts a request.
    pub(super) fn count(&mut self, duration: Duration) {
        let bucket = &mut self.buckets[bucket_of(duration)];
        *bucket = bucket.saturating_add(1);
    }

    /// Adds the counts of another one.
    pub(super) fn add(&mut self, other: &Self) {
        for (bucket, other) in self.buckets.iter_mut().zip(&other.buckets) {
            *bucket = bucket.saturating_add(*other);
        }
    }

    /// The duration that so many of a hundred requests did not exceed, or none without requests.
    pub(super) fn percentile(&self, hundredths: u64) -> Option<Duration> {
        let rank = (self.total() * hundredths).div_ceil(100).max(1);
        let mut before = 0;
        for (number, count) in self.buckets.iter().enumerate() {
            let count = u64::from(*count);
            if before + count >= rank && count > 0 {
                let inside = ((rank - before) as f64 - 0.5) / count as f64;
                let (start, end) = (start_of(number) as f64, start_of(number + 1) as f64);
                return Some(Duration::from_secs_f64((start + (end - start) * inside) / 1e6));
            }
            before += count;
        }
        None
    }

    /// The counts in `width` neighbouring buckets each, from the one of `from` on; shorter ones are in the first.
    pub(super) fn bars(&self, from: Duration, width: usize) -> Vec<u64> {
        let from = bucket_of(from);
        let sum = |buckets: &[u32]| buckets.iter().copied().map(u64::from).sum::<u64>();
        let mut bars: Vec<u64> = self.buckets[from..].chunks(width).map(sum).collect();
        if let Some(first) = bars.first_mut() {
            *first += sum(&self.buckets[..from]);
        }
        bars
    }

    /// How many were counted.
    fn total(&self) -> u64 {
        self.buckets.iter().copied().map(u64::from).sum()
    }
}

/// The bucket that a duration falls into.
fn bucket_of(duration: Duration) -> usize {
    let micros = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
    let Some(doublings) = micros.checked_ilog2().and_then(|log| log.checked_sub(PARTS.ilog2())) else {
        return micros as usize;
    };
    let part = (micros >> doublings) as usize - PARTS;
    (PARTS * (doublings as usize + 1) + part).min(BUCKETS - 1)
}

/// The shortest duration of a bucket, in microseconds.
fn start_of(bucket: usize) -> u64 {
    match (bucket / PARTS).checked_sub(1) {
        None => bucket as u64,
        Some(doublings) => ((PARTS + bucket % PARTS) as u64) << doublings,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(durations: impl IntoIterator<Item = u64>) -> Histogram {
        let mut histogram = Histogram::default();
        durations.into_iter().for_each(|micros| histogram.count(Duration::from_micros(micros)));
        histogram
    }

    #[test]
    fn percentiles_of_known_durations_are_right_to_the_width_of_a_bucket() {
        let histogram = of(1..=10_000);
        for (part, exact) in [(50, 5_000.0), (95, 9_500.0), (99, 9_900.0)] {
            let found = histogram.percentile(part).map_or(0.0, |duration| duration.as_secs_f64() * 1e6);
            assert!((found - exact).abs() / exact < 0.03, "{part}: {found} µs instead of {exact} µs");
        }
    }

    #[test]
    fn a_percentile_is_of_the_requests_and_not_of_the_durations() {
        let histogram = of(std::iter::repeat_n(1_000, 99).chain([10_000_000]));
        let median = histogram.percentile(50).map_or(0, |duration| duration.as_micros());
        let worst = histogram.percentile(100).map_or(0, |duration| duration.as_secs());
        assert!((900..1_100).contains(&median) && (9..=11).contains(&worst), "{median} µs, {worst} s");
    }

    #[test]
    fn without_requests_there_is_no_percentile() {
        assert_eq!(Histogram::default().percentile(50), None);
    }

    #[test]
    fn no_duration_is_too_short_or_too_long_to_count() {
        let mut histogram = Histogram::default();
        histogram.count(Duration::ZERO);
        histogram.count(Duration::MAX);
        assert_eq!(histogram.total(), 2);
    }

    #[test]
    fn bars_count_every_request_once() {
        let histogram = of([1, 50, 70, 3_000, 900_000_000]);
        let bars = histogram.bars(Duration::from_micros(64), 4);
        assert_eq!(bars.iter().sum::<u64>(), 5);
        assert_eq!(bars[0], 3);
    }

    proptest! {
        #[test]
        fn a_duration_is_in_the_bucket_that_it_falls_into(micros in 0_u64..1 << 28) {
            let bucket = bucket_of(Duration::from_micros(micros));
            prop_assert!(start_of(bucket) <= micros && micros < start_of(bucket + 1));
        }

        #[test]
        fn percentiles_are_within_an_eighth_of_the_exact_ones(mut durations in prop::collection::vec(8_u64..1 << 27, 1..200)) {
            let histogram = of(durations.iter().copied());
            durations.sort_unstable();
            for part in [50, 95, 99] {
                let exact = durations[(part as usize * durations.len()).div_ceil(100).max(1) - 1] as f64;
                let found = histogram.percentile(part).map_or(0.0, |duration| duration.as_secs_f64() * 1e6);
                prop_assert!((found - exact).abs() <= exact / 8.0 + 1.0, "{part}: {found} instead of {exact}");
            }
        }
    }
}
