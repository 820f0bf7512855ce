//! What whoever serves models relies on.

#![cfg(feature = "model")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::float_cmp, reason = "an answer is one to the bit")]

mod answers;
mod batching;
#[cfg(feature = "grpc")]
mod grpc;
#[path = "../../../toolkit-envelope/tests/onnx_writer/mod.rs"]
#[allow(dead_code, reason = "each test writes what it needs")]
mod onnx_writer;
mod protocol;
mod support;
mod swap;
mod telemetry;
mod typed;
