use std::{borrow::Cow, fmt};

use super::place::Place;

/// One thing that is wrong with a value, and where. It never echoes the value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Where, as a JSON Pointer (RFC 6901) from the start of the document.
    pub pointer: String,
    /// Which row of the frame, series or batch, from 0 on.
    pub row: Option<usize>,
    /// Which column of the frame.
    pub column: Option<String>,
    /// What kind of rule is broken: `required`, `null`, `type`, `range`, `length`, `shape`, `enum`, `regex`, `unknown`,
    /// `duplicate`, or `syntax` for text that is not JSON.
    pub code: &'static str,
    /// What the value must be, for a person.
    pub message: Cow<'static, str>,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = if self.pointer.is_empty() { "/" } else { &self.pointer };
        write!(f, "`{place}` {}", self.message)
    }
}

/// All that is wrong with one document: at most [`MOST`](Self::MOST) in detail, the rest counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Violations {
    /// The first ones.
    pub list: Vec<Violation>,
    /// How many more there are.
    pub more: usize,
}

impl Violations {
    /// So many are kept; more would make a small request's answer a large one.
    pub const MOST: usize = 1000;

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// How many there are, those that were not kept among them.
    pub fn count(&self) -> usize {
        self.list.len() + self.more
    }

    /// Where and why the text is not JSON, if it is not; what comes after that was not read.
    pub fn syntax(&self) -> Option<&Violation> {
        self.list.last().filter(|violation| violation.code == "syntax")
    }

    #[cold]
    pub(super) fn note(&mut self, place: &Place<'_>, code: &'static str, message: impl FnOnce() -> Cow<'static, str>) {
        if self.list.len() >= Self::MOST {
            self.more += 1;
            return;
        }
        self.list.push(Violation {
            pointer: place.pointer(),
            row: place.row(),
            column: place.column(),
            code,
            message: message(),
        });
    }

    /// Adds those of another document that stands within this one.
    pub fn extend(&mut self, other: Self) {
        let room = Self::MOST - self.list.len().min(Self::MOST);
        self.more += other.more + other.list.len().saturating_sub(room);
        self.list.extend(other.list.into_iter().take(room));
    }

    /// Notes that the text is not JSON, also if there are enough violations already.
    pub(super) fn note_syntax(&mut self, message: String) {
        if self.list.len() >= Self::MOST {
            self.list.pop();
            self.more += 1;
        }
        let message = message.into();
        self.list.push(Violation { pointer: String::new(), row: None, column: None, code: "syntax", message });
    }
}

impl fmt::Display for Violations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, violation) in self.list.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            write!(f, "{separator}{violation}")?;
        }
        if self.more > 0 {
            write!(f, "; and {} more", self.more)?;
        }
        Ok(())
    }
}

impl std::error::Error for Violations {}
