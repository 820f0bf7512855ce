//! What saving does to what is there.

use std::{fs, path::Path};

use tempfile::tempdir;

use super::{archived, blob, files, refused, saved};
use crate::{
    digest::Digest,
    manifest::testing::FILES,
    store::{Envelope, Error, Store, testing::envelope},
};

#[test]
fn nothing_else_is_left_beside_what_was_saved() {
    let (root, _) = saved();
    envelope().save_archive(root.path().join("churn.envelope")).unwrap();
    let names = files(root.path());
    // The manifest and its checksum, the blobs; the archive.
    assert_eq!(names.len(), 2 + FILES.len() + 1, "{names:?}");
}

#[test]
fn saving_the_same_again_does_nothing() {
    let (_root, path) = saved();
    let before = fs::metadata(path.join("envelope.json")).unwrap().modified().unwrap();
    envelope().save(&path).unwrap();
    assert_eq!(fs::metadata(path.join("envelope.json")).unwrap().modified().unwrap(), before);
    let (_root, path) = archived();
    let before = fs::metadata(&path).unwrap().modified().unwrap();
    envelope().save_archive(&path).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().modified().unwrap(), before);
}

#[test]
fn another_envelope_is_never_replaced() {
    let mut manifest = crate::manifest::testing::sample();
    manifest.description.push_str(" Soon.");
    let json = manifest.to_json().unwrap();
    let blobs = FILES.iter().map(|(_, bytes)| (Digest::of(bytes), crate::store::Blob::Bytes((*bytes).into())));
    let other =
        Envelope::verified(manifest, json, Path::new("memory"), blobs.collect(), std::collections::BTreeMap::new());
    let other = other.unwrap();
    let ((_a, directory), (_b, archive)) = (saved(), archived());
    for result in
        [other.save(&directory), other.save_archive(&archive), other.save(&archive), other.save_archive(&directory)]
    {
        match result {
            Err(Error::Occupied { found, saved, .. }) => {
                assert_eq!((found, saved), (envelope().id(), other.id()));
            }
            result => panic!("{result:?}"),
        }
    }
    let root = tempdir().unwrap();
    let store = Store::at(root.path());
    store.put(&envelope()).unwrap();
    store.put(&other).unwrap();
    assert_eq!(store.ids().unwrap().len(), 2);
    assert_eq!(files(&root.path().join("blobs")).len(), FILES.len(), "the blobs are shared");
}

#[test]
fn what_is_half_written_does_not_read_as_an_envelope() {
    let (root, path) = saved();
    // The manifest comes last: without it, nothing is there.
    fs::remove_file(path.join("envelope.json")).unwrap();
    assert!(refused(&path).contains("envelope.json: is missing"));
    let error = envelope().save(&path).unwrap_err().to_string();
    assert!(error.contains("is not a whole envelope"), "{error}");
    let empty = root.path().join("empty");
    fs::create_dir(&empty).unwrap();
    assert!(refused(&empty).contains("envelope.json: is missing"));
    let store = Store::at(root.path().join("store"));
    store.put(&envelope()).unwrap();
    let id = envelope().id();
    fs::remove_dir_all(root.path().join("store/envelopes").join(id.hex())).unwrap();
    assert!(matches!(store.open(id), Err(Error::NotThere { .. })));
    store.put(&envelope()).unwrap();
    store.open(id).unwrap();
}

#[test]
fn a_store_heals_a_broken_blob_when_it_gets_the_envelope_again() {
    let root = tempdir().unwrap();
    let store = Store::at(root.path());
    store.put(&envelope()).unwrap();
    fs::write(blob(root.path(), "model.onnx"), "cut").unwrap();
    assert!(store.open(envelope().id()).unwrap_err().to_string().contains("has 3 bytes, expected 22"));
    store.put(&envelope()).unwrap();
    store.open(envelope().id()).unwrap();
}

#[test]
fn an_envelope_under_another_ones_id_is_refused() {
    let root = tempdir().unwrap();
    let store = Store::at(root.path());
    store.put(&envelope()).unwrap();
    let other = Digest::of(b"other");
    let envelopes = root.path().join("envelopes");
    fs::rename(envelopes.join(envelope().id().hex()), envelopes.join(other.hex())).unwrap();
    assert!(store.open(other).unwrap_err().to_string().contains("has the digest"));
}

#[cfg(unix)]
#[test]
fn what_is_saved_can_be_read_by_others_as_the_umask_says() {
    use std::os::unix::fs::PermissionsExt;

    let (root, path) = saved();
    let archive = root.path().join("churn.envelope");
    envelope().save_archive(&archive).unwrap();
    let plain = root.path().join("plain");
    fs::write(&plain, "").unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&archive), mode(&plain));
    assert_eq!(mode(&path.join("envelope.json")), mode(&plain));
    fs::create_dir(root.path().join("directory")).unwrap();
    assert_eq!(mode(&path), mode(&root.path().join("directory")));
}
