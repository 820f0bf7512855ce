//! Leaves out what nobody needs, and lets one operator do what the next one would.

use std::collections::{HashMap, HashSet};

use crate::tensor::Tensor;

use super::super::kernel::Next;
use super::{Made, Value};

/// Removes the nodes on which no result depends.
pub(super) fn without_unneeded(nodes: &mut Vec<Made>, results: &[usize]) {
    let mut needed: HashSet<usize> = results.iter().copied().collect();
    let mut keep = vec![false; nodes.len()];
    for (node, keep) in nodes.iter().zip(&mut keep).rev() {
        *keep = node.outputs.iter().any(|output| needed.contains(output));
        if *keep {
            needed.extend(node.inputs.iter().flatten());
        }
    }
    let mut keep = keep.into_iter();
    nodes.retain(|_| keep.next().unwrap_or(true));
}

/// Fuses nodes with the only one that takes their output, as long as they can.
pub(super) fn fuse(nodes: Vec<Made>, values: &[Value], results: &[usize]) -> Vec<Made> {
    let takers = takers(&nodes, results);
    let mut nodes: Vec<Option<Made>> = nodes.into_iter().map(Some).collect();
    for at in 0..nodes.len() {
        // It is taken out, so that the one after it can be taken out too.
        let Some(mut node) = nodes[at].take() else { continue };
        while let [output] = node.outputs[..]
            && let Some(Taker::One(follower)) = takers.get(&output)
            && let Some(next) = &nodes[*follower]
            && let Some(step) = step(next, output, values)
            && node.kernel.fuse(step)
        {
            if let Some(fused) = nodes[*follower].take() {
                node.operator = format!("{} + {}", node.operator, fused.operator);
                node.outputs = fused.outputs;
            }
        }
        nodes[at] = Some(node);
    }
    nodes.into_iter().flatten().collect()
}

/// Who takes a value.
enum Taker {
    /// One node, once.
    One(usize),
    /// Several, or the caller.
    More,
}

fn takers(nodes: &[Made], results: &[usize]) -> HashMap<usize, Taker> {
    let mut takers = HashMap::new();
    for (index, node) in nodes.iter().enumerate() {
        for value in node.inputs.iter().flatten() {
            takers.entry(*value).and_modify(|taker| *taker = Taker::More).or_insert(Taker::One(index));
        }
    }
    takers.extend(results.iter().map(|result| (*result, Taker::More)));
    takers
}

/// What a node does to a value, if it is something that could be done in passing.
fn step<'a>(node: &Made, value: usize, values: &'a [Value]) -> Option<Next<'a>> {
    match node.operator.as_str() {
        "ai.onnx.Add" => added(node, value, values).map(Next::Add),
        "ai.onnx.Relu" => Some(Next::Relu),
        _ => None,
    }
}

/// The constant that a node adds to a value.
fn added<'a>(node: &Made, value: usize, values: &'a [Value]) -> Option<Tensor<'a>> {
    let other = node.inputs.iter().flatten().find(|input| **input != value)?;
    values[*other].known.as_ref()?.tensor()
}
