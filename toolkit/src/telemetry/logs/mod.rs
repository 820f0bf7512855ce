//! The log: one line for each `tracing` event, for a person in a terminal or for a machine.
//!
//! The stock formatters of tracing-subscriber write down the fields of every span that is open, which costs more than
//! the rest of a small request. These lines name the trace and the span instead.

mod fields;
mod json;
mod layer;
mod start;
mod text;

pub(crate) use start::{start_logging, start_test_logging};

use serde::Deserialize;

/// How log lines are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For a person in a terminal, for a machine elsewhere.
    #[default]
    Auto,
    /// One readable line each.
    Text,
    /// One JSON object each.
    Json,
}
