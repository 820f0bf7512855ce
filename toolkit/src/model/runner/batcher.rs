use std::{
    pin::pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

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
    model::{
        failure::Failure,
        telemetry::{BatchRun, kind_of},
    },
};

/// How many calls may wait for one function.
const MOST_WAITING: usize = 1024;

/// Runs calls that come at the same time as one.
///
/// Calls wait in a queue. A lane is a task that gathers a batch, runs it on a thread of the pool, and goes on so until
/// no call waits; there are as many at once as the pool has threads, and one of them gathers. So a call is run at once
/// as long as there is a thread, and what comes while all are busy is the next batch.
///
/// A lane is on the runtime of the call that opened it. When that ends, the lane goes with it, and one of the calls that
/// wait opens another one on its own runtime.
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
    /// A lane has ended before its time, and what waits needs another one.
    deserted: Notify,
}

#[derive(Debug)]
struct State {
    queue: Queue,
    lanes: usize,
    /// The lane that will take what waits, if there is one.
    gathering: Option<u64>,
    /// The number of the next lane.
    next_lane: u64,
    is_closed: bool,
}

impl Batcher {
    pub(super) fn new(work: Arc<Work>, pool: Pool, bounds: Bounds) -> Self {
        let lanes = pool.workers();
        Self::with(work, pool, bounds, lanes, MOST_WAITING)
    }

    pub(super) fn with(work: Arc<Work>, pool: Pool, bounds: Bounds, most_lanes: usize, most_waiting: usize) -> Self {
        let queue = Queue::new(bounds, most_waiting);
        let state = Mutex::new(State { queue, lanes: 0, gathering: None, next_lane: 0, is_closed: false });
        let (changed, deserted) = (Notify::new(), Notify::new());
        Self { shared: Arc::new(Shared { work, pool, bounds, most_lanes, state, changed, deserted }) }
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
        // Before the call waits: it would not hear of a lane that ends in between.
        let mut deserted = pin!(self.shared.deserted.notified());
        deserted.as_mut().enable();
        let Some((number, mut answered)) = self.shared.enter(call, told) else { return Err(Failure::Busy) };
        let _place = Place { shared: &self.shared, number };
        let answered = loop {
            tokio::select! {
                answered = &mut answered => break answered,
                () = &mut deserted => {
                    deserted.set(self.shared.deserted.notified());
                    deserted.as_mut().enable();
                    self.shared.open_lane_if_needed();
                }
            }
        };
        // Nobody answers if the runtime ends that the call's batch was to run on.
        let (theirs, outcome) = answered.map_err(|_| Failure::Busy)?;
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
        let lane = self.lane(&mut state);
        let is_complete = state.queue.is_complete();
        drop(state);
        if let Some(lane) = lane {
            lane.open();
        } else if is_complete {
            self.changed.notify_one();
        }
        Some(entered)
    }

    /// Another lane, if what waits needs one and it may be there; it is counted then.
    fn lane(self: &Arc<Self>, state: &mut State) -> Option<Lane> {
        let is_needed = !state.queue.is_empty() && state.gathering.is_none() && !state.is_closed;
        if !is_needed || state.lanes >= self.most_lanes {
            return None;
        }
        let number = state.next_lane;
        state.next_lane += 1;
        state.lanes += 1;
        state.gathering = Some(number);
        Some(Lane { shared: self.clone(), number, is_open: true })
    }

    fn open_lane_if_needed(self: &Arc<Self>) {
        // The lock is free again before the lane is opened: a runtime that ends drops it at once.
        let lane = self.lane(&mut self.state());
        if let Some(lane) = lane {
            lane.open();
        }
    }
}

/// A task that runs one batch after the other.
struct Lane {
    shared: Arc<Shared>,
    number: u64,
    /// Whether it is counted.
    is_open: bool,
}

impl Lane {
    /// Runs batches on the current runtime until no call waits.
    fn open(mut self) {
        tokio::spawn(async move {
            while self.is_open {
                self.gather().await;
                self.run_one().await;
            }
        });
    }

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
            let shared = self.shared.clone();
            let left = {
                let mut state = shared.state();
                self.leave(&mut state);
                state.queue.clear()
            };
            for waiting in left {
                waiting.answer_with(|_, _| Err(Failure::Busy));
            }
            return;
        };
        let (shared, number) = (self.shared.clone(), self.number);
        // Taken on that thread and not before: until then others may still come and go.
        if worker.run(move || shared.run_batch(shared.take(number))).await.is_err() {
            // The runtime ends, and nothing was taken.
            return self.desert();
        }
        let mut state = self.shared.state();
        if state.queue.is_empty() || state.gathering.is_some() {
            // Not later: whoever comes now has to find room for another lane.
            self.is_open = false;
            state.lanes -= 1;
        } else {
            state.gathering = Some(self.number);
        }
    }

    /// Is no longer counted, and takes nothing.
    fn leave(&mut self, state: &mut State) {
        self.is_open = false;
        state.lanes -= 1;
        if state.gathering == Some(self.number) {
            state.gathering = None;
        }
    }

    /// Ends before its time, and leaves what waits to another lane.
    fn desert(&mut self) {
        let shared = self.shared.clone();
        self.leave(&mut shared.state());
        shared.deserted.notify_waiters();
    }
}

impl Drop for Lane {
    fn drop(&mut self) {
        if self.is_open {
            // The runtime ends, or there was a panic.
            self.desert();
        }
    }
}

impl Shared {
    /// Takes out the next batch; what it leaves goes to another lane, if there may be one.
    fn take(self: &Arc<Self>, lane: u64) -> Vec<Waiting> {
        let mut state = self.state();
        if state.gathering == Some(lane) {
            state.gathering = None;
        }
        let batch = state.queue.take();
        drop(state);
        self.open_lane_if_needed();
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
                // What the model says of it may hold values, and is told with the call that it fails again for.
                let (function, calls, error) = (self.work.function().name(), batch.len(), kind_of(&failure));
                tracing::warn!(function, calls, rows, error, "a batch failed; its calls are run one by one");
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
