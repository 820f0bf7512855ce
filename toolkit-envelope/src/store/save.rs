//! Saving: beside the place first, then moved there at once.

use std::{
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::Path,
};

use tempfile::TempDir;

use super::{Envelope, Error, FileFault, archive, disk, layout};
use crate::digest::Digest;

/// Saves `envelope` as a directory at `path`.
pub(super) fn directory(envelope: &Envelope, path: &Path) -> Result<(), Error> {
    if is_there(path) && !is_empty_directory(path) {
        return add_signatures(envelope, path);
    }
    fits(envelope.signatures().values(), path)?;
    let beside = disk::directory_beside(path)?;
    let blobs = beside.path().join(layout::BLOBS).join(layout::ALGORITHM);
    disk::make(&blobs)?;
    for file in envelope.distinct() {
        let to = blobs.join(file.digest.hex());
        let written = File::create_new(&to).and_then(|mut blob| {
            let copied = envelope.copy(file, &mut blob)?;
            blob.sync_all()?;
            Ok(copied)
        });
        written.map_err(Error::io("write", &to))??;
    }
    disk::synchronise(&blobs)?;
    disk::synchronise(&beside.path().join(layout::BLOBS))?;
    write_manifest(envelope, beside.path())?;
    move_to(beside, path, || add_signatures(envelope, path))
}

/// Saves `envelope` without its blobs as a directory at `path`.
pub(super) fn without_blobs(
    envelope: &Envelope,
    path: &Path,
    there: impl FnOnce() -> Result<(), Error>,
) -> Result<(), Error> {
    fits(envelope.signatures().values(), path)?;
    let beside = disk::directory_beside(path)?;
    write_manifest(envelope, beside.path())?;
    move_to(beside, path, there)
}

/// Saves `envelope` as one file at `path`.
pub(super) fn archive(envelope: &Envelope, path: &Path) -> Result<(), Error> {
    if !is_there(path) {
        return write_archive(envelope, path, false);
    }
    // What a link leads to gets the signatures; the link stays.
    let path = &fs::canonicalize(path).map_err(Error::io("open the envelope", path))?;
    // Who reads while another one replaces would write what is there without the other's signatures.
    let _lock = disk::alone_in(disk::parent(path))?;
    let there = same(envelope, path)?;
    if path.is_dir() {
        return Err(Error::OtherForm { place: path.display().to_string(), found: "a directory", wanted: "an archive" });
    }
    if missing(envelope, &there, path)?.is_empty() {
        return Ok(());
    }
    let mut whole = envelope.clone();
    for (key, bytes) in there.signatures() {
        whole.add_signature(*key, bytes.clone());
    }
    write_archive(&whole, path, true)
}

/// Writes the archive beside `path` and moves it there, in place of what is there only if it is to `replace` that.
fn write_archive(whole: &Envelope, path: &Path, replace: bool) -> Result<(), Error> {
    fits(whole.signatures().values(), path)?;
    let beside = disk::file_beside(path)?;
    let mut writer = BufWriter::with_capacity(256 << 10, beside.as_file());
    let written = archive::write(whole, &mut writer).and_then(|written| writer.flush().map(|()| written));
    drop(writer);
    written.and_then(|written| beside.as_file().sync_all().map(|()| written)).map_err(Error::io("write", path))??;
    let moved = if replace { beside.persist(path) } else { beside.persist_noclobber(path) };
    match moved {
        Ok(_) => disk::synchronise(disk::parent(path)),
        // Somebody else has saved there at the same time; this time it is seen.
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => archive(whole, path),
        Err(error) => Err(Error::io("write", path)(error.error)),
    }
}

/// Writes what an envelope has beside its blobs, and synchronises all of it.
fn write_manifest(envelope: &Envelope, directory: &Path) -> Result<(), Error> {
    disk::write(&directory.join(layout::CHECKSUM), layout::checksum(envelope.id()).as_bytes())?;
    disk::write(&directory.join(layout::MANIFEST), envelope.json())?;
    if !envelope.signatures().is_empty() {
        let signatures = directory.join(layout::SIGNATURES);
        disk::make(&signatures)?;
        for (key, bytes) in envelope.signatures() {
            disk::write(&signatures.join(layout::signature_name(*key)), bytes)?;
        }
        disk::synchronise(&signatures)?;
    }
    disk::synchronise(directory)
}

