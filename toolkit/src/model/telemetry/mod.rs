//! What is told of the calls of models: spans, and what is counted and measured.

mod batch;
mod prediction;
#[cfg(all(test, feature = "trace-viewer"))]
mod tests;

pub(crate) use batch::BatchRun;
pub(crate) use prediction::Prediction;
use toolkit_envelope::Digest;

use crate::telemetry::models::{self, Outcome};
pub(crate) use crate::telemetry::models::{Identity, Swap, deployed};

use super::failure::Failure;

/// Takes note of an attempt to put one version of a model in the place of another one. The new one is unknown when it
/// could not be read.
pub(crate) fn swapped(model: &str, from: Digest, to: Option<Digest>, swap: Swap) {
    models::swapped(model, &from.to_string(), to.map(|to| to.to_string()).as_deref(), swap);
}

fn outcome_of(outcome: Result<(), &Failure>) -> Outcome {
    match outcome {
        Ok(()) => Outcome::Answered,
        // Where there is no function, no call of it begins.
        Err(Failure::Arguments(_) | Failure::Tensors { .. } | Failure::NoFunction(_)) => Outcome::Arguments,
        Err(Failure::TooManyRows { .. }) => Outcome::TooManyRows,
        Err(Failure::Run(_)) => Outcome::Run,
        Err(Failure::Result(_)) => Outcome::Result,
        Err(Failure::Panicked(_)) => Outcome::Panic,
        Err(Failure::Busy) => Outcome::Busy,
    }
}

/// What kind of failure it is, as `error.type` has it.
pub(crate) fn kind_of(failure: &Failure) -> Option<&'static str> {
    outcome_of(Err(failure)).error_type()
}

/// What has no end of its own: nobody waits for it any more, or what does it has panicked.
fn without_end() -> Outcome {
    if std::thread::panicking() { Outcome::Panic } else { Outcome::Cancelled }
}
