mod archive;
mod save;
mod signatures;

use std::{
    fs,
    path::{Path, PathBuf},
};

use tempfile::{TempDir, tempdir};

use super::{Envelope, Error, Store, testing::envelope};
use crate::{digest::Digest, manifest::testing::FILES};

fn saved() -> (TempDir, PathBuf) {
    let root = tempdir().unwrap();
    let path = root.path().join("churn");
    envelope().save(&path).unwrap();
    (root, path)
}

fn archived() -> (TempDir, PathBuf) {
    let root = tempdir().unwrap();
    let path = root.path().join("churn.envelope");
    envelope().save_archive(&path).unwrap();
    (root, path)
}

fn blob(path: &Path, file: &str) -> PathBuf {
    let (_, bytes) = FILES.iter().find(|(name, _)| *name == file).unwrap();
    path.join("blobs/sha256").join(Digest::of(bytes).hex())
}

/// What is told when opening `path`, which must be refused.
fn refused(path: &Path) -> String {
    match Envelope::open(path) {
        Ok(_) => panic!("{} was opened", path.display()),
        Err(error) => error.to_string(),
    }
}

/// All files below `directory`.
fn files(directory: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { all.extend(files(&path)) } else { all.push(path) }
    }
    all.sort();
    all
}

#[test]
fn an_envelope_is_the_same_wherever_it_is_kept() {
    let (root, directory) = saved();
    let archive = root.path().join("deep/down/churn.envelope");
    let opened = Envelope::open(&directory).unwrap();
    opened.save_archive(&archive).unwrap();
    let from_archive = Envelope::open(&archive).unwrap();
    let store = Store::at(root.path().join("store"));
    store.put(&from_archive).unwrap();
    let from_store = store.open(envelope().id()).unwrap();
    let again = root.path().join("again");
    from_store.save(&again).unwrap();
    for envelope in [&opened, &from_archive, &from_store, &Envelope::open(&again).unwrap()] {
        assert_eq!(envelope.id(), super::testing::envelope().id());
        assert_eq!(envelope.payload_id(), super::testing::envelope().payload_id());
        for (path, bytes) in FILES {
            assert_eq!(envelope.read(path).unwrap(), bytes);
        }
    }
    assert_eq!(store.ids().unwrap(), [envelope().id()]);
}

#[test]
fn every_byte_of_a_directory_that_is_flipped_is_refused() {
    let (_root, path) = saved();
    for file in files(&path) {
        let bytes = fs::read(&file).unwrap();
        for place in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[place] ^= 1 << (place % 8);
            fs::write(&file, changed).unwrap();
            let told = refused(&path);
            assert!(told.contains("is not a whole envelope"), "{told}");
        }
        fs::write(&file, bytes).unwrap();
    }
    Envelope::open(&path).unwrap();
}

#[test]
fn missing_extra_and_swapped_blobs_are_each_named() {
    let (_root, path) = saved();
    fs::remove_file(blob(&path, "model.onnx")).unwrap();
    fs::write(path.join("blobs/sha256/README"), "hello").unwrap();
    fs::write(path.join("notes.txt"), "hello").unwrap();
    fs::create_dir(path.join("blobs/sha512")).unwrap();
    fs::write(path.join("blobs/sha256").join(Digest::of(b"other").hex()), "other").unwrap();
    let told = refused(&path);
    for part in [
        "model.onnx (blobs/sha256/",
        "is missing; take it from where the envelope was saved",
        "blobs/sha256/README: is not part of the envelope; remove it",
        "notes.txt: is not part",
        "blobs/sha512: is not part",
        &Digest::of(b"other").hex(),
    ] {
        assert!(told.contains(part), "{part}\n{told}");
    }
    let (_root, path) = saved();
    let (input, output) = (blob(&path, "examples/0.input.json"), blob(&path, "profile.json"));
    let (a, b) = (fs::read(&input).unwrap(), fs::read(&output).unwrap());
    fs::write(&input, b).unwrap();
    fs::write(&output, a).unwrap();
    let told = refused(&path);
    assert!(told.contains("examples/0.input.json (") && told.contains("profile.json ("), "{told}");
}