/// Moves a directory to its place, or does `there` when somebody else was faster.
fn move_to(beside: TempDir, path: &Path, there: impl FnOnce() -> Result<(), Error>) -> Result<(), Error> {
    match fs::rename(beside.path(), path) {
        Ok(()) => {
            // It is no longer where it would be removed from.
            let _ = beside.keep();
            disk::synchronise(disk::parent(path))
        }
        Err(_) if is_there(path) => there(),
        Err(error) => Err(Error::io("write", path)(error)),
    }
}

fn is_empty_directory(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_dir())
        && fs::read_dir(path).is_ok_and(|mut entries| entries.next().is_none())
}

fn is_there(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

/// What is at `path`, whole, if it is the same envelope.
fn same(envelope: &Envelope, path: &Path) -> Result<Envelope, Error> {
    let there = Envelope::open(path)?;
    if there.id() == envelope.id() {
        return Ok(there);
    }
    Err(Error::Occupied { place: path.display().to_string(), found: there.id(), saved: envelope.id() })
}

/// Adds the signatures that the same envelope at `path` does not have.
fn add_signatures(envelope: &Envelope, path: &Path) -> Result<(), Error> {
    let there = same(envelope, path)?;
    if !path.is_dir() {
        return Err(Error::OtherForm { place: path.display().to_string(), found: "an archive", wanted: "a directory" });
    }
    write_signatures(envelope, &there, path)
}

/// Writes the signatures of `envelope` that `there`, the same in the directory `path`, does not have.
pub(super) fn write_signatures(envelope: &Envelope, there: &Envelope, path: &Path) -> Result<(), Error> {
    let directory = path.join(layout::SIGNATURES);
    for (key, bytes) in missing(envelope, there, path)? {
        disk::make(&directory)?;
        let to = directory.join(layout::signature_name(key));
        let mut beside = disk::file_beside(path)?;
        let written = beside.write_all(bytes).and_then(|()| beside.as_file().sync_all());
        written.map_err(Error::io("write", &to))?;
        beside.persist(&to).map_err(|error| Error::io("write", &to)(error.error))?;
        disk::synchronise(&directory)?;
    }
    Ok(())
}

/// The signatures of `envelope` that `there`, the same at `path`, does not have.
///
/// # Errors
///
/// [`Error::Signatures`] when it has another one by the same key: a key signs an envelope in one way only (RFC 8032), so
/// that one of the two is wrong, and nobody here can tell which. Also when there is no room for all of them.
fn missing<'e>(envelope: &'e Envelope, there: &Envelope, path: &Path) -> Result<Vec<(Digest, &'e [u8])>, Error> {
    let mut missing = Vec::new();
    let mut faults = Vec::new();
    for (key, bytes) in envelope.signatures() {
        match there.signatures().get(key) {
            None => missing.push((*key, bytes.as_slice())),
            Some(found) if found == bytes => {}
            Some(_) => faults.push(FileFault::new(layout::signature(*key), layout::OTHER_SIGNATURE)),
        }
    }
    if !faults.is_empty() {
        return Err(Error::Signatures { place: path.display().to_string(), faults });
    }
    let added = missing.iter().map(|(_, bytes)| *bytes);
    fits(there.signatures().values().map(Vec::as_slice).chain(added), path)?;
    Ok(missing)
}

/// Tells when these signatures together are more than is read again.
fn fits<T: AsRef<[u8]>>(mut signatures: impl Iterator<Item = T>, path: &Path) -> Result<(), Error> {
    let mut room = layout::Room::new();
    signatures.try_for_each(|bytes| room.take(bytes.as_ref().len() as u64)).map_err(|fault| Error::Signatures {
        place: path.display().to_string(),
        faults: vec![FileFault::new(layout::SIGNATURES, fault)],
    })
}
