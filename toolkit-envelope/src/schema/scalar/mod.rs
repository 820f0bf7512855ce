//! How a value without parts stands in JSON, and how it is kept: one pair of functions for each kind, from text to the
//! number that a column holds and back. Reading takes no memory.
//!
//! All that read a value by a schema use these, so that they cannot disagree.

pub(crate) mod binary;
pub(crate) mod date;
pub(crate) mod decimal;
pub(crate) mod duration;
pub(crate) mod number;
mod refused;
mod scan;
mod stored;
pub(crate) mod time;
pub(crate) mod timestamp;
pub(crate) mod uuid;

pub(crate) use refused::Refused;
pub(crate) use stored::{Stored, category_key, one_of, read};
