use std::{
    cell::RefCell,
    fmt::{self, Write},
};

/// One thing that is wrong with a document, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where, as a JSON Pointer (RFC 6901); empty for the whole document.
    pub pointer: String,
    /// What was found, what was expected, and what to do.
    pub message: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = if self.pointer.is_empty() { "/" } else { &self.pointer };
        write!(f, "{}: {}", Shown(place), Shown(&self.message))
    }
}

/// The faults that were found so far in one document.
#[derive(Debug, Default)]
pub(crate) struct Faults(RefCell<Vec<Fault>>);

/// More are not kept: a document can have as many as it has values.
pub(crate) const MOST_FAULTS: usize = 1000;

impl Faults {
    pub(crate) fn push(&self, pointer: impl AsRef<str>, message: impl Into<String>) {
        if !self.is_full() {
            self.0.borrow_mut().push(Fault { pointer: cut(pointer.as_ref()), message: message.into() });
        }
    }

    /// Whether no more are kept, so that there is no need to look for them.
    pub(crate) fn is_full(&self) -> bool {
        self.0.borrow().len() >= MOST_FAULTS
    }

    pub(crate) fn into_vec(self) -> Vec<Fault> {
        self.0.into_inner()
    }
}

/// How many characters of a place are told: a key can be as long as the document, and lie above any number of faults.
const LONGEST_POINTER: usize = 1000;

/// `pointer`, at most so long as places are told.
pub(crate) fn cut(pointer: &str) -> String {
    match pointer.char_indices().nth(LONGEST_POINTER) {
        Some((end, _)) => format!("{}…", &pointer[..end]),
        None => pointer.to_owned(),
    }
}

/// A text from outside as it is shown: what would move a terminal's cursor, change its colours or turn the direction of
/// what is read is escaped.
pub(crate) struct Shown<'a>(pub(crate) &'a str);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0;
        while let Some(at) = rest.find(moves) {
            let (plain, from) = rest.split_at(at);
            f.write_str(plain)?;
            let mut characters = from.chars();
            for escaped in characters.next().into_iter().flat_map(char::escape_default) {
                f.write_char(escaped)?;
            }
            rest = characters.as_str();
        }
        f.write_str(rest)
    }
}

fn moves(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_shown_without_moving_the_terminals_cursor() {
        let fault = Fault { pointer: "/a\u{1b}[2J".to_owned(), message: "found `\u{202e}é\r`".to_owned() };
        assert_eq!(fault.to_string(), "/a\\u{1b}[2J: found `\\u{202e}é\\r`");
    }

    #[test]
    fn faults_and_their_places_are_bounded() {
        let faults = Faults::default();
        let pointer = "/é".repeat(100_000);
        for _ in 0..2 * MOST_FAULTS {
            faults.push(&pointer, "is wrong");
        }
        let faults = faults.into_vec();
        assert_eq!(faults.len(), MOST_FAULTS);
        assert!(faults.iter().all(|fault| fault.pointer.chars().count() == LONGEST_POINTER + 1));
    }
}
