use std::panic::{AssertUnwindSafe, catch_unwind};

use bytes::Bytes;
use toolkit_envelope::{Call, Function, rows::Layout};

use super::failure::Failure;
use crate::{limits::Pool, problem::panic_message};

/// Bodies up to this size, in bytes, are read where they arrive; a larger one would hold up other requests there.
const SMALL: usize = 64 << 10;

/// Runs the calls of one function.
#[derive(Debug)]
pub(crate) struct Runner {
    function: Function,
    pool: Pool,
    max_rows: usize,
}

impl Runner {
    pub(crate) fn new(function: Function, pool: Pool, max_rows: usize) -> Self {
        Self { function, pool, max_rows }
    }

    /// The function.
    pub(crate) fn function(&self) -> &Function {
        &self.function
    }

    /// Answers a call in JSON, with JSON.
    pub(crate) async fn answer(&self, arguments: Bytes) -> Result<Vec<u8>, Failure> {
        let (mut call, max_rows) = (self.function.begin(), self.max_rows);
        let is_small = arguments.len() <= SMALL;
        let work = move || {
            call.read(&arguments).map_err(Failure::Arguments)?;
            bound(&call, max_rows)?;
            call.run().map_err(Failure::Run)?;
            let mut answer = Vec::new();
            call.write(Layout::Rows, &mut answer).map_err(Failure::Result)?;
            Ok(answer)
        };
        if is_small { guarded(work) } else { self.pool.run(|| guarded(work)).await.map_err(|_| Failure::Busy)? }
    }

    /// Runs a call whose arguments are there already.
    pub(crate) async fn run(&self, mut call: Call) -> Result<Call, Failure> {
        bound(&call, self.max_rows)?;
        let work = move || {
            call.run().map_err(Failure::Run)?;
            Ok(call)
        };
        self.pool.run(|| guarded(work)).await.map_err(|_| Failure::Busy)?
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
