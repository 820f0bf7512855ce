//! What this runtime claims, told to whoever judges it or writes of it.

use std::ops::RangeInclusive;

use crate::tensor::Element;

use super::table::{DOMAINS, tables};

/// An operator that this runtime claims to run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The set of operators: `ai.onnx` or `ai.onnx.ml`.
    pub domain: &'static str,
    /// The operator's name.
    pub operator: &'static str,
    /// The versions of the set in which it is run.
    pub opsets: RangeInclusive<i64>,
    /// The types that the elements of its first input may have.
    pub elements: &'static [Element],
}

/// All operators that are claimed, one row for each range of versions in which an operator means the same.
///
/// ```
/// let trees = toolkit_envelope::runtime::onnx::claims().filter(|claim| claim.operator.starts_with("Tree"));
/// assert!(trees.into_iter().all(|claim| claim.domain == "ai.onnx.ml"));
/// ```
pub fn claims() -> impl Iterator<Item = Claim> {
    DOMAINS.iter().flat_map(|domain| {
        tables(domain).iter().flat_map(|table| table.iter()).map(|operator| Claim {
            domain,
            operator: operator.name,
            opsets: operator.opsets.0..=operator.opsets.1,
            elements: operator.elements,
        })
    })
}
