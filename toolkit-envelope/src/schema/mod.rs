//! The schema language: one for query functions, tables and drift profiles.
//!
//! `nullable` says that a value may be null; `required` says that a field must be there: two different things.
//!
//! ```
//! use serde_json::json;
//! use toolkit_envelope::schema::Schema;
//!
//! let schema = Schema::from_json(&json!({ "type": "list", "items": { "type": "int64", "domain": { "min": 0 } } })).unwrap();
//! assert!(schema.accepts(&json!([1, 2.0])).is_ok());
//!
//! let faults = schema.accepts(&json!([1, -2, "3"])).unwrap_err();
//! assert_eq!(faults[0].to_string(), "/1: must be at least 0");
//! assert_eq!(faults[1].to_string(), "/2: must be an integer");
//! ```

mod accepts;
#[cfg(feature = "arrow")]
pub mod arrow;
mod choices;
pub mod diff;
mod document;
mod header;
mod infer;
pub mod inference_protocol;
pub mod json_schema;
mod kind;
mod node;
pub(crate) mod patterns;
mod read;
pub(crate) mod scalar;
mod sound;
#[cfg(test)]
pub(crate) mod testing;
mod union;
mod write;

pub use infer::Inferred;
pub use kind::{Kind, TimeUnit};
pub use node::{Domain, Field, Observed, Schema};
