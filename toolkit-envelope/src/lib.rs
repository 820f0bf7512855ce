//! The Model Envelope: everything needed to run a model somewhere else, and to know where it came from.
//!
//! It knows no HTTP. The rooms, in the order in which data goes through them:
//!
//! - `json`: strict reading and canonical writing of JSON (RFC 8785)
//! - [`schema`]: the one language for what goes into a model and comes out of it
//! - [`manifest`]: what an envelope says of itself
//! - [`rows`]: JSON into typed columns, and back
//! - [`signature`]: who vouches for an envelope
//! - [`store`]: where envelopes are kept, and how they are verified
//! - [`table`]: rows in typed columns
//! - [`tensor`]: what a runtime takes and gives
//! - [`runtime`]: what executes a model
//! - [`Model`]: a loaded envelope, whose functions can be called

mod builder;
mod digest;
mod json;
pub mod manifest;
mod model;
pub mod rows;
pub mod runtime;
pub mod schema;
pub mod signature;
pub mod store;
pub mod table;
pub mod tensor;

/// What an envelope is.
pub mod envelope {
    #![doc = include_str!("docs/envelope.md")]
}

/// The format, for those who read and write it in another language.
pub mod format {
    #![doc = include_str!("docs/format.md")]
}

pub use builder::EnvelopeBuilder;
pub use digest::{Digest, NotADigest};
pub use json::Fault;
pub use manifest::Manifest;
pub use model::{Call, CallError, Difference, Function, LoadError, Model, OnnxModel, PackError};
pub use store::{Envelope, Store};
