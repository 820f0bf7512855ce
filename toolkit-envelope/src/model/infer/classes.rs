use crate::runtime::onnx::Keys;
use crate::runtime::onnx::graph::{Attribute, Body, Content, Node};
use crate::tensor::Elements;

/// The attributes in which classifiers and `ZipMap` keep their labels, in the order of their probabilities.
const LABELS: [&str; 3] = ["classlabels_int64s", "classlabels_ints", "classlabels_strings"];
/// Operators that give what they are given, in another shape or type.
const THE_SAME: [&str; 7] = ["Cast", "Flatten", "Identity", "Reshape", "Squeeze", "Transpose", "Unsqueeze"];

/// The classes that a graph tells apart, in the order of its probabilities; nothing, if it does not say.
///
/// They are read off the operator that gives the label of an output: a classifier names them in an attribute, ensembles
/// and networks pick the label out of a constant. An inner classifier has labels of its own and is not asked.
pub(super) fn of(graph: &Body) -> Option<Keys> {
    graph.outputs.iter().find_map(|output| behind(graph, &output.name))
}

fn behind(graph: &Body, value: &str) -> Option<Keys> {
    let mut value = value;
    // A graph without circles has no longer way back than it has nodes.
    for _ in 0..=graph.nodes.len() {
        let (node, at) = producer(graph, value)?;
        match node.operator.as_str() {
            operator if THE_SAME.contains(&operator) => value = node.inputs.first()?,
            "ArrayFeatureExtractor" | "Gather" => return constant(graph, node.inputs.first()?),
            "ZipMap" => return LABELS.iter().find_map(|name| keys(node.attributes.get(*name)?)),
            // Its second output are the scores.
            _ if at == 0 => return LABELS.iter().find_map(|name| keys(node.attributes.get(*name)?)),
            _ => return None,
        }
    }
    None
}

/// The node that gives a value, and which of its outputs it is.
fn producer<'g>(graph: &'g Body, value: &str) -> Option<(&'g Node, usize)> {
    graph.nodes.iter().find_map(|node| {
        let at = node.outputs.iter().position(|output| output == value)?;
        Some((node, at))
    })
}

fn keys(attribute: &Attribute) -> Option<Keys> {
    match attribute {
        Attribute::Ints(labels) if !labels.is_empty() => Some(Keys::Integers(labels.clone())),
        Attribute::Strings(labels) if !labels.is_empty() => {
            Some(Keys::Strings(labels.iter().map(str::to_owned).collect()))
        }
        _ => None,
    }
}

fn constant(graph: &Body, name: &str) -> Option<Keys> {
    let constant = graph.initializers.iter().find(|constant| constant.name == *name)?;
    match &constant.content {
        Content::Held(Elements::Int64(labels)) => Some(Keys::Integers(labels.clone())),
        Content::Held(Elements::Int32(labels)) => {
            Some(Keys::Integers(labels.iter().map(|label| i64::from(*label)).collect()))
        }
        Content::Held(Elements::String(labels)) => Some(Keys::Strings(labels.iter().map(str::to_owned).collect())),
        _ => None,
    }
}
