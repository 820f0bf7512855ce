use axum::{
    Json,
    response::{IntoResponse, Response},
};
use http::StatusCode;
use serde_json::{Value, json};

use crate::problem::Problem;

/// What was found, as every call of Jaeger's API answers it.
pub(super) fn found(data: Vec<Value>) -> Response {
    Json(json!({ "total": data.len(), "limit": 0, "offset": 0, "errors": null, "data": data })).into_response()
}

/// What is wrong with a call, as Jaeger says it: the UI shows the message.
pub(super) fn fault(status: StatusCode, message: &str) -> Response {
    let errors = json!([{ "code": status.as_u16(), "msg": message }]);
    let body = json!({ "total": 0, "limit": 0, "offset": 0, "errors": errors, "data": null });
    (status, Json(body)).into_response()
}

/// Writes an answer where it keeps no request waiting: many traces take a while.
pub(super) async fn written(write: impl FnOnce() -> Response + Send + 'static) -> Response {
    match tokio::task::spawn_blocking(write).await {
        Ok(response) => response,
        Err(error) => Problem::internal(error.into()).into_response(),
    }
}
