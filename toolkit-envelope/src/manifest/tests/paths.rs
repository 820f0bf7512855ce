//! Paths and types of files.

use super::{File, checked};

#[test]
fn paths_that_leave_the_envelope_or_mean_two_things_are_refused() {
    for (path, why) in [
        ("", "is empty"),
        ("/etc/passwd", "is absolute"),
        ("../model.onnx", "`..`"),
        ("a/../b", "`..`"),
        ("./a", "`.`"),
        ("a//b", "empty part"),
        ("a/", "empty part"),
        ("a\\b", "backslash"),
        ("C:/a", "colon"),
        ("c:a", "colon"),
        ("a\0b", "control character"),
        ("a\nb", "control character"),
        ("a.", "ends with a dot"),
        ("a /b", "ends with a dot or a space"),
        ("e\u{301}", "NFC"),
        ("CON", "device"),
        ("a/nul.txt", "device"),
        ("a/Com1 .b/c", "device"),
        ("LPT²", "device"),
        ("a?b", "has one of"),
        ("a\"b", "has one of"),
        ("a\u{202e}b", "not seen"),
        ("a\u{200b}", "not seen"),
        ("a\u{2028}b", "not seen"),
        ("a\u{a0}", "ends with a dot or a space"),
        (&"a/".repeat(600), "too long"),
        (&"a".repeat(256), "too long"),
    ] {
        let found = checked(|manifest| manifest.files[1].path = path.to_owned());
        assert!(
            found.iter().any(|fault| fault.starts_with("/files/1/path") && fault.contains(why)),
            "{path}: {found:?}"
        );
    }
    for path in ["äöü/名前.json", "a b/c", ".hidden", "a/...b", "console", "COM10", "nul_"] {
        let found = checked(|manifest| manifest.files[1].path = path.to_owned());
        assert!(!found.iter().any(|fault| fault.contains("`..`")), "{path}: {found:?}");
        assert!(
            !found.iter().any(|fault| fault.starts_with("/files/1/path: `") && fault.contains("has ")),
            "{found:?}"
        );
    }
}

#[test]
fn paths_that_are_one_on_some_system_are_refused() {
    for (a, b) in [
        ("model.onnx", "model.onnx"),
        ("Model.ONNX", "model.onnx"),
        ("ÄH", "äh"),
        ("ΑΣ", "ας"),
        ("ΑΣ", "ασ"),
        ("Straße", "STRASSE"),
        ("ſ", "s"),
        ("a", "a/b"),
        ("A", "a/b"),
    ] {
        let found = checked(|manifest| {
            let mut one = manifest.files[0].clone();
            one.path = a.to_owned();
            let mut other = one.clone();
            other.path = b.to_owned();
            manifest.files.extend([one, other]);
            manifest.files.sort_by(|a, b| a.path.cmp(&b.path));
        });
        assert!(found.iter().any(|fault| fault.contains("rename one")), "{a} {b}: {found:?}");
    }
}

#[test]
fn a_file_is_told_from_a_directory_whatever_stands_between_them() {
    let collide = |paths: &[&str]| {
        let found = checked(|manifest| {
            for path in paths {
                let again = File { path: (*path).to_owned(), ..manifest.files[0].clone() };
                manifest.files.push(again);
            }
            manifest.files.sort_by(|a, b| a.path.cmp(&b.path));
        });
        found.iter().any(|fault| fault.contains("a file and a directory"))
    };
    assert!(collide(&["a", "a.b", "a-c/d", "a/b"]));
    assert!(!collide(&["a", "a.b", "a-c/d", "ab/b"]));
}

#[test]
fn a_path_of_any_length_takes_no_longer_than_it_is_long() {
    // By its every directory, this one would take hours.
    let found = checked(|manifest| manifest.files[0].path = "z/".repeat(1 << 20));
    assert!(found.iter().any(|fault| fault.contains("too long")));
}

#[test]
fn media_types_are_one_type_and_one_subtype() {
    for wrong in ["json", "", "/", " / ", "a/b/c", "text/html\r\nX-Own: 1", "text/plain; a=b", "a/", "é/a", "-a/b"] {
        let found = checked(|manifest| manifest.files[0].media_type = wrong.to_owned());
        assert!(found.iter().any(|fault| fault.starts_with("/files/0/media_type: found `")), "{wrong:?}: {found:?}");
    }
    assert_eq!(checked(|manifest| manifest.files[0].media_type = "image/svg+xml".to_owned()), [""; 0]);
}

#[test]
fn files_are_sorted_and_agree_on_what_they_share() {
    assert!(checked(|manifest| manifest.files.swap(0, 1))[0].contains("stands after"));
    let found = checked(|manifest| {
        manifest.files[1].digest = manifest.files[0].digest;
    });
    assert!(found[0].starts_with("/files/1/size: is 24, but /files/0 has the same digest and 35 bytes"), "{found:?}");
}
