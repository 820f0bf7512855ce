//! The Open Inference Protocol, version 2: models as named tensors, over HTTP.
//!
//! [`tensors`] is what the protocol's transports share: tensors into the tables of a call, and a result into tensors.

pub(crate) mod tensors;
