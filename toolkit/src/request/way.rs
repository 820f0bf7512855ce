//! The way a parameter is read, found once.
//!
//! Generated code has one function for each parameter, `fn way() -> impl ArgumentWay<Value = T>`, and everything that
//! reads, places or documents the parameter asks that function. So rustc finds the marker `M` in one place, and a type
//! that cannot be a parameter is one error, not one for each question.

use std::marker::PhantomData;

use super::{Argument, BodyArgument, Named, Parameter, Reading, Refusal, named};
use crate::{
    check::Place,
    openapi::{OperationDoc, ParameterDoc},
    reply::Probe,
};

/// The way `M` of reading a `T`.
#[derive(Debug)]
pub(super) struct Way<T, M>(PhantomData<fn() -> (T, M)>);

impl<T, M> Way<T, M> {
    const FOUND: Self = Self(PhantomData);
}

/// How an unmarked parameter is read.
pub trait ArgumentWay {
    /// The parameter's type.
    type Value: Send;
    /// What reading the head of the request gives, before the body is touched.
    type Head: Send;
    /// Whether it is read from the body.
    const BODY: bool;

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
    fn finish(
        head: Self::Head,
        reading: &mut Reading,
    ) -> impl Future<Output = Result<Option<Self::Value>, Refusal>> + Send;

    /// Where its value stands in a request.
    fn place(parameter: &Parameter) -> Place<'static>;

    /// Adds the parameter to an operation's document.
    fn document(operation: &mut OperationDoc<'_>, parameter: &ParameterDoc<'_>);
}

impl<T: Argument<M>, M> ArgumentWay for Way<T, M> {
    type Value = T;
    type Head = T::Head;
    const BODY: bool = T::BODY;

    #[inline]
    fn head(reading: &mut Reading, parameter: &Parameter) -> impl Future<Output = Result<T::Head, Refusal>> + Send {
        T::head(reading, parameter)
    }

    #[inline]
    fn finish(head: T::Head, reading: &mut Reading) -> impl Future<Output = Result<Option<T>, Refusal>> + Send {
        T::finish(head, reading)
    }

    fn place(parameter: &Parameter) -> Place<'static> {
        if T::BODY { Place::body() } else { parameter.place() }
    }

    fn document(operation: &mut OperationDoc<'_>, parameter: &ParameterDoc<'_>) {
        T::document(operation, parameter);
    }
}

/// How a parameter is read by its name.
pub trait NamedWay {
    /// The parameter's type.
    type Value: Send;

    /// Looks the parameter up; an absent one becomes its default.
    ///
    /// # Errors
    ///
    /// The answer that ends the request. What is merely wrong is noted in `reading`.
    fn read(
        reading: &mut Reading,
        parameter: &Parameter,
        default: Option<fn() -> Self::Value>,
    ) -> Result<Option<Self::Value>, Refusal>;

    /// Where its value stands in a request.
    fn place(parameter: &Parameter) -> Place<'static>;

    /// Adds the parameter to an operation's document.
    fn document(operation: &mut OperationDoc<'_>, parameter: &ParameterDoc<'_>);
}

impl<T: Named<M>, M> NamedWay for Way<T, M> {
    type Value = T;

    #[inline]
    fn read(reading: &mut Reading, parameter: &Parameter, default: Option<fn() -> T>) -> Result<Option<T>, Refusal> {
        named::read_named(reading, parameter, default)
    }

    fn place(parameter: &Parameter) -> Place<'static> {
        T::place(parameter)
    }

    fn document(operation: &mut OperationDoc<'_>, parameter: &ParameterDoc<'_>) {
        T::document(operation, parameter);
    }
}

/// How a whole body is read.
pub trait BodyWay {
    /// The parameter's type.
    type Value;

    /// Reads the body.
    ///
    /// # Errors
    ///
    /// The answer that ends the request.
    fn read(reading: &mut Reading) -> impl Future<Output = Result<Option<Self::Value>, Refusal>> + Send;

