//! Rows in typed columns, with memory that can be used again.
//!
//! A [`Table`] holds what one parameter of a function was given, or what a function gave: a [`Column`] for each column
//! of a frame, one for anything else. Reading JSON into tables and writing them as JSON is the work of
//! [`rows`](crate::rows).

mod append;
mod column;
mod table;
mod validity;
mod whole;

pub use append::DifferentKinds;
pub use column::{Column, Tensors, Values};
pub use table::Table;
pub use validity::Validity;
