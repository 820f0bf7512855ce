use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet, LinkedList, VecDeque},
    fmt,
    hash::BuildHasher,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    num,
    path::PathBuf,
    rc::Rc,
    sync::Arc,
    time::{Duration, SystemTime},
};

use serde::Serialize;
use serde_json::Value;

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
    Value,
    bytes::Bytes,
    IpAddr,
    Ipv4Addr,
    Ipv6Addr,
    SocketAddr,
    PathBuf,
    Duration,
    SystemTime,
    num::NonZeroI8,
    num::NonZeroI16,
    num::NonZeroI32,
    num::NonZeroI64,
    num::NonZeroI128,
    num::NonZeroIsize,
    num::NonZeroU8,
    num::NonZeroU16,
    num::NonZeroU32,
    num::NonZeroU64,
    num::NonZeroU128,
    num::NonZeroUsize,
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

impl<T: Validate + ToOwned + ?Sized> Validate for Cow<'_, T> {
    fn check(&self, place: &Place<'_>, violations: &mut Vec<Violation>) {
        (**self).check(place, violations);
    }
}

impl<T: Validate> Validate for Option<T> {
    #[inline]
    fn check(&self, place: &Place<'_>, violations: &mut Vec<Violation>) {
        if let Some(value) = self {
            value.check(place, violations);
        }
    }
}

macro_rules! valid_by_element {
    ($($ty:ty),*) => {$(
        impl<T: Validate> Validate for $ty {
            #[inline]
            fn check(&self, place: &Place<'_>, violations: &mut Vec<Violation>) {
                for (index, element) in self.iter().enumerate() {
                    element.check(&place.item(index), violations);
                }
            }
        }
    )*};
}

valid_by_element!([T], Vec<T>, VecDeque<T>, LinkedList<T>);

impl<T: Validate, const N: usize> Validate for [T; N] {
    fn check(&self, place: &Place<'_>, violations: &mut Vec<Violation>) {
        self.as_slice().check(place, violations);
    }
}

/// The elements of a set have no order on the wire: what is wrong with one is told of the set.
macro_rules! valid_as_a_set {
    ($($ty:ty $(, $S:ident: $bound:ident)?;)*) => {$(
        impl<T: Validate $(, $S: $bound)?> Validate for $ty {
            fn check(&self, place: &Place<'_>, violations: &mut Vec<Violation>) {
                for element in self {
                    element.check(place, violations);
                }
            }
        }
    )*};
}

valid_as_a_set!(BTreeSet<T>; BinaryHeap<T>; HashSet<T, S>, S: BuildHasher;);

macro_rules! valid_by_member {
    ($($ty:ty $(, $S:ident: $bound:ident)?;)*) => {$(
        impl<K: Serialize, T: Validate $(, $S: $bound)?> Validate for $ty {
            fn check(&self, place: &Place<'_>, violations: &mut Vec<Violation>) {
                for (key, value) in self {
                    let mut wrong = Vec::new();
                    value.check(place, &mut wrong);
                    // Only then is the key written out.
                    if !wrong.is_empty() {
                        value.check(&place.field(&member_name(key)), violations);
                    }
                }
            }
        }
    )*};
}

valid_by_member!(BTreeMap<K, T>; HashMap<K, T, S>, S: BuildHasher;);

/// A map's key as the name of an object's member.
fn member_name(key: &impl Serialize) -> String {
    match serde_json::to_value(key) {
        Ok(Value::String(name)) => name,
        Ok(other) => other.to_string(),
        Err(_) => String::new(),
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
valid_tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6);
valid_tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7);
