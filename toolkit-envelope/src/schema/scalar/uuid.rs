//! A UUID: in JSON as its 32 digits in five groups (RFC 9562 §4).

use uuid::Uuid;

use super::Refused;

/// The sixteen bytes.
pub(crate) fn read(text: &str) -> Result<[u8; 16], Refused> {
    // The crate takes other forms too: in braces, as a URN, without dashes.
    let uuid = Some(text).filter(|text| text.len() == 36).and_then(|text| Uuid::try_parse(text).ok());
    uuid.map(Uuid::into_bytes)
        .ok_or_else(|| Refused::type_("must be a UUID such as 67e55044-10b1-426f-9247-bb680e5fe0c8"))
}

/// Adds the UUID to a text.
pub(crate) fn write(bytes: [u8; 16], out: &mut String) {
    out.push_str(Uuid::from_bytes(bytes).hyphenated().encode_lower(&mut Uuid::encode_buffer()));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn other_forms_of_a_uuid_are_refused() {
        for text in [
            "67e5504410b1426f9247bb680e5fe0c8",
            "{67e55044-10b1-426f-9247-bb680e5fe0c8}",
            "urn:uuid:67e55044-10b1-426f-9247-bb680e5fe0c8",
            "67e55044-10b1-426f-9247-bb680e5fe0cg",
            "",
        ] {
            assert_eq!(read(text).map_err(|refused| refused.code), Err("type"), "{text}");
        }
    }

    #[test]
    fn capitals_are_taken() {
        assert_eq!(read("67E55044-10B1-426F-9247-BB680E5FE0C8").map(|bytes| bytes[0]), Ok(0x67));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(bytes: [u8; 16]) {
            let mut text = String::new();
            write(bytes, &mut text);
            prop_assert_eq!(read(&text), Ok(bytes));
        }
    }
}
