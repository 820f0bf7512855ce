use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque},
    fmt,
    hash::BuildHasher,
    rc::Rc,
    sync::Arc,
};

use super::{Place, Violation};

/// A type whose values know what makes them valid; `#[data]` implements it.
///
/// The constraints are those written as `#[validate(…)]` on the type's fields, and those of the types of its fields. See
/// the [guide](crate::guide::checking).
///
/// ```
/// use toolkit::prelude::*;
///
/// #[data]
/// struct Line {
///     #[validate(range(min = 1))]
///     count: u32,
/// }
///
/// #[data]
/// struct Order {
///     #[validate(length(min = 1))]
///     lines: Vec<Line>,
/// }
///
/// let order = Order { lines: vec![Line { count: 2 }, Line { count: 0 }] };
/// assert_eq!(order.validate().unwrap_err().to_string(), "`/lines/1/count` must be at least 1");
/// ```
pub trait Validate {
    /// Adds everything that is wrong with the value at `place` to `violations`.
    fn check(&self, place: &Place<'_>, violations: &mut Vec<Violation>);

    /// Checks a value outside a request, for use in one's own code and tests.
    ///
    /// # Errors
    ///
    /// All violations, located as if the value were a request body.
    fn validate(&self) -> Result<(), Violations> {
        let mut violations = Vec::new();
        self.check(&Place::body(), &mut violations);
        if violations.is_empty() { Ok(()) } else { Err(Violations(violations)) }
    }
}

/// All that is wrong with one value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violations(pub Vec<Violation>);

impl fmt::Display for Violations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, violation) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            let place = violation.pointer.as_deref().unwrap_or("");
            write!(f, "{separator}`{place}` {}", violation.message)?;
        }
        Ok(())
    }
}

impl std::error::Error for Violations {}

macro_rules! always_valid {
    ($($ty:ty),* $(,)?) => {$(
        impl Validate for $ty {
            #[inline]
            fn check(&self, _: &Place<'_>, _: &mut Vec<Violation>) {}
        }
    )*};
}

always_valid!(
    (),
    bool,
    char,
    str,
    String,
    i8,
    i16,
    i32,
    i64,
    i128,
    isize,
    u8,
    u16,
    u32,
    u64,
    u128,
    usize,
    f32,
    f64,
    uuid::Uuid,
    rust_decimal::Decimal,
    jiff::Timestamp,
    jiff::Zoned,
    jiff::civil::Date,
    jiff::civil::DateTime,
    jiff::civil::Time,
    serde_json::Value,
    bytes::Bytes,
);

macro_rules! valid_as_its_target {
    ($($ty:ty),*) => {$(
        impl<T: Validate + ?Sized> Validate for $ty {
            #[inline]
            fn check(&self, place: &Place<'_>, violations: &mut Vec<Violation>) {
                (**self).check(place, violations);
            }
        }
    )*};
}

valid_as_its_target!(&T, Box<T>, Arc<T>, Rc<T>);

impl<T: Validate> Validate for Option<T> {
    #[inline]
    fn check(&self, place: &Place<'_>, violations: &mut Vec<Violation>) {
        if let Some(value) = self {
            value.check(place, violations);
        }
    }
}

macro_rules! valid_by_element {
    ($($ty:ty $(, $S:ident: $bound:ident)?;)*) => {$(
        impl<T: Validate $(, $S: $bound)?> Validate for $ty {
            #[inline]
            fn check(&self, place: &Place<'_>, violations: &mut Vec<Violation>) {
                for (index, element) in self.iter().enumerate() {
                    element.check(&place.item(index), violations);
                }
            }
        }
    )*};
}

valid_by_element!([T]; Vec<T>; VecDeque<T>; BTreeSet<T>; HashSet<T, S>, S: BuildHasher;);

impl<T: Validate, const N: usize> Validate for [T; N] {
    fn check(&self, place: &Place<'_>, violations: &mut Vec<Violation>) {
        self.as_slice().check(place, violations);
    }
}

impl<K: AsRef<str>, T: Validate, S: BuildHasher> Validate for HashMap<K, T, S> {
    fn check(&self, place: &Place<'_>, violations: &mut Vec<Violation>) {
        for (key, value) in self {
            value.check(&place.field(key.as_ref()), violations);
        }
    }
}

impl<K: AsRef<str>, T: Validate> Validate for BTreeMap<K, T> {
    fn check(&self, place: &Place<'_>, violations: &mut Vec<Violation>) {
        for (key, value) in self {
            value.check(&place.field(key.as_ref()), violations);
        }
    }
}

macro_rules! valid_tuple {
    ($($T:ident $index:tt),+) => {
        impl<$($T: Validate),+> Validate for ($($T,)+) {
            fn check(&self, place: &Place<'_>, violations: &mut Vec<Violation>) {
                $(self.$index.check(&place.item($index), violations);)+
            }
        }
    };
}

valid_tuple!(A 0);
valid_tuple!(A 0, B 1);
valid_tuple!(A 0, B 1, C 2);
valid_tuple!(A 0, B 1, C 2, D 3);
valid_tuple!(A 0, B 1, C 2, D 3, E 4);
valid_tuple!(A 0, B 1, C 2, D 3, E 4, F 5);
