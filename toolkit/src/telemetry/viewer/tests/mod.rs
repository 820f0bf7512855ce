//! What the viewer keeps, and what its pages show of it.

mod download;
mod keeping;
mod pages;
pub(super) mod sample;
