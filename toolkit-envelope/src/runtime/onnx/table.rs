//! The table of operators: what this runtime claims, and nothing else is run.

use crate::tensor::Element;

use super::spec::{Built, Refusal, Spec};

/// The newest version of ai.onnx that was read and is claimed.
pub(super) const NEWEST: i64 = 28;

/// The newest version of ai.onnx.ml that was read and is claimed.
pub(super) const NEWEST_ML: i64 = 5;

/// The versions of the file format that were read and are claimed.
pub(super) const IR_VERSIONS: std::ops::RangeInclusive<i64> = 3..=14;

/// One operator over a range of versions in which it means the same.
pub(super) struct Operator {
    /// Its name.
    pub(super) name: &'static str,
    /// The first and the last version of the set in which it is as here.
    pub(super) opsets: (i64, i64),
    /// The types that the elements of the first input may have; the function that makes it sees to the others.
    pub(super) elements: &'static [Element],
    /// The attributes that it may have; one with another name is refused.
    pub(super) attributes: &'static [&'static str],
    /// How few and how many inputs it takes.
    pub(super) inputs: (usize, usize),
    /// How many outputs it gives at most (at least one).
    pub(super) outputs: usize,
    /// Makes it.
    pub(super) build: fn(&Spec<'_>) -> Result<Built, Refusal>,
}

/// As many inputs or outputs as one likes.
pub(super) const MANY: usize = 1 << 20;

pub(super) const ANY: &[Element] =
    &[Element::Float32, Element::Float64, Element::Int32, Element::Int64, Element::Bool, Element::String];
pub(super) const SCALARS: &[Element] =
    &[Element::Float32, Element::Float64, Element::Int32, Element::Int64, Element::Bool];
pub(super) const NUMBERS: &[Element] = &[Element::Float32, Element::Float64, Element::Int32, Element::Int64];
pub(super) const FLOATS: &[Element] = &[Element::Float32, Element::Float64];
pub(super) const INTEGERS: &[Element] = &[Element::Int32, Element::Int64];
pub(super) const BOOL: &[Element] = &[Element::Bool];

/// A row of the table of an operator with one output.
pub(super) const fn operator(
    name: &'static str,
    opsets: (i64, i64),
    elements: &'static [Element],
    attributes: &'static [&'static str],
    inputs: (usize, usize),
    build: fn(&Spec<'_>) -> Result<Built, Refusal>,
) -> Operator {
    Operator { name, opsets, elements, attributes, inputs, outputs: 1, build }
}

impl Operator {
    /// The same with more outputs.
    pub(super) const fn outputs(mut self, most: usize) -> Self {
        self.outputs = most;
        self
    }
}

/// What the table says of an operator.
pub(super) enum Entry {
    /// It is as claimed.
    Found(&'static Operator),
    /// It is claimed in other versions of the set only.
    OtherVersion(i64, i64),
    /// It is not claimed.
    Unknown,
}

/// Looks an operator up.
pub(super) fn find(domain: &str, name: &str, opset: i64) -> Entry {
    let rows: Vec<&'static Operator> =
        tables(domain).iter().flat_map(|table| table.iter()).filter(|row| row.name == name).collect();
    if let Some(row) = rows.iter().find(|row| (row.opsets.0..=row.opsets.1).contains(&opset)) {
        return Entry::Found(row);
    }
    match (rows.iter().map(|row| row.opsets.0).min(), rows.iter().map(|row| row.opsets.1).max()) {
        (Some(first), Some(last)) => Entry::OtherVersion(first, last),
        _ => Entry::Unknown,
    }
}

/// The sets of operators of which some are claimed.
pub(super) const DOMAINS: &[&str] = &["ai.onnx", "ai.onnx.ml"];

pub(super) fn tables(domain: &str) -> &'static [&'static [Operator]] {
    match domain {
        "ai.onnx" => super::kernels::TABLES,
        "ai.onnx.ml" => super::ml::TABLES,
        _ => &[],
    }
}
