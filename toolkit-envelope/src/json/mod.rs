//! Strict reading and canonical writing of JSON: every fault is gathered, each with its path.

mod canonical;
mod decode;
mod encode;
mod fault;
mod named;
mod parse;
#[cfg(test)]
pub(crate) mod testing;

pub(crate) use canonical::{canonical, difference, normal, normal_entries};
pub(crate) use decode::{Decoder, Object, escape, nearest};
pub(crate) use encode::Entries;
pub use fault::Fault;
pub(crate) use fault::{Faults, MOST_FAULTS, Shown, cut};
pub(crate) use named::named;
pub(crate) use parse::parse;