    /// Adds the body to an operation's document.
    fn document(operation: &mut OperationDoc<'_>, parameter: &ParameterDoc<'_>);
}

impl<T: BodyArgument<M>, M> BodyWay for Way<T, M> {
    type Value = T;

    fn read(reading: &mut Reading) -> impl Future<Output = Result<Option<T>, Refusal>> + Send {
        T::read(reading)
    }

    fn document(operation: &mut OperationDoc<'_>, parameter: &ParameterDoc<'_>) {
        T::document(operation, parameter);
    }
}

/// Finds how an unmarked parameter of type `T` is read.
#[must_use]
pub fn way_of_argument<T: Argument<M>, M>(_: Probe<T>) -> impl ArgumentWay<Value = T> {
    Way::<T, M>::FOUND
}

/// Finds how a `T` is read by name.
#[must_use]
pub fn way_of_named<T: Named<M>, M>(_: Probe<T>) -> impl NamedWay<Value = T> {
    Way::<T, M>::FOUND
}

/// Finds how a `T` is read as a body.
#[must_use]
pub fn way_of_body<T: BodyArgument<M>, M>(_: Probe<T>) -> impl BodyWay<Value = T> {
    Way::<T, M>::FOUND
}

/// Whether a parameter is read from the body.
pub const fn reads_body<W: ArgumentWay>(_: fn() -> W) -> bool {
    W::BODY
}

/// Reads the head of the request for an unmarked parameter.
///
/// # Errors
///
/// The answer that ends the request.
#[inline]
pub fn head_of_argument<W: ArgumentWay>(
    _: fn() -> W,
    reading: &mut Reading,
    parameter: &Parameter,
) -> impl Future<Output = Result<W::Head, Refusal>> + Send {
    W::head(reading, parameter)
}

/// Reads the body for an unmarked parameter, if that is where it comes from.
///
/// # Errors
///
/// The answer that ends the request.
#[inline]
pub fn finish_argument<W: ArgumentWay>(
    _: fn() -> W,
    head: W::Head,
    reading: &mut Reading,
) -> impl Future<Output = Result<Option<W::Value>, Refusal>> + Send {
    W::finish(head, reading)
}

/// Where an unmarked parameter stands in a request.
#[must_use]
pub fn place_of_argument<W: ArgumentWay>(_: fn() -> W, parameter: &Parameter) -> Place<'static> {
    W::place(parameter)
}

/// Documents an unmarked parameter.
pub fn document_argument<W: ArgumentWay>(_: fn() -> W, operation: &mut OperationDoc<'_>, parameter: &ParameterDoc<'_>) {
    W::document(operation, parameter);
}

/// Reads a parameter by name; an absent one becomes its default.
///
/// # Errors
///
/// The answer that ends the request. What is merely wrong is noted in `reading`.
#[inline]
pub fn read_named<W: NamedWay>(
    _: fn() -> W,
    reading: &mut Reading,
    parameter: &Parameter,
    default: Option<fn() -> W::Value>,
) -> Result<Option<W::Value>, Refusal> {
    W::read(reading, parameter, default)
}

/// Where a parameter that is read by name stands in a request.
#[must_use]
pub fn place_of_named<W: NamedWay>(_: fn() -> W, parameter: &Parameter) -> Place<'static> {
    W::place(parameter)
}

/// Documents a parameter that is read by name.
pub fn document_named<W: NamedWay>(_: fn() -> W, operation: &mut OperationDoc<'_>, parameter: &ParameterDoc<'_>) {
    W::document(operation, parameter);
}

/// Reads a parameter under `#[body]`.
///
/// # Errors
///
/// The answer that ends the request.
pub fn read_body<W: BodyWay>(
    _: fn() -> W,
    reading: &mut Reading,
) -> impl Future<Output = Result<Option<W::Value>, Refusal>> + Send {
    W::read(reading)
}

/// Documents a parameter under `#[body]`.
pub fn document_body<W: BodyWay>(_: fn() -> W, operation: &mut OperationDoc<'_>, parameter: &ParameterDoc<'_>) {
    W::document(operation, parameter);
}
