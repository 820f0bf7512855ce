//! Ensembles of decision trees, flattened and walked several at a time.
//!
//! In the order in which an ensemble goes through them:
//!
//! - [`attributes`]: an ensemble as `ai.onnx.ml` writes it, in parallel lists
//! - [`lists`] and [`link`]: the lists checked, every fault gathered, and linked to trees
//! - [`blocks`], [`abreast`] and [`walk`]: the ways to find a row's leaf: for many rows, for one where vectors are wide
//!   enough, and for what is left
//! - [`vectors`]: what of this needs the machine's own instructions
//! - [`forest`]: the weights of the leaves, added up per row and target
//! - [`regressor`] and [`classifier`]: base values, transforms, labels, as ONNX Runtime has them
//!
//! Nothing here knows of the rest of the runtime: slices of numbers come in, slices of numbers go out.

mod abreast;
mod attributes;
mod blocks;
mod classifier;
mod forest;
mod link;
mod lists;
mod real;
mod regressor;
mod transform;
mod vectors;
mod walk;

pub(crate) use attributes::{Attributes, Numbers};
pub(crate) use classifier::Classifier;
pub(crate) use forest::Scratch;
pub(crate) use real::Real;
pub(crate) use regressor::Regressor;
pub(crate) use transform::{Transform, logistic};
