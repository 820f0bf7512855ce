use std::collections::BTreeSet;

use serde_json::Value;

/// What has to change in `old` to make it `new`, a line each, found by the way down to it.
pub(super) fn differences(old: &Value, new: &Value) -> Vec<String> {
    let mut lines = Vec::new();
    compare("", old, new, &mut lines);
    lines
}

fn compare(at: &str, old: &Value, new: &Value, lines: &mut Vec<String>) {
    match (old, new) {
        (Value::Object(old), Value::Object(new)) => {
            let names: BTreeSet<_> = old.keys().chain(new.keys()).collect();
            for name in names {
                compare_part(&child(at, name), old.get(name), new.get(name), lines);
            }
        }
        (Value::Array(old), Value::Array(new)) => {
            for index in 0..old.len().max(new.len()) {
                compare_part(&format!("{at}[{index}]"), old.get(index), new.get(index), lines);
            }
        }
        (old, new) if old != new => lines.push(format!("changed  {at}: {} -> {}", shown(old), shown(new))),
        _ => {}
    }
}

fn compare_part(at: &str, old: Option<&Value>, new: Option<&Value>, lines: &mut Vec<String>) {
    match (old, new) {
        (Some(old), Some(new)) => compare(at, old, new, lines),
        (Some(old), None) => lines.push(format!("removed  {at}: {}", shown(old))),
        (None, Some(new)) => lines.push(format!("added    {at}: {}", shown(new))),
        (None, None) => {}
    }
}

fn child(at: &str, name: &str) -> String {
    let plain = name.chars().all(|character| character.is_alphanumeric() || "_-$".contains(character));
    match (plain, at) {
        (true, "") => name.to_owned(),
        (true, at) => format!("{at}.{name}"),
        (false, at) => format!("{at}[\"{name}\"]"),
    }
}

/// A value in one line, cut where a reader has seen enough.
fn shown(value: &Value) -> String {
    const ENOUGH: usize = 100;
    let text = value.to_string();
    match text.char_indices().nth(ENOUGH) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_difference_names_the_way_down_to_it() {
        let old = json!({"paths": {"/a": {"get": {"parameters": [{"maximum": 100}]}}}, "x": 1});
        let new = json!({"paths": {"/a": {"get": {"parameters": [{"maximum": 50}, {}]}}}, "y": 1});
        assert_eq!(
            differences(&old, &new),
            [
                r#"changed  paths["/a"].get.parameters[0].maximum: 100 -> 50"#,
                r#"added    paths["/a"].get.parameters[1]: {}"#,
                "removed  x: 1",
                "added    y: 1",
            ]
        );
    }

    #[test]
    fn the_order_of_members_is_no_difference() {
        let old: Value = serde_json::from_str(r#"{"a": 1, "b": 2}"#).expect("it is JSON");
        let new: Value = serde_json::from_str(r#"{"b": 2, "a": 1}"#).expect("it is JSON");
        assert!(differences(&old, &new).is_empty());
    }
}
