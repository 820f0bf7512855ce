use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use super::{histogram::Histogram, span::since};

/// So many endpoints are told apart; a further one counts as [`OTHER`].
const MOST: usize = 128;
/// What all endpoints past the first [`MOST`] are called.
const OTHER: &str = "other";
/// The time of a slot, in seconds.
const SLOT: u64 = 10;
const SLOTS: u64 = 30;

/// The time that statistics are about.
pub(super) const WINDOW: Duration = Duration::from_secs(SLOT * SLOTS);

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
    slots: Vec<Slot>,
}

/// What happened in ten seconds, which are numbered from 1970.
#[derive(Clone, Default)]
struct Slot {
    number: u64,
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
        let slot = self.endpoints[number].slot(slot_number(end));
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
        let newest = slot_number(now);
        let oldest = newest.saturating_sub(SLOTS - 1);
        let start = UNIX_EPOCH + Duration::from_secs(oldest * SLOT);
        // The first requests of a service are not spread over minutes in which it did not run.
        let seconds = since(start.max(self.since), now).as_secs_f64().max(1.0);
        self.endpoints.iter().map(|endpoint| endpoint.summary(oldest, newest, seconds)).collect()
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
            self.endpoints.push(Endpoint { name, slots: vec![Slot::default(); SLOTS as usize] });
            return number;
        }
        self.number(OTHER)
    }
}

impl Endpoint {
    /// The slot of a number, emptied if it was that of an earlier time, or of a later one that the clock has left.
    fn slot(&mut self, number: u64) -> &mut Slot {
        let slot = &mut self.slots[(number % SLOTS) as usize];
        if slot.number != number {
            *slot = Slot { number, ..Slot::default() };
        }
        slot
    }

    /// The slots from one number to another together.
    fn summary(&self, oldest: u64, newest: u64, seconds: f64) -> EndpointSummary {
        let mut summary = EndpointSummary {
            name: self.name.clone(),
            requests: 0,
            failed: 0,
            rate: 0.0,
            durations: Histogram::default(),
        };
        for slot in self.slots.iter().filter(|slot| (oldest..=newest).contains(&slot.number)) {
            summary.requests += u64::from(slot.requests);
            summary.failed += u64::from(slot.failed);
            summary.durations.add(&slot.durations);
        }
        summary.rate = summary.requests as f64 / seconds;
        summary
    }
}

fn slot_number(time: SystemTime) -> u64 {
    since(UNIX_EPOCH, time).as_secs() / SLOT
}

#[cfg(test)]
mod tests {
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
