//! `toolkit envelope …`

mod diff;
mod inspect;
mod pack;
mod sign;
mod verify;

pub(crate) use diff::diff;
pub(crate) use inspect::inspect;
pub(crate) use pack::pack;
pub(crate) use sign::{keygen, sign};
pub(crate) use verify::verify;
