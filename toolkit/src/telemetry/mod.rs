//! What a service tells about itself: the trace id that a request's problem and log lines share, and the log.

mod logs;
mod trace_id;

pub(crate) use logs::{start_logging, start_test_logging};
pub(crate) use trace_id::TraceId;
