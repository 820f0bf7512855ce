//! Protocol Buffers as they are on the wire: numbered fields, one after the other, in bytes that nobody has checked.

use std::fmt;

/// The bytes are not those of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Malformed {
    /// Where in the file, in bytes from its beginning.
    pub(super) offset: usize,
    /// What was found, and what was expected.
    pub(super) message: String,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "byte {}: {}", self.offset, self.message)
    }
}

/// A message's fields, read one at a time. Nothing is copied.
#[derive(Clone, Copy)]
pub(super) struct Message<'a> {
    bytes: &'a [u8],
    /// Where `bytes` begins in the file.
    offset: usize,
}

/// One field of a message.
#[derive(Clone, Copy)]
pub(super) struct Field<'a> {
    /// What the field is, by the message's definition.
    pub(super) number: u64,
    offset: usize,
    content: Content<'a>,
}

#[derive(Clone, Copy)]
enum Content<'a> {
    Varint(u64),
    Fixed64([u8; 8]),
    Bytes(&'a [u8]),
    Fixed32([u8; 4]),
}

impl<'a> Message<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, offset: 0 }
    }

    /// The next field, or none at the end.
    pub(super) fn next(&mut self) -> Result<Option<Field<'a>>, Malformed> {
        if self.bytes.is_empty() {
            return Ok(None);
        }
        let start = self.offset;
        let key = self.varint()?;
        let offset = self.offset;
        let content = match key & 7 {
            0 => Content::Varint(self.varint()?),
            1 => Content::Fixed64(self.array()?),
            2 => {
                let length = self.varint()?;
                Content::Bytes(self.take(usize::try_from(length).unwrap_or(usize::MAX))?)
            }
            5 => Content::Fixed32(self.array()?),
            other => return Err(malformed(start, format!("found wire type {other}, expected 0, 1, 2 or 5"))),
        };
        // Content that is a slice begins where the message now ends, less its length.
        let offset = if let Content::Bytes(bytes) = content { self.offset - bytes.len() } else { offset };
        match key >> 3 {
            0 => Err(malformed(start, "found a field numbered 0, which no message has".to_owned())),
            number => Ok(Some(Field { number, offset, content })),
        }
    }

    fn varint(&mut self) -> Result<u64, Malformed> {
        let mut value = 0_u64;
        for (index, byte) in self.bytes.iter().take(10).enumerate() {
            value |= u64::from(byte & 0x7f) << (7 * index);
            if byte & 0x80 == 0 {
                self.take(index + 1)?;
                return Ok(value);
            }
        }
        Err(malformed(self.offset, "found an integer that does not end".to_owned()))
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], Malformed> {
        let Some((taken, rest)) = self.bytes.split_at_checked(length) else {
            let left = self.bytes.len();
            return Err(malformed(self.offset, format!("a field says it has {length} bytes, and {left} are left")));
        };
        self.bytes = rest;
        self.offset += length;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        let offset = self.offset;
        self.take(N)?.try_into().map_err(|_| malformed(offset, format!("expected {N} bytes")))
    }
}

impl<'a> Field<'a> {
    /// Where it is in the file.
    pub(super) fn offset(self) -> usize {
        self.offset
    }

