//! What a file's path may be, so that it means one file, inside of the envelope, on every system.

use std::collections::HashMap;

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
        if !is_media_type(&file.media_type) {
            found.push(
                format!("{place}/media_type"),
                format!("found `{}`, expected a type as in RFC 6838, such as `application/json`", file.media_type),
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
    // Paths that are refused may be of any length, and are told of already.
    let mut folded: Vec<(String, usize)> = files
        .iter()
        .zip(0..)
        .filter(|(file, _)| fault(&file.path).is_none())
        .map(|(file, index)| (fold(&file.path), index))
        .collect();
    // By parts, so that what lies in a directory follows what is called like it.
    folded.sort_by(|(a, first), (b, second)| a.split('/').cmp(b.split('/')).then(first.cmp(second)));
    for pair in folded.windows(2) {
        let ((before, first), (path, index)) = (&pair[0], &pair[1]);
        if before == path {
            let message = format!(
                "`{}` is the same path as `{}` where case does not matter; rename one",
                files[*index].path, files[*first].path
            );
            found.push(format!("/files/{index}/path"), message);
        } else if path.strip_prefix(before.as_str()).is_some_and(|rest| rest.starts_with('/')) {
            let message = format!("`{}` is a file and a directory; rename one", files[*first].path);
            found.push(format!("/files/{first}/path"), message);
        }
    }
}

/// The path as systems compare it to which case is nothing. By way of capitals, so that letters meet which have more than
/// one small form (`σ` and `ς`), or a longer one (`ß`).
fn fold(path: &str) -> String {
    path.to_uppercase().to_lowercase().nfc().collect()
}

/// A type and a subtype as RFC 6838 restricts their names, without parameters: what is served with it is one line.
fn is_media_type(text: &str) -> bool {
    let is_name = |name: &str| {
        (1..=127).contains(&name.len())
            && name.starts_with(|first: char| first.is_ascii_alphanumeric())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&byte))
    };
    text.split_once('/').is_some_and(|(kind, subtype)| is_name(kind) && is_name(subtype))
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
    if path.contains(['<', '>', '"', '|', '?', '*']) {
        return Some("has one of < > \" | ? *, which some systems do not have in names");
    }
    if path.chars().any(char::is_control) {
        return Some("has a control character");
    }
    if path.chars().any(is_unseen) {
        return Some("has a character that is not seen, such as a mark of direction");
    }
    if path.split('/').any(str::is_empty) {
        return Some("has an empty part, expected one `/` between the parts, none at the end");
    }
    if path.split('/').any(|part| matches!(part, "." | "..")) {
        return Some("has a part `.` or `..`, expected only names");
    }
    if path.split('/').any(is_device) {
        return Some("has a part that is a device on some systems, such as `NUL` or `com1.txt`; rename it");
    }
    if path.split('/').any(|part| part.ends_with(|last: char| last == '.' || last.is_whitespace())) {
        return Some("has a part that ends with a dot or a space, which some systems cut off");
    }
    if !unicode_normalization::is_nfc(path) {
        return Some("is not in Unicode's NFC");
    }
    None
}

/// The names that Windows keeps for devices, whatever follows their first dot.
fn is_device(part: &str) -> bool {
    let name = part.split('.').next().unwrap_or_default().trim_end().to_uppercase();
    let numbered = |device: &str| {
        let number = name.strip_prefix(device);
        number.is_some_and(|number| matches!(number.chars().next(), Some('0'..='9' | '¹' | '²' | '³')))
            && name.chars().count() == 4
    };
    matches!(name.as_str(), "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$") || numbered("COM") || numbered("LPT")
}

/// Unicode's format characters (Cf), and its line and paragraph separators: two paths that look alike may differ by them.
fn is_unseen(character: char) -> bool {
    matches!(
        character,
        '\u{ad}'
            | '\u{600}'..='\u{605}'
            | '\u{61c}'
            | '\u{6dd}'
            | '\u{70f}'
            | '\u{890}'..='\u{891}'
            | '\u{8e2}'
            | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{2064}'
            | '\u{2066}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{110bd}'
            | '\u{110cd}'
            | '\u{13430}'..='\u{1343f}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0001}'
            | '\u{e0020}'..='\u{e007f}'
    )
}
