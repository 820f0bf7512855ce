use serde_json::{Map, Number, Value};

use super::{
    Fault,
    canonical::{LARGEST_INTEGER, number_text},
    decode::{escape, push_index},
};

/// How deep arrays and objects may lie in each other, when read and when written.
pub(crate) const DEEPEST: usize = 128;

/// How many values a document may hold: in memory, each takes many times the bytes that it may have in the text.
pub(crate) const MOST_VALUES: usize = 1_000_000;

/// How many characters of a place are told.
const LONGEST_POINTER: usize = 1000;

/// How many faults are told; reading stops at the last one.
const MOST_FAULTS: usize = 100;

/// Reads `bytes` as one JSON document (RFC 8259) within the limits of I-JSON (RFC 7493).
///
/// Refused, beside what is not JSON: a key that is there twice, a lone surrogate, an integer that a double does not
/// hold exactly, a number beyond all doubles, more than `longest` bytes, more than [`DEEPEST`] levels, more than
/// [`MOST_VALUES`] values.
///
/// Numbers come out in one form: an integer of up to ±(2⁵³−1) as such, however it was written; all others as doubles.
///
/// # Errors
///
/// All faults up to the first one after which the text cannot be understood.
pub(crate) fn parse(bytes: &[u8], longest: usize) -> Result<Value, Vec<Fault>> {
    let whole = |message: String| vec![Fault { pointer: String::new(), message }];
    if bytes.len() > longest {
        return Err(whole(format!("is {} bytes long, expected at most {longest}", bytes.len())));
    }
    let text = std::str::from_utf8(bytes)
        .map_err(|error| whole(format!("byte {} is not UTF-8, expected JSON in UTF-8", error.valid_up_to())))?;
    let mut parser = Parser { text, at: 0, pointer: String::new(), depth: 0, values: 0, faults: Vec::new() };
    match parser.document() {
        Some(value) if parser.faults.is_empty() => Ok(value),
        _ => Err(parser.faults),
    }
}

/// Where the reading is. Its methods give nothing once the text cannot be understood; the fault is in the list.
struct Parser<'a> {
    text: &'a str,
    at: usize,
    pointer: String,
    depth: usize,
    values: usize,
    faults: Vec<Fault>,
}

