use serde_json::{Map, Number, Value};

use super::{
    Fault,
    decode::{escape, push_index},
    fault::{MOST_FAULTS, cut},
    parse::DEEPEST,
};

/// The largest integer up to which a double holds all of them (RFC 7493 §2.2).
pub(crate) const LARGEST_INTEGER: i64 = (1 << 53) - 1;

/// `value` in the one form that JSON has for it (RFC 8785): no space, keys sorted by UTF-16 code units, numbers as
/// ECMAScript writes doubles.
///
/// # Errors
///
/// Each integer that a double does not hold exactly, and what lies too deep to be read again.
pub(crate) fn canonical(value: &Value) -> Result<Vec<u8>, Vec<Fault>> {
    let mut writer = Writer { text: String::new(), pointer: String::new(), depth: 0, faults: Vec::new() };
    writer.value(value);
    if writer.faults.is_empty() { Ok(writer.text.into_bytes()) } else { Err(writer.faults) }
}

/// `value` with its numbers in the form in which they are read again: integers of up to ±(2⁵³−1) as such, all others
/// as doubles.
pub(crate) fn normal(value: &Value) -> Value {
    match value {
        Value::Number(number) => Value::Number(normal_number(number)),
        Value::Array(items) => Value::Array(items.iter().map(normal).collect()),
        Value::Object(entries) => Value::Object(normal_entries(entries)),
        Value::Null | Value::Bool(_) | Value::String(_) => value.clone(),
    }
}

/// The same for each value of an object.
pub(crate) fn normal_entries(entries: &Map<String, Value>) -> Map<String, Value> {
    entries.iter().map(|(key, value)| (key.clone(), normal(value))).collect()
}

fn normal_number(number: &Number) -> Number {
    match number.as_f64() {
        Some(value) if number.is_f64() && value.fract() == 0.0 && value.abs() <= LARGEST_INTEGER as f64 => {
            Number::from(value as i64)
        }
        _ => number.clone(),
    }
}

/// How ECMAScript writes `value`, which is finite.
pub(crate) fn number_text(value: f64) -> String {
    ryu_js::Buffer::new().format_finite(value).to_owned()
}

/// Where `found` first differs from `expected`, and what stands in both there; nothing when they are the same.
pub(crate) fn difference(found: &[u8], expected: &[u8]) -> Option<String> {
    if found == expected {
        return None;
    }
    let place = found.iter().zip(expected).take_while(|(a, b)| a == b).count();
    let part = |bytes: &[u8]| match bytes.get(place..).filter(|rest| !rest.is_empty()) {
        Some(rest) => format!("`{}`", String::from_utf8_lossy(&rest[..rest.len().min(24)]).escape_debug()),
        None => "the end".to_owned(),
    };
    Some(format!("at byte {place}: found {}, expected {}", part(found), part(expected)))
}

struct Writer {
    text: String,
    pointer: String,
    depth: usize,
    faults: Vec<Fault>,
}

impl Writer {
    fn value(&mut self, value: &Value) {
        match value {
            Value::Null => self.text.push_str("null"),
            Value::Bool(true) => self.text.push_str("true"),
            Value::Bool(false) => self.text.push_str("false"),
            Value::Number(number) => self.number(number),
            Value::String(text) => self.string(text),
            Value::Array(items) => self.nested(|writer| writer.array(items)),
            Value::Object(entries) => self.nested(|writer| writer.object(entries)),
        }
    }

    fn nested(&mut self, write: impl FnOnce(&mut Self)) {
        if self.depth == DEEPEST {
            return self.fault(format!("lies more than {DEEPEST} levels deep; make the document flatter"));
        }
        self.depth += 1;
        let length = self.pointer.len();
        write(self);
        self.pointer.truncate(length);
        self.depth -= 1;
    }