#[test]
fn a_blob_of_the_right_length_with_other_bytes_is_refused() {
    let (_root, path) = saved();
    fs::write(blob(&path, "profile.json"), "[]").unwrap();
    let told = refused(&path);
    assert!(told.contains("profile.json (") && told.contains("has the digest sha256:"), "{told}");
}

#[cfg(unix)]
#[test]
fn links_pipes_and_directories_in_place_of_files_are_refused() {
    use std::os::unix::fs::symlink;

    for file in ["envelope.json", "profile.json"] {
        let (root, path) = saved();
        let at = if file == "envelope.json" { path.join(file) } else { blob(&path, file) };
        let elsewhere = root.path().join("elsewhere");
        fs::rename(&at, &elsewhere).unwrap();
        symlink(&elsewhere, &at).unwrap();
        assert!(refused(&path).contains("is not a regular file"), "{}", refused(&path));
        fs::remove_file(&at).unwrap();
        fs::create_dir(&at).unwrap();
        assert!(refused(&path).contains("is not a regular file"), "{}", refused(&path));
        fs::remove_dir(&at).unwrap();
        assert!(std::process::Command::new("mkfifo").arg(&at).status().unwrap().success());
        assert!(refused(&path).contains("is not a regular file"), "{}", refused(&path));
    }
    let (root, path) = saved();
    let elsewhere = root.path().join("elsewhere");
    fs::rename(path.join("blobs"), &elsewhere).unwrap();
    symlink(&elsewhere, path.join("blobs")).unwrap();
    assert!(refused(&path).contains("blobs: is not a directory"));
}

#[cfg(unix)]
#[test]
fn the_envelope_itself_may_be_reached_by_a_link() {
    let (root, path) = saved();
    let current = root.path().join("current");
    std::os::unix::fs::symlink(&path, &current).unwrap();
    assert_eq!(Envelope::open(current).unwrap().id(), envelope().id());
}

#[test]
fn a_manifest_that_was_changed_into_another_is_refused() {
    let (_root, path) = saved();
    let text = fs::read_to_string(path.join("envelope.json")).unwrap();
    fs::write(path.join("envelope.json"), text.replace("churn", "charm")).unwrap();
    assert!(refused(&path).contains("envelope.json: has the digest sha256:"), "{}", refused(&path));
    assert!(refused(&path).contains("envelope.sha256 says another"));
}

#[test]
fn a_file_that_changes_after_it_was_verified_is_refused_when_it_is_read() {
    let (_root, path) = saved();
    let opened = Envelope::open(&path).unwrap();
    fs::write(blob(&path, "model.onnx"), "not a graph, but byteS").unwrap();
    let told = opened.read("model.onnx").unwrap_err().to_string();
    assert!(told.contains("has the digest"), "{told}");
    assert!(opened.save(path.join("copy")).is_err());
    assert!(!path.join("copy").exists());
    let (_root, path) = archived();
    let opened = Envelope::open(&path).unwrap();
    let mut bytes = fs::read(&path).unwrap();
    let place = bytes.windows(5).position(|bytes| bytes == b"graph").unwrap();
    bytes[place] = b'G';
    fs::write(&path, bytes).unwrap();
    assert!(opened.read("model.onnx").is_err());
}

#[test]
fn a_file_that_is_not_there_is_told_with_those_that_are() {
    let told = envelope().read("model.onx").unwrap_err().to_string();
    assert!(told.contains("`model.onx` is none of the envelope's files") && told.contains("model.onnx"), "{told}");
    let told = Envelope::open("no/such/place").unwrap_err().to_string();
    assert!(told.starts_with("cannot open the envelope no/such/place"), "{told}");
}

#[test]
fn what_does_not_fit_its_checksum_is_not_interpreted() {
    let (_root, path) = saved();
    fs::write(path.join("envelope.json"), "{").unwrap();
    let Err(Error::Broken { faults, .. }) = Envelope::open(&path) else { panic!("it was opened") };
    assert_eq!(faults.len(), 1);
    assert!(faults[0].message.contains("envelope.sha256 says another"), "{faults:?}");
}

#[cfg(unix)]
#[test]
fn names_from_outside_do_not_reach_the_terminal_as_they_are() {
    let (_root, path) = saved();
    fs::write(path.join("a\u{1b}[2Jb"), "").unwrap();
    assert!(refused(&path).contains("a\\u{1b}[2Jb: is not part of the envelope"), "{}", refused(&path));
}
