//! What an archive may be.

use std::fs;

use super::{archived, files, refused, saved};
use crate::{
    digest::Digest,
    store::{Envelope, layout, tar},
};

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
fn a_manifest_that_claims_a_huge_file_takes_no_memory() {
    let mut manifest = crate::manifest::testing::sample();
    manifest.files[2].size = 1 << 50;
    let json = manifest.to_json().unwrap();
    let (_root, path) = saved();
    fs::write(path.join("envelope.json"), &json).unwrap();
    fs::write(path.join("envelope.sha256"), layout::checksum(Digest::of(&json))).unwrap();
    assert!(refused(&path).contains("has 22 bytes, expected 1125899906842624"));
    let (_root, path) = archived();
    let old = fs::read(&path).unwrap();
    let checksum = layout::checksum(Digest::of(&json));
    let entry = |name: &str, bytes: &[u8]| {
        let mut entry = tar::header(name, bytes.len() as u64).to_vec();
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
    bytes[..512].copy_from_slice(&tar::header("envelope.json", 1 << 40));
    fs::write(&path, bytes).unwrap();
    assert!(refused(&path).contains("is 1099511627776 bytes long, expected at most 16777216"));
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
