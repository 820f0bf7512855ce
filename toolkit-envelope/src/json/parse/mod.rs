//! Reading the text of a document.

mod scalars;
#[cfg(test)]
mod tests;

use serde_json::{Map, Value};

use super::{
    Fault,
    decode::{escape, push_index},
    fault::cut,
};

/// How deep arrays and objects may lie in each other, when read and when written.
pub(crate) const DEEPEST: usize = 128;

/// How many values a document may hold: in memory, each takes many times the bytes that it may have in the text.
pub(crate) const MOST_VALUES: usize = 1_000_000;

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
        self.faults.push(Fault { pointer: cut(&self.pointer), message });
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
