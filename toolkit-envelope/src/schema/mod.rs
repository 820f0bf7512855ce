//! The schema language: one for query functions, tables and drift profiles.
//!
//! `nullable` says that a value may be null; `required` says that a field must be there: two different things.

use serde_json::Value;
mod kind;
mod node;
pub(crate) mod scalar;

pub use kind::{Kind, TimeUnit};
pub use node::{Domain, Field, Observed, Schema};
