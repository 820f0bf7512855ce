//! What a model has that this runtime has not.

use std::fmt;

use super::super::graph::Node;
use super::super::spec::Refusal;

/// All that keeps a model from running here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsupported {
    /// One for each thing.
    pub gaps: Vec<Gap>,
}

/// One thing that keeps a model from running here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// Where: an operator with its node, an input, an output, an initializer or the file.
    pub place: String,
    /// The operator with its set, when it is one.
    pub operator: Option<String>,
    /// What was found.
    pub reason: String,
    /// The runtime that may have it; nothing when the model is not valid, so that none has.
    pub runtime: Option<&'static str>,
}

/// The runtime that has every operator of the format.
const WIDER: Option<&str> = Some("onnxruntime");

impl Gap {
    pub(super) fn file(reason: String) -> Self {
        Self { place: "the file".to_owned(), operator: None, reason, runtime: WIDER }
    }

    pub(super) fn value(what: &str, name: &str, refusal: Refusal) -> Self {
        let (reason, runtime) = split(refusal);
        Self { place: format!("{what} {name:?}"), operator: None, reason, runtime }
    }

    pub(super) fn node(node: &Node, refusal: Refusal) -> Self {
        let (reason, runtime) = split(refusal);
        let operator = node.full_operator();
        Self { place: format!("{operator} (node {:?})", node.name), operator: Some(operator), reason, runtime }
    }
}

fn split(refusal: Refusal) -> (String, Option<&'static str>) {
    match refusal {
        Refusal::Unsupported(reason) => (reason, WIDER),
        Refusal::Invalid(reason) => (reason, None),
    }
}

impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.reason)?;
        match self.runtime {
            Some(runtime) => write!(f, " (the runtime {runtime} may have it)"),
            None => f.write_str(" (no runtime can have it)"),
        }
    }
}

impl fmt::Display for Unsupported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the built-in runtime cannot run this model:")?;
        self.gaps.iter().try_for_each(|gap| write!(f, "\n  {gap}"))
    }
}

impl std::error::Error for Unsupported {}
