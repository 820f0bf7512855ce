//! An envelope as one file: an uncompressed tar.
//!
//! First `envelope.json` and `envelope.sha256`, then the blobs sorted by digest, then the signatures sorted by key, then two blocks of zeros;
//! nothing else. The manifest says which blobs follow and how long they are.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, BufReader, Read, Write},
    path::Path,
    sync::Arc,
};

use super::{
    Envelope, Error, FileFault,
    blob::{self, Blob, Expected},
    envelope::{distinct, read_manifest},
    layout,
    tar::{BLOCK, describe, entry, header, padding},
};
use crate::{digest::Digest, manifest::LONGEST};

/// Opens and verifies the archive at `path`.
pub(super) fn open(path: &Path) -> Result<Envelope, Error> {
    // A pipe would be waited for, and a device has no end.
    let metadata = std::fs::metadata(path).map_err(Error::io("open the envelope", path))?;
    if !metadata.is_file() {
        let fault = "is neither a directory nor a regular file, expected an envelope";
        return Err(Error::broken(path, vec![FileFault::new(path.display().to_string(), fault)]));
    }
    open_file(File::open(path).map_err(Error::io("open the envelope", path))?, path)
}

/// Opens and verifies an archive that is open; `place` is what it is called.
pub(super) fn open_file(file: File, place: &Path) -> Result<Envelope, Error> {
    let file = Arc::new(file);
    let mut reader = Reader { inner: BufReader::with_capacity(256 << 10, &*file), at: 0 };
    let read = reader.envelope(place, &file);
    read.unwrap_or_else(|fault| Err(Error::broken(place, vec![fault])))
}

/// Writes the archive of `envelope`, verifying each file as it goes by.
///
/// # Errors
///
/// The outer ones are those of `to`.
pub(super) fn write(envelope: &Envelope, to: &mut impl Write) -> io::Result<Result<(), Error>> {
    write_entry(layout::MANIFEST, envelope.json(), to)?;
    write_entry(layout::CHECKSUM, layout::checksum(envelope.id()).as_bytes(), to)?;
    for file in envelope.distinct() {
        to.write_all(&header(&layout::blob(file.digest), file.size))?;
        if let Err(error) = envelope.copy(file, to)? {
            return Ok(Err(error));
        }
        to.write_all(&[0; BLOCK][..padding(file.size)])?;
    }
    for (key, bytes) in envelope.signatures() {
        write_entry(&layout::signature(*key), bytes, to)?;
    }
    to.write_all(&[0; 2 * BLOCK])?;
    Ok(Ok(()))
}

/// How long the archive of this manifest is, without signatures.
#[cfg(feature = "object-store")]
pub(super) fn length(json: &[u8], manifest: &crate::Manifest) -> u64 {
    let entry = |size: u64| (BLOCK + padding(size)) as u64 + size;
    let checksum = layout::checksum(Digest::of(json)).len() as u64;
    let blobs = distinct(manifest).into_iter().map(|file| entry(file.size));
    blobs.fold(entry(json.len() as u64) + entry(checksum), u64::saturating_add).saturating_add(2 * BLOCK as u64)
}

fn write_entry(name: &str, bytes: &[u8], to: &mut impl Write) -> io::Result<()> {
    to.write_all(&header(name, bytes.len() as u64))?;
    to.write_all(bytes)?;
    to.write_all(&[0; BLOCK][..padding(bytes.len() as u64)])
}

struct Reader<R> {
    inner: R,
    at: u64,
}

impl<R: Read> Reader<R> {
    /// The outer error is the fault after which the rest of the archive cannot be understood.
    fn envelope(&mut self, place: &Path, file: &Arc<File>) -> Result<Result<Envelope, Error>, FileFault> {
        let json = self.manifest()?;
        let expected = layout::checksum(Digest::of(&json)).len() as u64;
        self.header(layout::CHECKSUM, expected, layout::CHECKSUM)?;
        let checksum = self.bytes(layout::CHECKSUM, expected)?;
        let manifest = match read_manifest(&json, &checksum) {
            Ok(manifest) => manifest,
            Err(faults) => return Ok(Err(Error::broken(place, faults))),
        };
        let mut faults = Vec::new();
        let mut blobs = BTreeMap::new();
        for entry in distinct(&manifest) {
            let label = blob::label(&entry.path, entry.digest);
            self.header(&layout::blob(entry.digest), entry.size, &label)?;
            blobs.insert(entry.digest, Blob::Part(Arc::clone(file), self.at));
            let expected = Expected { digest: entry.digest, size: entry.size };
            let fault = blob::copy(self.inner.by_ref().take(entry.size), expected, &mut io::sink());
            self.at += entry.size;
            // Nothing is written, so that no error is.
            faults.extend(fault.unwrap_or_default().map(|fault| FileFault::new(&label, fault)));
            self.padding(entry.size, &label)?;
        }
        let signatures = self.signatures()?;
        if faults.is_empty() {
            return Ok(Envelope::verified(manifest, json, place, blobs, signatures));
        }
        Ok(Err(Error::broken(place, faults)))
    }

