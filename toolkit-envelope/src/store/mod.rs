//! Where envelopes are kept: a directory, an archive, a store that shares blobs, an object store.
//!
//! ```text
//! envelope.json             the manifest, canonical JSON
//! envelope.sha256           its digest, as `sha256sum` writes it, against changes that leave a manifest
//! blobs/sha256/<hex>        every file's bytes, named by their digest
//! signatures/<hex>.dsse     signatures over the envelope's id, named by their key's id
//! ```
//!
//! Nothing is interpreted before it is verified: the manifest's form first, then each blob's length and digest while
//! it is streamed, and that nothing is missing and nothing else is there. Whatever is read later is hashed again.
//!
//! Nothing that is half written reads as an envelope: everything is written beside its place, synchronised, and moved
//! there at once.

mod archive;
mod blob;
mod directory;
mod disk;
mod envelope;
mod error;
mod layout;
#[cfg(feature = "object-store")]
mod remote;
mod save;
mod shared;
mod tar;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

pub(crate) use blob::Blob;
pub use envelope::Envelope;
pub(crate) use error::Lines;
pub use error::{Error, FileFault};
pub(crate) use layout::{LONGEST_SIGNATURE, Room};
#[cfg(feature = "object-store")]
pub use remote::Remote;
pub use shared::Store;
