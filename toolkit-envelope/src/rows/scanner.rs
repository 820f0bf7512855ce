//! A strict scanner of JSON text (RFC 8259) that goes where its caller says.

use super::number::{self, Number};

/// So deep may arrays and objects that nothing expects be nested.
const DEEPEST: usize = 128;

/// The text is not JSON: where, and what is wrong there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Syntax {
    pub(super) at: usize,
    pub(super) message: &'static str,
}

/// A place in a text. All that it goes over is checked to be JSON.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scanner<'j> {
    text: &'j str,
    pub(super) at: usize,
}

impl<'j> Scanner<'j> {
    pub(super) fn new(text: &'j str) -> Self {
        Self { text, at: 0 }
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn wrong<T>(&self, message: &'static str) -> Result<T, Syntax> {
        Err(Syntax { at: self.at, message })
    }

    /// Goes over white space, and gives the byte that the next value begins with.
    #[inline]
    pub(super) fn peek(&mut self) -> Result<u8, Syntax> {
        match self.byte() {
            // The most frequent case first.
            Some(byte) if byte > b' ' => Ok(byte),
            _ => self.peek_behind_space(),
        }
    }

    fn peek_behind_space(&mut self) -> Result<u8, Syntax> {
        while let Some(byte) = self.byte() {
            match byte {
                b' ' | b'\n' | b'\r' | b'\t' => self.at += 1,
                other => return Ok(other),
            }
        }
        self.wrong("the text ends too early")
    }

    /// Goes over the byte that [`peek`](Self::peek) gave.
    #[inline]
    pub(super) fn step(&mut self) {
        self.at += 1;
    }

    /// Goes over `close` if the array or object that has just begun is empty.
    #[inline]
    pub(super) fn is_empty(&mut self, close: u8) -> Result<bool, Syntax> {
        let empty = self.peek()? == close;
        self.at += usize::from(empty);
        Ok(empty)
    }

    /// Goes over the comma behind a value, or over `close`; whether there is another value.
    #[inline]
    pub(super) fn another(&mut self, close: u8) -> Result<bool, Syntax> {
        let byte = self.peek()?;
        if byte == b',' || byte == close {
            self.at += 1;
            return Ok(byte == b',');
        }
        self.wrong(if close == b']' { "expected `,` or `]`" } else { "expected `,` or `}`" })
    }

    /// Goes over `token`, a key in quotes, and the colon behind it, if that is what comes next.
    #[inline]
    pub(super) fn is_key(&mut self, token: &[u8]) -> Result<bool, Syntax> {
        let here = self.text.as_bytes().get(self.at..).unwrap_or_default();
        if !here.starts_with(token) {
            return Ok(false);
        }
        self.at += token.len();
        self.colon()?;
        Ok(true)
    }

    /// Goes over the colon behind a key.
    #[inline]
    pub(super) fn colon(&mut self) -> Result<(), Syntax> {
        if self.peek()? == b':' {
            self.at += 1;
            return Ok(());
        }
        self.wrong("expected `:`")
    }

    /// Goes over a key and its colon; as [`string`](Self::string).
    pub(super) fn key<'s>(&mut self, memory: &'s mut String) -> Result<Option<&'s str>, Syntax>
    where
        'j: 's,
    {
        if self.peek()? != b'"' {
            return self.wrong("expected a key in quotes");
        }
        let key = self.string(memory)?;
        self.colon()?;
        Ok(key)
    }

    /// Goes over `null`, `true` or `false`, of which the first letter is here.
    #[inline]
    pub(super) fn word(&mut self, word: &'static str) -> Result<(), Syntax> {
        if self.text.as_bytes()[self.at..].starts_with(word.as_bytes()) {
            self.at += word.len();
            return Ok(());
        }
        self.wrong("expected a JSON value")
    }

