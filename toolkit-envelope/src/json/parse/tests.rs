use serde_json::json;

use super::{DEEPEST, MOST_FAULTS, MOST_VALUES, parse};

fn faults(text: &str) -> Vec<String> {
    parse(text.as_bytes(), 1 << 23).unwrap_err().iter().map(ToString::to_string).collect()
}

#[test]
fn a_key_that_is_there_twice_is_named_by_its_path() {
    assert_eq!(
        faults(r#"{"a": {"b/c": 1, "b/c": 2}, "d": [{"e": 1, "e": 1}]}"#),
        [
            "/a/b~1c: is there twice, expected each key once; remove one",
            "/d/0/e: is there twice, expected each key once; remove one",
        ]
    );
}

#[test]
fn keys_are_compared_as_read_not_as_written() {
    assert_eq!(faults(r#"{"a": 1, "\u0061": 2}"#).len(), 1);
}

#[test]
fn an_integer_that_a_double_does_not_hold_is_refused() {
    for text in ["9007199254740993", "-9007199254740993", "9223372036854775807", "123456789012345678901234567890"] {
        let faults = faults(&format!("[{text}]"));
        assert!(faults[0].contains(text) && faults[0].ends_with("write it as a string"), "{faults:?}");
    }
    assert!(faults("1e400")[0].contains("beyond"));
    assert_eq!(
        parse(b"[9007199254740991, 1e3, 2.0, -0]", 100).unwrap(),
        json!([9_007_199_254_740_991_i64, 1000, 2, 0])
    );
}

#[test]
fn a_double_that_is_written_with_digits_only_is_read_as_a_double() {
    assert_eq!(parse(b"[1000000000000000000, 9007199254740992]", 100).unwrap(), json!([1e18, 9_007_199_254_740_992.0]));
}

#[test]
fn what_is_no_number_of_json_is_refused() {
    for text in ["NaN", "-NaN", "Infinity", "-Infinity", "+1", "01", "1.", ".5", "1e", "0x10", "1_000", "--1", "-"] {
        assert!(parse(text.as_bytes(), 100).is_err(), "{text}");
    }
    assert!(faults("[1, NaN]")[0].starts_with("/1: line 1, column 5: found NaN"));
}

#[test]
fn a_lone_surrogate_is_refused_and_a_pair_is_a_character() {
    assert_eq!(faults(r#"["\ud83d"]"#), ["/0: has the lone surrogate \\ud83d, which is no character"]);
    assert_eq!(faults(r#"["\ud83d\u0041"]"#).len(), 1);
    assert_eq!(faults(r#"["\ude00\ud83d"]"#).len(), 2);
    assert_eq!(parse(br#"["\ud83d\ude00"]"#, 100).unwrap(), json!(["😀"]));
}

#[test]
fn depth_and_length_are_bounded() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(parse(nested(DEEPEST).as_bytes(), 1 << 20).is_ok());
    assert!(faults(&nested(DEEPEST + 1))[0].contains("128 levels"));
    assert!(faults(&"[".repeat(1 << 19))[0].contains("128 levels"));
    assert!(parse(b"[1,2]", 4).unwrap_err()[0].message.contains("5 bytes long"));
}

#[test]
fn a_document_that_would_take_much_memory_is_refused() {
    assert!(faults(&format!("[{}0]", "0,".repeat(MOST_VALUES)))[0].contains("more than 1000000 values"));
    let key = "k".repeat(100_000);
    let faults = faults(&format!("{{\"{key}\": [{}1]}}", "1e999,".repeat(5000)));
    assert_eq!(faults.len(), MOST_FAULTS);
    assert!(faults.iter().all(|fault| fault.len() < 1200));
}

#[test]
fn every_cut_of_a_document_is_refused() {
    let text = r#"{"a": [1.5, -2e3, "x\n\u20ac", true, null], "b": {}}"#;
    for length in 0..text.len() {
        assert!(parse(&text.as_bytes()[..length], 1000).is_err(), "{}", &text[..length]);
    }
    assert!(parse(text.as_bytes(), 1000).is_ok());
}

#[test]
fn what_is_not_utf_8_is_refused() {
    assert!(parse(b"\"\xff\"", 10).unwrap_err()[0].message.contains("byte 1 is not UTF-8"));
    assert!(parse(b"\xef\xbb\xbf{}", 10).is_err());
}
