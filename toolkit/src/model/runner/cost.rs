use std::time::Duration;

use super::batching::{Batching, Bounds};

/// What runs where it arrives takes at most so long: reading other requests there waits for it. A way to another thread
/// and back costs about a tenth of it.
const HERE: Duration = Duration::from_micros(100);

/// What is read or written in JSON in that time: bytes of a body, cells of a result.
const BYTES_HERE: usize = 32 << 10;
const CELLS_HERE: usize = 2048;

/// Batching is judged by what it does to so many calls of one row.
const CALLS: usize = 16;

/// How many rows a batch has at most when nobody has said so.
const MOST_ROWS: f64 = 256.0;

/// What it takes to run a function, without reading and writing JSON, as measured when it was loaded.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Cost {
    /// Each call, in microseconds.
    pub(super) call: f64,
    /// Each row, in microseconds.
    pub(super) row: f64,
    /// How many values the rows have that it was measured with, each. A tensor of longer axes has more, and may take
    /// any time.
    pub(super) cells: usize,
}

impl Cost {
    /// From a call of one row, and one of several.
    pub(super) fn of_two(one: Duration, several: Duration, rows: usize, cells: usize) -> Self {
        let (one, several) = (micros(one), micros(several));
        let row = ((several - one) / rows.saturating_sub(1).max(1) as f64).clamp(0.0, several / rows.max(1) as f64);
        Self { call: (one - row).max(0.0), row, cells }
    }

    /// From one call that cannot be taken apart: so much for the call, and as much again for as many rows.
    pub(super) fn of_one(taken: Duration, rows: usize, cells: usize) -> Self {
        Self { call: micros(taken), row: micros(taken) / rows.max(1) as f64, cells }
    }

    /// What a call of so many rows takes, in microseconds.
    pub(super) fn of(self, rows: usize) -> f64 {
        self.row.mul_add(rows as f64, self.call)
    }

    /// Whether a call of so many rows is run where it arrives, as long as they are like those that were measured.
    pub(super) fn is_cheap(self, rows: usize) -> bool {
        self.of(rows) <= micros(HERE)
    }

    /// Whether a call of so many rows, with so many values in all, is run where it arrives.
    pub(super) fn runs_here(self, rows: usize, cells: usize) -> bool {
        self.is_cheap(rows) && cells <= self.cells.saturating_mul(rows.max(1))
    }

    /// The batches that pay; or why none does.
    fn batches(self) -> Result<Bounds, &'static str> {
        if self.is_cheap(1) {
            return Err("a call takes less than waiting for others would");
        }
        if self.of(CALLS) * 3.0 > self.of(1) * CALLS as f64 * 2.0 {
            return Err("rows together take as long as one after the other");
        }
        // From there on less than a tenth is saved.
        #[allow(clippy::cast_sign_loss, reason = "it is two or more")]
        let max_rows = (9.0 * self.call / self.row).clamp(2.0, MOST_ROWS) as usize;
        Ok(Bounds { max_rows, max_wait: Duration::ZERO })
    }
}

/// Whether a body of so many bytes is read where it arrives.
pub(super) fn is_read_here(bytes: usize) -> bool {
    bytes <= BYTES_HERE
}

/// Whether a result of so many cells is written where the request arrived.
pub(super) fn is_written_here(cells: usize) -> bool {
    cells <= CELLS_HERE
}

/// The bounds of a function's batches, or none; and why.
///
/// `joins` says why calls of the function cannot be joined, `most` how many rows the manifest allows at once.
pub(super) fn choose(
    batching: Batching,
    joins: Result<(), &'static str>,
    most: usize,
    cost: Option<Cost>,
) -> (Option<Bounds>, &'static str) {
    let wanted = match (batching, cost) {
        (Batching::Off, _) => Err("batching is off"),
        (Batching::On { max_rows, max_wait }, _) => Ok((Bounds { max_rows, max_wait }, "batching is on")),
        (Batching::Auto, Some(cost)) => cost.batches().map(|bounds| (bounds, "rows together take less time")),
        (Batching::Auto, None) => Err("there is no example to measure it with"),
    };
    match wanted.and_then(|wanted| joins.map(|()| wanted)) {
        Ok((Bounds { max_rows, max_wait }, why)) => {
            (Some(Bounds { max_rows: max_rows.min(most).max(1), max_wait }), why)
        }
        Err(why) => (None, why),
    }
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "these numbers are exact")]
mod tests {
    use super::*;

