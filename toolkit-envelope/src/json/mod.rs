//! Strict reading of JSON documents: every fault is gathered, each with its path.

mod decode;

pub use decode::Fault;
pub(crate) use decode::{Decoder, Faults};
