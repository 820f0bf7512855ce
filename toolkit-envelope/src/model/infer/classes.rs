use crate::runtime::onnx::Keys;
use crate::runtime::onnx::graph::{Attribute, Body, Content, Node};
use crate::tensor::Elements;

/// The attributes in which classifiers and `ZipMap` keep their labels, in the order of their probabilities.
const LABELS: [&str; 4] =
    ["classlabels_int64s", "classlabels_ints", "classlabels_strings", "classlabels_strings_tensor"];

/// The classes that a graph tells apart, in the order of its probabilities; nothing, if it does not say.
///
/// Classifiers and `ZipMap` name them in an attribute. Networks pick the label out of a constant, by the place of the
/// greatest probability.
pub(super) fn of(graph: &Body) -> Option<Keys> {
    // The last one: a stack of classifiers ends with the one that answers.
    let named = graph.nodes.iter().rev().find_map(from_attributes);
    named.or_else(|| graph.nodes.iter().rev().find_map(|node| from_constant(graph, node)))
}

fn from_attributes(node: &Node) -> Option<Keys> {
    LABELS.iter().find_map(|name| match node.attributes.get(*name)? {
        Attribute::Ints(labels) if !labels.is_empty() => Some(Keys::Integers(labels.clone())),
        Attribute::Strings(labels) if !labels.is_empty() => {
            Some(Keys::Strings(labels.iter().map(str::to_owned).collect()))
        }
        _ => None,
    })
}

fn from_constant(graph: &Body, node: &Node) -> Option<Keys> {
    if node.operator != "ArrayFeatureExtractor" {
        return None;
    }
    let name = node.inputs.first()?;
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
