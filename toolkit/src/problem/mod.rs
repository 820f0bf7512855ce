//! Problems: every answer that is not a success, as an RFC 9457 document.

mod declared;
mod document;
mod layer;

pub use declared::{ProblemReply, ProblemSchema};
pub use document::Problem;
pub(crate) use document::{PROBLEM_JSON, ProblemDocument, ValidationProblem};
pub(crate) use layer::{ProblemForm, ProblemLayer, panic_message};
#[cfg(feature = "grpc")]
pub(crate) use layer::{of_panic, sent};

/// Any error, as `?` makes it: the client gets a 500 problem without the cause, which goes into the log.
pub use anyhow::Error;

/// What a fallible function returns: `toolkit::Result<Ranker>`.
pub type Result<T = (), E = Error> = std::result::Result<T, E>;
