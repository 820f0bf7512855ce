//! Saving: beside the place first, then moved there at once.

use std::{
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::Path,
};

use tempfile::TempDir;

use super::{Envelope, Error, archive, disk, layout};

/// Saves `envelope` as a directory at `path`.
pub(super) fn directory(envelope: &Envelope, path: &Path) -> Result<(), Error> {
    if is_there(path) {
        return add_signatures(envelope, path);
    }
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
    let beside = disk::directory_beside(path)?;
    write_manifest(envelope, beside.path())?;
    move_to(beside, path, there)
}

/// Saves `envelope` as one file at `path`.
pub(super) fn archive(envelope: &Envelope, path: &Path) -> Result<(), Error> {
    let mut whole = envelope.clone();
    let replace = is_there(path);
    if replace {
        let there = same(envelope, path)?;
        if envelope.signatures().iter().all(|(key, bytes)| there.signatures().get(key) == Some(bytes)) {
            return Ok(());
        }
        for (key, bytes) in there.signatures() {
            if !envelope.signatures().contains_key(key) {
                whole.add_signature(*key, bytes.clone());
            }
        }
    }
    let beside = disk::file_beside(path)?;
    let mut writer = BufWriter::with_capacity(256 << 10, beside.as_file());
    let written = archive::write(&whole, &mut writer).and_then(|written| writer.flush().map(|()| written));
    drop(writer);
    written.and_then(|written| beside.as_file().sync_all().map(|()| written)).map_err(Error::io("write", path))??;
    let moved = if replace { beside.persist(path) } else { beside.persist_noclobber(path) };
    match moved {
        Ok(_) => disk::synchronise(disk::parent(path)),
        // Somebody else has saved there at the same time; this time it is seen.
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => archive(envelope, path),
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
    write_signatures(envelope, &there, path)
}

/// Writes the signatures of `envelope` that `there`, the same in the directory `path`, does not have.
pub(super) fn write_signatures(envelope: &Envelope, there: &Envelope, path: &Path) -> Result<(), Error> {
    let directory = path.join(layout::SIGNATURES);
    let missing = envelope.signatures().iter().filter(|(key, bytes)| there.signatures().get(*key) != Some(*bytes));
    for (key, bytes) in missing {
        disk::make(&directory)?;
        let to = directory.join(layout::signature_name(*key));
        let mut beside = disk::file_beside(path)?;
        let written = beside.write_all(bytes).and_then(|()| beside.as_file().sync_all());
        written.map_err(Error::io("write", &to))?;
        beside.persist(&to).map_err(|error| Error::io("write", &to)(error.error))?;
        disk::synchronise(&directory)?;
    }
    Ok(())
}
