//! The names of an envelope's parts, in a directory as in an archive.

use crate::digest::Digest;

pub(crate) const MANIFEST: &str = "envelope.json";
/// The manifest's digest, as `sha256sum` writes it. Without it, a manifest in which a letter of a name or a digit of a
/// number has changed would be the manifest of another envelope.
pub(crate) const CHECKSUM: &str = "envelope.sha256";
pub(crate) const BLOBS: &str = "blobs";
pub(crate) const ALGORITHM: &str = "sha256";
pub(crate) const SIGNATURES: &str = "signatures";

/// The longest signature file that is read. What is signed names each file with fewer bytes than the manifest does, and
/// base64 makes four of three: 24 MiB hold what 16 MiB of manifest need.
pub(crate) const LONGEST_SIGNATURE: u64 = 24 << 20;

/// The longest that all signature files of an envelope may be together; they are kept in memory.
pub(crate) const LONGEST_SIGNATURES: u64 = 64 << 20;

/// How many signature files an envelope may have.
pub(crate) const MOST_SIGNATURES: usize = 1000;

/// What is wrong with a signature where there is another one by the same key.
pub(crate) const OTHER_SIGNATURE: &str =
    "is there already, but differs from the one to be saved; see which of the two verifies, and remove the other";

/// What room there is left for signature files.
pub(crate) struct Room {
    files: usize,
    bytes: u64,
}

impl Room {
    pub(crate) fn new() -> Self {
        Self { files: MOST_SIGNATURES, bytes: LONGEST_SIGNATURES }
    }

    /// Takes the room of one file, or tells that there is none.
    pub(crate) fn take(&mut self, length: u64) -> Result<(), String> {
        match (self.files.checked_sub(1), self.bytes.checked_sub(length)) {
            (Some(files), Some(bytes)) => *self = Self { files, bytes },
            _ => {
                return Err(format!(
                    "is one too many: an envelope has at most {MOST_SIGNATURES} signatures, of {LONGEST_SIGNATURES} bytes together; remove some"
                ));
            }
        }
        Ok(())
    }
}

/// What [`CHECKSUM`] holds for the manifest of this digest.
pub(crate) fn checksum(id: Digest) -> String {
    format!("{}  {MANIFEST}\n", id.hex())
}

/// Where the blob of this digest is.
pub(crate) fn blob(digest: Digest) -> String {
    format!("{BLOBS}/{ALGORITHM}/{}", digest.hex())
}

/// Where the signature by this key is.
pub(crate) fn signature(key: Digest) -> String {
    format!("{SIGNATURES}/{}", signature_name(key))
}

/// The name of the signature by this key.
pub(crate) fn signature_name(key: Digest) -> String {
    format!("{}.dsse", key.hex())
}

/// The key whose signature has this name.
pub(crate) fn signature_key(name: &str) -> Option<Digest> {
    Digest::from_hex(name.strip_suffix(".dsse")?)
}
