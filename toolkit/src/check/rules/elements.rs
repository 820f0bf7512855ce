use std::collections::{BTreeSet, HashSet};

use schemars::Schema;

use super::Rule;
use crate::check::{Place, Violation};

/// `inner(…)`: rules on each element of a list or set.
#[derive(Clone, Copy, Debug)]
pub struct Each<R>(pub R);

/// A type with elements that `inner(…)` can look at.
pub trait Elements {
    /// What it is a list of.
    type Element;

    /// Calls `visit` with each element and its index, from 0.
    fn each_element(&self, visit: impl FnMut(usize, &Self::Element));
}

impl<T: Elements, R: Rule<T::Element>> Rule<T> for Each<R> {
    fn check(&self, value: &T, place: &Place<'_>, violations: &mut Vec<Violation>) {
        value.each_element(|index, element| self.0.check(element, &place.item(index), violations));
    }

    fn describe(&self, schema: &mut Schema) {
        let Some(items) = schema.get_mut("items") else { return };
        if let Ok(items) = <&mut Schema>::try_from(items) {
            self.0.describe(items);
        }
    }
}

macro_rules! elements_by_iteration {
    ($($ty:ty),*) => {$(
        impl<T> Elements for $ty {
            type Element = T;

            fn each_element(&self, mut visit: impl FnMut(usize, &T)) {
                self.iter().enumerate().for_each(|(index, element)| visit(index, element));
            }
        }
    )*};
}

elements_by_iteration!(Vec<T>, HashSet<T>, BTreeSet<T>);

impl<C: Elements> Elements for Option<C> {
    type Element = C::Element;

    fn each_element(&self, visit: impl FnMut(usize, &Self::Element)) {
        if let Some(elements) = self {
            elements.each_element(visit);
        }
    }
}
