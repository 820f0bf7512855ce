use axum::response::{IntoResponse, Response};
use http::StatusCode;
use schemars::JsonSchema;
use serde::Serialize;

use super::json_response;
use crate::{openapi::OperationDoc, problem::Problem};

/// A return value that knows its response and how to document it.
///
/// The return types of an endpoint are in the [guide](crate::guide::replies).
pub trait Reply {
    /// Adds the replies to an operation's document.
    fn document(operation: &mut OperationDoc<'_>);

    /// The response.
    fn into_response(self) -> Response;
}

impl Reply for () {
    fn document(operation: &mut OperationDoc<'_>) {
        operation.empty_reply("204");
    }

    fn into_response(self) -> Response {
        StatusCode::NO_CONTENT.into_response()
    }
}

impl<T: Serialize + JsonSchema> Reply for Option<T> {
    fn document(operation: &mut OperationDoc<'_>) {
        operation.reply::<T>(StatusCode::OK, "application/json");
        operation.problem(StatusCode::NOT_FOUND);
    }

    fn into_response(self) -> Response {
        match self {
            Some(value) => json_response(StatusCode::OK, &value),
            None => Problem::new(StatusCode::NOT_FOUND).into_response(),
        }
    }
}
