use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};

use super::Reply;
use crate::{openapi::OperationDoc, problem::Problem};

/// Sends the client to another address.
///
/// ```
/// use toolkit::prelude::*;
///
/// #[get("/v0/newest")]
/// fn newest() -> Redirect {
///     Redirect::temporary("/v0/films/7")
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redirect {
    status: StatusCode,
    to: String,
}

impl Redirect {
    /// 303: get the answer there, whatever the method was.
    pub fn to(uri: impl Into<String>) -> Self {
        Self { status: StatusCode::SEE_OTHER, to: uri.into() }
    }

    /// 307: ask there this time, with the same method and body.
    pub fn temporary(uri: impl Into<String>) -> Self {
        Self { status: StatusCode::TEMPORARY_REDIRECT, to: uri.into() }
    }

    /// 308: ask there from now on, with the same method and body.
    pub fn permanent(uri: impl Into<String>) -> Self {
        Self { status: StatusCode::PERMANENT_REDIRECT, to: uri.into() }
    }
}

impl Reply for Redirect {
    fn document(operation: &mut OperationDoc<'_>) {
        operation.empty_reply("3XX");
        operation.reply_header("Location", "Where to go.");
    }

    fn into_response(self) -> Response {
        match HeaderValue::try_from(self.to) {
            Ok(to) => (self.status, [(header::LOCATION, to)]).into_response(),
            Err(error) => {
                Problem::internal(anyhow::Error::new(error).context("a redirect leads nowhere")).into_response()
            }
        }
    }
}
