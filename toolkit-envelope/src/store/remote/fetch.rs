//! Fetching an envelope into a store.

use std::{collections::BTreeMap, fs, io::Write};

use futures_util::{StreamExt, TryStreamExt};
use object_store::{ObjectStoreExt, path::Path};
use tempfile::NamedTempFile;

use super::{Remote, aside};
use crate::{
    digest::{Digest, Hashing},
    manifest::{File, LONGEST, Manifest},
    store::{
        Envelope, Error, FileFault, Store, archive,
        blob::{Blob, Expected, label},
        disk,
        envelope::{distinct, read_manifest},
        layout, tar,
    },
};

/// More faults, and more signatures, than these are not gathered: a store can hold any number of objects.
const MOST: usize = 1000;

pub(super) async fn fetch(remote: &Remote, store: &Store) -> Result<Envelope, Error> {
    match remote.objects.head(&remote.place).await {
        Ok(found) => fetch_archive(remote, store, found.size).await,
        Err(object_store::Error::NotFound { .. }) => fetch_tree(remote, store).await,
        // A directory is no object of a local store, and not every store says the same of it.
        Err(_) if remote.objects.head(&remote.child(layout::MANIFEST)).await.is_ok() => fetch_tree(remote, store).await,
        Err(error) => Err(remote.failed("find")(error)),
    }
}

async fn fetch_tree(remote: &Remote, store: &Store) -> Result<Envelope, Error> {
    let json = read(remote, layout::MANIFEST, LONGEST as u64).await?;
    let checksum = read(remote, layout::CHECKSUM, 1024).await?;
    let manifest = read_manifest(&json, &checksum).map_err(|faults| remote.broken(faults))?;
    let files: BTreeMap<_, _> = distinct(&manifest).into_iter().map(|file| (file.digest, file.clone())).collect();
    let mut faults = Vec::new();
    let signers = list(remote, &files, &mut faults).await?;
    if !faults.is_empty() {
        return Err(remote.broken(faults));
    }
    let blobs = store.blobs();
    for file in files.values() {
        let (in_store, wanted) = (store.clone(), file.clone());
        if !aside(move || in_store.has_blob(&wanted)).await? {
            faults.extend(fetch_blob(remote, store, file).await?);
        }
    }
    if !faults.is_empty() {
        return Err(remote.broken(faults));
    }
    let mut signatures = BTreeMap::new();
    let mut room = layout::Room::new();
    for key in signers {
        let bytes = read(remote, &layout::signature(key), layout::LONGEST_SIGNATURE).await?;
        let fault = |fault| remote.broken(vec![FileFault::new(layout::signature(key), fault)]);
        room.take(bytes.len() as u64).map_err(fault)?;
        signatures.insert(key, bytes);
    }
    let places = files.keys().map(|digest| (*digest, Blob::Own(blobs.join(digest.hex())))).collect();
    let envelope = Envelope::verified(manifest, json, store.root(), places, signatures)?;
    let in_store = store.clone();
    aside(move || in_store.put_manifest(&envelope).map(|()| envelope)).await?
}

/// Tells of objects that are missing, of another size, or not of the envelope; gives the keys that are said to have
/// signed.
async fn list(
    remote: &Remote,
    files: &BTreeMap<Digest, File>,
    faults: &mut Vec<FileFault>,
) -> Result<Vec<Digest>, Error> {
    let mut signers = Vec::new();
    let mut missing = files.clone();
    let mut objects = remote.objects.list(Some(&remote.place));
    while let Some(object) = objects.next().await {
        let object = object.map_err(remote.failed("look into"))?;
        let name = relative(&remote.place, &object.location);
        if matches!(name.as_str(), layout::MANIFEST | layout::CHECKSUM) {
            continue;
        }
        let file = name.strip_prefix("blobs/sha256/").and_then(Digest::from_hex).and_then(|hex| missing.remove(&hex));
        let key = name.strip_prefix("signatures/").and_then(layout::signature_key);
        match (file, key) {
            (Some(file), _) if object.size != file.size => faults.push(FileFault::new(
                label(&file.path, file.digest),
                format!("has {} bytes, expected {}; push the envelope again", object.size, file.size),
            )),
            (Some(_), _) => {}
            (None, Some(key)) => signers.push(key),
            (None, None) => faults.push(FileFault::new(name, "is not part of the envelope; remove it")),
        }
        if faults.len() + signers.len() > MOST {
            faults.push(FileFault::new(remote.place.to_string(), "has too many others to tell; is it the envelope's?"));
            break;
        }
    }
    let absent = missing.values().map(|file| label(&file.path, file.digest));
    faults.extend(absent.map(|label| FileFault::new(label, "is missing; push the envelope again")));
    Ok(signers)
}

fn relative(place: &Path, object: &Path) -> String {
    match object.prefix_match(place) {
        Some(parts) => parts.map(|part| part.as_ref().to_owned()).collect::<Vec<_>>().join("/"),
        None => object.to_string(),
    }
}

