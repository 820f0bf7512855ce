//! What several macros need: collected errors, doc comments, rules of `#[validate(…)]`, names on the wire.

pub(crate) mod attributes;
pub(crate) mod docs;
pub(crate) mod errors;
pub(crate) mod names;
pub(crate) mod options;
pub(crate) mod origin;
pub(crate) mod raw_function;
pub(crate) mod rules;
pub(crate) mod spans;
pub(crate) mod types;
