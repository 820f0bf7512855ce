//! Which kind of reply a return type is: found while the endpoint compiles, by method lookup on a [`Probe`].
//!
//! A trait with one blanket implementation for "serialisable" and one for "axum's response" would be ambiguous for
//! types that are both, such as `String`. Method lookup has an order: `(&&&&probe).kind()` finds [`ProbeDeclared`]
//! first, then [`ProbeJson`], [`ProbeAxum`], and at last [`ProbeUnknown`], for which [`AnyReply`] is not implemented.

use std::marker::PhantomData;

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use schemars::JsonSchema;
use serde::Serialize;

use super::{Reply, json_response};
use crate::{openapi::OperationDoc, problem::ProblemReply};

/// Asks of which kind `T` is.
#[derive(Debug)]
pub struct Probe<T>(PhantomData<fn() -> T>);

/// A type of the toolkit that documents itself.
#[derive(Clone, Copy, Debug)]
pub struct Declared;
/// A type with `Serialize` and `JsonSchema`.
#[derive(Clone, Copy, Debug)]
pub struct Json;
/// A type of axum.
#[derive(Clone, Copy, Debug)]
pub struct Axum;
/// None of them.
#[derive(Clone, Copy, Debug)]
pub struct Unknown;
/// A `Result` around a reply of kind `K`.
#[derive(Clone, Copy, Debug)]
pub struct Fallible<K>(pub K);
impl<T> Probe<T> {
    /// A probe for `T`.
    #[must_use]
    pub fn new() -> Self {
        Self(PhantomData)
    }
}

impl<T> Default for Probe<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T, E> Probe<Result<T, E>> {
    /// The probe for what stands in `Ok`.
    #[must_use]
    pub fn inner(&self) -> (Probe<T>, Wrapping<true>) {
        (Probe::new(), Wrapping)
    }
}

/// The probe for a type that is no `Result`: itself.
pub trait ProbeInner<T> {
    /// The probe.
    fn inner(&self) -> (Probe<T>, Wrapping<false>);
}

impl<T> ProbeInner<T> for Probe<T> {
    fn inner(&self) -> (Probe<T>, Wrapping<false>) {
        (Probe::new(), Wrapping)
    }
}

/// Whether the kind of the inner type is wrapped in a `Result`.
#[derive(Clone, Copy, Debug)]
pub struct Wrapping<const FALLIBLE: bool>;

impl Wrapping<true> {
    /// The kind of the whole.
    #[must_use]
    pub fn wrap<K>(self, kind: K) -> Fallible<K> {
        Fallible(kind)
    }
}

impl Wrapping<false> {
    /// The kind of the whole.
    #[must_use]
    pub fn wrap<K>(self, kind: K) -> K {
        kind
    }
}

macro_rules! probe {
    ($(#[$doc:meta])* $Trait:ident for $ty:ty where $(T: $bound:path $(, $more:path)?)?; $Kind:ident) => {
        $(#[$doc])*
        pub trait $Trait {
            /// The kind.
            fn kind(&self) -> $Kind {
                $Kind
            }
        }

        impl<T $(: $bound $(+ $more)?)?> $Trait for $ty {}
    };
}

probe!(
    /// The first choice.
    ProbeDeclared for &&&Probe<T> where T: Reply; Declared
);
probe!(
    /// The second choice.
    ProbeJson for &&Probe<T> where T: Serialize, JsonSchema; Json
);
probe!(
    /// The third choice.
    ProbeAxum for &Probe<T> where T: IntoResponse; Axum
);
probe!(
    /// The last choice.
    ProbeUnknown for Probe<T> where; Unknown
);

/// What an endpoint can return. `K` is always found by a [`Probe`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an endpoint's reply",
    label = "neither serialisable with a schema, nor a reply of the toolkit or of axum",
    note = "write `#[data]` on the type if it is yours, or return a type with `Serialize` and `JsonSchema`, \
            `toolkit::Html`, `Text`, `Bytes`, `File`, `Redirect`, …, or any `axum::response::IntoResponse`"
)]
pub trait AnyReply<K> {
    /// Adds the replies to an operation's document.
    fn document_any(operation: &mut OperationDoc<'_>);

    /// The response.
    fn respond(self) -> Response;
}

impl<T: Reply> AnyReply<Declared> for T {
    fn document_any(operation: &mut OperationDoc<'_>) {
        T::document(operation);
    }

    fn respond(self) -> Response {
        self.into_response()
    }
}

impl<T: Serialize + JsonSchema> AnyReply<Json> for T {
    fn document_any(operation: &mut OperationDoc<'_>) {
        operation.reply::<T>(StatusCode::OK, "application/json");
    }

    fn respond(self) -> Response {
        json_response(StatusCode::OK, &self)
    }
}

impl<T: IntoResponse> AnyReply<Axum> for T {
    fn document_any(operation: &mut OperationDoc<'_>) {
        operation.empty_reply("default");
    }

    fn respond(self) -> Response {
        self.into_response()
    }
}

impl<T: AnyReply<K>, E: ProblemReply, K> AnyReply<Fallible<K>> for Result<T, E> {
    fn document_any(operation: &mut OperationDoc<'_>) {
        T::document_any(operation);
        E::document(operation);
    }

    fn respond(self) -> Response {
        match self {
            Ok(value) => value.respond(),
            Err(error) => error.into_problem().into_response(),
        }
    }
}

/// How a `T` becomes a response, and how it is documented.
///
/// It is asked for in one way only, so that a type that cannot be a reply is one error.
#[derive(Debug)]
pub struct Replying<T> {
    /// Turns a value into a response.
    pub respond: fn(T) -> Response,
    /// Adds the replies to an operation's document.
    pub document: fn(&mut OperationDoc<'_>),
}

/// How a return type of kind `K` becomes a response.
#[inline]
#[must_use]
pub fn reply<T: AnyReply<K>, K>(_: K, _: Probe<T>) -> Replying<T> {
    Replying { respond: T::respond, document: T::document_any }
}
