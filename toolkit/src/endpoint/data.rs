use std::collections::{BTreeMap, HashMap};

use crate::check::Validate;

/// A struct or enum with fields that `#[data]` stands on.
///
/// A parameter of such a type is the JSON body, unless it is marked otherwise. Its rules can always be checked: a generic
/// type is one for just those types that are [`Validate`] themselves.
pub trait Data: Validate {}

/// What an unmarked parameter is read from the JSON body as: a data type, or a list or map of them.
pub trait BodyData {}

impl<T: Data> BodyData for T {}
impl<T: BodyData> BodyData for Vec<T> {}
impl<K, T: BodyData, S> BodyData for HashMap<K, T, S> {}
impl<K, T: BodyData> BodyData for BTreeMap<K, T> {}
