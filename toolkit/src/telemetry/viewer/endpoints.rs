use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, SystemTime},
};

use super::{
    histogram::Histogram,
    ring::{Ring, Stretch, WINDOW},
};

/// So many endpoints are told apart; a further one counts as [`OTHER`].
const MOST: usize = 128;
/// What all endpoints past the first [`MOST`] are called.
const OTHER: &str = "other";
/// What each endpoint did lately, of all requests and not only those that are kept.
pub(super) struct Endpoints {
    since: SystemTime,
    numbers: HashMap<Arc<str>, usize>,
    endpoints: Vec<Endpoint>,
}

/// What an endpoint did in the last five minutes.
#[derive(Debug)]
pub(super) struct EndpointSummary {
    /// The endpoint's method and path.
    pub(super) name: Arc<str>,
    /// So many requests ended.
    pub(super) requests: u64,
    /// So many of them failed.
    pub(super) failed: u64,
    /// Requests per second.
    pub(super) rate: f64,
    /// How long they took.
    pub(super) durations: Histogram,
}

/// The slots of one endpoint.
struct Endpoint {
    name: Arc<str>,
    slots: Ring<Slot>,
}

/// What happened in ten seconds.
#[derive(Clone, Default)]
struct Slot {
    requests: u32,
    failed: u32,
    durations: Histogram,
}

impl Endpoints {
    /// Statistics that begin at a time.
    pub(super) fn new(since: SystemTime) -> Self {
        Self { since, numbers: HashMap::new(), endpoints: Vec::new() }
    }

    /// Counts a request, and gives the number of its endpoint.
    pub(super) fn count(&mut self, name: &str, duration: Duration, failed: bool, end: SystemTime) -> usize {
        let number = self.number(name);
        let slot = self.endpoints[number].slots.at(end);
        slot.requests = slot.requests.saturating_add(1);
        slot.failed = slot.failed.saturating_add(u32::from(failed));
        slot.durations.count(duration);
        number
    }

    /// The names of all endpoints that were called.
    pub(super) fn names(&self) -> Vec<Arc<str>> {
        self.endpoints.iter().map(|endpoint| endpoint.name.clone()).collect()
    }

    /// What each endpoint did in the time before `now`.
    pub(super) fn summaries(&self, now: SystemTime) -> Vec<EndpointSummary> {
        let stretch = Stretch::before(now, WINDOW, self.since);
        self.endpoints.iter().map(|endpoint| endpoint.summary(&stretch)).collect()
    }

    /// The number of an endpoint, a new one if it has none.
    fn number(&mut self, name: &str) -> usize {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        if self.endpoints.len() < MOST || name == OTHER {
            let number = self.endpoints.len();
            let name: Arc<str> = name.into();
            self.numbers.insert(name.clone(), number);
            self.endpoints.push(Endpoint { name, slots: Ring::default() });
            return number;
        }
        self.number(OTHER)
    }
}

impl Endpoint {
    /// The slots of a stretch together.
    fn summary(&self, stretch: &Stretch) -> EndpointSummary {
        let mut summary = EndpointSummary {
            name: self.name.clone(),
            requests: 0,
            failed: 0,
            rate: 0.0,
            durations: Histogram::default(),
        };
        for slot in self.slots.of(stretch) {
            summary.requests += u64::from(slot.requests);
            summary.failed += u64::from(slot.failed);
            summary.durations.add(&slot.durations);
        }
        summary.rate = summary.requests as f64 / stretch.seconds;
        summary
    }
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;

    fn at(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(1_000_000 + seconds)
    }

    #[test]
    fn requests_errors_and_rate_are_of_the_last_five_minutes() {
        let mut endpoints = Endpoints::new(at(0));
        endpoints.count("GET /a", Duration::from_millis(1), true, at(0));
        for second in 200..300 {
            endpoints.count("GET /a", Duration::from_millis(1), second % 4 == 0, at(second));
        }
        let summary = &endpoints.summaries(at(490))[0];
        assert_eq!((summary.requests, summary.failed), (100, 25));
        assert!((summary.rate - 100.0 / 290.0).abs() < 0.001, "{}", summary.rate);
        assert_eq!(endpoints.summaries(at(10_000))[0].requests, 0);
    }

    #[test]
    fn a_young_service_s_rate_is_that_of_its_life() {
        let mut endpoints = Endpoints::new(at(0));
        for _ in 0..20 {
            endpoints.count("GET /a", Duration::from_millis(1), false, at(1));
        }
        assert!((endpoints.summaries(at(2))[0].rate - 10.0).abs() < 0.001);
    }

    #[test]
    fn endpoints_past_the_bound_count_together() {
        let mut endpoints = Endpoints::new(at(0));
        for number in 0..1000 {
            endpoints.count(&format!("GET /{number}"), Duration::ZERO, false, at(1));
        }
        let summaries = endpoints.summaries(at(1));
        assert_eq!(summaries.len(), MOST + 1);
        let other = summaries.iter().find(|summary| &*summary.name == OTHER).map(|other| other.requests);
        assert_eq!(other, Some(1000 - MOST as u64));
    }

    #[test]
    fn a_clock_that_is_set_back_loses_no_later_request() {
        let mut endpoints = Endpoints::new(at(1000));
        endpoints.count("GET /a", Duration::ZERO, false, at(1000));
        endpoints.count("GET /a", Duration::ZERO, false, at(100));
        assert_eq!(endpoints.summaries(at(100))[0].requests, 1);
    }
}
