use std::collections::HashMap;

use foldhash::fast::FixedState;

/// Finds the place of a name in a list. The list is the schema's, so that nobody can send names that collide.
#[derive(Clone, Debug, Default)]
pub(super) struct Names(HashMap<Box<str>, u32, FixedState>);

impl Names {
    /// Notes that `name` stands at `index`; gives whether it is there already.
    pub(super) fn insert(&mut self, name: &str, index: usize) -> bool {
        // A schema has fewer names than 32 bits count.
        self.0.insert(name.into(), index as u32).is_some()
    }

    pub(super) fn get(&self, name: &str) -> Option<u32> {
        self.0.get(name).copied()
    }
}
