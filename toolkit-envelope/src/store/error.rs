use std::{fmt, io, path::Path};

use crate::{
    digest::Digest,
    json::{Fault, Shown},
};

/// Why an envelope was not opened, read or saved.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The system did not do what it was asked for.
    #[error("cannot {doing} {place}: {source}")]
    Io {
        /// What it was asked for.
        doing: &'static str,
        /// With which file.
        place: String,
        /// What it answered.
        source: io::Error,
    },
    /// What is there is not a whole envelope.
    #[error("{place} is not a whole envelope:{}", Lines(faults))]
    Broken {
        /// Where the envelope was looked for.
        place: String,
        /// Everything that is wrong with it.
        faults: Vec<FileFault>,
    },
    /// Another envelope is where this one should be saved.
    #[error("{place} holds {found} already, and an envelope never changes; save {saved} at another place")]
    Occupied {
        /// The place.
        place: String,
        /// What is there.
        found: Digest,
        /// What should have been saved.
        saved: Digest,
    },
    /// This envelope is where it should be saved already, in the other of its two forms.
    #[error("{place} is {found} of this envelope already; save {wanted} of it at another place")]
    OtherForm {
        /// The place.
        place: String,
        /// What is there: `a directory` or `an archive`.
        found: &'static str,
        /// What should have been saved.
        wanted: &'static str,
    },
    /// The same envelope is where this one should be saved, and the signatures of the two do not go together.
    #[error("the signatures are not saved in {place}:{}", Lines(faults))]
    Signatures {
        /// The place.
        place: String,
        /// Everything that is wrong with them.
        faults: Vec<FileFault>,
    },
    /// A manifest that cannot be saved.
    #[error("the envelope cannot be made:{}", Lines(faults))]
    Invalid {
        /// Everything that is wrong with it.
        faults: Vec<Fault>,
    },
    /// The envelope has no such file.
    #[error("`{path}` is none of the envelope's files, expected one of {}", .known.join(", "))]
    NoFile {
        /// What was asked for.
        path: String,
        /// What there is.
        known: Vec<String>,
    },
    /// A store has no such envelope.
    #[error("{place} does not have {id}; put it there first")]
    NotThere {
        /// The store.
        place: String,
        /// What was asked for.
        id: Digest,
    },
}

/// One thing that is wrong with an envelope, and in which of its files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileFault {
    /// The file within the envelope: `envelope.json`, or a path with its blob.
    pub file: String,
    /// Where in the file, as a JSON Pointer; empty for the whole file.
    pub pointer: String,
    /// What was found, what was expected, and what to do.
    pub message: String,
}

/// How the fault of a file begins that the system did not read.
pub(crate) const UNREAD: &str = "cannot be read: ";

impl FileFault {
    /// The fault of a file that the system did not read.
    pub(crate) fn unread(file: impl Into<String>, error: &io::Error) -> Self {
        Self::new(file, format!("{UNREAD}{error}"))
    }

    pub(crate) fn new(file: impl Into<String>, message: impl Into<String>) -> Self {
        Self { file: file.into(), pointer: String::new(), message: message.into() }
    }

    pub(crate) fn within(file: &str, faults: Vec<Fault>) -> Vec<Self> {
        let within = |fault: Fault| Self { file: file.to_owned(), pointer: fault.pointer, message: fault.message };
        faults.into_iter().map(within).collect()
    }
}

impl fmt::Display for FileFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let space = if self.pointer.is_empty() { "" } else { " " };
        write!(f, "{}{space}{}: {}", Shown(&self.file), Shown(&self.pointer), Shown(&self.message))
    }
}

impl Error {
    /// Whether the system has failed, and not the envelope: the same bytes may be read another time.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Io { .. } => true,
            Self::Broken { faults, .. } => faults.iter().any(|fault| fault.message.starts_with(UNREAD)),
            _ => false,
        }
    }

    pub(crate) fn io(doing: &'static str, place: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { doing, place: place.display().to_string(), source }
    }

    pub(crate) fn broken(place: &Path, faults: Vec<FileFault>) -> Self {
        Self::Broken { place: place.display().to_string(), faults }
    }
}

/// A line for each, only the first twenty.
pub(crate) struct Lines<'a, T>(pub(crate) &'a [T]);

impl<T: fmt::Display> fmt::Display for Lines<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for fault in self.0.iter().take(20) {
            write!(f, "\n  {fault}")?;
        }
        match self.0.len().saturating_sub(20) {
            0 => Ok(()),
            more => write!(f, "\n  and {more} more"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_system_did_not_read_may_be_read_another_time_and_what_is_broken_stays_so() {
        let place = Path::new("churn.envelope");
        let error = || io::Error::other("too many open files");
        let unread = FileFault::new("model.onnx", super::super::blob::unreadable(&error()));
        assert!(Error::broken(place, vec![FileFault::new("envelope.json", "is cut off"), unread]).may_pass());
        assert!(Error::broken(place, vec![FileFault::unread("the end", &error())]).may_pass());
        assert!(Error::io("open", place)(error()).may_pass());
        assert!(!Error::broken(place, vec![FileFault::new("envelope.json", "is cut off")]).may_pass());
    }
}