    const JOINS: Result<(), &str> = Ok(());

    fn chosen(call: f64, row: f64) -> (Option<usize>, &'static str) {
        let (bounds, why) = choose(Batching::Auto, JOINS, usize::MAX, Some(Cost { call, row, cells: 1 }));
        (bounds.map(|bounds| bounds.max_rows), why)
    }

    #[test]
    fn two_measured_calls_tell_what_a_call_and_a_row_take() {
        let cost = Cost::of_two(Duration::from_micros(12), Duration::from_micros(138), 64, 3);
        assert_eq!(cost, Cost { call: 10.0, row: 2.0, cells: 3 });
        assert_eq!(cost.of(5), 20.0);
    }

    #[test]
    fn what_cannot_be_is_not_believed_of_a_clock() {
        let faster = Cost::of_two(Duration::from_micros(12), Duration::from_micros(6), 64, 1);
        assert_eq!(faster, Cost { call: 12.0, row: 0.0, cells: 1 });
        let steep = Cost::of_two(Duration::from_micros(1), Duration::from_millis(1), 10, 1);
        assert_eq!(steep, Cost { call: 0.0, row: 100.0, cells: 1 });
        assert_eq!(Cost::of_two(Duration::ZERO, Duration::ZERO, 0, 1), Cost { call: 0.0, row: 0.0, cells: 1 });
    }

    #[test]
    fn a_call_runs_where_it_arrives_as_long_as_its_rows_are_few() {
        let cost = Cost { call: 10.0, row: 1.0, cells: 2 };
        assert!(cost.runs_here(90, 180));
        assert!(!cost.runs_here(91, 182));
        assert!(!Cost::of_one(Duration::from_millis(1), 4, 1).runs_here(1, 1));
    }

    #[test]
    fn rows_that_are_larger_than_those_that_were_measured_do_not_run_where_they_arrive() {
        let cost = Cost { call: 10.0, row: 1.0, cells: 2 };
        assert!(cost.runs_here(1, 2) && cost.runs_here(0, 0));
        assert!(!cost.runs_here(1, 3));
    }

    #[test]
    fn a_fast_model_is_run_at_once() {
        assert_eq!(chosen(20.0, 2.0), (None, "a call takes less than waiting for others would"));
    }

    #[test]
    fn a_model_that_works_row_by_row_gains_nothing_by_batches() {
        assert_eq!(chosen(10.0, 1000.0), (None, "rows together take as long as one after the other"));
    }

    #[test]
    fn a_model_whose_calls_are_dear_and_rows_are_cheap_is_batched() {
        assert_eq!(chosen(1000.0, 100.0), (Some(90), "rows together take less time"));
        assert_eq!(chosen(1000.0, 0.0).0, Some(256));
    }

    #[test]
    fn a_setting_overrules_the_measurement_and_the_manifest_overrules_the_setting() {
        let cheap = Some(Cost { call: 1.0, row: 0.1, cells: 1 });
        let max_wait = Duration::from_millis(5);
        let on = Batching::On { max_rows: 64, max_wait };
        assert_eq!(choose(on, JOINS, usize::MAX, cheap).0, Some(Bounds { max_rows: 64, max_wait }));
        assert_eq!(choose(on, JOINS, usize::MAX, None).0, Some(Bounds { max_rows: 64, max_wait }));
        assert_eq!(choose(on, JOINS, 8, cheap).0, Some(Bounds { max_rows: 8, max_wait }));
        assert_eq!(choose(on, Err("it has no rows"), 8, cheap), (None, "it has no rows"));
        let dear = Some(Cost { call: 1000.0, row: 100.0, cells: 1 });
        assert_eq!(choose(Batching::Off, JOINS, usize::MAX, dear), (None, "batching is off"));
    }

    #[test]
    fn what_was_not_measured_is_not_batched() {
        let (bounds, why) = choose(Batching::Auto, JOINS, usize::MAX, None);
        assert_eq!((bounds, why), (None, "there is no example to measure it with"));
    }
}
