//! ONNX models in process: read, checked, compiled and run with nothing but this crate.
//!
//! In the order in which a model goes through them:
//!
//! - `wire`, `read`, `structure`: from the bytes of a file to a [`Graph`]; `recognise` names the files that are none
//! - `table`: the operators that are claimed, and nothing else is run; `claims` tells of them
//! - `compile`: from a graph to a [`Program`]: checked, folded, fused, every value in its place
//! - `kernel`, `spec`: what an operator is, for whoever adds one; `kernels` are those of ai.onnx, `ml` those of ai.onnx.ml
//! - `program`: runs; `no_rows` when there is nothing to run on

mod buffer;
mod claims;
mod compile;
#[cfg(feature = "onnxruntime")]
mod declared;
mod dims;
pub mod graph;
mod kernel;
mod kernels;
mod ml;
mod no_rows;
mod product;
mod program;
mod read;
mod recognise;
mod spec;
mod structure;
mod table;
mod trees;
mod wire;

pub use claims::{Claim, claims};
pub use compile::{Gap, Unsupported};
#[cfg(feature = "onnxruntime")]
pub(crate) use declared::declared;
pub use graph::Graph;
pub use program::{Keys, Port, Program, RunError, Scratch};
pub use read::ReadError;
