use std::{
    collections::{HashMap, HashSet},
    marker::PhantomData,
};

use serde_json::Value;

use super::{Kind, scalar};

/// Lists of values, made ready once to be asked whether a value is one of them: a default may hold as many values as the
/// list does.
#[derive(Default)]
pub(super) struct Choices<'s> {
    /// A list is known by where it lies.
    sets: HashMap<*const Value, HashSet<Vec<u8>>>,
    /// So it must not go away.
    lists: PhantomData<&'s [Value]>,
}

impl<'s> Choices<'s> {
    /// Whether `value` is one of the `values` of `kind`.
    pub(super) fn has(&mut self, kind: &Kind, values: &'s [Value], value: &Value) -> bool {
        let set = self
            .sets
            .entry(values.as_ptr())
            .or_insert_with(|| values.iter().filter_map(|one| key(kind, one)).collect());
        key(kind, value).is_some_and(|key| set.contains(&key))
    }
}

fn key(kind: &Kind, value: &Value) -> Option<Vec<u8>> {
    match kind {
        Kind::Categorical { .. } => Some(scalar::category_key(value)),
        kind => scalar::read(kind, value).ok().map(|stored| stored.key()),
    }
}
