use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use super::{
    Envelope, Error,
    blob::{Blob, Expected},
    directory, disk, layout, save,
};
use crate::{digest::Digest, manifest::File};

/// A directory with many envelopes, which share the blobs that they have in common.
///
/// ```text
/// blobs/sha256/<hex>                        every file's bytes, once
/// envelopes/<hex>/envelope.json             each envelope's manifest, by its id
/// envelopes/<hex>/envelope.sha256
/// envelopes/<hex>/signatures/<hex>.dsse
/// ```
#[derive(Clone, Debug)]
pub struct Store {
    root: PathBuf,
}

impl Store {
    /// The store in this directory, which is made when something is put there.
    pub fn at(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// Puts an envelope there; one that is there already only gets the signatures that it does not have.
    ///
    /// The manifest is written last: what was interrupted is no envelope, and its blobs serve the next try.
    ///
    /// # Errors
    ///
    /// [`Error::Broken`] when the envelope's files have changed, [`Error::Signatures`] when it is there with another
    /// signature by the same key, [`Error::Io`].
    pub fn put(&self, envelope: &Envelope) -> Result<(), Error> {
        let blobs = self.blobs();
        disk::make(&blobs)?;
        for file in envelope.distinct() {
            self.put_blob(file, |to| envelope.copy(file, to))?;
        }
        self.put_manifest(envelope)
    }

    /// Puts an envelope there whose blobs are there already.
    pub(super) fn put_manifest(&self, envelope: &Envelope) -> Result<(), Error> {
        disk::synchronise(&self.blobs())?;
        let place = self.envelope(envelope.id());
        let there = || save::write_signatures(envelope, &self.open(envelope.id())?, &place);
        if fs::symlink_metadata(&place).is_ok() { there() } else { save::without_blobs(envelope, &place, there) }
    }

    /// Opens an envelope, and verifies all of it.
    ///
    /// # Errors
    ///
    /// [`Error::NotThere`]; else as [`Envelope::open`].
    pub fn open(&self, id: Digest) -> Result<Envelope, Error> {
        let place = self.envelope(id);
        if fs::symlink_metadata(&place).is_err() {
            return Err(Error::NotThere { place: self.root.display().to_string(), id });
        }
        let envelope = directory::open_shared(&place, &self.blobs())?;
        if envelope.id() == id {
            return Ok(envelope);
        }
        let fault = format!("has the digest {}, expected {id}; put the envelope there again", envelope.id());
        Err(Error::broken(&place, vec![super::FileFault::new(layout::MANIFEST, fault)]))
    }

    /// The ids of all envelopes, sorted. They are not verified.
    ///
    /// # Errors
    ///
    /// [`Error::Io`].
    pub fn ids(&self) -> Result<Vec<Digest>, Error> {
        let place = self.root.join(ENVELOPES);
        let entries = match fs::read_dir(&place) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(Error::io("look into", &place))?,
        };
        let mut ids = Vec::new();
        for entry in entries {
            let name = entry.map_err(Error::io("look into", &place))?.file_name();
            ids.extend(name.to_str().and_then(Digest::from_hex));
        }
        ids.sort();
        Ok(ids)
    }

    /// Puts a blob there that `write` writes, unless it is there and right.
    pub(super) fn put_blob(
        &self,
        file: &File,
        write: impl FnOnce(&mut fs::File) -> std::io::Result<Result<(), Error>>,
    ) -> Result<(), Error> {
        let place = self.blobs().join(file.digest.hex());
        if self.has_blob(file) {
            return Ok(());
        }
        let mut beside = disk::file_beside(&place)?;
        let written = write(beside.as_file_mut()).and_then(|written| {
            beside.as_file_mut().flush()?;
            beside.as_file().sync_all()?;
            Ok(written)
        });
        written.map_err(Error::io("write", &place))??;
        beside.persist(&place).map_err(|error| Error::io("write", &place)(error.error))?;
        Ok(())
    }

    /// Whether a blob is there and right.
    pub(super) fn has_blob(&self, file: &File) -> bool {
        let blob = Blob::Own(self.blobs().join(file.digest.hex()));
        let expected = Expected { digest: file.digest, size: file.size };
        matches!(blob.copy(expected, &mut std::io::sink()), Ok(None))
    }

    pub(super) fn blobs(&self) -> PathBuf {
        self.root.join(layout::BLOBS).join(layout::ALGORITHM)
    }

    fn envelope(&self, id: Digest) -> PathBuf {
        self.root.join(ENVELOPES).join(id.hex())
    }

    /// The directory that the store is in.
    pub fn root(&self) -> &Path {
        &self.root
    }
}

const ENVELOPES: &str = "envelopes";
