use axum::body::Body;
use bytes::Bytes;

use super::{JsonBody, Reading, Refusal, json};
use crate::openapi::{OperationDoc, ParameterDoc};

/// A type that a whole request body can be read as, under `#[body]`.
///
/// `M` only tells the compiler which of the ways is meant; it is always inferred.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be read from a request body",
    label = "neither a type with `Deserialize` and `JsonSchema`, nor `Bytes` or `Body`",
    note = "write `#[data]` on the type if it is yours"
)]
pub trait BodyArgument<M>: Sized + Send {
    /// Reads the body.
    ///
    /// # Errors
    ///
    /// The answer that ends the request.
    fn read(reading: &mut Reading) -> impl Future<Output = Result<Option<Self>, Refusal>> + Send;

    /// Adds the body to an operation's document.
    fn document(operation: &mut OperationDoc<'_>, parameter: &ParameterDoc<'_>);
}

/// JSON.
#[derive(Debug)]
pub struct ViaJson;
/// Bytes as they are.
#[derive(Debug)]
pub struct ViaBytes;

#[diagnostic::do_not_recommend]
impl<T: JsonBody> BodyArgument<ViaJson> for T {
    async fn read(reading: &mut Reading) -> Result<Option<Self>, Refusal> {
        json::read(reading).await
    }

    fn document(operation: &mut OperationDoc<'_>, parameter: &ParameterDoc<'_>) {
        operation.json_body::<T>(parameter);
    }
}

impl BodyArgument<ViaBytes> for Bytes {
    async fn read(reading: &mut Reading) -> Result<Option<Self>, Refusal> {
        reading.body_bytes().await.map(Some)
    }

    fn document(operation: &mut OperationDoc<'_>, parameter: &ParameterDoc<'_>) {
        operation.raw_body(parameter);
    }
}

impl BodyArgument<ViaBytes> for Body {
    async fn read(reading: &mut Reading) -> Result<Option<Self>, Refusal> {
        reading.take_body().map(Body::new).map(Some)
    }

    fn document(operation: &mut OperationDoc<'_>, parameter: &ParameterDoc<'_>) {
        operation.raw_body(parameter);
    }
}
