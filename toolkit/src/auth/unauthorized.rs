use http::{StatusCode, header};

use crate::{
    openapi::OperationDoc,
    problem::{Problem, ProblemReply},
};

/// 401: the credentials are missing or wrong; which of the two is not told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unauthorized {
    /// How to authenticate, for the `WWW-Authenticate` header (RFC 9110 §11.6.1).
    challenge: &'static str,
}

impl Unauthorized {
    pub(super) const fn new(challenge: &'static str) -> Self {
        Self { challenge }
    }
}

impl ProblemReply for Unauthorized {
    fn into_problem(self) -> Problem {
        Problem::new(StatusCode::UNAUTHORIZED).header(header::WWW_AUTHENTICATE, self.challenge)
    }

    fn document(operation: &mut OperationDoc<'_>) {
        operation.problem(StatusCode::UNAUTHORIZED);
    }
}
