use std::{
    borrow::Cow,
    collections::{BTreeSet, HashSet},
    hash::Hash,
};

use schemars::JsonSchema;

use super::{Expected, Parameter, Reading, Refusal, Scalar, decoding::Undecodable};
use crate::{
    check::{Location, Place, Violation},
    openapi::{OperationDoc, ParameterDoc},
};

/// What was found under a parameter's name.
#[derive(Debug)]
pub enum Found<T> {
    /// Nothing.
    Absent,
    /// Something that is no `T`; what is wrong has been noted.
    Invalid,
    /// A value.
    Value(T),
    /// Something, or its absence, that ends the request: missing credentials.
    Refused(Refusal),
}

/// A type that is read by name from a path, query, header, cookie or form.
///
/// `M` only tells the compiler which of the ways is meant; it is always inferred.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be read by name from a request",
    label = "neither a scalar, an `Option`, `Vec` or set of scalars, nor a `#[data]` struct",
    note = "a scalar is a number, `bool`, `char`, `String`, a date or time of `jiff`, `Uuid`, `Decimal`, or a `#[data]` \
            enum without fields"
)]
pub trait Named<M>: Sized + Send {
    /// Looks the parameter up.
    fn read(reading: &mut Reading, parameter: &Parameter) -> Found<Self>;

    /// The value that stands for an absent parameter; `None` if it is required.
    fn absent() -> Option<Self>;

    /// Where its value stands in a request.
    fn place(parameter: &Parameter) -> Place<'static> {
        parameter.place()
    }

    /// Adds the parameter to an operation's document.
    fn document(operation: &mut OperationDoc<'_>, parameter: &ParameterDoc<'_>);
}

/// A type that needs no mark: an unmarked parameter of it is in the query.
pub trait ReadByItself<M>: Named<M> {}

/// Reads a parameter by name; an absent one becomes its default.
///
/// # Errors
///
/// The answer that ends the request. What is merely wrong is noted in `reading`.
#[inline]
pub(super) fn read_named<T: Named<M>, M>(
    reading: &mut Reading,
    parameter: &Parameter,
    default: Option<fn() -> T>,
) -> Result<Option<T>, Refusal> {
    match T::read(reading, parameter) {
        Found::Value(value) => Ok(Some(value)),
        Found::Invalid => Ok(None),
        Found::Refused(refusal) => Err(refusal),
        Found::Absent => {
            let value = default.map(|default| default()).or_else(T::absent);
            if value.is_none() {
                reading.violate(Violation::required(&parameter.place()));
            }
            Ok(value)
        }
    }
}

/// One scalar.
#[derive(Debug)]
pub struct ViaScalar;
/// A scalar that may be missing.
#[derive(Debug)]
pub struct ViaOption;
/// A list or set of scalars.
#[derive(Debug)]
pub struct ViaCollection;
/// A list or set of scalars that may be missing.
#[derive(Debug)]
pub struct ViaOptionalCollection;

impl<T: Scalar + JsonSchema> ReadByItself<ViaScalar> for T {}
impl<T: Scalar + JsonSchema> ReadByItself<ViaOption> for Option<T> {}
impl<C: Collection + JsonSchema> ReadByItself<ViaCollection> for C {}
impl<C: Collection + JsonSchema> ReadByItself<ViaOptionalCollection> for Option<C> {}

impl<T: Scalar + JsonSchema> Named<ViaScalar> for T {
    #[inline]
    fn read(reading: &mut Reading, parameter: &Parameter) -> Found<Self> {
        read_scalar(reading, parameter)
    }

    fn absent() -> Option<Self> {
        None
    }

    fn document(operation: &mut OperationDoc<'_>, parameter: &ParameterDoc<'_>) {
        operation.parameter::<Self>(parameter, true);
    }
}

#[diagnostic::do_not_recommend]
impl<T: Scalar + JsonSchema> Named<ViaOption> for Option<T> {
    #[inline]
    fn read(reading: &mut Reading, parameter: &Parameter) -> Found<Self> {
        match read_scalar(reading, parameter) {
            Found::Value(value) => Found::Value(Some(value)),
            Found::Absent => Found::Absent,
            Found::Invalid => Found::Invalid,
            Found::Refused(refusal) => Found::Refused(refusal),
        }
    }

