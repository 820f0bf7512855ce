use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::{
    sync::{Notify, oneshot},
    time::Instant,
};
use toolkit_envelope::Call;

use super::{
    Told,
    batching::Bounds,
    queue::{Answered, Queue, Waiting},
    ran, run,
    work::{Work, has_one_length},
};
use crate::{
    limits::Pool,
    model::{failure::Failure, telemetry::BatchRun},
};

/// How many calls may wait for one function.
const MOST_WAITING: usize = 1024;

/// Runs calls that come at the same time as one.
///
/// Calls wait in a queue. A lane is a task that gathers a batch, runs it on a thread of the pool, and goes on so until
/// no call waits; there are as many at once as the pool has threads, and one of them gathers. So a call is run at once
/// as long as there is a thread, and what comes while all are busy is the next batch.
#[derive(Debug)]
pub(super) struct Batcher {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    work: Arc<Work>,
    pool: Pool,
    bounds: Bounds,
    most_lanes: usize,
    state: Mutex<State>,
    /// The batch that is gathered may be complete.
    changed: Notify,
}

#[derive(Debug)]
struct State {
    queue: Queue,
    lanes: usize,
    /// Whether one of the lanes will take what waits.
    is_gathering: bool,
    is_closed: bool,
}

impl Batcher {
    pub(super) fn new(work: Arc<Work>, pool: Pool, bounds: Bounds) -> Self {
        let lanes = pool.workers();
        Self::with(work, pool, bounds, lanes, MOST_WAITING)
    }

    pub(super) fn with(work: Arc<Work>, pool: Pool, bounds: Bounds, most_lanes: usize, most_waiting: usize) -> Self {
        let queue = Queue::new(bounds, most_waiting);
        let state = Mutex::new(State { queue, lanes: 0, is_gathering: false, is_closed: false });
        Self { shared: Arc::new(Shared { work, pool, bounds, most_lanes, state, changed: Notify::new() }) }
    }

    /// How many calls wait.
    #[cfg(test)]
    pub(super) fn waiting(&self) -> usize {
        self.shared.state().queue.len()
    }

    /// What lives as long as it, or a task of it.
    #[cfg(test)]
    pub(super) fn shared(&self) -> Arc<impl Sized + use<>> {
        self.shared.clone()
    }

    /// Whether the call can be a part of a batch.
    pub(super) fn takes(&self, call: &Call) -> bool {
        (1..=self.shared.bounds.max_rows).contains(&call.rows()) && has_one_length(call)
    }

    /// Runs a call together with others. If the future is dropped while the call waits, it is not run.
    pub(super) async fn run(&self, told: &mut Told, call: Call) -> Result<Call, Failure> {
        if let Some(told) = told {
            told.queued();
        }
        let Some((number, answered)) = self.shared.enter(call, told) else { return Err(Failure::Busy) };
        let _place = Place { shared: &self.shared, number };
        // Nobody answers if the runtime, which the lane was on, ends.
        let (theirs, outcome) = answered.await.map_err(|_| Failure::Busy)?;
        *told = theirs;
        outcome
    }
}

impl Drop for Batcher {
    fn drop(&mut self) {
        let mut state = self.shared.state();
        state.is_closed = true;
        let left = state.queue.clear();
        drop(state);
        drop(left);
        self.shared.changed.notify_one();
    }
}

/// A call's place in the queue, which is free again when nobody waits for the answer any more.
struct Place<'a> {
    shared: &'a Shared,
    number: u64,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let left = self.shared.state().queue.remove(self.number);
        // What it holds is given back outside the lock.
        drop(left);
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        // What is locked is never left half changed.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets a call wait: its number, and where the answer comes; nothing if too many wait already.
    fn enter(self: &Arc<Self>, call: Call, told: &mut Told) -> Option<(u64, oneshot::Receiver<Answered>)> {
        let mut state = self.state();
        let entered = state.queue.push(call, told)?;
        let opens = self.opens_lane(&mut state);
        let is_complete = state.queue.is_complete();
        drop(state);
        if opens {
            self.open_lane();
        } else if is_complete {
            self.changed.notify_one();
        }
        Some(entered)
    }

    /// Whether another lane is needed for what waits, and may be there; it is counted then.
    fn opens_lane(&self, state: &mut State) -> bool {
        let opens = !state.queue.is_empty() && !state.is_gathering && state.lanes < self.most_lanes && !state.is_closed;
        if opens {
            state.lanes += 1;
            state.is_gathering = true;
        }
        opens
    }

    fn open_lane(self: &Arc<Self>) {
        let mut lane = Lane { shared: self.clone(), is_open: true };
        tokio::spawn(async move {
            while lane.is_open {
                lane.gather().await;
                lane.run_one().await;
            }
        });
    }
}

