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
fn nothing_else_is_left_beside_what_was_saved() {
    let (root, _) = saved();
    envelope().save_archive(root.path().join("churn.envelope")).unwrap();
    let names = files(root.path());
    // The manifest and its checksum, the blobs; the archive.
    assert_eq!(names.len(), 2 + FILES.len() + 1, "{names:?}");
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
fn every_byte_of_an_archive_that_is_flipped_is_refused() {
    let (_root, path) = archived();
    let bytes = fs::read(&path).unwrap();
    for place in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[place] ^= 1 << (place % 8);
        fs::write(&path, changed).unwrap();
        refused(&path);
    }
    fs::write(&path, bytes).unwrap();
    Envelope::open(&path).unwrap();
}

#[test]
fn files_and_archives_that_are_cut_off_are_refused_at_every_length() {
    let (_root, path) = archived();
    let bytes = fs::read(&path).unwrap();
    for length in 0..bytes.len() {
        fs::write(&path, &bytes[..length]).unwrap();
        refused(&path);
    }
    let (_root, path) = saved();
    for file in files(&path) {
        let bytes = fs::read(&file).unwrap();
        for length in 0..bytes.len() {
            fs::write(&file, &bytes[..length]).unwrap();
            refused(&path);
        }
        fs::write(&file, bytes).unwrap();
    }
}

