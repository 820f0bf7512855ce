//! The names of an envelope's parts, in a directory as in an archive.

use crate::digest::Digest;

pub(crate) const MANIFEST: &str = "envelope.json";
/// The manifest's digest, as `sha256sum` writes it. Without it, a manifest in which a letter of a name or a digit of a
/// number has changed would be the manifest of another envelope.
pub(crate) const CHECKSUM: &str = "envelope.sha256";
pub(crate) const BLOBS: &str = "blobs";
pub(crate) const ALGORITHM: &str = "sha256";
pub(crate) const SIGNATURES: &str = "signatures";

/// The longest signature file that is read: 16 MiB hold those of some 60,000 files.
pub(crate) const LONGEST_SIGNATURE: u64 = 16 << 20;

/// The longest that all signature files of an envelope may be together; they are kept in memory.
pub(crate) const LONGEST_SIGNATURES: u64 = 64 << 20;

/// What [`CHECKSUM`] holds for the manifest of this digest.
pub(crate) fn checksum(id: Digest) -> String {
    format!("{}  {MANIFEST}\n", id.hex())
}

/// What is wrong with one signature more than there is room for.
pub(crate) fn too_much() -> String {
    format!("is one too many: signatures have at most {LONGEST_SIGNATURES} bytes together; remove some")
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
