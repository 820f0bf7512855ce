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

    /// Calls `visit` with each element and, where elements have an order on the wire, its index, from 0.
    fn each_element(&self, visit: impl FnMut(Option<usize>, &Self::Element));
}

#[diagnostic::do_not_recommend]
impl<T: Elements, R: Rule<T::Element>> Rule<T> for Each<R> {
    fn check(&self, value: &T, place: &Place<'_>, violations: &mut Vec<Violation>) {
        value.each_element(|index, element| match index {
            Some(index) => self.0.check(element, &place.item(index), violations),
            None => self.0.check(element, place, violations),
        });
    }

    fn describe(&self, schema: &mut Schema) {
        let Some(items) = schema.get_mut("items") else { return };
        if let Ok(items) = <&mut Schema>::try_from(items) {
            self.0.describe(items);
        }
    }
}

impl<T> Elements for Vec<T> {
    type Element = T;

    fn each_element(&self, mut visit: impl FnMut(Option<usize>, &T)) {
        self.iter().enumerate().for_each(|(index, element)| visit(Some(index), element));
    }
}

macro_rules! elements_of_a_set {
    ($($ty:ty),*) => {$(
        impl<T> Elements for $ty {
            type Element = T;

            fn each_element(&self, mut visit: impl FnMut(Option<usize>, &T)) {
                for element in self {
                    visit(None, element);
                }
            }
        }
    )*};
}

elements_of_a_set!(HashSet<T>, BTreeSet<T>);

impl<C: Elements> Elements for Option<C> {
    type Element = C::Element;

    fn each_element(&self, visit: impl FnMut(Option<usize>, &Self::Element)) {
        if let Some(elements) = self {
            elements.each_element(visit);
        }
    }
}
