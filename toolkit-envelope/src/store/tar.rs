//! The one form of tar that an archive has (POSIX.1-1988, `ustar`).
//!
//! A header follows from the entry's name and size alone: mode 0644, no owner, no time. So an archive is the same bytes
//! for the same envelope, and reading compares each header with the one that writing would make: there is nothing to
//! interpret, and no room for links, devices, sparse or extended entries, or a second meaning.

/// The length of a header, and what entries are filled up to.
pub(crate) const BLOCK: usize = 512;

/// The header of the regular file `name`, of at most 100 bytes, with `size` bytes.
pub(crate) fn header(name: &str, size: u64) -> [u8; BLOCK] {
    let mut header = [0; BLOCK];
    let mut put = |at: usize, bytes: &[u8]| header[at..at + bytes.len()].copy_from_slice(bytes);
    put(0, name.as_bytes());
    put(100, b"0000644\0");
    put(108, b"0000000\0");
    put(116, b"0000000\0");
    put(124, &size_field(size));
    put(136, b"00000000000\0");
    put(148, b"        ");
    put(156, b"0");
    put(257, b"ustar\x0000");
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    header
}

/// Octal digits for up to 8 GiB, from there on the binary form that all readers know.
fn size_field(size: u64) -> [u8; 12] {
    let mut field = [0; 12];
    if size < 1 << 33 {
        field[..11].copy_from_slice(format!("{size:011o}").as_bytes());
    } else {
        field[0] = 0x80;
        field[4..].copy_from_slice(&size.to_be_bytes());
    }
    field
}

/// The name and size that a header gives, if it is one that [`header`] makes.
pub(crate) fn entry(block: &[u8; BLOCK]) -> Option<(&str, u64)> {
    let name = name(block)?;
    let field = &block[124..136];
    let size = if field[0] == 0x80 {
        u64::from_be_bytes(field[4..].try_into().ok()?)
    } else {
        u64::from_str_radix(std::str::from_utf8(&field[..11]).ok()?, 8).ok()?
    };
    (header(name, size) == *block).then_some((name, size))
}

/// The zeros that follow the bytes of an entry.
pub(crate) fn padding(size: u64) -> usize {
    (BLOCK - (size % BLOCK as u64) as usize) % BLOCK
}

/// What stands in place of the header that was expected, as a tar reader would see it.
pub(crate) fn describe(block: &[u8; BLOCK]) -> String {
    if block.iter().all(|byte| *byte == 0) {
        return "the end".to_owned();
    }
    if &block[257..262] != b"ustar" {
        return "something that is no tar header".to_owned();
    }
    let what = match block[156] {
        b'0' | 0 => "a file",
        b'1' => "a hard link",
        b'2' => "a symbolic link",
        b'3' | b'4' => "a device",
        b'5' => "a directory",
        b'6' => "a pipe",
        b'S' => "a sparse file",
        b'L' | b'K' | b'x' | b'g' => "an extended header",
        _ => "an unknown kind of entry",
    };
    match name(block) {
        Some(name) => format!("{what} `{}`", name.escape_debug()),
        None => what.to_owned(),
    }
}

fn name(block: &[u8; BLOCK]) -> Option<&str> {
    let end = block[..100].iter().position(|byte| *byte == 0).unwrap_or(100);
    std::str::from_utf8(&block[..end]).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_header_is_read_as_it_was_written(name in "[a-z/0-9.]{1,100}", size: u64) {
            let block = header(&name, size);
            prop_assert_eq!(entry(&block), Some((name.as_str(), size)));
        }

        #[test]
        fn a_header_with_another_byte_is_none_or_another_entry(size: u64, at in 0..BLOCK, by in 1_u8..) {
            let mut block = header("envelope.json", size);
            block[at] ^= by;
            prop_assert_ne!(entry(&block), Some(("envelope.json", size)));
        }

        #[test]
        fn any_block_is_described_without_panic(bytes in prop::collection::vec(any::<u8>(), BLOCK)) {
            let block: [u8; BLOCK] = bytes.try_into().unwrap();
            let _ = (entry(&block), describe(&block));
        }
    }
}
