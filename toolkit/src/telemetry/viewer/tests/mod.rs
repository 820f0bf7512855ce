//! What the viewer keeps, and what its pages show of it.

mod download;
#[cfg(feature = "jaeger-ui")]
mod jaeger;
mod keeping;
mod pages;
pub(super) mod sample;
