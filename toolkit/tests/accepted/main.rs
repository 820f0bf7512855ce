//! What a user may write.

#![allow(dead_code, reason = "it is there to be compiled")]
#![allow(clippy::deprecated_semver, clippy::unnecessary_wraps, reason = "a user may write it")]
#![allow(clippy::trivially_copy_pass_by_ref, reason = "a rule is given a reference")]

mod data;
mod functions;
mod macro_rules;
mod parameters;
mod replies;
mod resources;
