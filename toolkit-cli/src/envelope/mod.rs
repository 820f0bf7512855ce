//! `toolkit envelope …`

mod diff;
mod inspect;
mod pack;
mod sign;
mod types;
mod verify;

pub(crate) use diff::diff;
pub(crate) use inspect::inspect;
pub(crate) use pack::pack;
pub(crate) use sign::{keygen, sign};
pub(crate) use types::{RustTypes, rust_types, types};
pub(crate) use verify::verify;
