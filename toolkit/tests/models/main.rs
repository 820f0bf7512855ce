//! What whoever serves models relies on.

#![cfg(feature = "model")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod answers;
mod batching;
#[cfg(feature = "grpc")]
mod grpc;
mod protocol;
mod support;
mod swap;
mod telemetry;
mod typed;