    /// Goes over a number, of which the first byte is here.
    #[inline]
    pub(super) fn number(&mut self) -> Result<Number<'j>, Syntax> {
        let (number, end) = number::scan(self.text, self.at)?;
        self.at = end;
        Ok(number)
    }

    /// Goes over a string, of which the quote is here, and gives what it says: from the text, or from `memory` if it has
    /// escapes. Nothing if half of a surrogate pair is in it, which no text can hold.
    #[inline]
    pub(super) fn string<'s>(&mut self, memory: &'s mut String) -> Result<Option<&'s str>, Syntax>
    where
        'j: 's,
    {
        let start = self.at + 1;
        self.at = plain_until(self.text.as_bytes(), start);
        if self.byte() == Some(b'"') {
            let text = self.text;
            let string = &text[start..self.at];
            self.at += 1;
            return Ok(Some(string));
        }
        self.string_with_escapes(start, memory)
    }

    fn string_with_escapes<'s>(&mut self, mut start: usize, memory: &'s mut String) -> Result<Option<&'s str>, Syntax> {
        memory.clear();
        let mut whole = true;
        loop {
            memory.push_str(&self.text[start..self.at]);
            match self.byte() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(whole.then_some(memory.as_str()));
                }
                Some(b'\\') => match self.escape()? {
                    Some(character) => memory.push(character),
                    None => whole = false,
                },
                Some(_) => return self.wrong("a control character in a string has to be escaped"),
                None => return self.wrong("the text ends within a string"),
            }
            start = self.at;
            self.at = plain_until(self.text.as_bytes(), start);
        }
    }

    /// Goes over an escape; gives nothing if it is half of a surrogate pair.
    fn escape(&mut self) -> Result<Option<char>, Syntax> {
        self.at += 1;
        let character = match self.byte() {
            Some(byte @ (b'"' | b'\\' | b'/')) => char::from(byte),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                self.at += 1;
                return self.unicode_escape();
            }
            _ => return self.wrong("unknown escape in a string"),
        };
        self.at += 1;
        Ok(Some(character))
    }

    fn unicode_escape(&mut self) -> Result<Option<char>, Syntax> {
        let first = self.four_digits()?;
        if !(0xd800..0xdc00).contains(&first) {
            return Ok(char::from_u32(first));
        }
        let before = self.at;
        if self.text.as_bytes()[self.at..].starts_with(b"\\u") {
            self.at += 2;
            let second = self.four_digits()?;
            if (0xdc00..0xe000).contains(&second) {
                return Ok(char::from_u32(0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00)));
            }
            // It stands for itself.
            self.at = before;
        }
        Ok(None)
    }

    fn four_digits(&mut self) -> Result<u32, Syntax> {
        let digits = self.text.as_bytes().get(self.at..self.at + 4).unwrap_or_default();
        let mut value = 0;
        for digit in digits {
            let Some(digit) = char::from(*digit).to_digit(16) else { break };
            value = value * 16 + digit;
            self.at += 1;
        }
        let complete = digits.len() == 4 && digits.iter().all(u8::is_ascii_hexdigit);
        if complete { Ok(value) } else { self.wrong("expected four hexadecimal digits") }
    }

    /// Goes over a value of any kind, and gives its text. `whole` becomes false if half of a surrogate pair is in it.
    pub(super) fn skip(&mut self, memory: &mut String, whole: &mut bool) -> Result<&'j str, Syntax> {
        let first = self.peek()?;
        let start = self.at;
        self.skip_value(first, memory, whole, DEEPEST)?;
        let text = self.text;
        Ok(&text[start..self.at])
    }

    fn skip_value(&mut self, first: u8, memory: &mut String, whole: &mut bool, depth: usize) -> Result<(), Syntax> {
        match first {
            b'"' => *whole &= self.string(memory)?.is_some(),
            b'[' | b'{' => {
                let Some(depth) = depth.checked_sub(1) else { return self.wrong("nested too deeply") };
                let close = first + 2;
                self.step();
                if self.is_empty(close)? {
                    return Ok(());
                }
                loop {
                    if first == b'{' {
                        *whole &= self.key(memory)?.is_some();
                    }
                    let next = self.peek()?;
                    self.skip_value(next, memory, whole, depth)?;
                    if !self.another(close)? {
                        return Ok(());
                    }
                }
            }
            b'n' => self.word("null")?,
            b't' => self.word("true")?,
            b'f' => self.word("false")?,
            b'-' | b'0'..=b'9' => {
                self.number()?;
            }
            b'N' | b'I' => return self.wrong("NaN and Infinity are not JSON; null says that there is no number"),
            _ => return self.wrong("expected a JSON value"),
        }
        Ok(())
    }

    /// Makes sure that nothing but white space is left.
    pub(super) fn end(&mut self) -> Result<(), Syntax> {
        match self.peek() {
            Ok(_) => self.wrong("expected the end of the text"),
            Err(_) => Ok(()),
        }
    }
}

/// From `start` on, where the first byte stands that ends a string or is no plain part of it: a quote, a backslash or a
/// control character; or the end of the text.
#[inline]
pub(super) fn plain_until(bytes: &[u8], start: usize) -> usize {
    const ONES: u64 = u64::MAX / 0xff;
    const HIGH: u64 = ONES * 0x80;
    let rest = bytes.get(start..).unwrap_or_default();
    let mut at = start;
    let (eights, _) = rest.as_chunks::<8>();
    for eight in eights {
        // Eight bytes at once, by the known arithmetic: the high bit of the first byte that is zero, or less than 32, is
        // set; those above it may be set wrongly.
        let word = u64::from_le_bytes(*eight);
        let zero = |word: u64| word.wrapping_sub(ONES) & !word;
        let control = word.wrapping_sub(ONES * 0x20) & !word;
        let found = (control | zero(word ^ (ONES * 0x22)) | zero(word ^ (ONES * 0x5c))) & HIGH;
        if found != 0 {
            return at + found.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    let left = bytes.get(at..).unwrap_or_default();
    at + left.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20)).unwrap_or(left.len())
}
