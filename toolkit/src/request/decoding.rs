//! Percent-decoding that does not guess: a broken escape or bytes that are no UTF-8 are an error, never replaced.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

/// The text is not percent-encoded UTF-8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Undecodable;

/// Decodes a part of a path (RFC 3986 §2.1).
pub(crate) fn path(text: &str) -> Result<Cow<'_, str>, Undecodable> {
    if !text.contains('%') {
        return Ok(Cow::Borrowed(text));
    }
    if text.split('%').skip(1).any(|rest| !starts_with_hex_pair(rest)) {
        return Err(Undecodable);
    }
    percent_decode_str(text).decode_utf8().map_err(|_| Undecodable)
}

/// Decodes a name or value of `application/x-www-form-urlencoded`, where `+` is a space.
pub(crate) fn form(text: &str) -> Result<Cow<'_, str>, Undecodable> {
    if !is_encoded(text) {
        return Ok(Cow::Borrowed(text));
    }
    if text.contains('+') {
        return path(&text.replace('+', " ")).map(|decoded| Cow::Owned(decoded.into_owned()));
    }
    path(text)
}

/// Whether a text of `application/x-www-form-urlencoded` means anything but itself.
#[inline]
pub(crate) fn is_encoded(text: &str) -> bool {
    text.bytes().any(|byte| matches!(byte, b'%' | b'+'))
}

fn starts_with_hex_pair(text: &str) -> bool {
    matches!(text.as_bytes(), [a, b, ..] if a.is_ascii_hexdigit() && b.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broken_escapes_and_bytes_that_are_no_utf_8_are_refused() {
        for text in ["%", "%2", "a%zz", "%ff", "%c3%28"] {
            assert_eq!(path(text), Err(Undecodable), "{text}");
            assert_eq!(form(text), Err(Undecodable), "{text}");
        }
    }

    #[test]
    fn an_escaped_slash_and_plus_are_kept_as_characters() {
        assert_eq!(path("a%2Fb+c").as_deref(), Ok("a/b+c"));
        assert_eq!(form("a+b%2Bc").as_deref(), Ok("a b+c"));
    }
}
