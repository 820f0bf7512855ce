//! An envelope in an object store: S3 and those that speak like it, GCS, Azure, a directory, memory.
//!
//! The same tree as in a directory, or an archive. It is fetched into a local [`Store`] while it is verified, and read
//! there; blobs that the store has already are not fetched again.

mod fetch;
mod push;
#[cfg(test)]
mod tests;

use std::{fmt, io, path::PathBuf, sync::Arc};

use object_store::{ObjectStore, path::Path};
use url::Url;

use super::{Envelope, Error, Store};

/// The place of one envelope in an object store.
#[derive(Clone)]
pub struct Remote {
    objects: Arc<dyn ObjectStore>,
    place: Path,
    /// For messages: the address without what may be secret.
    shown: String,
}

impl Remote {
    /// The envelope at `place`: what is below it, or an archive.
    pub fn at(objects: Arc<dyn ObjectStore>, place: impl Into<Path>) -> Self {
        let place = place.into();
        let shown = format!("{objects}: {place}");
        Self { objects, place, shown }
    }

    /// The envelope at an address: `file:///srv/envelopes/churn`, `s3://bucket/churn`, `gs://bucket/churn.envelope`,
    /// `az://container/churn`. `options` are those of the store (`aws_region`, …).
    ///
    /// # Errors
    ///
    /// [`Error::Io`] when the address is none, its kind of store is unknown, or left out of this build (features `s3`,
    /// `gcs`, `azure`).
    pub fn parse<K: AsRef<str>, V: Into<String>>(
        address: &str,
        options: impl IntoIterator<Item = (K, V)>,
    ) -> Result<Self, Error> {
        #[cfg(feature = "tls")]
        ensure_tls();
        let shown = without_secrets(address);
        let failed = |source: io::Error| Error::Io { doing: "understand the address", place: shown.clone(), source };
        let url = Url::parse(address).map_err(|error| failed(io::Error::new(io::ErrorKind::InvalidInput, error)))?;
        let (objects, place) =
            object_store::parse_url_opts(&url, options).map_err(|error| failed(io::Error::from(error)))?;
        Ok(Self { objects: objects.into(), place, shown })
    }

    /// Fetches the envelope into `store`, verified while it is read: the manifest first, then each blob that is not in
    /// the store, then that nothing is missing and nothing else is there.
    ///
    /// # Errors
    ///
    /// As [`Envelope::open`].
    pub async fn fetch(&self, store: &Store) -> Result<Envelope, Error> {
        fetch::fetch(self, store).await
    }

    /// Puts `envelope` there. Blobs of the right length that are there already are not sent again, only looked for; the
    /// manifest and its checksum are written last, so that what was interrupted is no envelope.
    ///
    /// # Errors
    ///
    /// [`Error::Occupied`] when another envelope is there, [`Error::Broken`] when the envelope's files have changed,
    /// [`Error::Io`].
    pub async fn push(&self, envelope: &Envelope) -> Result<(), Error> {
        push::push(self, envelope).await
    }

    fn child(&self, name: &str) -> Path {
        name.split('/').fold(self.place.clone(), Path::join)
    }

    fn failed(&self, doing: &'static str) -> impl FnOnce(object_store::Error) -> Error {
        move |error| Error::Io { doing, place: self.shown.clone(), source: error.into() }
    }

    fn broken(&self, faults: Vec<super::FileFault>) -> Error {
        Error::Broken { place: self.shown.clone(), faults }
    }

    fn shown(&self) -> PathBuf {
        PathBuf::from(&self.shown)
    }
}

impl fmt::Debug for Remote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Remote").field(&self.shown).finish()
    }
}

/// The address without user, password and query, in which signatures and keys are.
fn without_secrets(address: &str) -> String {
    let address = address.split(['?', '#']).next().unwrap_or(address);
    let Some((scheme, rest)) = address.split_once("://") else { return address.to_owned() };
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    format!("{scheme}://{host}{path}")
}

/// Sees to it that the process has an implementation of TLS's cryptography: ring's, unless another is installed.
#[cfg(feature = "tls")]
fn ensure_tls() {
    use rustls::crypto::{CryptoProvider, ring};

    if CryptoProvider::get_default().is_none() {
        // An error means that another thread was faster, and what it has installed will do.
        let _ = ring::default_provider().install_default();
    }
}

/// Does something that waits for the disk or the processor, without holding up others.
async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
    tokio::task::spawn_blocking(work).await.map_err(|error| Error::Io {
        doing: "finish",
        place: "a task of the runtime".to_owned(),
        source: io::Error::other(error),
    })
}
