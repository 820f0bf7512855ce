use std::time::{Duration, Instant};

use toolkit_envelope::{Call, Envelope};

use super::{
    cost::Cost,
    work::{self, Work, has_one_length, joins},
};

/// How long the measuring of one function goes on; a single call may take longer.
const BUDGET: Duration = Duration::from_millis(8);

/// How often a call is made within that: the fastest one counts, as whatever else the machine does makes it slower.
const TIMES: u32 = 8;

/// How many rows the larger of the two calls has.
const ROWS: usize = 64;

/// Makes calls with the rows that the envelope has recorded for the function, and measures them.
///
/// Nothing if there are none. A function that fails on them was refused before: they were replayed when it was loaded.
pub(super) fn measure(work: &Work, envelope: &Envelope) -> Option<Cost> {
    let function = work.function();
    let recorded = envelope.manifest().examples.iter().find(|example| example.function == function.name())?;
    let example = work.read(&envelope.read(&recorded.input).ok()?).ok()?;
    let rows = work::rows(&example);
    let cells = work::cells(&example).div_ceil(rows.max(1));
    if joins(function.declaration()).is_err() || !has_one_length(&example) {
        return Some(Cost::of_one(fastest(work, example)?, rows, cells));
    }
    let one = fastest(work, repeated(work, &example, 1)?)?;
    let several = several(one, work.at_once());
    if rows == 0 || several < 2 {
        return Some(Cost::of_one(one, 1, cells));
    }
    Some(Cost::of_two(one, fastest(work, repeated(work, &example, several)?)?, several, cells))
}

/// How many rows the second call has: two at least, and else so many that it stays within the time.
fn several(one: Duration, at_once: usize) -> usize {
    let affordable = BUDGET.as_nanos() / one.as_nanos().max(1);
    usize::try_from(affordable).unwrap_or(ROWS).clamp(2, ROWS).min(at_once)
}

/// A call of the example's first row, so many times.
fn repeated(work: &Work, example: &Call, times: usize) -> Option<Call> {
    let mut call = work.function().begin();
    (0..times).try_for_each(|_| call.add_arguments(example, 0..1)).ok()?;
    Some(call)
}

/// How long the call takes, the fastest of some times.
fn fastest(work: &Work, mut call: Call) -> Option<Duration> {
    let begun = Instant::now();
    let mut fastest = Duration::MAX;
    for _ in 0..TIMES {
        let start = Instant::now();
        call = work.run(call).ok()?;
        fastest = fastest.min(start.elapsed());
        if begun.elapsed() >= BUDGET / 2 {
            break;
        }
    }
    Some(fastest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slow_model_is_measured_with_two_rows_and_a_fast_one_with_some_dozens() {
        assert_eq!(several(Duration::from_secs(10), usize::MAX), 2);
        assert_eq!(several(Duration::from_millis(1), usize::MAX), 8);
        assert_eq!(several(Duration::from_micros(3), usize::MAX), 64);
        assert_eq!(several(Duration::ZERO, usize::MAX), 64);
    }

    #[test]
    fn no_more_rows_are_measured_than_the_manifest_allows_at_once() {
        assert_eq!(several(Duration::from_micros(3), 10), 10);
        assert_eq!(several(Duration::from_micros(3), 1), 1);
    }
}