    fn array(&mut self, items: &[Value]) {
        let length = self.pointer.len();
        self.text.push('[');
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                self.text.push(',');
            }
            self.pointer.truncate(length);
            push_index(&mut self.pointer, index);
            self.value(item);
        }
        self.text.push(']');
    }

    fn object(&mut self, entries: &Map<String, Value>) {
        let length = self.pointer.len();
        let mut sorted: Vec<_> = entries.iter().collect();
        sorted.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
        self.text.push('{');
        for (index, (key, value)) in sorted.into_iter().enumerate() {
            if index > 0 {
                self.text.push(',');
            }
            self.pointer.truncate(length);
            self.pointer.push('/');
            self.pointer.push_str(&escape(key));
            self.string(key);
            self.text.push(':');
            self.value(value);
        }
        self.text.push('}');
    }

    fn number(&mut self, number: &Number) {
        let exact = number.is_f64() || number.as_i64().is_some_and(|value| value.abs_diff(0) <= LARGEST_INTEGER as u64);
        match number.as_f64().filter(|value| value.is_finite()) {
            Some(value) if exact => self.text.push_str(&number_text(value)),
            _ => self.fault(format!(
                "{number} is beyond the integers that a JSON number holds exactly (±{LARGEST_INTEGER}); write it as a string"
            )),
        }
    }

    fn string(&mut self, text: &str) {
        self.text.push('"');
        for character in text.chars() {
            match character {
                '"' => self.text.push_str("\\\""),
                '\\' => self.text.push_str("\\\\"),
                '\u{8}' => self.text.push_str("\\b"),
                '\t' => self.text.push_str("\\t"),
                '\n' => self.text.push_str("\\n"),
                '\u{c}' => self.text.push_str("\\f"),
                '\r' => self.text.push_str("\\r"),
                control if control < ' ' => {
                    let digit = |digit: u32| char::from_digit(digit, 16).unwrap_or('0');
                    self.text.push_str("\\u00");
                    self.text.push(digit(u32::from(control) >> 4));
                    self.text.push(digit(u32::from(control) & 15));
                }
                other => self.text.push(other),
            }
        }
        self.text.push('"');
    }

    fn fault(&mut self, message: String) {
        if self.faults.len() < MOST_FAULTS {
            self.faults.push(Fault { pointer: cut(&self.pointer), message });
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::json::{parse, testing::any_json};

    fn rewritten(text: &str) -> String {
        String::from_utf8(canonical(&parse(text.as_bytes(), 1 << 20).unwrap()).unwrap()).unwrap()
    }

    #[test]
    fn numbers_are_those_of_rfc_8785_appendix_b() {
        for (bits, text) in [
            (0x0000_0000_0000_0000, "0"),
            (0x8000_0000_0000_0000, "0"),
            (0x0000_0000_0000_0001, "5e-324"),
            (0x8000_0000_0000_0001, "-5e-324"),
            (0x7fef_ffff_ffff_ffff, "1.7976931348623157e+308"),
            (0xffef_ffff_ffff_ffff, "-1.7976931348623157e+308"),
            (0x4340_0000_0000_0000, "9007199254740992"),
            (0xc340_0000_0000_0000, "-9007199254740992"),
            (0x4430_0000_0000_0000, "295147905179352830000"),
            (0x44b5_2d02_c7e1_4af5, "9.999999999999997e+22"),
            (0x44b5_2d02_c7e1_4af6, "1e+23"),
            (0x44b5_2d02_c7e1_4af7, "1.0000000000000001e+23"),
            (0x444b_1ae4_d6e2_ef4e, "999999999999999700000"),
            (0x444b_1ae4_d6e2_ef4f, "999999999999999900000"),
            (0x444b_1ae4_d6e2_ef50, "1e+21"),
            (0x3eb0_c6f7_a0b5_ed8c, "9.999999999999997e-7"),
            (0x3eb0_c6f7_a0b5_ed8d, "0.000001"),
            (0x41b3_de43_5555_5553, "333333333.3333332"),
            (0x41b3_de43_5555_5554, "333333333.33333325"),
            (0x41b3_de43_5555_5555, "333333333.3333333"),
            (0x41b3_de43_5555_5556, "333333333.3333334"),
            (0x41b3_de43_5555_5557, "333333333.33333343"),
            (0xbecb_f647_612f_3696, "-0.0000033333333333333333"),
            (0x4314_3ff3_c1cb_0959, "1424953923781206.2"),
        ] {
            let value = f64::from_bits(bits);
            assert_eq!(canonical(&json!(value)).unwrap(), text.as_bytes());
            let read = parse(text.as_bytes(), 100).unwrap();
            assert_eq!(read.as_f64().unwrap().to_bits(), (value + 0.0).to_bits(), "{text} is read as the same double");
        }
    }

    #[test]
    fn the_sample_of_rfc_8785_section_3_2_2_is_written_as_there() {
        let text = r#"{
            "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
            "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
            "literals": [null, true, false]
        }"#;
        let expected = concat!(
            r#"{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"#,
            r#""string":"€$\u000f\nA'B\"\\\\\"/"}"#
        );
        assert_eq!(rewritten(text), expected);
    }

    #[test]
    fn keys_are_sorted_as_in_rfc_8785_section_3_2_3() {
        let text = r#"{
            "\u20ac": "Euro Sign", "\r": "Carriage Return", "\ufb33": "Hebrew Letter Dalet With Dagesh", "1": "One",
            "\ud83d\ude00": "Emoji: Grinning Face", "\u0080": "Control", "\u00f6": "Latin Small Letter O With Diaeresis"
        }"#;
        let expected = concat!(
            "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u{80}\":\"Control\",",
            "\"ö\":\"Latin Small Letter O With Diaeresis\",\"€\":\"Euro Sign\",",
            "\"😀\":\"Emoji: Grinning Face\",\"\u{fb33}\":\"Hebrew Letter Dalet With Dagesh\"}"
        );
        assert_eq!(rewritten(text), expected);
    }

    #[test]
    fn an_integer_that_a_double_does_not_hold_is_not_written() {
        let faults = canonical(&json!({"a": [1, i64::MAX], "b": u64::MAX, "c": i64::MIN})).unwrap_err();
        let places: Vec<_> = faults.iter().map(|fault| fault.pointer.as_str()).collect();
        assert_eq!(places, ["/a/1", "/b", "/c"]);
        assert!(faults[0].message.ends_with("write it as a string"));
    }

    #[test]
    fn the_first_difference_is_shown() {
        assert_eq!(difference(b"{}", b"{}"), None);
        let shown = difference(br#"{"b":1, "a":2}"#, br#"{"a":2,"b":1}"#).unwrap();
        assert_eq!(shown, r#"at byte 2: found `b\":1, \"a\":2}`, expected `a\":2,\"b\":1}`"#);
        assert_eq!(difference(b"{}\n", b"{}").unwrap(), "at byte 2: found `\\n`, expected the end");
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_as_the_same(value in any_json()) {
            let text = canonical(&value).unwrap();
            let read = parse(&text, usize::MAX).unwrap();
            prop_assert_eq!(&read, &normal(&value));
            prop_assert_eq!(canonical(&read).unwrap(), text);
        }

        #[test]
        fn a_double_is_read_as_the_bits_that_were_written(bits: u64) {
            let value = f64::from_bits(bits);
            prop_assume!(value.is_finite());
            let read = parse(&canonical(&json!(value)).unwrap(), 100).unwrap();
            prop_assert_eq!(read.as_f64().unwrap().to_bits(), (value + 0.0).to_bits());
        }

        #[test]
        fn any_text_is_read_or_refused_without_panic(text: String) {
            let _ = parse(text.as_bytes(), 1000);
        }

        #[test]
        fn our_reading_agrees_with_serde_json(value in any_json()) {
            let text = serde_json::to_string_pretty(&value).unwrap();
            prop_assert_eq!(parse(text.as_bytes(), usize::MAX).unwrap(), normal(&value));
        }
    }
}
