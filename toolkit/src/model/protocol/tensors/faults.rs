use std::fmt;

use toolkit_envelope::rows::Violations;

use crate::check::bounded;

/// So many faults are told; more would make a small request's answer a large one.
const MOST: usize = 20;

/// All that is wrong with a request's tensors, without their values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Faults {
    list: Vec<String>,
    more: usize,
}

impl Faults {
    /// Adds one.
    pub(crate) fn note(&mut self, fault: impl FnOnce() -> String) {
        if self.list.len() < MOST {
            self.list.push(fault());
        } else {
            self.more += 1;
        }
    }

    /// Adds one about a tensor.
    pub(super) fn of(&mut self, tensor: &str, fault: impl fmt::Display) {
        self.note(|| format!("`{}`: {fault}", bounded(tensor.to_owned())));
    }

    /// Adds one about an element of a tensor.
    pub(super) fn at(&mut self, tensor: &str, index: usize, fault: impl fmt::Display) {
        self.note(|| format!("`{}`, index {index}: {fault}", bounded(tensor.to_owned())));
    }

    /// Adds what the schema refuses in a tensor.
    pub(super) fn violations(&mut self, tensor: &str, violations: &Violations) {
        for violation in &violations.list {
            match violation.row {
                Some(index) => self.at(tensor, index, &violation.message),
                None => self.of(tensor, &violation.message),
            }
        }
        self.more += violations.more;
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.list.len() + self.more
    }

    /// Nothing, or the faults if there are some.
    pub(crate) fn into_result(self) -> Result<(), Self> {
        if self.list.is_empty() { Ok(()) } else { Err(self) }
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.list.join("; "))?;
        if self.more > 0 {
            write!(f, "; and {} more", self.more)?;
        }
        Ok(())
    }
}
