//! How the calls of a model's functions are run: where, in which parts, and together with which others.
//!
//! `work` is what is done with a call, on whichever thread. What a function costs is found out when it is loaded
//! (`warm`), and says where its calls run and whether they are run together (`cost`, `batching`). What runs them
//! together is a `batcher`.

mod batcher;
mod batching;
mod cost;
mod queue;
#[cfg(test)]
mod tests;
mod warm;
mod work;

use std::sync::Arc;

use bytes::Bytes;
use toolkit_envelope::{Call, Envelope, Function, table::Column};

pub use batching::Batching;
pub(super) use work::has_rows;

use self::{
    batcher::Batcher,
    cost::Cost,
    work::{Work, guarded, write},
};
use super::{
    ModelHandler,
    failure::Failure,
    telemetry::{Identity, Prediction},
};
use crate::limits::Pool;

/// Runs the calls of one function.
#[derive(Debug)]
pub(crate) struct Runner {
    work: Arc<Work>,
    pool: Pool,
    /// As measured; nothing if there was nothing to measure it with.
    cost: Option<Cost>,
    batcher: Option<Batcher>,
    identity: Arc<Identity>,
}

impl Runner {
    /// Measures the function, decides how it is run, and says so in the log.
    pub(crate) fn warmed(function: Function, envelope: &Envelope, handler: &ModelHandler, pool: Pool) -> Self {
        let name = handler.name_of(envelope.manifest());
        let work = Arc::new(Work::new(function, handler.max_rows));
        let cost = warm::measure(&work, envelope);
        let joins = work::joins(work.function().declaration());
        let (bounds, why) = cost::choose(handler.batching, joins, work.at_once(), cost);
        let tenths = |microseconds: f64| (microseconds * 10.0).round() / 10.0;
        tracing::info!(
            model = name,
            function = work.function().name(),
            microseconds_per_call = cost.map(|cost| tenths(cost.call)),
            microseconds_per_row = cost.map(|cost| tenths(cost.row)),
            max_rows = bounds.map(|bounds| bounds.max_rows),
            "runs requests {}: {why}",
            match cost {
                _ if bounds.is_some() => "together",
                Some(cost) if cost.is_cheap(1) => "one by one, where they arrive if their rows are few",
                _ => "one by one, on the model's own threads",
            },
        );
        let batcher = bounds.map(|bounds| Batcher::new(work.clone(), pool.clone(), bounds));
        let identity = Identity::new(name, &envelope.id().to_string(), work.function().name());
        Self { work, pool, cost, batcher, identity }
    }

    /// The function.
    pub(crate) fn function(&self) -> &Function {
        self.work.function()
    }

    /// Answers a call in JSON, with JSON.
    pub(crate) async fn answer(&self, arguments: Bytes) -> Result<Vec<u8>, Failure> {
        let bytes = arguments.len();
        let fill = move |call: &mut Call| call.read(&arguments).map_err(Failure::Arguments);
        self.told(bytes, fill, |call: &Call, ()| write(call)).await
    }

    /// Answers a call that comes in `bytes` of whatever form: `fill` gives it its arguments, and `write` makes an answer
    /// of its result, which fits its schema; and of what `fill` has found out of how it is to be made.
    ///
    /// Both are done where the call arrives or on a thread of the pool, as there is little or much to do.
    pub(crate) async fn answer_with<A: Send + 'static, T: Send + 'static>(
        &self,
        bytes: usize,
        fill: impl FnOnce(&mut Call) -> Result<A, Failure> + Send + 'static,
        write: impl FnOnce(&Call, A) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let write = |call: &Call, asked| {
            call.check().map_err(Failure::Result)?;
            write(call, asked)
        };
        self.told(bytes, fill, write).await
    }

    /// Answers a call, and tells of it.
    async fn told<A: Send + 'static, T: Send + 'static>(
        &self,
        bytes: usize,
        fill: impl FnOnce(&mut Call) -> Result<A, Failure> + Send + 'static,
        write: impl FnOnce(&Call, A) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let mut told = Some(Prediction::begin(&self.identity));
        let answer = self.answered(&mut told, bytes, fill, write).await;
        if let Some(told) = told {
            told.end(answer.as_ref().map(|_| ()));
        }
        answer
    }

    /// Whether so many rows are no more than a request may have: known before they are read, it saves reading them.
    ///
    /// # Errors
    ///
    /// [`Failure::TooManyRows`] if they are more.
    pub(crate) fn bound(&self, rows: usize) -> Result<(), Failure> {
        self.work.bound_rows(rows)
    }

