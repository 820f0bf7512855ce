//! What a `#[resource]` or `#[dependency]` function returns: a value, or a `Result` of one, whatever alias it is
//! written as.
//!
//! `<Returns<T>>::FALLIBLE` is an inherent constant if `T` is a `Result`, and that of [`ReturnsValue`], which comes
//! second, if it is not. As a constant it can choose between two implementations, which no inference could.

use std::marker::PhantomData;

use super::{Shared, shared};
use crate::{openapi::OperationDoc, problem::ProblemReply, request::Refusal};

/// Asks what a function whose return type is `T` returns.
#[derive(Debug)]
pub struct Returns<T>(PhantomData<fn() -> T>);

impl<T, E> Returns<Result<T, E>> {
    /// It may fail.
    pub const FALLIBLE: bool = true;
}

/// The answer for a type that is no `Result`.
pub trait ReturnsValue {
    /// It cannot fail.
    const FALLIBLE: bool = false;
}

impl<T> ReturnsValue for Returns<T> {}

/// What was returned, with the answer of [`Returns`].
#[derive(Debug)]
pub struct Returned<const FALLIBLE: bool>;

/// The value in what was returned.
pub trait ValueIn<T> {
    /// Its type.
    type Value;
}

impl<T> ValueIn<T> for Returned<false> {
    type Value = T;
}

impl<T, E> ValueIn<Result<T, E>> for Returned<true> {
    type Value = T;
}

/// The return types of `#[resource]` functions.
pub trait MakesResource<T> {
    /// The resource, ready to be shared.
    ///
    /// # Errors
    ///
    /// Why the function failed, with all causes, in one sentence.
    fn built(returned: T) -> Result<Shared, Vec<String>>;
}

impl<T: Send + Sync + 'static> MakesResource<T> for Returned<false> {
    fn built(returned: T) -> Result<Shared, Vec<String>> {
        Ok(shared(returned))
    }
}

impl<T: Send + Sync + 'static, E: Into<crate::Error>> MakesResource<Result<T, E>> for Returned<true> {
    fn built(returned: Result<T, E>) -> Result<Shared, Vec<String>> {
        returned.map(shared).map_err(|error| vec![format!("{:#}", error.into())])
    }
}

/// The return types of `#[dependency]` functions.
pub trait MakesDependency<T>: ValueIn<T> {
    /// The value.
    ///
    /// # Errors
    ///
    /// The problem to answer with.
    fn settle(returned: T) -> Result<Self::Value, Refusal>;

    /// Adds the problems to an operation's document.
    fn document(operation: &mut OperationDoc<'_>);
}

impl<T> MakesDependency<T> for Returned<false> {
    fn settle(returned: T) -> Result<T, Refusal> {
        Ok(returned)
    }

    fn document(_: &mut OperationDoc<'_>) {}
}

impl<T, E: ProblemReply> MakesDependency<Result<T, E>> for Returned<true> {
    fn settle(returned: Result<T, E>) -> Result<T, Refusal> {
        returned.map_err(Refusal::declared)
    }

    fn document(operation: &mut OperationDoc<'_>) {
        E::document(operation);
    }
}

/// How a `#[dependency]` function's return value is settled, and its problems documented.
///
/// It is asked for in one way only, so that an error that is no problem is one error of the compiler.
#[derive(Debug)]
pub struct Settling<T, V> {
    /// Makes the value, or the problem to answer with.
    pub settle: fn(T) -> Result<V, Refusal>,
    /// Adds the problems to an operation's document.
    pub document: fn(&mut OperationDoc<'_>),
}

/// How the return value of a `#[dependency]` function is settled.
#[must_use]
pub fn settling<const FALLIBLE: bool, T>() -> Settling<T, <Returned<FALLIBLE> as ValueIn<T>>::Value>
where
    Returned<FALLIBLE>: MakesDependency<T>,
{
    Settling { settle: Returned::settle, document: Returned::<FALLIBLE>::document }
}

/// What a `#[resource]` function made, ready to be shared.
///
/// # Errors
///
/// Why the function failed, with all causes, in one sentence.
pub fn built<const FALLIBLE: bool, T>(returned: T) -> Result<Shared, Vec<String>>
where
    Returned<FALLIBLE>: MakesResource<T>,
{
    Returned::built(returned)
}