/// A task that runs one batch after the other.
struct Lane {
    shared: Arc<Shared>,
    /// Whether it is counted.
    is_open: bool,
}

impl Lane {
    /// Waits until the next batch is to be run.
    async fn gather(&self) {
        loop {
            let Some(wait) = self.shared.state().queue.wait(Instant::now()) else { return };
            // It may have been complete and not be any more, or the call that it waited for may have gone: look again.
            let _ = tokio::time::timeout(wait, self.shared.changed.notified()).await;
        }
    }

    /// Runs the next batch on a thread of the pool; then gathers again, or is closed.
    async fn run_one(&mut self) {
        let Ok(worker) = self.shared.pool.worker().await else {
            // The pool is full, and so is the queue before it.
            for waiting in self.close() {
                waiting.answer_with(|_, _| Err(Failure::Busy));
            }
            return;
        };
        let shared = self.shared.clone();
        // Taken on that thread and not before: until then others may still come and go.
        let _ = worker.run(move || shared.run_batch(shared.take())).await;
        let mut state = self.shared.state();
        if state.queue.is_empty() || state.is_gathering {
            // Not later: whoever comes now has to find room for another lane.
            state.lanes -= 1;
            self.is_open = false;
        } else {
            state.is_gathering = true;
        }
    }

    /// Ends the lane before its time; gives what waits, which nobody will take.
    fn close(&mut self) -> Vec<Waiting> {
        self.is_open = false;
        let mut state = self.shared.state();
        state.lanes -= 1;
        state.is_gathering = false;
        state.queue.clear()
    }
}

impl Drop for Lane {
    fn drop(&mut self) {
        if self.is_open {
            // The runtime ends, or there was a panic.
            drop(self.close());
        }
    }
}

impl Shared {
    /// Takes out the next batch; what it leaves goes to another lane, if there may be one.
    fn take(self: &Arc<Self>) -> Vec<Waiting> {
        let mut state = self.state();
        state.is_gathering = false;
        let batch = state.queue.take();
        let opens = self.opens_lane(&mut state);
        drop(state);
        if opens {
            self.open_lane();
        }
        batch
    }

    /// Runs the calls as one; each on its own if that fails, so that only those fail which would have anyway.
    fn run_batch(&self, batch: Vec<Waiting>) {
        let batch = if batch.len() < 2 { batch } else { self.run_joined(batch) };
        for waiting in batch.into_iter().filter(Waiting::is_wanted) {
            waiting.answer_with(|call, told| run(&self.work, told, call));
        }
    }

    /// Runs the calls as one; gives them back if that fails.
    fn run_joined(&self, mut batch: Vec<Waiting>) -> Vec<Waiting> {
        let rows = batch.iter().map(|waiting| waiting.rows).sum();
        let told = BatchRun::begin(batch.iter().filter_map(|waiting| waiting.told.as_ref()), rows);
        for call in batch.iter_mut().filter_map(|waiting| waiting.told.as_mut()) {
            call.running(Some(&told));
        }
        let joined = self.work.run_joined(batch.iter().map(|waiting| &waiting.call));
        told.end(joined.as_ref().map(|_| ()));
        let joined = match joined {
            Ok(joined) => joined,
            Err(failure) => {
                let (function, calls) = (self.work.function().name(), batch.len());
                tracing::warn!(function, calls, rows, "a batch failed; its calls are run one by one: {failure:?}");
                return batch;
            }
        };
        let mut start = 0;
        for waiting in batch {
            let part = start..start + waiting.rows;
            start = part.end;
            waiting.answer_with(|mut call, told| {
                ran(told);
                call.clear_result();
                call.add_result(&joined, part).map_err(Failure::Run)?;
                Ok(call)
            });
        }
        Vec::new()
    }
}
