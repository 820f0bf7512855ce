//! The OpenAPI 3.1 document, built from what actually runs, and the pages that show it.

mod components;
mod difference;
mod document;
mod forms;
mod operation;
pub(crate) mod pages;
mod schemas;

pub(crate) use document::Operations;
pub use document::{Document, Info};
pub use operation::{OperationDoc, ParameterDoc};
pub(crate) use schemas::Schemas;
pub use schemas::origin;
pub(crate) use schemas::read_schema;
#[cfg(feature = "model")]
pub(crate) use schemas::written_schema;
