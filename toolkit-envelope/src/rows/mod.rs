//! Reading JSON into typed columns by a schema, and writing columns as JSON.
//!
//! A [`Plan`] is made once from a function's parameters and then takes the text of each call's arguments straight into
//! columns: no tree of JSON values in between, and no memory for each row. Everything that is wrong is found, with its
//! place, row and column; only text that is not JSON at all ends the reading.

#[cfg(test)]
mod agreement;
mod any;
#[cfg(feature = "arrow")]
mod arrow;
#[cfg(feature = "csv")]
mod csv;
mod domain;
mod fields;
mod names;
mod node;
mod number;
mod objects;
mod parts;
mod place;
mod plan;
mod read;
mod room;
mod scanner;
#[cfg(any(feature = "arrow", feature = "csv"))]
mod tabular;
mod texts;
mod violation;
mod words;
mod write;
mod write_scalar;

#[cfg(feature = "csv")]
pub use csv::{CsvError, CsvForm, CsvRows};
pub use node::Unknown;
pub use plan::{Arguments, Plan, ValuePlan};
pub use room::MOST_CELLS;
pub use violation::{Violation, Violations};
pub use write::Layout;