    fn absent() -> Option<Self> {
        Some(None)
    }

    fn document(operation: &mut OperationDoc<'_>, parameter: &ParameterDoc<'_>) {
        operation.parameter::<T>(parameter, false);
    }
}

/// A list or set that scalars are gathered in.
pub trait Collection: Default + Send {
    /// What it holds.
    type Item: Scalar;

    /// Adds one.
    fn add(&mut self, item: Self::Item);
}

impl<T: Scalar> Collection for Vec<T> {
    type Item = T;

    fn add(&mut self, item: T) {
        self.push(item);
    }
}

impl<T: Scalar + Ord> Collection for BTreeSet<T> {
    type Item = T;

    fn add(&mut self, item: T) {
        self.insert(item);
    }
}

impl<T: Scalar + Hash + Eq> Collection for HashSet<T> {
    type Item = T;

    fn add(&mut self, item: T) {
        self.insert(item);
    }
}

impl<C: Collection + JsonSchema> Named<ViaCollection> for C {
    fn read(reading: &mut Reading, parameter: &Parameter) -> Found<Self> {
        read_collection(reading, parameter)
    }

    fn absent() -> Option<Self> {
        Some(C::default())
    }

    fn document(operation: &mut OperationDoc<'_>, parameter: &ParameterDoc<'_>) {
        operation.parameter::<C>(parameter, false);
    }
}

#[diagnostic::do_not_recommend]
impl<C: Collection + JsonSchema> Named<ViaOptionalCollection> for Option<C> {
    fn read(reading: &mut Reading, parameter: &Parameter) -> Found<Self> {
        match read_collection(reading, parameter) {
            Found::Value(value) => Found::Value(Some(value)),
            Found::Absent => Found::Absent,
            Found::Invalid => Found::Invalid,
            Found::Refused(refusal) => Found::Refused(refusal),
        }
    }

    fn absent() -> Option<Self> {
        Some(None)
    }

    fn document(operation: &mut OperationDoc<'_>, parameter: &ParameterDoc<'_>) {
        operation.parameter::<C>(parameter, false);
    }
}

fn read_scalar<T: Scalar>(reading: &mut Reading, parameter: &Parameter) -> Found<T> {
    let mut found: Option<Result<T, Expected>> = None;
    reading.each_text(parameter, &mut |text| {
        found = Some(match found {
            None => text.map_err(|Undecodable| undecodable(parameter.location)).and_then(|text| T::parse(&text)),
            Some(_) => Err(Expected { code: "repeated", message: Cow::Borrowed("must be given once") }),
        });
    });
    match found {
        None => Found::Absent,
        Some(Ok(value)) => Found::Value(value),
        Some(Err(expected)) => {
            reading.violate(Violation::new(&parameter.place(), expected.code, expected.message));
            Found::Invalid
        }
    }
}

fn read_collection<C: Collection>(reading: &mut Reading, parameter: &Parameter) -> Found<C> {
    let mut collection = C::default();
    let mut violations = Vec::new();
    let mut count = 0;
    let place = parameter.place();
    let mut add = |text: Result<&str, Expected>| {
        match text.and_then(C::Item::parse) {
            Ok(item) => collection.add(item),
            Err(expected) => {
                Violation::note(&mut violations, &place.item(count), expected.code, || expected.message);
            }
        }
        count += 1;
    };
    reading.each_text(parameter, &mut |text| match text {
        Err(Undecodable) => add(Err(undecodable(parameter.location))),
        // A header's list stands between commas (RFC 9110 §5.6.1).
        Ok(text) if parameter.location == Location::Header => text.split(',').for_each(|text| add(Ok(text.trim()))),
        Ok(text) => add(Ok(&text)),
    });
    match (count, violations.is_empty()) {
        (0, _) => Found::Absent,
        (_, true) => Found::Value(collection),
        (_, false) => {
            reading.violations.append(&mut violations);
            Found::Invalid
        }
    }
}

pub(super) fn undecodable(location: Location) -> Expected {
    let message = match location {
        Location::Header => "must be UTF-8",
        _ => "must be percent-encoded UTF-8",
    };
    Expected { code: "encoding", message: Cow::Borrowed(message) }
}
