use std::sync::{Mutex, PoisonError};

/// Memory of calls that have ended, for those to come.
pub(crate) struct Pool<T>(Mutex<Vec<T>>);

/// So much is kept; calls that run at the same time beyond that make their own.
const KEPT: usize = 64;

impl<T> Default for Pool<T> {
    fn default() -> Self {
        Self(Mutex::new(Vec::new()))
    }
}

impl<T> Pool<T> {
    pub(crate) fn take(&self) -> Option<T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    pub(crate) fn give_back(&self, memory: T) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() < KEPT {
            kept.push(memory);
        }
    }
}
