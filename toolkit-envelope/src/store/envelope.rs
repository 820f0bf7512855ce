use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use super::{
    Error, FileFault, archive,
    blob::{self, Blob, Expected},
    directory, layout, save,
};
use crate::{
    digest::Digest,
    json::Fault,
    manifest::{File, LONGEST, Manifest},
};

/// A whole envelope: its manifest, and where its files' bytes are.
///
/// It was verified when it was opened or built; a file's bytes are verified again whenever they are read, so that what
/// is interpreted is what the manifest says.
#[derive(Clone, Debug)]
pub struct Envelope {
    manifest: Manifest,
    json: Vec<u8>,
    id: Digest,
    payload_id: Digest,
    place: PathBuf,
    blobs: BTreeMap<Digest, Blob>,
    signatures: BTreeMap<Digest, Vec<u8>>,
}

impl Envelope {
    /// Opens the envelope in a directory or in an archive (`NAME.envelope`), and verifies all of it.
    ///
    /// Memory stays the same however large the files are: they are only hashed here.
    ///
    /// # Errors
    ///
    /// [`Error::Broken`] with everything that is wrong: the manifest's faults, files that are missing, changed, too
    /// many, or no files; [`Error::Io`] when there is nothing to be read.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let metadata = fs::metadata(path).map_err(Error::io("open the envelope", path))?;
        if metadata.is_dir() { directory::open(path) } else { archive::open(path) }
    }

    /// Saves the envelope as a directory at `path`, with those above it.
    ///
    /// Saving it again where it is already does nothing, but add the signatures that are not there yet. An empty directory
    /// becomes the envelope.
    ///
    /// # Errors
    ///
    /// [`Error::Occupied`] when another envelope is there, [`Error::OtherForm`] when this one is there as an archive,
    /// [`Error::Signatures`] when it is there with another signature by the same key, [`Error::Broken`] when what is there
    /// is not whole, or when the files to be saved have changed; [`Error::Io`]. Then nothing is there that was not there
    /// before.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), Error> {
        save::directory(self, path.as_ref())
    }

    /// Saves the envelope as one file at `path`, by custom `NAME.envelope`: an uncompressed tar whose bytes are the
    /// same for the same envelope.
    ///
    /// Saving it again adds the signatures that are not there yet. Several may do so at once on Unix, where the directory
    /// is locked meanwhile; elsewhere, the last one wins. Where a link leads to an archive, that gets the signatures.
    ///
    /// # Errors
    ///
    /// As [`Envelope::save`].
    pub fn save_archive(&self, path: impl AsRef<Path>) -> Result<(), Error> {
        save::archive(self, path.as_ref())
    }

    /// What the envelope says of itself.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The envelope's id: the digest of the manifest's bytes.
    pub fn id(&self) -> Digest {
        self.id
    }

    /// "The same model again": see [`Manifest::payload_id`].
    pub fn payload_id(&self) -> Digest {
        self.payload_id
    }

    /// The bytes of a file, verified as they are read.
    ///
    /// # Errors
    ///
    /// [`Error::NoFile`]; [`Error::Broken`] when the bytes have changed since the envelope was opened.
    pub fn read(&self, path: &str) -> Result<Vec<u8>, Error> {
        let known = || self.manifest.files.iter().map(|file| file.path.clone()).collect();
        let file = self.manifest.file(path).ok_or_else(|| Error::NoFile { path: path.to_owned(), known: known() })?;
        let mut bytes = Vec::new();
        // The size is what was there when the envelope was verified; if it cannot be held, it is told here.
        if bytes.try_reserve_exact(file.size as usize).is_err() {
            let fault = format!("has {} bytes, more than there is memory for", file.size);
            return Err(blob::broken(&self.place, path, file.digest, fault));
        }
        self.copy(file, &mut bytes).map_err(Error::io("read", &self.place))??;
        Ok(bytes)
    }

    /// Passes a file's bytes to `to`, then tells whether they were right.
    pub(crate) fn copy(&self, file: &File, to: &mut impl io::Write) -> io::Result<Result<(), Error>> {
        let expected = Expected { digest: file.digest, size: file.size };
        let fault = match self.blobs.get(&file.digest) {
            Some(blob) => blob.copy(expected, to)?,
            None => Some("is missing; take it from where the envelope was saved".to_owned()),
        };
        Ok(fault.map_or(Ok(()), |fault| Err(blob::broken(&self.place, &file.path, file.digest, fault))))
    }

    /// The manifest's bytes.
    pub(crate) fn json(&self) -> &[u8] {
        &self.json
    }

    /// The signature files, by their key's id. None of them is verified yet.
    pub(crate) fn signatures(&self) -> &BTreeMap<Digest, Vec<u8>> {
        &self.signatures
    }

    /// Adds a signature file, or replaces the one by the same key.
    pub(crate) fn add_signature(&mut self, key: Digest, bytes: Vec<u8>) {
        self.signatures.insert(key, bytes);
    }

    /// One file for each blob, sorted by digest.
    pub(crate) fn distinct(&self) -> Vec<&File> {
        distinct(&self.manifest)
    }

    /// An envelope of a manifest that was put together in a program, and where its files' bytes are.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] with everything that is wrong with the manifest.
    pub(crate) fn of(manifest: Manifest, blobs: BTreeMap<Digest, Blob>) -> Result<Self, Error> {
        let mut faults = manifest.check();
        let json = manifest.to_json().unwrap_or_else(|unwritable| {
            faults.extend(unwritable);
            Vec::new()
        });
        if faults.is_empty() && json.len() > LONGEST {
            let message = format!("is {} bytes long, expected at most {LONGEST}; keep less in it", json.len());
            faults.push(Fault { pointer: String::new(), message });
        }
        if !faults.is_empty() {
            return Err(Error::Invalid { faults });
        }
        // What is read again is the manifest in its one form, whatever the program's values looked like.
        let manifest = Manifest::read(&json).map_err(|faults| Error::Invalid { faults })?;
        let place = PathBuf::from(format!("the new envelope `{}`", manifest.name));
        Self::verified(manifest, json, &place, blobs, BTreeMap::new())
    }

    /// An envelope of which everything was verified.
    ///
    /// # Errors
    ///
    /// None that the manifest's reading would not have told before.
    pub(crate) fn verified(
        manifest: Manifest,
        json: Vec<u8>,
        place: &Path,
        blobs: BTreeMap<Digest, Blob>,
        signatures: BTreeMap<Digest, Vec<u8>>,
    ) -> Result<Self, Error> {
        let payload_id = manifest.payload_id().map_err(|faults| Error::Invalid { faults })?;
        let id = Digest::of(&json);
        Ok(Self { manifest, json, id, payload_id, place: place.to_owned(), blobs, signatures })
    }
}

/// One file for each blob, sorted by digest.
pub(crate) fn distinct(manifest: &Manifest) -> Vec<&File> {
    let by_digest: BTreeMap<_, _> = manifest.files.iter().rev().map(|file| (file.digest, file)).collect();
    by_digest.into_values().collect()
}

/// Reads the manifest's bytes, which `checksum` is said to belong to.
///
/// # Errors
///
/// All of its faults, each in its file.
pub(crate) fn read_manifest(json: &[u8], checksum: &[u8]) -> Result<Manifest, Vec<FileFault>> {
    let id = Digest::of(json);
    if checksum != layout::checksum(id).as_bytes() {
        let file = layout::CHECKSUM;
        let fault = format!(
            "has the digest {id}, and {file} says another: one of them was changed; take both from where the envelope was saved"
        );
        // What was changed is not interpreted: its faults would be those of the change.
        return Err(vec![FileFault::new(layout::MANIFEST, fault)]);
    }
    Manifest::read(json).map_err(|faults| FileFault::within(layout::MANIFEST, faults))
}
