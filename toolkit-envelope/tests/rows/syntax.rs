use toolkit_envelope::{schema::Kind, table::Values};

use super::*;

fn syntax(json: impl AsRef<[u8]>) -> String {
    let any = [field("x", Kind::Any), optional("n", list(Kind::Float64)), optional("s", list(Kind::String))];
    let plan = Plan::new(&any).expect("the parameters are right");
    let violations = plan.read(json.as_ref(), &mut plan.arguments()).expect_err("it is no JSON");
    violations.syntax().unwrap_or_else(|| panic!("no syntax error, but {violations}")).message.to_string()
}

#[test]
fn text_that_is_not_json_is_told_with_line_and_column() {
    assert_eq!(syntax("{\"x\": 1,\n  \"n\": [1 2]}"), "is not JSON, at line 2, column 11: expected `,` or `]`");
    assert_eq!(syntax("{\"x\": \"é\", é}"), "is not JSON, at line 1, column 12: expected a key in quotes");
    assert_eq!(syntax(""), "is not JSON, at line 1, column 1: the text ends too early");
    assert_eq!(syntax(b"{\"x\": \"\xff\"}"), "is not JSON, at line 1, column 8: expected UTF-8");
}

#[test]
fn nan_and_infinity_are_not_json() {
    for token in ["NaN", "Infinity", "-Infinity", "-NaN"] {
        assert!(syntax(format!("{{\"n\": [{token}]}}")).contains("NaN and Infinity are not JSON"), "{token}");
        assert!(syntax(format!("{{\"x\": {token}}}")).contains("NaN and Infinity are not JSON"), "{token}");
    }
}

#[test]
fn what_was_found_before_the_text_ends_is_kept() {
    let violations = read(&[field("x", Kind::Int8), field("y", Kind::Int8)], r#"{"x": "a", "y": 1"#).unwrap_err();
    let codes: Vec<_> = violations.list.iter().map(|violation| violation.code).collect();
    assert_eq!(codes, ["type", "syntax"]);
}

#[test]
fn what_comes_near_json_is_refused() {
    for json in [
        "{\"x\": 01}",
        "{\"x\": 1.}",
        "{\"x\": .5}",
        "{\"x\": +1}",
        "{\"x\": 1e}",
        "{\"x\": -}",
        "{\"x\": 0x10}",
        "{\"x\": 1_000}",
        "{\"x\": tru}",
        "{\"x\": nul}",
        "{\"x\": True}",
        "{\"x\": 'a'}",
        "{x: 1}",
        "{\"x\": [1,]}",
        "{\"x\": 1,}",
        "{\"x\": [1}",
        "{\"x\": \"\\x\"}",
        "{\"x\": \"\\u12g4\"}",
        "{\"x\": \"\\u12\"}",
        "{\"x\": \"a\nb\"}",
        "{\"x\": 1} 2",
        "{\"x\" 1}",
        "{\"x\": 1 \"n\": []}",
        "{\"x\": \"",
        "\u{feff}{\"x\": 1}",
        "{\"x\": /* no */ 1}",
        "{\"n\": [01]}",
        "{\"n\": [1.]}",
        "{\"n\": [,]}",
        "{\"s\": [\"a\tb\"]}",
        "{\"s\": [\"\\\"]}",
        "{\"s\": [\"\\ud800\\u\"]}",
    ] {
        assert!(serde_json::from_str::<Value>(json).is_err(), "{json}");
        assert!(syntax(json).starts_with("is not JSON, at line"), "{json}");
    }
}

#[test]
fn nesting_is_bounded() {
    let deep = |depth: usize| format!("{{\"x\": {}{}}}", "[".repeat(depth), "]".repeat(depth));
    assert!(read(&[field("x", Kind::Any)], &deep(128)).is_ok());
    assert!(syntax(deep(129)).ends_with("nested too deeply"));
    assert!(syntax(deep(1_000_000)).ends_with("nested too deeply"));
    assert!(syntax(format!("{{\"unknown\": {}", "[".repeat(1_000_000))).ends_with("nested too deeply"));
}

#[test]
fn half_of_a_surrogate_pair_is_a_violation() {
    for half in ["\\ud800", "\\udfff", "\\ud800x", "\\ud800\\n", "\\ud800\\ud800", "\\udc00\\ud800"] {
        for (kind, at) in [(Kind::String, "/x"), (Kind::Any, "/x")] {
            assert_eq!(
                found(&[field("x", kind)], &format!(r#"{{"x": "a{half}b"}}"#)),
                places(&[(at, "type")]),
                "{half}"
            );
        }
        let json = format!(r#"{{"x": 1, "{half}": 1}}"#);
        assert_eq!(found(&[field("x", Kind::Int8)], &json), places(&[("", "type")]), "{half}");
    }
    let whole =
        read(&[field("x", list(Kind::String))], r#"{"x": ["\ud83d\ude00 \"\\\/\b\f\n\r\t\u0041", "é"]}"#).unwrap();
    let Some(Values::String(strings)) = whole.tables()[0].columns[0].items().map(|items| &items.values) else {
        panic!("no strings")
    };
    assert_eq!(strings.iter().collect::<Vec<_>>(), ["😀 \"\\/\u{8}\u{c}\n\r\tA", "é"]);
}
