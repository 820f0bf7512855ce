//! Strings and numbers.

use serde_json::{Number, Value};

use super::Parser;
use crate::json::canonical::{LARGEST_INTEGER, number_text};

impl Parser<'_> {
    pub(super) fn string(&mut self) -> Option<String> {
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

    pub(super) fn number(&mut self) -> Option<Value> {
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
}

fn excerpt(number: &str) -> String {
    if number.len() <= 40 { number.to_owned() } else { format!("{}… ({} digits)", &number[..40], number.len()) }
}
