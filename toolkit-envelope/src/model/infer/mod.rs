//! What a graph's inputs and outputs mean: the functions of a model, and how they are bound to its tensors.
//!
//! The graph knows types and shapes; the example knows the names of columns and which of them may be null.

mod arguments;
mod classes;
mod results;

use std::collections::BTreeMap;

use serde_json::Value;

pub(super) use arguments::arguments;
pub(super) use results::results;

use crate::manifest::{Input, Output, Parameter};
use crate::runtime::onnx::graph::Body;
use crate::runtime::onnx::{Keys, Port};
use crate::schema::{Field, Kind, Schema};
use crate::tensor::Element;

/// What whoever packs a model says of it, beside the graph.
#[derive(Clone, Debug, Default)]
pub(super) struct Hints {
    /// Rows as the model takes them.
    pub(super) example: Option<Vec<Value>>,
    /// The columns, as whoever trained the model knows them.
    pub(super) columns: Option<Vec<Field>>,
    /// The names of the classes, in the order of the model's integers.
    pub(super) classes: Vec<String>,
    /// What stands for a null, by column.
    pub(super) nulls: BTreeMap<String, Value>,
}

/// What a model takes, and which tensors it goes into.
#[derive(Clone, Debug)]
pub(super) struct Arguments {
    pub(super) parameters: Vec<Parameter>,
    pub(super) inputs: Vec<Input>,
}

/// One of a model's answers, and which tensors it comes from.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub(super) function: String,
    pub(super) doc: String,
    pub(super) returns: Schema,
    pub(super) outputs: Vec<Output>,
}

/// The classes of a graph, as it says or as it was told.
pub(super) fn classes(graph: &Body, hints: &Hints) -> Result<Option<Keys>, Vec<String>> {
    let named = classes::of(graph);
    let fault = match &named {
        _ if hints.classes.is_empty() => return Ok(named),
        Some(Keys::Strings(names)) => format!("the model names its classes itself: {}", names.join(", ")),
        Some(Keys::Integers(classes)) if classes.len() != hints.classes.len() => {
            format!("there are {} names, and the model has the classes {classes:?}", hints.classes.len())
        }
        Some(Keys::Integers(classes)) if !(0..).zip(classes).all(|(place, class)| place == *class) => {
            format!("only classes that are numbered from 0 on can be given names; the model's are {classes:?}")
        }
        _ => return Ok(Some(Keys::Strings(hints.classes.clone()))),
    };
    Err(vec![fault])
}

/// The kind of a column or of a tensor's elements.
pub(super) fn kind(element: Element) -> Kind {
    match element {
        Element::Float32 => Kind::Float32,
        Element::Float64 => Kind::Float64,
        Element::Int32 => Kind::Int32,
        Element::Int64 => Kind::Int64,
        Element::Bool => Kind::Bool,
        Element::String => Kind::String,
    }
}

/// The lengths of all axes but the first, if they are known.
fn row_shape(port: &Port) -> Option<Vec<usize>> {
    port.dims.as_deref()?.get(1..).unwrap_or_default().iter().copied().collect()
}
