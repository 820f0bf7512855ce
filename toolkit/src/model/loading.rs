use std::{
    fs, io,
    path::{Path, PathBuf},
};

use toolkit_envelope::{Envelope, LoadError, store};

use super::{ModelHandler, version::Version};
use crate::limits::Pool;

/// Why what is where a model is taken from cannot be served.
#[derive(Clone, Debug)]
pub(crate) struct Unloadable {
    /// Each reason, in a sentence.
    pub(super) reasons: Vec<String>,
    /// Whether the system has failed, and not the envelope: the same bytes may be loaded another time.
    pub(super) may_pass: bool,
}

impl Unloadable {
    pub(super) fn passing(reason: String) -> Self {
        Self { reasons: vec![reason], may_pass: true }
    }

    pub(super) fn lasting(reasons: Vec<String>) -> Self {
        Self { reasons, may_pass: false }
    }
}

/// An envelope that is where a model is taken from, opened and verified.
#[derive(Debug)]
pub(super) struct Opened {
    pub(super) envelope: Envelope,
    place: PathBuf,
}

impl Opened {
    /// Opens the envelope at `source` and verifies it.
    ///
    /// # Errors
    ///
    /// All that is wrong with it. The words name the envelope's own files, and not where it is.
    pub(super) fn at(source: &Path) -> Result<Self, Unloadable> {
        // Where a link leads is read as a whole, even if the link leads elsewhere meanwhile.
        let place = fs::canonicalize(source)
            .map_err(|error| Unloadable::passing(format!("the envelope cannot be opened: {error}")))?;
        let envelope = Envelope::open(&place).map_err(|error| of_store(error, &place))?;
        Ok(Self { envelope, place })
    }

    /// Verifies that one of the trusted keys has signed it, if there are any.
    ///
    /// # Errors
    ///
    /// Why it is not to be trusted.
    pub(super) fn verify_signatures(&self, handler: &ModelHandler) -> Result<(), String> {
        if handler.trusted.is_empty() {
            return Ok(());
        }
        let verified = self.envelope.verify_signatures(&handler.trusted);
        verified.map(drop).map_err(|error| placeless(&error.to_string(), &self.place))
    }

    /// Loads its model, and compares what it answers with its examples.
    ///
    /// # Errors
    ///
    /// All reasons why it is not served.
    pub(super) fn load(&self, handler: &ModelHandler, pool: &Pool) -> Result<Version, Unloadable> {
        Version::load(&self.envelope, handler, pool).map_err(|error| match error {
            LoadError::Open(error) => of_store(error, &self.place),
            LoadError::Model { path, faults } => {
                let told = |fault| placeless(&format!("{path} cannot be run: {fault}"), &self.place);
                Unloadable::lasting(faults.iter().map(told).collect())
            }
            other => Unloadable::lasting(vec![placeless(&other.to_string(), &self.place)]),
        })
    }
}

fn of_store(error: store::Error, place: &Path) -> Unloadable {
    let may_pass = error.may_pass();
    let reasons = match error {
        store::Error::Broken { faults, .. } => {
            faults.iter().map(|fault| placeless(&fault.to_string(), place)).collect()
        }
        store::Error::Io { source, .. } if source.kind() == io::ErrorKind::NotFound => {
            vec!["the envelope went away while it was opened".to_owned()]
        }
        other => vec![placeless(&other.to_string(), place)],
    };
    Unloadable { reasons, may_pass }
}

/// The words without where the envelope is: whoever may ask for a swap need not know the machine.
fn placeless(words: &str, place: &Path) -> String {
    words.replace(&*place.to_string_lossy(), "the envelope")
}
