//! Model endpoints: a loaded envelope, served.
//!
//! A [`ModelHandler`] says which envelope is served and how. What its manifest says of it (`described`) becomes the
//! endpoints' declarations and their part of the document (`endpoints`). A `deployment` holds the version that serves
//! now; a `version` is a loaded model with a `runner` for each of its functions, through which every call goes,
//! whichever way it came in.
//!
//! A `swap` has the envelope that is at the source now take the place of the version that serves: on request (`reload`),
//! or because the source has changed (`watch`).

mod changes;
mod deployment;
mod described;
mod endpoints;
mod failure;
#[cfg(feature = "grpc")]
mod grpc;
mod handler;
mod living;
mod loading;
#[cfg(test)]
#[allow(dead_code, reason = "it writes more than is needed here")]
#[path = "../../../toolkit-envelope/tests/onnx_writer/mod.rs"]
mod onnx_writer;
mod protocol;
mod reload;
mod runner;
mod swap;
mod telemetry;
#[cfg(test)]
mod tests;
mod typed;
mod version;
mod watch;

pub use handler::ModelHandler;
pub use runner::Batching;
pub use toolkit_envelope::signature::PublicKey;
pub use typed::{Model, ModelInput, ModelOutput};

pub(crate) use deployment::Follower;
pub(crate) use endpoints::{Deployed, deploy, describe};
