//! SHA-256 digests, as text and while bytes go by.

use std::{
    fmt,
    io::{self, Read, Write},
    str::FromStr,
};

use sha2::{Digest as _, Sha256};

/// The SHA-256 digest of some bytes, written as `sha256:` and 64 hexadecimal digits in small letters.
///
/// ```
/// use toolkit_envelope::Digest;
///
/// let digest = Digest::of(b"abc");
/// let text = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
/// assert_eq!(digest.to_string(), text);
/// assert_eq!(text.parse(), Ok(digest));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 32]);

impl Digest {
    /// The digest of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// The 64 hexadecimal digits alone: the name of a blob.
    pub fn hex(&self) -> String {
        let digits = self.0.iter().flat_map(|byte| [byte >> 4, byte & 15]);
        digits.filter_map(|digit| char::from_digit(digit.into(), 16)).collect()
    }

    /// Reads the 64 digits alone.
    pub(crate) fn from_hex(hex: &str) -> Option<Self> {
        let bytes = hex.as_bytes();
        if bytes.len() != 64 || !bytes.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
            return None;
        }
        let mut digest = [0; 32];
        for (to, pair) in digest.iter_mut().zip(bytes.chunks_exact(2)) {
            *to = digit(pair[0]) << 4 | digit(pair[1]);
        }
        Some(Self(digest))
    }
}

/// What one hexadecimal digit in small letters stands for.
fn digit(letter: u8) -> u8 {
    if letter.is_ascii_digit() { letter - b'0' } else { letter - b'a' + 10 }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sha256:{}", self.hex())
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A text is not a digest; the message says what is expected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected `sha256:` and 64 hexadecimal digits in small letters")]
pub struct NotADigest;

impl FromStr for Digest {
    type Err = NotADigest;

    fn from_str(text: &str) -> Result<Self, NotADigest> {
        text.strip_prefix("sha256:").and_then(Self::from_hex).ok_or(NotADigest)
    }
}

/// Passes on what it reads or writes, and knows its digest and length at the end.
pub(crate) struct Hashing<R> {
    inner: R,
    hash: Sha256,
    length: u64,
}

impl<R> Hashing<R> {
    pub(crate) fn new(inner: R) -> Self {
        Self { inner, hash: Sha256::new(), length: 0 }
    }

    /// The digest and the length of all that went by.
    pub(crate) fn finish(self) -> (Digest, u64) {
        let (_, digest, length) = self.into_parts();
        (digest, length)
    }

    /// The same, with what was read from or written to.
    pub(crate) fn into_parts(self) -> (R, Digest, u64) {
        (self.inner, Digest(self.hash.finalize().into()), self.length)
    }
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.hash.update(&buffer[..read]);
        self.length += read as u64;
        Ok(read)
    }
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.hash.update(&bytes[..written]);
        self.length += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_the_one_form_of_a_digest_is_read() {
        let text = Digest::of(b"").to_string();
        assert_eq!(text, "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        for wrong in [
            text.to_uppercase(),
            text.replace("sha256:", ""),
            text.replace("sha256", "sha512"),
            text.replace("e3b0", "E3b0"),
            format!("{text}0"),
            text[..70].to_owned(),
            format!(" {text}"),
            text.replace('e', "+"),
        ] {
            assert_eq!(wrong.parse::<Digest>(), Err(NotADigest), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn a_digest_is_read_as_it_was_written(bytes: [u8; 32]) {
            prop_assert_eq!(Digest(bytes).to_string().parse(), Ok(Digest(bytes)));
        }

        #[test]
        fn what_goes_by_is_hashed_as_the_whole(bytes: Vec<u8>, step in 1_usize..64) {
            let mut hashing = Hashing::new(bytes.as_slice());
            let mut buffer = vec![0; step];
            while hashing.read(&mut buffer).unwrap() > 0 {}
            prop_assert_eq!(hashing.finish(), (Digest::of(&bytes), bytes.len() as u64));
        }
    }
}
