use std::fmt::Write;

use tracing::Metadata;

use super::{
    fields::{Fields, Value},
    layer::Line,
};

/// Writes one JSON object; the event's own fields stand under `fields`, so that none hides the line's.
pub(super) fn write(line: &mut String, metadata: &Metadata<'_>, fields: &Fields, about: &Line) {
    let (time, level, target) = (about.time, metadata.level(), metadata.target());
    // Writing to a text cannot fail, here and below.
    let _ = write!(line, r#"{{"timestamp":"{time:.6}","level":"{level}","target":"#);
    string(line, target);
    line.push_str(r#","message":"#);
    string(line, &fields.message);
    if let Some((trace_id, span_id)) = about.span {
        let _ = write!(line, r#","trace_id":"{trace_id}","span_id":"{span_id}""#);
    }
    if !fields.others.is_empty() {
        line.push_str(r#","fields":{"#);
        for (index, (name, field)) in fields.others.iter().enumerate() {
            if index > 0 {
                line.push(',');
            }
            string(line, name);
            line.push(':');
            value(line, field);
        }
        line.push('}');
    }
    line.push_str("}\n");
}

fn value(line: &mut String, value: &Value) {
    match value {
        // JSON has no infinity.
        Value::Float(float) if !float.is_finite() => string(line, &float.to_string()),
        Value::Text(text) => string(line, text),
        other => {
            let _ = write!(line, "{other}");
        }
    }
}

fn string(line: &mut String, text: &str) {
    line.push('"');
    for character in text.chars() {
        match character {
            '"' => line.push_str("\\\""),
            '\\' => line.push_str("\\\\"),
            '\n' => line.push_str("\\n"),
            '\r' => line.push_str("\\r"),
            '\t' => line.push_str("\\t"),
            control if control < ' ' => {
                let _ = write!(line, "\\u{:04x}", u32::from(control));
            }
            other => line.push(other),
        }
    }
    line.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_text_is_a_json_string() {
        proptest::proptest!(|(text: String)| {
            let mut line = String::new();
            string(&mut line, &text);
            proptest::prop_assert_eq!(serde_json::from_str::<String>(&line).expect("JSON"), text);
        });
    }

    #[test]
    fn a_number_that_json_does_not_have_is_a_text() {
        let mut line = String::new();
        value(&mut line, &Value::Float(f64::NAN));
        assert_eq!(line, r#""NaN""#);
    }
}
