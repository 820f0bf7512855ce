use axum::{
    extract::FromRequestParts,
    response::{IntoResponse, Response},
};
use http::header;

use super::{
    BodyArgument, JsonBody, Named, Parameter, ReadByItself, Reading, Refusal, body::ViaJson, named::read_named,
};
use crate::{
    endpoint::BodyData,
    openapi::{OperationDoc, ParameterDoc},
    problem::{PROBLEM_JSON, Problem},
};

/// A type that an endpoint's parameter can have without a mark.
///
/// `M` only tells the compiler which of the ways is meant; it is always inferred.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an endpoint's parameter",
    label = "neither a scalar, a `#[data]` type nor an axum extractor",
    note = "an unmarked parameter is a scalar, or an `Option`, `Vec` or set of scalars (read from the path or the \
            query), a `#[data]` type (read from the JSON body), a reference (a resource), or an axum extractor \
            (`FromRequestParts`)",
    note = "write `#[data]` on the type if it is yours, or mark the parameter: `#[body]`, `#[query]`, `#[header]`, …"
)]
pub trait Argument<M>: Sized + Send {
    /// Whether it is read from the body.
    const BODY: bool;
    /// What reading the head of the request gives, before the body is touched.
    type Head: Send;

    /// Reads what stands in the head of the request.
    ///
    /// # Errors
    ///
    /// The answer that ends the request.
    fn head(reading: &mut Reading, parameter: &Parameter) -> impl Future<Output = Result<Self::Head, Refusal>> + Send;

    /// Reads what stands in the body.
    ///
    /// # Errors
    ///
    /// The answer that ends the request.
    fn finish(head: Self::Head, reading: &mut Reading) -> impl Future<Output = Result<Option<Self>, Refusal>> + Send;

    /// Adds the parameter to an operation's document.
    fn document(operation: &mut OperationDoc<'_>, parameter: &ParameterDoc<'_>);
}

/// Read by name, from the query.
#[derive(Debug)]
pub struct Unnamed<M>(std::marker::PhantomData<M>);
/// Read from the JSON body.
#[derive(Debug)]
pub struct ViaBody;
/// Read by axum.
#[derive(Debug)]
pub struct ViaExtractor;

impl<T: ReadByItself<M>, M> Argument<Unnamed<M>> for T {
    const BODY: bool = false;
    type Head = Option<T>;

    #[inline]
    async fn head(reading: &mut Reading, parameter: &Parameter) -> Result<Self::Head, Refusal> {
        read_named(reading, parameter, None)
    }

    #[inline]
    async fn finish(head: Self::Head, _: &mut Reading) -> Result<Option<Self>, Refusal> {
        Ok(head)
    }

    fn document(operation: &mut OperationDoc<'_>, parameter: &ParameterDoc<'_>) {
        <T as Named<M>>::document(operation, parameter);
    }
}

impl<T: BodyData + JsonBody> Argument<ViaBody> for T {
    const BODY: bool = true;
    type Head = ();

    async fn head(_: &mut Reading, _: &Parameter) -> Result<(), Refusal> {
        Ok(())
    }

    async fn finish((): (), reading: &mut Reading) -> Result<Option<Self>, Refusal> {
        <T as BodyArgument<ViaJson>>::read(reading).await
    }

    fn document(operation: &mut OperationDoc<'_>, parameter: &ParameterDoc<'_>) {
        <T as BodyArgument<ViaJson>>::document(operation, parameter);
    }
}

impl<T: FromRequestParts<()> + Send> Argument<ViaExtractor> for T {
    const BODY: bool = false;
    type Head = T;

    async fn head(reading: &mut Reading, _: &Parameter) -> Result<T, Refusal> {
        T::from_request_parts(&mut reading.parts, &()).await.map_err(|rejection| refusal(rejection.into_response()))
    }

    async fn finish(head: T, _: &mut Reading) -> Result<Option<T>, Refusal> {
        Ok(Some(head))
    }

    fn document(_: &mut OperationDoc<'_>, _: &ParameterDoc<'_>) {}
}

/// An extractor's rejection. A plain text, which may echo what was sent, becomes a problem of the same status.
fn refusal(rejection: Response) -> Refusal {
    let media_type = rejection.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let failed = rejection.status().is_client_error() || rejection.status().is_server_error();
    match media_type {
        Some(PROBLEM_JSON) => rejection.into(),
        None | Some("text/plain; charset=utf-8") if failed => {
            if rejection.status().is_server_error() {
                tracing::error!(status = rejection.status().as_u16(), "an axum extractor failed; is its layer there?");
            }
            Problem::new(rejection.status()).into()
        }
        _ => rejection.into(),
    }
}