    fn manifest(&mut self) -> Result<Vec<u8>, FileFault> {
        let block = self.block(layout::MANIFEST)?;
        match entry(&block) {
            Some((layout::MANIFEST, size)) if size <= LONGEST as u64 => self.bytes(layout::MANIFEST, size),
            Some((layout::MANIFEST, size)) => {
                Err(FileFault::new(layout::MANIFEST, format!("is {size} bytes long, expected at most {LONGEST}")))
            }
            _ => Err(unexpected(&block, layout::MANIFEST)),
        }
    }

    fn signatures(&mut self) -> Result<BTreeMap<Digest, Vec<u8>>, FileFault> {
        let mut signatures = BTreeMap::new();
        let mut room = layout::Room::new();
        loop {
            let block = self.block("the end")?;
            if block == [0; BLOCK] {
                break;
            }
            let found = entry(&block).and_then(|(name, size)| {
                let key = layout::signature_key(name.strip_prefix(layout::SIGNATURES)?.strip_prefix('/')?)?;
                Some((name, key, size)).filter(|_| size <= layout::LONGEST_SIGNATURE)
            });
            let Some((name, key, size)) = found else { return Err(unexpected(&block, "the end")) };
            if signatures.last_key_value().is_some_and(|(last, _)| *last >= key) {
                return Err(FileFault::new(name, "is there twice, or not in order; save the envelope again"));
            }
            room.take(size).map_err(|fault| FileFault::new(name, fault))?;
            signatures.insert(key, self.bytes(name, size)?);
        }
        if self.block("the end")? != [0; BLOCK] {
            return Err(FileFault::new("the end", "is only one block of zeros, expected two"));
        }
        match self.inner.read(&mut [0]) {
            Ok(0) => Ok(signatures),
            Ok(_) => Err(FileFault::new("the end", format!("is at byte {}, but more follows; cut it off", self.at))),
            Err(error) => Err(FileFault::unread("the end", &error)),
        }
    }

    fn header(&mut self, name: &str, size: u64, label: &str) -> Result<(), FileFault> {
        let block = self.block(label)?;
        if block == header(name, size) { Ok(()) } else { Err(unexpected(&block, label)) }
    }

    /// The bytes of an entry, with what fills it up.
    fn bytes(&mut self, name: &str, size: u64) -> Result<Vec<u8>, FileFault> {
        let mut bytes = Vec::new();
        let read = self.inner.by_ref().take(size).read_to_end(&mut bytes);
        read.map_err(|error| FileFault::unread(name, &error))?;
        if (bytes.len() as u64) < size {
            return Err(self.cut_off(name));
        }
        self.at += size;
        self.padding(size, name)?;
        Ok(bytes)
    }

    fn padding(&mut self, size: u64, label: &str) -> Result<(), FileFault> {
        let mut zeros = [0; BLOCK];
        let zeros = &mut zeros[..padding(size)];
        self.fill(zeros, label)?;
        if zeros.iter().any(|byte| *byte != 0) {
            return Err(FileFault::new(label, "is filled up with other bytes than zeros; save the envelope again"));
        }
        Ok(())
    }

    fn block(&mut self, label: &str) -> Result<[u8; BLOCK], FileFault> {
        let mut block = [0; BLOCK];
        self.fill(&mut block, label)?;
        Ok(block)
    }

    fn fill(&mut self, bytes: &mut [u8], label: &str) -> Result<(), FileFault> {
        self.inner.read_exact(bytes).map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => self.cut_off(label),
            _ => FileFault::unread(label, &error),
        })?;
        self.at += bytes.len() as u64;
        Ok(())
    }

    fn cut_off(&self, label: &str) -> FileFault {
        let message = format!("is cut off after byte {}; take the archive from where the envelope was saved", self.at);
        FileFault::new(label, message)
    }
}

fn unexpected(block: &[u8; BLOCK], expected: &str) -> FileFault {
    let found = describe(block);
    let message = format!("found {found}, expected it here as the toolkit writes archives; save the envelope again");
    FileFault::new(expected, message)
}
