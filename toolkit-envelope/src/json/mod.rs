//! Strict reading and canonical writing of JSON: every fault is gathered, each with its path.

mod canonical;
mod decode;
mod encode;
mod named;
mod parse;
#[cfg(test)]
pub(crate) mod testing;

pub(crate) use canonical::{canonical, difference, normal, normal_entries};
pub use decode::Fault;
pub(crate) use decode::{Decoder, Faults, Object, escape, nearest};
pub(crate) use encode::Entries;
pub(crate) use named::named;
pub(crate) use parse::parse;