#[test]
fn what_follows_the_end_of_an_archive_is_refused() {
    let (_root, path) = archived();
    let bytes = fs::read(&path).unwrap();
    for more in [vec![0], vec![0; 512], vec![0; 10240], b"more".to_vec(), bytes.clone()] {
        fs::write(&path, [&bytes[..], &more].concat()).unwrap();
        assert!(refused(&path).contains("more follows"), "{}", refused(&path));
    }
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
fn a_manifest_that_claims_a_huge_file_takes_no_memory() {
    let mut manifest = crate::manifest::testing::sample();
    manifest.files[2].size = 1 << 50;
    let json = manifest.to_json().unwrap();
    let (_root, path) = saved();
    fs::write(path.join("envelope.json"), &json).unwrap();
    fs::write(path.join("envelope.sha256"), super::layout::checksum(Digest::of(&json))).unwrap();
    assert!(refused(&path).contains("has 22 bytes, expected 1125899906842624"));
    let (_root, path) = archived();
    let old = fs::read(&path).unwrap();
    let checksum = super::layout::checksum(Digest::of(&json));
    let entry = |name: &str, bytes: &[u8]| {
        let mut entry = super::tar::header(name, bytes.len() as u64).to_vec();
        entry.extend(bytes);
        entry.resize(entry.len().next_multiple_of(512), 0);
        entry
    };
    let blobs = &old[before_blobs()..];
    let changed = [&entry("envelope.json", &json), &entry("envelope.sha256", checksum.as_bytes()), blobs].concat();
    fs::write(&path, changed).unwrap();
    assert!(refused(&path).contains("found a file"), "{}", refused(&path));
}

/// Where the blobs begin in the sample's archive: after the manifest's entry and the checksum's.
fn before_blobs() -> usize {
    512 + crate::manifest::testing::sample().to_json().unwrap().len().next_multiple_of(512) + 1024
}

#[test]
fn a_manifest_that_is_too_long_is_refused_unread() {
    let (_root, path) = saved();
    let manifest = fs::File::options().write(true).open(path.join("envelope.json")).unwrap();
    // The file has no blocks on the disk, but reads as so many zeros.
    manifest.set_len(1 << 40).unwrap();
    assert!(refused(&path).contains("is longer than 16777216 bytes"));
    let (_root, path) = archived();
    let mut bytes = fs::read(&path).unwrap();
    bytes[..512].copy_from_slice(&super::tar::header("envelope.json", 1 << 40));
    fs::write(&path, bytes).unwrap();
    assert!(refused(&path).contains("is 1099511627776 bytes long, expected at most 16777216"));
}

#[test]
fn more_signatures_than_there_is_room_for_are_refused() {
    let (root, path) = saved();
    fs::create_dir(path.join("signatures")).unwrap();
    for key in 0..5_u8 {
        let name = format!("{}.dsse", Digest::of(&[key]).hex());
        fs::File::create(path.join("signatures").join(name)).unwrap().set_len(15 << 20).unwrap();
    }
    assert!(refused(&path).contains("is one too many: signatures have at most 67108864 bytes together"));
    let mut envelope = envelope();
    for key in 0..5_u8 {
        envelope.add_signature(Digest::of(&[key]), vec![0; 15 << 20]);
    }
    let archive = root.path().join("signed.envelope");
    envelope.save_archive(&archive).unwrap();
    assert!(refused(&archive).contains("is one too many"));
}

/// The archive of the sample whose second entry's header is changed, and its checksum made right again.
fn with_header(change: impl FnOnce(&mut [u8])) -> String {
    let (_root, path) = archived();
    let mut bytes = fs::read(&path).unwrap();
    let at = before_blobs();
    let header = &mut bytes[at..at + 512];
    change(header);
    header[148..156].copy_from_slice(b"        ");
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    fs::write(&path, bytes).unwrap();
    refused(&path)
}

#[test]
fn entries_of_an_archive_that_are_no_plain_files_are_refused() {
    for (kind, what) in [
        (b'1', "a hard link"),
        (b'2', "a symbolic link"),
        (b'3', "a device"),
        (b'5', "a directory"),
        (b'6', "a pipe"),
        (b'S', "a sparse file"),
        (b'L', "an extended header"),
        (b'x', "an extended header"),
        (b'g', "an extended header"),
        (b'7', "an unknown kind"),
        (0, "a file"),
    ] {
        let told = with_header(|header| header[156] = kind);
        assert!(told.contains(&format!("found {what}")), "{told}");
    }
}

#[test]
fn names_of_an_archive_that_lead_elsewhere_are_refused() {
    for name in ["../../etc/passwd", "/etc/passwd", "./envelope.json", "envelope.json", "blobs\\sha256\\x"] {
        let told = with_header(|header| {
            header[..100].fill(0);
            header[..name.len()].copy_from_slice(name.as_bytes());
        });
        assert!(told.contains(&format!("found a file `{}`", name.escape_debug())), "{told}");
    }
    // By the prefix, the same name is somewhere else.
    assert!(with_header(|header| header[345..348].copy_from_slice(b"../")).contains("found a file"));
    assert!(with_header(|header| header[136] = b'1').contains("as the toolkit writes archives"));
}

#[test]
fn entries_of_an_archive_that_are_there_twice_or_not_in_order_are_refused() {
    let (_root, path) = archived();
    let bytes = fs::read(&path).unwrap();
    let (manifest, rest) = bytes.split_at(before_blobs());
    let (first, others) = rest.split_at(1024);
    let twice = [manifest, first, first, others].concat();
    let manifest_twice = [&manifest[..manifest.len() - 1024], manifest, rest].concat();
    let (second, others) = others.split_at(1024);
    let swapped = [manifest, second, first, others].concat();
    let missing = [manifest, second, others].concat();
    let blobs_first = [first, manifest, second, others].concat();
    for changed in [twice, manifest_twice, swapped, missing, blobs_first, Vec::new(), vec![0; 1024]] {
        fs::write(&path, changed).unwrap();
        refused(&path);
    }
}

#[test]
fn the_same_envelope_is_the_same_archive() {
    let ((_a, a), (_b, b)) = (archived(), archived());
    assert_eq!(fs::read(a).unwrap(), fs::read(b).unwrap());
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
    let blobs = FILES.iter().map(|(_, bytes)| (Digest::of(bytes), super::blob::Blob::Bytes((*bytes).into())));
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

#[test]
fn a_file_that_is_not_there_is_told_with_those_that_are() {
    let told = envelope().read("model.onx").unwrap_err().to_string();
    assert!(told.contains("`model.onx` is none of the envelope's files") && told.contains("model.onnx"), "{told}");
    let told = Envelope::open("no/such/place").unwrap_err().to_string();
    assert!(told.starts_with("cannot open the envelope no/such/place"), "{told}");
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
