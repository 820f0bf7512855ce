//! Model endpoints: a loaded envelope, served.
//!
//! A [`ModelHandler`] says which envelope is served and how. What its manifest says of it (`described`) becomes the
//! endpoints' declarations and their part of the document (`endpoints`). A `deployment` holds the version that serves
//! now; a `version` is a loaded model with a `runner` for each of its functions, through which every call goes,
//! whichever way it came in.

mod deployment;
mod described;
mod endpoints;
mod failure;
mod handler;
mod runner;
mod telemetry;
mod version;

pub use handler::ModelHandler;

pub(crate) use endpoints::{deploy, describe};
