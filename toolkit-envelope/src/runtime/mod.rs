//! What executes a model.

pub mod onnx;