impl Parser<'_> {
    fn document(&mut self) -> Option<Value> {
        self.space();
        let value = self.value()?;
        self.space();
        if self.at < self.text.len() { self.unexpected("the end") } else { Some(value) }
    }

    fn value(&mut self) -> Option<Value> {
        self.values += 1;
        if self.values > MOST_VALUES {
            return self.stop(format!("more than {MOST_VALUES} values; keep less in one document"));
        }
        if self.faults.len() >= MOST_FAULTS {
            return None;
        }
        match self.peek() {
            Some(b'{') => self.nested(Self::object),
            Some(b'[') => self.nested(Self::array),
            Some(b'"') => self.string().map(Value::String),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => self.word(),
        }
    }

    fn word(&mut self) -> Option<Value> {
        let rest = &self.text[self.at..];
        let word = &rest[..rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len())];
        let value = match word {
            "null" => Value::Null,
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            "NaN" | "Infinity" => {
                return self.stop(format!("found {word}, which JSON does not have; write null, or leave it out"));
            }
            _ => return self.unexpected("a value"),
        };
        self.at += word.len();
        Some(value)
    }

    fn nested(&mut self, read: fn(&mut Self) -> Option<Value>) -> Option<Value> {
        if self.depth == DEEPEST {
            return self.stop(format!("lies more than {DEEPEST} levels deep; make the document flatter"));
        }
        self.depth += 1;
        let length = self.pointer.len();
        let value = read(self)?;
        self.pointer.truncate(length);
        self.depth -= 1;
        Some(value)
    }

    fn array(&mut self) -> Option<Value> {
        let mut items = Vec::new();
        let length = self.pointer.len();
        self.at += 1;
        self.space();
        if self.take(b']') {
            return Some(Value::Array(items));
        }
        loop {
            self.pointer.truncate(length);
            push_index(&mut self.pointer, items.len());
            self.space();
            items.push(self.value()?);
            self.space();
            if self.take(b']') {
                return Some(Value::Array(items));
            }
            if !self.take(b',') {
                return self.unexpected("`,` or `]`");
            }
        }
    }

    fn object(&mut self) -> Option<Value> {
        let mut entries = Map::new();
        let length = self.pointer.len();
        self.at += 1;
        self.space();
        if self.take(b'}') {
            return Some(Value::Object(entries));
        }
        loop {
            self.pointer.truncate(length);
            self.space();
            if self.peek() != Some(b'"') {
                return self.unexpected("a key in quotes");
            }
            let key = self.string()?;
            self.pointer.push('/');
            self.pointer.push_str(&escape(&key));
            self.space();
            if !self.take(b':') {
                return self.unexpected("`:`");
            }
            self.space();
            let value = self.value()?;
            if entries.insert(key, value).is_some() {
                self.fault("is there twice, expected each key once; remove one".to_owned());
            }
            self.space();
            if self.take(b'}') {
                return Some(Value::Object(entries));
            }
            if !self.take(b',') {
                return self.unexpected("`,` or `}`");
            }
        }
    }

    fn string(&mut self) -> Option<String> {
        let mut string = String::new();
        self.at += 1;
        loop {
            let rest = &self.text[self.at..];
            let Some(length) = rest.find(|c: char| c == '"' || c == '\\' || c < ' ') else {
                self.at = self.text.len();
                return self.unexpected("`\"` at the end of the text");
            };
            string.push_str(&rest[..length]);
            self.at += length;
            match self.text.as_bytes()[self.at] {
                b'"' => {
                    self.at += 1;
                    return Some(string);
                }
                b'\\' => string.push(self.escaped()?),
                control => return self.stop(format!("found the control character {control:#04x}; escape it")),
            }
        }
    }

    fn escaped(&mut self) -> Option<char> {
        let letter = self.text.as_bytes().get(self.at + 1).copied();
        let plain = match letter {
            Some(b'u') => return self.code_point(),
            Some(letter @ (b'"' | b'\\' | b'/')) => char::from(letter),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            _ => {
                return self
                    .stop("found an unknown escape, expected one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u".to_owned());
            }
        };
        self.at += 2;
        Some(plain)
    }

    fn code_point(&mut self) -> Option<char> {
        let first = self.code_unit()?;
        if (0xD800..0xDC00).contains(&first) && self.text[self.at..].starts_with("\\u") {
            let start = self.at;
            let second = self.code_unit()?;
            if (0xDC00..0xE000).contains(&second) {
                return char::from_u32(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00));
            }
            self.at = start;
        }
        let character = char::from_u32(first);
        if character.is_none() {
            self.fault(format!("has the lone surrogate \\u{first:04x}, which is no character"));
        }
        Some(character.unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    fn code_unit(&mut self) -> Option<u32> {
        let digits = self.text.get(self.at + 2..self.at + 6).filter(|text| text.bytes().all(|b| b.is_ascii_hexdigit()));
        let unit = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        if unit.is_none() {
            return self.stop("found \\u without four hexadecimal digits".to_owned());
        }
        self.at += 6;
        unit
    }

    fn number(&mut self) -> Option<Value> {
        let start = self.at;
        self.take(b'-');
        if !self.take(b'0') && !self.digits() {
            self.at = start;
            return self.unexpected("a number");
        }
        let mut whole = true;
        if self.take(b'.') {
            whole = false;
            if !self.digits() {
                return self.unexpected("a digit");
            }
        }
        if self.take(b'e') || self.take(b'E') {
            whole = false;
            if !self.take(b'+') {
                self.take(b'-');
            }
            if !self.digits() {
                return self.unexpected("a digit");
            }
        }
        if self.peek().is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'.') {
            return self.unexpected("the end of the number");
        }
        let text = &self.text[start..self.at];
        Some(self.double(text, whole).map_or(Value::Null, Value::Number))
    }

    fn double(&mut self, text: &str, whole: bool) -> Option<Number> {
        // The standard library rounds to the nearest double, and takes all of JSON's numbers.
        let value = text.parse::<f64>().ok().filter(|value| value.is_finite());
        let Some(value) = value else {
            self.fault(format!("{} is beyond what a JSON number holds; write it as a string", excerpt(text)));
            return None;
        };
        if value.fract() == 0.0 && value.abs() <= LARGEST_INTEGER as f64 {
            return Some(Number::from(value as i64));
        }
        // A double of this size is written with digits only too; these digits are none.
        if whole && number_text(value) != text {
            self.fault(format!(
                "{} is beyond the integers that a JSON number holds exactly (±{LARGEST_INTEGER}); write it as a string",
                excerpt(text)
            ));
            return None;
        }
        Number::from_f64(value)
    }

    fn digits(&mut self) -> bool {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        self.at > start
    }

    fn space(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn fault(&mut self, message: String) {
        // A key can be as long as the document, and lie above any number of faults.
        let mut pointer = self.pointer.clone();
        if let Some((cut, _)) = pointer.char_indices().nth(LONGEST_POINTER) {
            pointer.truncate(cut);
            pointer.push('…');
        }
        self.faults.push(Fault { pointer, message });
    }

    fn unexpected<T>(&mut self, expected: &str) -> Option<T> {
        let found = match self.text[self.at..].chars().next() {
            Some(character) => format!("`{}`", character.escape_debug()),
            None => "the end".to_owned(),
        };
        self.stop(format!("found {found}, expected {expected}"))
    }

    fn stop<T>(&mut self, message: String) -> Option<T> {
        let before = &self.text[..self.at];
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        self.fault(format!("line {line}, column {column}: {message}"));
        None
    }
}

fn excerpt(number: &str) -> String {
    if number.len() <= 40 { number.to_owned() } else { format!("{}… ({} digits)", &number[..40], number.len()) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

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
        assert_eq!(
            parse(b"[1000000000000000000, 9007199254740992]", 100).unwrap(),
            json!([1e18, 9_007_199_254_740_992.0])
        );
    }

    #[test]
    fn what_is_no_number_of_json_is_refused() {
        for text in ["NaN", "-NaN", "Infinity", "-Infinity", "+1", "01", "1.", ".5", "1e", "0x10", "1_000", "--1", "-"]
        {
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
}
