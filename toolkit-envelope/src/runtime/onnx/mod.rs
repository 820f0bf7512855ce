//! ONNX models in process: read, checked, compiled and run with nothing but this crate.

mod trees;
