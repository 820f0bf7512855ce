"""Writes ONNX models with inputs and the outputs that are right, for the judge in Rust to run."""
