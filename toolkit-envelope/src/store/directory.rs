//! An envelope as a directory.

use std::{
    collections::BTreeMap,
    fs,
    io::{self, Read},
    path::Path,
};

use super::{
    Envelope, Error, FileFault,
    blob::{self, Blob, Expected, unreadable},
    disk,
    envelope::{distinct, read_manifest},
    layout,
};
use crate::{
    digest::Digest,
    manifest::{File, LONGEST},
};

/// More faults than these are not gathered: a directory can hold any number of files.
const MOST: usize = 1000;

/// A checksum is much shorter; what it has to be is known by then.
const LONGEST_CHECKSUM: u64 = 1024;

/// Opens and verifies the envelope in the directory `root`.
pub(super) fn open(root: &Path) -> Result<Envelope, Error> {
    let mut faults = Vec::new();
    let blobs = root.join(layout::BLOBS);
    only(root, "", usize::MAX, &mut faults, |name| is_ours(name) || name == layout::BLOBS)?;
    let opened = open_with(root, &blobs.join(layout::ALGORITHM), &mut faults)?;
    if let Some(envelope) = &opened {
        let known: Vec<String> = envelope.distinct().iter().map(|file| file.digest.hex()).collect();
        only(&blobs, "blobs/", usize::MAX, &mut faults, |name| name == layout::ALGORITHM)?;
        let names = |name: &str| known.binary_search_by(|known| known.as_str().cmp(name)).is_ok();
        only(&blobs.join(layout::ALGORITHM), "blobs/sha256/", usize::MAX, &mut faults, names)?;
    }
    match opened {
        Some(envelope) if faults.is_empty() => Ok(envelope),
        _ => Err(Error::broken(root, faults)),
    }
}

/// Opens and verifies the envelope in `root` whose blobs are in `blobs`, among others.
pub(super) fn open_shared(root: &Path, blobs: &Path) -> Result<Envelope, Error> {
    let mut faults = Vec::new();
    only(root, "", usize::MAX, &mut faults, is_ours)?;
    match open_with(root, blobs, &mut faults)? {
        Some(envelope) if faults.is_empty() => Ok(envelope),
        _ => Err(Error::broken(root, faults)),
    }
}

fn is_ours(name: &str) -> bool {
    matches!(name, layout::MANIFEST | layout::CHECKSUM | layout::SIGNATURES)
}

fn open_with(root: &Path, blobs: &Path, faults: &mut Vec<FileFault>) -> Result<Option<Envelope>, Error> {
    let mut read = |name: &str, longest: u64| match read_bounded(&root.join(name), longest) {
        Ok(bytes) => Some(bytes),
        Err(fault) => {
            faults.push(FileFault::new(name, fault));
            None
        }
    };
    let (json, checksum) = (read(layout::MANIFEST, LONGEST as u64), read(layout::CHECKSUM, LONGEST_CHECKSUM));
    let (Some(json), Some(checksum)) = (json, checksum) else { return Ok(None) };
    let manifest = match read_manifest(&json, &checksum) {
        Ok(manifest) => manifest,
        Err(found) => {
            faults.extend(found);
            return Ok(None);
        }
    };
    let mut places = BTreeMap::new();
    for file in distinct(&manifest) {
        let path = blobs.join(file.digest.hex());
        if let Some(fault) = verify(&path, file) {
            faults.push(FileFault::new(blob::label(&file.path, file.digest), fault));
        }
        places.insert(file.digest, Blob::Own(path));
    }
    let signatures = read_signatures(root, faults)?;
    Envelope::verified(manifest, json, root, places, signatures).map(Some)
}

/// What is wrong with the blob at `path`.
fn verify(path: &Path, file: &File) -> Option<String> {
    let expected = Expected { digest: file.digest, size: file.size };
    match disk::open(path) {
        // A file of another length is told without reading it.
        Ok((_, length)) if length != file.size => {
            Some(format!("has {length} bytes, expected {}; take it from where the envelope was saved", file.size))
        }
        Ok((opened, _)) => {
            // Nothing is written, so that no error is.
            blob::copy(opened.take(file.size + 1), expected, &mut io::sink())
                .unwrap_or_else(|error| Some(unreadable(&error)))
        }
        Err(error) => Some(unreadable(&error)),
    }
}

fn read_signatures(root: &Path, faults: &mut Vec<FileFault>) -> Result<BTreeMap<Digest, Vec<u8>>, Error> {
    let directory = root.join(layout::SIGNATURES);
    let mut signatures = BTreeMap::new();
    let mut room = layout::Room::new();
    let names =
        only(&directory, "signatures/", layout::MOST_SIGNATURES, faults, |name| layout::signature_key(name).is_some())?;
    for (name, key) in names.iter().filter_map(|name| Some((name, layout::signature_key(name)?))) {
        match read_bounded(&directory.join(name), layout::LONGEST_SIGNATURE) {
            Ok(bytes) => {
                if let Err(fault) = room.take(bytes.len() as u64) {
                    faults.push(FileFault::new(layout::signature(key), fault));
                    break;
                }
                signatures.insert(key, bytes);
            }
            Err(fault) => faults.push(FileFault::new(layout::signature(key), fault)),
        }
    }
    Ok(signatures)
}

/// The names in a directory, none if it is not there; a name that is not `known` is a fault, and a link is no directory. At most one more than `most` of them are gathered.
fn only(
    directory: &Path,
    label: &str,
    most: usize,
    faults: &mut Vec<FileFault>,
    known: impl Fn(&str) -> bool,
) -> Result<Vec<String>, Error> {
    let mut names = Vec::new();
    // The envelope's own directory may be a link: `current` points to the one that is in use.
    match fs::symlink_metadata(directory) {
        Ok(metadata) if metadata.is_dir() || label.is_empty() => {}
        Ok(_) => {
            faults.push(FileFault::new(label.trim_end_matches('/'), "is not a directory, expected no links or files"));
            return Ok(names);
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(names),
        Err(error) => return Err(Error::io("look into", directory)(error)),
    }
    for entry in fs::read_dir(directory).map_err(Error::io("look into", directory))? {
        let name = entry.map_err(Error::io("look into", directory))?.file_name();
        match name.to_str() {
            Some(name) if known(name) => names.push(name.to_owned()),
            _ => {
                let file = format!("{label}{}", name.to_string_lossy());
                faults.push(FileFault::new(file, "is not part of the envelope; remove it"));
            }
        }
        // Those that are known are the manifest's, or signatures; of these, what is too many is told when they are read.
        if names.len() > most {
            break;
        }
        if faults.len() > MOST {
            return Err(Error::broken(directory, std::mem::take(faults)));
        }
    }
    names.sort();
    Ok(names)
}

/// All bytes of a file of at most `longest` bytes, or what is wrong with it.
fn read_bounded(path: &Path, longest: u64) -> Result<Vec<u8>, String> {
    let (file, _) = disk::open(path).map_err(|error| unreadable(&error))?;
    let mut bytes = Vec::new();
    file.take(longest + 1).read_to_end(&mut bytes).map_err(|error| unreadable(&error))?;
    if bytes.len() as u64 > longest {
        return Err(format!("is longer than {longest} bytes, which no envelope's is"));
    }
    Ok(bytes)
}
