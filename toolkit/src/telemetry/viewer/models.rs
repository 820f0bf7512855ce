use std::{
    sync::Mutex,
    time::{Duration, SystemTime},
};

use super::{
    histogram::Histogram,
    locked,
    ring::{Ring, Stretch, WINDOW},
};
use crate::telemetry::models::{BatchSize, Called, Outcome};

/// The time that rates are about.
const MINUTE: Duration = Duration::from_mins(1);
/// Sizes of batches are told apart by their doublings.
const DOUBLINGS: usize = 20;

/// What one function of a model was asked, in all its versions.
#[derive(Debug, Default)]
pub(in crate::telemetry) struct ModelCalls(Mutex<Option<Counts>>);

/// Made at the first call: most of it is the slots.
#[derive(Debug)]
struct Counts {
    since: SystemTime,
    calls: u64,
    rows: u64,
    slots: Ring<Slot>,
}

/// What happened in ten seconds.
#[derive(Clone, Debug, Default)]
struct Slot {
    calls: u32,
    rows: u64,
    refused: u32,
    failed: u32,
    durations: Histogram,
    waits: Histogram,
    batches: [u32; DOUBLINGS],
}

/// What a function was asked: since it was asked first, in the last five minutes, and in the last one.
#[derive(Debug, Default)]
pub(super) struct CallsSummary {
    /// Since the first one.
    pub(super) calls: u64,
    /// Since the first one.
    pub(super) rows: u64,
    /// Calls per second, in the last minute.
    pub(super) calls_rate: f64,
    /// Rows per second, in the last minute.
    pub(super) rows_rate: f64,
    /// In the last five minutes, as everything below.
    pub(super) recent: u64,
    /// So many were the caller's fault.
    pub(super) refused: u64,
    /// So many were not.
    pub(super) failed: u64,
    /// How long they took.
    pub(super) durations: Histogram,
    /// How long they waited, of those that did.
    pub(super) waits: Histogram,
    /// How many batches had 1 row, 2 or 3, 4 to 7, and so on.
    pub(super) batches: [u64; DOUBLINGS],
}

impl ModelCalls {
    /// Counts a call that has ended.
    pub(in crate::telemetry) fn called(&self, called: &Called) {
        self.called_at(called, SystemTime::now());
    }

    fn called_at(&self, called: &Called, now: SystemTime) {
        self.count(now, |counts| {
            let rows = called.rows.unwrap_or_default() as u64;
            counts.calls += 1;
            counts.rows += rows;
            let slot = counts.slots.at(now);
            slot.calls = slot.calls.saturating_add(1);
            slot.rows += rows;
            match called.outcome {
                Outcome::Answered => {}
                outcome if outcome.is_refusal() => slot.refused = slot.refused.saturating_add(1),
                _ => slot.failed = slot.failed.saturating_add(1),
            }
            slot.durations.count(called.duration);
            if let Some(waited) = called.waited {
                slot.waits.count(waited);
            }
        });
    }

    /// Counts a batch.
    pub(in crate::telemetry) fn batched(&self, size: BatchSize) {
        let now = SystemTime::now();
        self.count(now, |counts| {
            let doublings = size.rows.checked_ilog2().unwrap_or_default() as usize;
            let batches = &mut counts.slots.at(now).batches[doublings.min(DOUBLINGS - 1)];
            *batches = batches.saturating_add(1);
        });
    }

    /// What it was asked before `now`.
    pub(super) fn summary(&self, now: SystemTime) -> CallsSummary {
        let counts = locked(&self.0);
        let Some(counts) = &*counts else { return CallsSummary::default() };
        let mut summary = CallsSummary { calls: counts.calls, rows: counts.rows, ..CallsSummary::default() };
        for slot in counts.slots.of(&Stretch::before(now, WINDOW, counts.since)) {
            summary.recent += u64::from(slot.calls);
            summary.refused += u64::from(slot.refused);
            summary.failed += u64::from(slot.failed);
            summary.durations.add(&slot.durations);
            summary.waits.add(&slot.waits);
            for (sum, batches) in summary.batches.iter_mut().zip(slot.batches) {
                *sum += u64::from(batches);
            }
        }
        let minute = Stretch::before(now, MINUTE, counts.since);
        for slot in counts.slots.of(&minute) {
            summary.calls_rate += f64::from(slot.calls) / minute.seconds;
            summary.rows_rate += slot.rows as f64 / minute.seconds;
        }
        summary
    }

    fn count(&self, now: SystemTime, count: impl FnOnce(&mut Counts)) {
        let mut counts = locked(&self.0);
        let new = || Counts { since: now, calls: 0, rows: 0, slots: Ring::default() };
        count(counts.get_or_insert_with(new));
    }
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;

    fn at(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(1_000_000 + seconds)
    }

    fn call(outcome: Outcome, rows: usize) -> Called {
        Called { outcome, duration: Duration::from_millis(2), rows: Some(rows), waited: None }
    }

    #[test]
    fn totals_are_since_the_first_call_errors_of_five_minutes_and_rates_of_one() {
        let calls = ModelCalls::default();
        calls.called_at(&call(Outcome::Run, 1), at(0));
        for second in 500..600 {
            let outcome = if second % 4 == 0 { Outcome::Panic } else { Outcome::Answered };
            calls.called_at(&call(outcome, 3), at(second));
        }
        calls.called_at(&call(Outcome::Arguments, 0), at(599));
        let summary = calls.summary(at(600));
        assert_eq!((summary.calls, summary.rows), (102, 301));
        assert_eq!((summary.recent, summary.refused, summary.failed), (101, 1, 25));
        assert!((summary.rows_rate / 3.0 - 1.0).abs() < 0.05, "{}", summary.rows_rate);
        assert_eq!(calls.summary(at(10_000)).recent, 0);
    }

    #[test]
    fn batches_are_told_apart_by_the_doublings_of_their_rows() {
        let calls = ModelCalls::default();
        for rows in [0, 1, 2, 3, 4, 7, 8, usize::MAX] {
            calls.batched(BatchSize { calls: 2, rows });
        }
        let batches = calls.summary(SystemTime::now()).batches;
        assert_eq!((&batches[..5], batches[DOUBLINGS - 1]), (&[2, 2, 2, 1, 0][..], 1));
    }
}