/// Fetches a blob into the store, and tells what is wrong with it.
async fn fetch_blob(remote: &Remote, store: &Store, file: &File) -> Result<Option<FileFault>, Error> {
    let place = store.blobs().join(file.digest.hex());
    let beside = download(remote, &layout::blob(file.digest), file.size, &place).await?;
    let expected = Expected { digest: file.digest, size: file.size };
    match beside {
        Ok((beside, digest, length)) => match expected.fault(digest, length) {
            None => aside(move || keep(beside, &place)).await?.map(|()| None),
            Some(fault) => Ok(Some(FileFault::new(label(&file.path, file.digest), fault))),
        },
        Err(fault) => Ok(Some(FileFault::new(label(&file.path, file.digest), fault))),
    }
}

/// Writes what was downloaded to the disk, and moves it to its place.
fn keep(beside: NamedTempFile, place: &std::path::Path) -> Result<(), Error> {
    beside.as_file().sync_all().map_err(Error::io("write", place))?;
    beside.persist(place).map_err(|error| Error::io("write", place)(error.error))?;
    Ok(())
}

/// Downloads an object of at most `longest` bytes to a file beside `place`, hashed as it goes by.
async fn download(
    remote: &Remote,
    name: &str,
    longest: u64,
    place: &std::path::Path,
) -> Result<Result<(NamedTempFile, Digest, u64), String>, Error> {
    let object = if name.is_empty() { remote.place.clone() } else { remote.child(name) };
    let mut bytes = remote.objects.get(&object).await.map_err(remote.failed("fetch"))?.into_stream();
    let to = place.to_owned();
    let mut beside = aside(move || disk::file_beside(&to).map(Hashing::new)).await??;
    let mut length = 0;
    while let Some(part) = bytes.try_next().await.map_err(remote.failed("fetch"))? {
        length += part.len() as u64;
        if length > longest {
            return Ok(Err(format!("has more than {longest} bytes, expected {longest}; push the envelope again")));
        }
        let to = place.to_owned();
        beside = aside(move || beside.write_all(&part).map(|()| beside).map_err(Error::io("write", &to))).await??;
    }
    let (beside, digest, length) = beside.into_parts();
    Ok(Ok((beside, digest, length)))
}

/// All bytes of an object of at most `longest` bytes.
async fn read(remote: &Remote, name: &str, longest: u64) -> Result<Vec<u8>, Error> {
    let fault = |message: String| remote.broken(vec![FileFault::new(name, message)]);
    let object = match remote.objects.get(&remote.child(name)).await {
        Ok(object) => object,
        Err(object_store::Error::NotFound { .. }) => {
            return Err(fault("is missing; push the envelope again".to_owned()));
        }
        Err(error) => return Err(remote.failed("fetch")(error)),
    };
    let mut stream = object.into_stream();
    let mut bytes = Vec::new();
    while let Some(part) = stream.try_next().await.map_err(remote.failed("fetch"))? {
        bytes.extend_from_slice(&part);
        if bytes.len() as u64 > longest {
            return Err(fault(format!("is longer than {longest} bytes, which no envelope's is")));
        }
    }
    Ok(bytes)
}

/// Fetches an archive: first its manifest, which tells how long the rest may be.
async fn fetch_archive(remote: &Remote, store: &Store, size: u64) -> Result<Envelope, Error> {
    let longest = longest_archive(remote, size).await?;
    if size > longest {
        let message = format!("has {size} bytes, expected at most {longest} by its manifest");
        return Err(remote.broken(vec![FileFault::new(layout::MANIFEST, message)]));
    }
    let place = store.root().join("archive");
    let (beside, ..) = download(remote, "", size, &place)
        .await?
        .map_err(|fault| remote.broken(vec![FileFault::new(layout::MANIFEST, fault)]))?;
    let (in_store, shown) = (store.clone(), remote.shown());
    aside(move || {
        let envelope = archive::open_file(reopened(&beside)?, &shown)?;
        in_store.put(&envelope)?;
        in_store.open(envelope.id())
    })
    .await?
}

fn reopened(beside: &NamedTempFile) -> Result<fs::File, Error> {
    beside.reopen().map_err(Error::io("read", beside.path()))
}

/// How long the archive may be: as its manifest says, and some room for signatures. What is wrong with the manifest is
/// told here already.
async fn longest_archive(remote: &Remote, size: u64) -> Result<u64, Error> {
    let broken = |message: String| remote.broken(vec![FileFault::new(layout::MANIFEST, message)]);
    let head = tar::BLOCK as u64;
    if size < head {
        return Err(broken(format!("is cut off after byte {size}; push the envelope again")));
    }
    let range = |from: u64, to: u64| remote.objects.get_range(&remote.place, from..to);
    let block = range(0, head).await.map_err(remote.failed("fetch"))?;
    let block: [u8; tar::BLOCK] =
        block.as_ref().try_into().map_err(|_| broken("is not answered in the range that was asked for".to_owned()))?;
    let length = match tar::entry(&block) {
        Some((layout::MANIFEST, length)) if length <= LONGEST as u64 && head + length <= size => length,
        Some((layout::MANIFEST, length)) => return Err(broken(format!("is {length} bytes long, which it cannot be"))),
        _ => return Err(broken(format!("found {}, expected it at the begin", tar::describe(&block)))),
    };
    let json = range(head, head + length).await.map_err(remote.failed("fetch"))?;
    let manifest =
        Manifest::read(&json).map_err(|faults| remote.broken(FileFault::within(layout::MANIFEST, faults)))?;
    Ok(archive::length(&json, &manifest).saturating_add(2 * layout::LONGEST_SIGNATURES))
}
