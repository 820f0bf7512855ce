use std::{error::Error, fmt, sync::Arc};

use http::StatusCode;
use tonic::{Code, Status};

use crate::problem::Problem;

/// How long a message may be as a header, in bytes: clients take 8 KiB of headers in all.
const LONGEST: usize = 4096;

/// A problem on its way through what writes the answers of gRPC.
#[derive(Debug)]
struct Refused(Problem);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "refused with {}", self.0.status())
    }
}

impl Error for Refused {}

/// The status that carries the problem; [`problem`] takes it out.
pub(super) fn carrying(problem: Problem) -> Status {
    let mut status = Status::new(code(problem.status()), "");
    status.set_source(Arc::new(Refused(problem)));
    status
}

/// The problem that a status carries; none if it was made by what reads the messages.
pub(super) fn problem(status: &Status) -> Option<&Problem> {
    status.source()?.downcast_ref::<Refused>().map(|refused| &refused.0)
}

/// The status that says what the problem does.
pub(super) fn status(problem: &Problem) -> Status {
    Status::new(code(problem.status()), bounded(problem.to_line()))
}

/// The code whose meaning is nearest (gRPC, "Status codes and their use in gRPC").
fn code(status: StatusCode) -> Code {
    match status.as_u16() {
        401 => Code::Unauthenticated,
        403 => Code::PermissionDenied,
        404 | 410 => Code::NotFound,
        409 | 412 => Code::FailedPrecondition,
        413 | 429 => Code::ResourceExhausted,
        400..=499 => Code::InvalidArgument,
        501 => Code::Unimplemented,
        503 => Code::Unavailable,
        504 => Code::DeadlineExceeded,
        _ => Code::Internal,
    }
}

/// The message, as far as there is room: what is no letter or digit may take three bytes for each of its own.
fn bounded(mut message: String) -> String {
    let mut room = LONGEST;
    for (at, character) in message.char_indices() {
        let size = if character.is_ascii_alphanumeric() { 1 } else { 3 * character.len_utf8() };
        let Some(left) = room.checked_sub(size) else {
            message.truncate(at);
            message.push_str("… and more");
            break;
        };
        room = left;
    }
    message
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_has_the_nearest_code_and_all_that_the_problem_says() {
        let too_large = status(&Problem::new(StatusCode::PAYLOAD_TOO_LARGE).detail("the request is too large"));
        assert_eq!((too_large.code(), too_large.message()), (Code::ResourceExhausted, "the request is too large"));
        let failed = status(&Problem::internal(anyhow::anyhow!("a secret of the house")));
        assert_eq!((failed.code(), failed.message()), (Code::Internal, "Internal Server Error"));
        for (http, grpc) in [(422, Code::InvalidArgument), (404, Code::NotFound), (503, Code::Unavailable)] {
            assert_eq!(code(StatusCode::from_u16(http).unwrap()), grpc);
        }
    }

    #[test]
    fn a_long_message_is_cut_before_it_is_more_than_clients_take() {
        let header = |text: &str| {
            let response = Status::invalid_argument(bounded(text.repeat(3000))).into_http::<()>();
            response.headers()["grpc-message"].len()
        };
        for text in ["a", "a b", "`{}`", "é", "\u{1F600}"] {
            assert!(header(text) < LONGEST + 64, "{text}: {}", header(text));
        }
        assert_eq!(bounded("short".to_owned()), "short");
    }
}
