//! One case, as `.ci/python/onnx/judge/cases.py` writes it.

use std::path::Path;

use serde::Deserialize;
use toolkit_envelope::runtime::onnx::{Claim, claims};

use crate::tensors::{Described, Owned};

/// A model, and what it gives for what it takes.
#[derive(Deserialize)]
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) relative: f64,
    pub(crate) absolute: f64,
    pub(crate) nodes: Vec<Node>,
    sets: Vec<DescribedSet>,
    /// How many rows every input and output has, if the rows do not depend on each other.
    pub(crate) rows: Option<usize>,
    /// The rows whose outputs the last bit of an input decides.
    #[serde(default)]
    pub(crate) unstable: Vec<usize>,
    /// Whether the model takes no rows at all.
    #[serde(default)]
    pub(crate) empty: bool,
    /// What a reader of a difference wants to know.
    #[serde(default)]
    pub(crate) note: serde_json::Value,
    #[serde(skip)]
    pub(crate) model: Vec<u8>,
    #[serde(skip)]
    data: Vec<u8>,
}

/// An operator in its place.
#[derive(Deserialize)]
pub(crate) struct Node {
    pub(crate) domain: String,
    pub(crate) operator: String,
    pub(crate) opset: i64,
    inputs: Vec<Option<String>>,
    outputs: Vec<Option<String>>,
}

#[derive(Deserialize)]
struct DescribedSet {
    inputs: Vec<Described>,
    outputs: Vec<Described>,
}

/// What goes in and what comes out, by name; nothing where it is no tensor of a type that there is here.
pub(crate) struct Set {
    pub(crate) inputs: Vec<(String, Option<Owned>)>,
    pub(crate) outputs: Vec<(String, Option<Owned>)>,
}

impl Case {
    pub(crate) fn read(folder: &Path) -> anyhow::Result<Self> {
        let mut case: Self = serde_json::from_slice(&std::fs::read(folder.join("case.json"))?)?;
        case.model = std::fs::read(folder.join("model.onnx"))?;
        case.data = std::fs::read(folder.join("data.bin"))?;
        Ok(case)
    }

    pub(crate) fn sets(&self) -> anyhow::Result<Vec<Set>> {
        let read = |all: &[Described]| -> anyhow::Result<Vec<_>> {
            all.iter().map(|described| Ok((described.name.clone(), described.read(&self.data)?))).collect()
        };
        self.sets.iter().map(|set| Ok(Set { inputs: read(&set.inputs)?, outputs: read(&set.outputs)? })).collect()
    }

    /// Why the runtime need not run this, if it need not.
    pub(crate) fn unclaimed(&self) -> Option<String> {
        self.nodes.iter().find_map(Node::unclaimed).or_else(|| {
            let values = self.sets.iter().flat_map(|set| set.inputs.iter().chain(&set.outputs));
            values.into_iter().find(|value| !value.is_known()).map(|value| format!("values of type {}", value.kind))
        })
    }
}

impl Node {
    /// The operator with its set.
    pub(crate) fn full_name(&self) -> String {
        format!("{}.{}", self.domain, self.operator)
    }

    /// The row of the runtime's table that this node falls under.
    pub(crate) fn claim(&self) -> Option<Claim> {
        claims().find(|claim| {
            claim.domain == self.domain && claim.operator == self.operator && claim.opsets.contains(&self.opset)
        })
    }

    /// The type of the first input's elements, or of what is given without one, as far as it is known.
    pub(crate) fn element(&self) -> Option<&str> {
        self.inputs.first().or_else(|| self.outputs.first())?.as_deref()
    }

    fn unclaimed(&self) -> Option<String> {
        let Some(claim) = self.claim() else {
            let versions = claims().filter(|claim| claim.domain == self.domain && claim.operator == self.operator);
            return Some(match versions.count() {
                0 => format!("{} is not claimed", self.full_name()),
                _ => format!("{} is not claimed in version {}", self.full_name(), self.opset),
            });
        };
        if let Some(kind) =
            self.element().filter(|kind| !claim.elements.iter().any(|element| element.to_string() == **kind))
        {
            return Some(format!("{} is not claimed for {kind}", self.full_name()));
        }
        let types = self.inputs.iter().chain(&self.outputs).flatten();
        types.into_iter().find(|kind| !Described::is_known_type(kind)).map(|kind| format!("values of type {kind}"))
    }
}
