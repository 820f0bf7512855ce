use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use bytes::Bytes;
use toolkit_envelope::{Call, Function, rows::Layout};

use super::{
    failure::Failure,
    telemetry::{Identity, Prediction},
};
use crate::{limits::Pool, problem::panic_message};

/// Bodies up to this size, in bytes, are read where they arrive; a larger one would hold up other requests there.
const SMALL: usize = 64 << 10;

/// Runs the calls of one function.
#[derive(Debug)]
pub(crate) struct Runner {
    function: Function,
    identity: Arc<Identity>,
    pool: Pool,
    max_rows: usize,
}

impl Runner {
    pub(crate) fn new(function: Function, identity: Arc<Identity>, pool: Pool, max_rows: usize) -> Self {
        Self { function, identity, pool, max_rows }
    }

    /// The function.
    pub(crate) fn function(&self) -> &Function {
        &self.function
    }

    /// Answers a call in JSON, with JSON.
    pub(crate) async fn answer(&self, arguments: Bytes) -> Result<Vec<u8>, Failure> {
        let (mut call, max_rows) = (self.function.begin(), self.max_rows);
        let mut prediction = Prediction::begin(&self.identity);
        let is_small = arguments.len() <= SMALL;
        if !is_small {
            prediction.queued();
        }
        let work = move || {
            let answer = guarded(|| {
                call.read(&arguments).map_err(Failure::Arguments)?;
                prediction.read(call.rows());
                bound(&call, max_rows)?;
                prediction.running(None);
                call.run().map_err(Failure::Run)?;
                prediction.ran();
                let mut answer = Vec::new();
                call.write(Layout::Rows, &mut answer).map_err(Failure::Result)?;
                Ok(answer)
            });
            prediction.end(answer.as_ref().map(|_| ()));
            answer
        };
        if is_small { work() } else { self.pool.run(work).await.map_err(|_| Failure::Busy)? }
    }

    /// Runs a call whose arguments are there already.
    pub(crate) async fn run(&self, mut call: Call) -> Result<Call, Failure> {
        let mut prediction = Prediction::begin(&self.identity);
        prediction.read(call.rows());
        if let Err(failure) = bound(&call, self.max_rows) {
            prediction.end(Err(&failure));
            return Err(failure);
        }
        prediction.queued();
        let work = move || {
            let ran = guarded(|| {
                prediction.running(None);
                call.run().map_err(Failure::Run)?;
                prediction.ran();
                Ok(call)
            });
            prediction.end(ran.as_ref().map(|_| ()));
            ran
        };
        self.pool.run(work).await.map_err(|_| Failure::Busy)?
    }
}

fn bound(call: &Call, most: usize) -> Result<(), Failure> {
    let found = call.rows();
    if found > most { Err(Failure::TooManyRows { found, most }) } else { Ok(()) }
}

/// What a panic ends is one call.
fn guarded<T>(work: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|panic| Err(Failure::Panicked(panic_message(&*panic).to_owned())))
}