    async fn answered<A: Send + 'static, T: Send + 'static>(
        &self,
        told: &mut Told,
        bytes: usize,
        fill: impl FnOnce(&mut Call) -> Result<A, Failure> + Send + 'static,
        write: impl FnOnce(&Call, A) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        if cost::is_read_here(bytes) {
            let (call, asked) = filled(&self.work, told, fill)?;
            return self.written(told, call, |call: &Call| write(call, asked)).await;
        }
        let is_batched = self.batcher.is_some();
        let step = move |work: &Work, told: &mut Told| {
            let (call, asked) = filled(work, told, fill)?;
            let write = |call: &Call| write(call, asked);
            if is_batched {
                return Ok(Step::Filled(call, write));
            }
            let call = run(work, told, call)?;
            guarded(|| write(&call)).map(Step::Written)
        };
        match self.queue_for_pool(told, step).await? {
            Step::Filled(call, write) => self.written(told, call, write).await,
            Step::Written(answer) => Ok(answer),
        }
    }

    /// Runs a call that has its arguments, and writes its result.
    async fn written<T: Send + 'static>(
        &self,
        told: &mut Told,
        call: Call,
        write: impl FnOnce(&Call) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let call = match self.way(&call) {
            Way::Together(batcher) => batcher.run(told, call).await?,
            Way::Here => run(&self.work, told, call)?,
            Way::InPool => {
                let step = |work: &Work, told: &mut Told| {
                    let call = run(work, told, call)?;
                    guarded(|| write(&call))
                };
                return self.queue_for_pool(told, step).await;
            }
        };
        if cost::is_written_here(call.result().columns.iter().map(Column::len).sum()) {
            return guarded(|| write(&call));
        }
        self.in_pool(told, move |_, _| guarded(|| write(&call))).await
    }

    fn way(&self, call: &Call) -> Way<'_> {
        match (&self.batcher, self.cost) {
            (Some(batcher), _) if batcher.takes(call) => Way::Together(batcher),
            (_, Some(cost)) if cost.runs_here(work::rows(call), work::cells(call)) => Way::Here,
            _ => Way::InPool,
        }
    }

    /// Does some work that the model's run is part of on a thread of the pool, which the call waits for until then.
    async fn queue_for_pool<T: Send + 'static>(
        &self,
        told: &mut Told,
        step: impl FnOnce(&Work, &mut Told) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        if let Some(told) = told {
            told.queued();
        }
        let step = |work: &Work, told: &mut Told| {
            if let Some(told) = told {
                told.dequeued();
            }
            step(work, told)
        };
        self.in_pool(told, step).await
    }

    /// Does some work on a thread of the pool. It is done to its end there, even if nobody waits for it any more.
    async fn in_pool<T: Send + 'static>(
        &self,
        told: &mut Told,
        step: impl FnOnce(&Work, &mut Told) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let worker = self.pool.worker().await.map_err(|_| Failure::Busy)?;
        let (work, mut theirs) = (self.work.clone(), told.take());
        let step = move || {
            let outcome = step(&work, &mut theirs);
            (theirs, outcome)
        };
        let (ours, outcome) = worker.run(step).await.map_err(|_| Failure::Busy)?;
        *told = ours;
        outcome
    }
}

/// What is told of a call; away while the call is on another thread.
type Told = Option<Prediction>;

/// How a call is run.
enum Way<'a> {
    /// With others that come at the same time.
    Together(&'a Batcher),
    /// Where it arrived.
    Here,
    /// On a thread of the pool.
    InPool,
}

/// How far a call has come in the pool.
#[allow(clippy::large_enum_variant, reason = "it is moved once, from the thread")]
enum Step<W, T> {
    Filled(Call, W),
    Written(T),
}

/// Begins a call that `fill` gives its arguments, of which there are no more rows than there may be.
fn filled<A>(
    work: &Work,
    told: &mut Told,
    fill: impl FnOnce(&mut Call) -> Result<A, Failure>,
) -> Result<(Call, A), Failure> {
    let (call, asked) = work.fill(fill)?;
    work.bound(&call)?;
    if let Some(told) = told {
        told.read(work::rows(&call));
    }
    Ok((call, asked))
}

/// Runs a call on its own.
fn run(work: &Work, told: &mut Told, call: Call) -> Result<Call, Failure> {
    if let Some(told) = told {
        told.running(None);
    }
    let run = work.run(call);
    ran(told);
    run
}

fn ran(told: &mut Told) {
    if let Some(told) = told {
        told.ran();
    }
}
