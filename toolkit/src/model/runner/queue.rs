use std::{collections::VecDeque, time::Duration};

use tokio::{sync::oneshot, time::Instant};
use toolkit_envelope::Call;

use super::{Told, batching::Bounds};
use crate::model::failure::Failure;

/// The calls that wait to be run together with others, in the order in which they came.
#[derive(Debug)]
pub(super) struct Queue {
    bounds: Bounds,
    /// How many calls may wait.
    most: usize,
    waiting: VecDeque<Waiting>,
    /// How many rows they are.
    rows: usize,
    /// Whether some of them cannot be joined with the first.
    is_mixed: bool,
    next: u64,
}

/// A call that waits.
#[derive(Debug)]
pub(super) struct Waiting {
    /// Its number, from the first call on.
    number: u64,
    pub(super) call: Call,
    pub(super) told: Told,
    pub(super) rows: usize,
    /// The lengths of the axes of its tensors, but for the rows: only what is alike in them is joined.
    axes: Vec<usize>,
    since: Instant,
    answer: oneshot::Sender<Answered>,
}

/// What has become of a call.
pub(super) type Answered = (Told, Result<Call, Failure>);

impl Waiting {
    /// Whether somebody still wants the answer.
    pub(super) fn is_wanted(&self) -> bool {
        !self.answer.is_closed()
    }

    /// Answers the call with what `run` makes of it.
    pub(super) fn answer_with(self, run: impl FnOnce(Call, &mut Told) -> Result<Call, Failure>) {
        let Self { call, mut told, answer, .. } = self;
        let outcome = run(call, &mut told);
        // Who has gone cannot be told.
        let _ = answer.send((told, outcome));
    }
}

impl Queue {
    pub(super) fn new(bounds: Bounds, most: usize) -> Self {
        Self { bounds, most, waiting: VecDeque::new(), rows: 0, is_mixed: false, next: 0 }
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.waiting.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Lets a call wait: its number, and where the answer comes. Nothing, and nothing is taken, if too many wait already.
    pub(super) fn push(&mut self, call: Call, told: &mut Told) -> Option<(u64, oneshot::Receiver<Answered>)> {
        if self.waiting.len() >= self.most {
            return None;
        }
        let (number, rows) = (self.next, call.rows());
        let axes: Vec<_> = call.arguments().iter().flat_map(|table| table.shape.iter().skip(1)).copied().collect();
        let (answer, answered) = oneshot::channel();
        self.next += 1;
        self.rows += rows;
        self.is_mixed = self.waiting.front().is_some_and(|first| self.is_mixed || first.axes != axes);
        let since = Instant::now();
        self.waiting.push_back(Waiting { number, call, told: told.take(), rows, axes, since, answer });
        Some((number, answered))
    }

    /// Takes out the call of that number, if it still waits.
    pub(super) fn remove(&mut self, number: u64) -> Option<Waiting> {
        let place = self.waiting.binary_search_by_key(&number, |waiting| waiting.number).ok()?;
        let waiting = self.waiting.remove(place)?;
        self.rows -= waiting.rows;
        Some(waiting)
    }

    /// Whether the next batch cannot have more calls.
    pub(super) fn is_complete(&self) -> bool {
        self.rows >= self.bounds.max_rows || self.is_mixed
    }

    /// How long the next batch waits for more calls; nothing if it is to be run now.
    pub(super) fn wait(&self, now: Instant) -> Option<Duration> {
        let waited = now.saturating_duration_since(self.waiting.front()?.since);
        let left = self.bounds.max_wait.checked_sub(waited)?;
        (!left.is_zero() && !self.is_complete()).then_some(left)
    }

    /// Takes out the calls of the next batch: no more rows than a batch may have, and only such as can be joined.
    pub(super) fn take(&mut self) -> Vec<Waiting> {
        let mut batch: Vec<Waiting> = Vec::new();
        let mut rows = 0;
        while let Some(next) = self.waiting.front() {
            let fits =
                rows + next.rows <= self.bounds.max_rows && batch.first().is_none_or(|first| first.axes == next.axes);
            if !fits && !batch.is_empty() {
                break;
            }
            let Some(next) = self.waiting.pop_front() else { break };
            self.rows -= next.rows;
            if next.is_wanted() {
                rows += next.rows;
                batch.push(next);
            }
        }
        self.is_mixed =
            self.waiting.front().is_some_and(|first| self.waiting.iter().any(|next| next.axes != first.axes));
        batch
    }

    /// Takes out all calls.
    pub(super) fn clear(&mut self) -> Vec<Waiting> {
        (self.rows, self.is_mixed) = (0, false);
        self.waiting.drain(..).collect()
    }
}
