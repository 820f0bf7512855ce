//! What a file's path may be, so that it means one file, inside of the envelope, on every system.

use std::collections::{HashMap, HashSet};

use unicode_normalization::UnicodeNormalization;

use super::Found;
use crate::{digest::Digest, manifest::File};

pub(super) fn check(files: &[File], found: &mut Found) {
    let mut sizes: HashMap<Digest, (usize, u64)> = HashMap::new();
    for (index, file) in files.iter().enumerate() {
        let place = format!("/files/{index}");
        if let Some(fault) = fault(&file.path) {
            found.push(format!("{place}/path"), format!("`{}` {fault}", file.path.escape_debug()));
        }
        let mut parts = file.media_type.split('/');
        let is_token = |part: Option<&str>| part.is_some_and(|part| !part.is_empty() && part.is_ascii());
        if !(is_token(parts.next()) && is_token(parts.next()) && parts.next().is_none()) {
            found.push(
                format!("{place}/media_type"),
                format!("found `{}`, expected a type such as `application/json`", file.media_type),
            );
        }
        let (first, size) = *sizes.entry(file.digest).or_insert((index, file.size));
        if size != file.size {
            found.push(
                format!("{place}/size"),
                format!("is {}, but /files/{first} has the same digest and {size} bytes", file.size),
            );
        }
    }
    check_order(files, found);
    check_collisions(files, found);
}

fn check_order(files: &[File], found: &mut Found) {
    for (index, pair) in files.windows(2).enumerate() {
        if pair[0].path > pair[1].path {
            found.push(
                format!("/files/{}/path", index + 1),
                format!("`{}` stands after `{}`, expected the files sorted by path", pair[1].path, pair[0].path),
            );
        }
    }
}

/// Two paths that some file system takes for one, or one that is a file and a directory.
fn check_collisions(files: &[File], found: &mut Found) {
    let folded: Vec<String> = files.iter().map(|file| file.path.to_lowercase().nfc().collect()).collect();
    let mut first: HashMap<&str, usize> = HashMap::new();
    for (index, path) in folded.iter().enumerate() {
        if let Some(before) = first.get(path.as_str()) {
            let found_there = &files[*before].path;
            found.push(
                format!("/files/{index}/path"),
                format!(
                    "`{}` is the same path as `{found_there}` where case does not matter; rename one",
                    files[index].path
                ),
            );
        } else {
            first.insert(path, index);
        }
    }
    let directories: HashSet<&str> =
        folded.iter().flat_map(|path| path.match_indices('/').map(|(place, _)| &path[..place])).collect();
    for (file, index) in files.iter().zip(0..).filter(|(_, index)| directories.contains(folded[*index].as_str())) {
        found.push(format!("/files/{index}/path"), format!("`{}` is a file and a directory; rename one", file.path));
    }
}

/// What is wrong with a path, if anything.
fn fault(path: &str) -> Option<&'static str> {
    if path.is_empty() {
        return Some("is empty");
    }
    if path.starts_with('/') {
        return Some("is absolute, expected a relative path");
    }
    if path.len() > 1024 || path.split('/').any(|part| part.len() > 255) {
        return Some("is too long, expected at most 1024 bytes, 255 between two slashes");
    }
    if path.contains('\\') {
        return Some("has a backslash, expected `/` between the parts");
    }
    if path.contains(':') {
        return Some("has a colon, which stands for a drive on some systems");
    }
    if path.chars().any(char::is_control) {
        return Some("has a control character");
    }
    if path.split('/').any(str::is_empty) {
        return Some("has an empty part, expected one `/` between the parts, none at the end");
    }
    if path.split('/').any(|part| matches!(part, "." | "..")) {
        return Some("has a part `.` or `..`, expected only names");
    }
    if path.split('/').any(|part| part.ends_with(['.', ' '])) {
        return Some("has a part that ends with a dot or a space, which some systems cut off");
    }
    if !unicode_normalization::is_nfc(path) {
        return Some("is not in Unicode's NFC");
    }
    None
}
