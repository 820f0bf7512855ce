//! The schema language as Arrow's, and back.
//!
//! A type that Arrow has is that type; `uuid` is the canonical extension type `arrow.uuid`; `any` and `union` are JSON
//! text, `arrow.json`. What Arrow has no word for (which categories, whether a field has to be there, what was
//! observed) stands in a field's metadata under `envelope`, in the schema language's own words.
//!
//! The types are those in which a [`table`](crate::table) lies in memory.

mod natural;
mod read;
mod write;

/// The key of a field's metadata for what Arrow has no word for.
const OWN: &str = "envelope";
/// The canonical extension types that are used.
const UUID: &str = "arrow.uuid";
const JSON: &str = "arrow.json";