    pub(super) fn message(self) -> Result<Message<'a>, Malformed> {
        Ok(Message { bytes: self.bytes()?, offset: self.offset })
    }

    pub(super) fn bytes(self) -> Result<&'a [u8], Malformed> {
        match self.content {
            Content::Bytes(bytes) => Ok(bytes),
            _ => Err(self.wrong("bytes")),
        }
    }

    pub(super) fn text(self) -> Result<&'a str, Malformed> {
        let bytes = self.bytes()?;
        str::from_utf8(bytes).map_err(|_| malformed(self.offset, "found text that is not UTF-8".to_owned()))
    }

    pub(super) fn int(self) -> Result<i64, Malformed> {
        match self.content {
            Content::Varint(value) => Ok(value.cast_signed()),
            _ => Err(self.wrong("an integer")),
        }
    }

    pub(super) fn float(self) -> Result<f32, Malformed> {
        match self.content {
            Content::Fixed32(bytes) => Ok(f32::from_le_bytes(bytes)),
            _ => Err(self.wrong("a number of 32 bits")),
        }
    }

    /// Adds the integers of a repeated field, packed or one at a time.
    pub(super) fn ints(self, into: &mut Vec<i64>) -> Result<(), Malformed> {
        if let Content::Bytes(bytes) = self.content {
            let mut packed = Message { bytes, offset: self.offset };
            while !packed.bytes.is_empty() {
                into.push(packed.varint()?.cast_signed());
            }
            return Ok(());
        }
        into.push(self.int()?);
        Ok(())
    }

    /// Adds the numbers of a repeated field, packed or one at a time.
    pub(super) fn floats(self, into: &mut Vec<f32>) -> Result<(), Malformed> {
        match self.content {
            Content::Bytes(bytes) => self.packed(bytes, into, f32::from_le_bytes),
            _ => {
                into.push(self.float()?);
                Ok(())
            }
        }
    }

    /// Adds the numbers of a repeated field, packed or one at a time.
    pub(super) fn doubles(self, into: &mut Vec<f64>) -> Result<(), Malformed> {
        match self.content {
            Content::Bytes(bytes) => self.packed(bytes, into, f64::from_le_bytes),
            Content::Fixed64(bytes) => {
                into.push(f64::from_le_bytes(bytes));
                Ok(())
            }
            _ => Err(self.wrong("a number of 64 bits")),
        }
    }

    fn packed<T, const N: usize>(
        self,
        bytes: &[u8],
        into: &mut Vec<T>,
        read: fn([u8; N]) -> T,
    ) -> Result<(), Malformed> {
        let (chunks, rest) = bytes.as_chunks::<N>();
        if !rest.is_empty() {
            return Err(malformed(self.offset, format!("found {} bytes, expected a multiple of {N}", bytes.len())));
        }
        into.extend(chunks.iter().map(|chunk| read(*chunk)));
        Ok(())
    }

    fn wrong(self, expected: &str) -> Malformed {
        let found = match self.content {
            Content::Varint(_) => "an integer",
            Content::Fixed64(_) => "64 bits",
            Content::Bytes(_) => "bytes",
            Content::Fixed32(_) => "32 bits",
        };
        malformed(self.offset, format!("found {found} in field {}, expected {expected}", self.number))
    }
}

pub(super) fn malformed(offset: usize, message: String) -> Malformed {
    Malformed { offset, message }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_field_longer_than_the_message_is_told_with_its_place() {
        let Err(error) = Message::new(&[0x0a, 0x05, b'a']).next() else { panic!("was read") };
        assert_eq!(error.to_string(), "byte 2: a field says it has 5 bytes, and 1 are left");
    }

    #[test]
    fn an_integer_that_does_not_end_is_told() {
        let Err(error) = Message::new(&[0xff; 11]).next() else { panic!("was read") };
        assert_eq!(error.message, "found an integer that does not end");
    }

    #[test]
    fn repeated_integers_are_read_packed_and_one_at_a_time() {
        let mut message = Message::new(&[0x0a, 0x03, 0x01, 0x96, 0x01, 0x08, 0x07]);
        let mut all = Vec::new();
        while let Some(field) = message.next().unwrap() {
            field.ints(&mut all).unwrap();
        }
        assert_eq!(all, [1, 150, 7]);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_to_their_end_or_to_a_fault(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let mut message = Message::new(&bytes);
            while let Ok(Some(field)) = message.next() {
                let _ = (field.ints(&mut Vec::new()), field.floats(&mut Vec::new()), field.doubles(&mut Vec::new()));
            }
        }
    }
}
