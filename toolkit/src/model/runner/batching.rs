use std::time::Duration;

/// Whether requests that come at the same time are run as one. Given to
/// [`ModelHandler::batching`](crate::model::ModelHandler::batching).
///
/// It is counted in rows: a request of five rows takes five of the places of a batch. Whether an answer comes too late
/// has nothing to do with it: that is the [timeout](crate::model::ModelHandler::timeout)'s, and a request whose time is
/// over leaves the batch.
///
/// ```no_run
/// use std::time::Duration;
/// use toolkit::model::{Batching, ModelHandler};
///
/// let batching = Batching::On { max_rows: 64, max_wait: Duration::from_millis(2) };
/// let app = toolkit::app!().model("/v0/models/churn", ModelHandler::new("envelopes/churn").batching(batching));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Batching {
    /// As it pays: each function is measured when the envelope is loaded, and the log says what was chosen and why.
    /// Nobody is waited for: what comes while the model runs is its next batch.
    #[default]
    Auto,
    /// Each request is run on its own.
    Off,
    /// Requests are run as one, so far as the function's manifest says that they can be.
    On {
        /// How many rows are run at once at most; the manifest may say less.
        max_rows: usize,
        /// How long the first request of a batch waits for others while a thread is free. Zero: not at all.
        max_wait: Duration,
    },
}

/// The bounds of the batches of one function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Bounds {
    /// How many rows are run at once.
    pub(super) max_rows: usize,
    /// How long the first call waits for others.
    pub(super) max_wait: Duration,
}
