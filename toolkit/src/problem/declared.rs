use http::StatusCode;
use serde_json::Value;

use super::{Error, Problem};
use crate::openapi::OperationDoc;

/// What may stand behind `Err` in an endpoint's return type; `#[problem]` implements it for an enum. See the
/// [guide](crate::guide::problems).
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an endpoint's error",
    label = "neither a `#[problem]` enum nor `toolkit::Error`",
    note = "write `#[problem]` on the enum, or return `toolkit::Result<_>`, whose `?` takes any error"
)]
pub trait ProblemReply {
    /// The problem to answer with.
    fn into_problem(self) -> Problem;

    /// Adds every problem that this type stands for to an operation's document.
    fn document(operation: &mut OperationDoc<'_>);
}

/// One declared problem, for the OpenAPI document.
#[derive(Clone, Debug)]
pub struct ProblemSchema {
    /// The status it answers with.
    pub status: u16,
    /// The sentence that names it.
    pub title: String,
    /// The name of the variant on the wire, under `code`.
    pub code: Option<&'static str>,
    /// Its own members: name and schema.
    pub members: Vec<(&'static str, Value)>,
}

impl ProblemReply for Error {
    fn into_problem(self) -> Problem {
        Problem::internal(self)
    }

    fn document(operation: &mut OperationDoc<'_>) {
        operation.problem(StatusCode::INTERNAL_SERVER_ERROR);
    }
}

impl ProblemReply for Problem {
    fn into_problem(self) -> Problem {
        self
    }

    fn document(operation: &mut OperationDoc<'_>) {
        operation.any_problem();
    }
}

impl ProblemReply for StatusCode {
    fn into_problem(self) -> Problem {
        Problem::new(self)
    }

    fn document(operation: &mut OperationDoc<'_>) {
        operation.any_problem();
    }
}

impl ProblemReply for std::convert::Infallible {
    fn into_problem(self) -> Problem {
        match self {}
    }

    fn document(_: &mut OperationDoc<'_>) {}
}
