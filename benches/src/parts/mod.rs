//! Each part of the measurement.

pub(crate) mod build;
pub(crate) mod growth;
pub(crate) mod http;
pub(crate) mod instructions;
pub(crate) mod model;
pub(crate) mod runtime;
pub(crate) mod startup;
pub(crate) mod telemetry;
