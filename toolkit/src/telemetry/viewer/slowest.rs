use std::time::Duration;

use opentelemetry::trace::TraceId;

/// So many of the slowest traces of each endpoint are kept longer than others.
const EACH: usize = 5;

/// The slowest traces of each endpoint, which is told by its number.
#[derive(Default)]
pub(super) struct Slowest {
    endpoints: Vec<Vec<(Duration, TraceId)>>,
}

/// Whether a trace is one of the slowest of its endpoint.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Entry {
    /// It is not.
    Refused,
    /// It is, and so another one may be no longer.
    Entered { displaced: Option<TraceId> },
}

impl Slowest {
    /// Enters a trace if it is among the slowest, in the place of the fastest of them.
    pub(super) fn enter(&mut self, endpoint: usize, id: TraceId, duration: Duration) -> Entry {
        if self.endpoints.len() <= endpoint {
            self.endpoints.resize_with(endpoint + 1, Vec::new);
        }
        let traces = &mut self.endpoints[endpoint];
        if traces.len() < EACH {
            traces.push((duration, id));
            return Entry::Entered { displaced: None };
        }
        match traces.iter_mut().min_by_key(|(duration, _)| *duration) {
            Some(fastest) if fastest.0 < duration => {
                let displaced = std::mem::replace(fastest, (duration, id)).1;
                Entry::Entered { displaced: Some(displaced) }
            }
            _ => Entry::Refused,
        }
    }

    /// Whether a request of this duration would be among the slowest.
    pub(super) fn would_enter(&self, endpoint: usize, duration: Duration) -> bool {
        let traces = self.endpoints.get(endpoint).map_or(&[][..], Vec::as_slice);
        traces.len() < EACH || traces.iter().any(|(fastest, _)| *fastest < duration)
    }

    /// Takes a trace out, if it is in.
    pub(super) fn forget(&mut self, endpoint: usize, id: TraceId) {
        if let Some(traces) = self.endpoints.get_mut(endpoint) {
            traces.retain(|(_, other)| *other != id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_slower_trace_displaces_the_fastest_of_the_slowest() {
        let mut slowest = Slowest::default();
        for number in 1..=5_u64 {
            let entry = slowest.enter(0, u128::from(number).into(), Duration::from_secs(number));
            assert_eq!(entry, Entry::Entered { displaced: None });
        }
        assert_eq!(slowest.enter(0, 9.into(), Duration::from_secs(1)), Entry::Refused);
        assert_eq!(slowest.enter(0, 10.into(), Duration::from_secs(3)), Entry::Entered { displaced: Some(1.into()) });
        assert_eq!(slowest.enter(1, 11.into(), Duration::ZERO), Entry::Entered { displaced: None });
    }
}
