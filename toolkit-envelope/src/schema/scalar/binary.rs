//! Bytes: in JSON as base64 (RFC 4648 §4), with its padding.

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::Refused;

/// Adds the bytes to others; nothing is added when they are refused.
pub(crate) fn read(text: &str, out: &mut Vec<u8>) -> Result<(), Refused> {
    let start = out.len();
    STANDARD.decode_vec(text, out).map_err(|_| {
        out.truncate(start);
        Refused::type_("must be base64 with padding (RFC 4648 §4)")
    })
}

/// Adds the bytes to a text.
pub(crate) fn write(bytes: &[u8], out: &mut String) {
    STANDARD.encode_string(bytes, out);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn text_that_is_not_base64_is_refused_and_leaves_the_bytes_as_they_were() {
        for text in ["AAA", "AAA_", "A A=", "AB==x", "AAAA AAAA"] {
            let mut bytes = vec![7];
            assert_eq!(read(text, &mut bytes).map_err(|refused| refused.code), Err("type"), "{text}");
            assert_eq!(bytes, [7], "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(bytes: Vec<u8>) {
            let (mut text, mut read_again) = (String::new(), Vec::new());
            write(&bytes, &mut text);
            prop_assert_eq!(read(&text, &mut read_again), Ok(()));
            prop_assert_eq!(read_again, bytes);
        }
    }
}
