use std::{path::PathBuf, time::Duration};

use toolkit_envelope::{Manifest, signature::PublicKey};

use super::Batching;

/// How often the source is looked at, if it is not said.
const EVERY: Duration = Duration::from_secs(2);

/// How often the source is looked at, at most.
const OFTENEST: Duration = Duration::from_millis(10);

/// Serves the model of an envelope: which one, and within which bounds. Given to [`App::model`](crate::App::model).
///
/// ```no_run
/// use std::time::Duration;
/// use toolkit::model::ModelHandler;
///
/// let churn = ModelHandler::new("envelopes/churn").max_rows(10_000).timeout(Duration::from_secs(2));
/// let app = toolkit::app!().model("/v0/models/churn", churn);
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use = "a handler serves nothing until it is given to an app"]
pub struct ModelHandler {
    pub(super) source: PathBuf,
    pub(super) max_rows: usize,
    pub(super) body_limit: usize,
    pub(super) timeout: Option<Duration>,
    pub(super) trusted: Vec<PublicKey>,
    pub(super) allows_breaking: bool,
    pub(super) watch: Option<Duration>,
    pub(super) batching: Batching,
    pub(super) name: Option<String>,
}

impl ModelHandler {
    /// Serves the envelope at `source`, a directory or an archive, within bounds that suit most models.
    pub fn new(source: impl Into<PathBuf>) -> Self {
        Self {
            source: source.into(),
            max_rows: 100_000,
            body_limit: 16 << 20,
            timeout: None,
            trusted: Vec::new(),
            allows_breaking: false,
            watch: None,
            batching: Batching::Auto,
            name: None,
        }
    }

    /// Sets the model's name, in the document, in telemetry and in the Open Inference Protocol, instead of what its
    /// envelope says: two models of one service need two names.
    pub fn name(self, name: impl Into<String>) -> Self {
        Self { name: Some(name.into()), ..self }
    }

    /// Whether both serve what they serve in the same way.
    pub(super) fn serves_as(&self, other: &Self) -> bool {
        *other == Self { source: other.source.clone(), ..self.clone() }
    }

    /// Sets how many rows one request may have, instead of 100,000.
    pub fn max_rows(self, rows: usize) -> Self {
        Self { max_rows: rows, ..self }
    }

    /// Sets how large the body of one request may be, in bytes, instead of 16 MiB.
    pub fn body_limit(self, bytes: usize) -> Self {
        Self { body_limit: bytes, ..self }
    }

    /// Sets how long one request may take, instead of what the service's settings say.
    pub fn timeout(self, timeout: Duration) -> Self {
        Self { timeout: Some(timeout), ..self }
    }

    /// Serves only envelopes that this key, or another one that is trusted, has signed; at the start and ever after.
    ///
    /// ```no_run
    /// use toolkit::model::{ModelHandler, PublicKey};
    ///
    /// # fn main() -> toolkit::Result {
    /// let key = PublicKey::from_pem(&std::fs::read_to_string("release.pub")?)?;
    /// let app = toolkit::app!().model("/v0/models/churn", ModelHandler::new("envelopes/churn").trust(key));
    /// # Ok(())
    /// # }
    /// ```
    pub fn trust(mut self, key: PublicKey) -> Self {
        self.trusted.push(key);
        self
    }

    /// Lets another version take the place of the one that serves even if callers of this one may fail with it.
    pub fn allow_breaking(self) -> Self {
        Self { allows_breaking: true, ..self }
    }

    /// Follows the source: another envelope that is put there comes to serve, without a restart.
    ///
    /// The source is looked at every two seconds, and what is there is loaded once it has stopped changing. See the
    /// [guide](crate::guide::models).
    ///
    /// ```no_run
    /// use toolkit::model::ModelHandler;
    ///
    /// let app = toolkit::app!().model("/v0/models/churn", ModelHandler::new("envelopes/churn").watch());
    /// ```
    pub fn watch(self) -> Self {
        self.watch_every(EVERY)
    }

    /// Follows the source as [`watch`](Self::watch) does, and looks at it this often, but at most every 10 milliseconds.
    pub fn watch_every(self, every: Duration) -> Self {
        Self { watch: Some(every.max(OFTENEST)), ..self }
    }

    /// Sets whether requests that come at the same time are run as one, instead of by what is measured.
    pub fn batching(self, batching: Batching) -> Self {
        Self { batching, ..self }
    }
}

impl ModelHandler {
    /// What the model of an envelope is called here.
    pub(super) fn name_of<'a>(&'a self, manifest: &'a Manifest) -> &'a str {
        self.name.as_deref().unwrap_or(&manifest.name)
    }
}

impl From<&str> for ModelHandler {
    fn from(source: &str) -> Self {
        Self::new(source)
    }
}

impl From<String> for ModelHandler {
    fn from(source: String) -> Self {
        Self::new(source)
    }
}

impl From<PathBuf> for ModelHandler {
    fn from(source: PathBuf) -> Self {
        Self::new(source)
    }
}

impl From<&std::path::Path> for ModelHandler {
    fn from(source: &std::path::Path) -> Self {
        Self::new(source)
    }
}

impl From<&PathBuf> for ModelHandler {
    fn from(source: &PathBuf) -> Self {
        Self::new(source)
    }
}

impl From<&String> for ModelHandler {
    fn from(source: &String) -> Self {
        Self::new(source)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_looked_at_with_pauses() {
        assert_eq!(ModelHandler::new("").watch_every(Duration::ZERO).watch, Some(OFTENEST));
        assert_eq!(ModelHandler::new("").watch_every(EVERY).watch, Some(EVERY));
    }
}
