//! The models that the process serves, and what is counted of them.
//!
//! The model room makes an [`Identity`] for each function of a version that it loads, and tells it of each call. What is
//! kept of a model outlives its versions: the `registry` holds it, which the metrics and the viewer look at.

mod called;
mod identity;
mod registry;
mod swap;

pub(crate) use called::{BatchSize, Called, Outcome};
pub(crate) use identity::Identity;
#[cfg(feature = "trace-viewer")]
pub(super) use registry::{Function, Model, Version, has_any, models};
pub(crate) use registry::{deployed, serves, serving};
pub(crate) use swap::{Swap, swapped};
