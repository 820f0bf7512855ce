//! Checks a value by its own constraints if its type has any, so that nobody has to write `nested` to be safe.
//!
//! Generated code asks `(&&Nested(&value)).check_nested(…)`: method lookup finds [`ValidatedNested`] first, for types
//! that implement [`Validate`], and falls back to [`AnyNested`], which finds nothing wrong, for all others.

use super::{Place, Validate, Violation};

/// A value that may or may not know its own constraints.
#[derive(Debug)]
pub struct Nested<'a, T: ?Sized>(pub &'a T);

/// The first choice: the type has constraints of its own.
pub trait ValidatedNested {
    /// Adds the value's own violations.
    fn check_nested(&self, place: &Place<'_>, violations: &mut Vec<Violation>);
}

impl<T: Validate + ?Sized> ValidatedNested for &Nested<'_, T> {
    #[inline]
    fn check_nested(&self, place: &Place<'_>, violations: &mut Vec<Violation>) {
        self.0.check(place, violations);
    }
}

/// The second choice: the type has none.
pub trait AnyNested {
    /// Adds nothing.
    fn check_nested(&self, place: &Place<'_>, violations: &mut Vec<Violation>);
}

impl<T: ?Sized> AnyNested for Nested<'_, T> {
    #[inline]
    fn check_nested(&self, _: &Place<'_>, _: &mut Vec<Violation>) {}
}
