//! Leaves out what nobody needs, and lets one operator do what the next one would.

use super::super::kernel::Next;
use super::{Made, Value};

/// Removes the nodes on which no result depends.
pub(super) fn without_unneeded(nodes: &mut Vec<Made>, results: &[usize]) {
    let mut needed: std::collections::HashSet<usize> = results.iter().copied().collect();
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

/// Fuses a node with the only one that takes its output, as long as it can.
pub(super) fn fuse(nodes: &mut Vec<Made>, values: &[Value], results: &[usize]) {
    let mut at = 0;
    while at < nodes.len() {
        while let Some(next) = follower(nodes, at, results) {
            let step = match nodes[next].operator.as_str() {
                "ai.onnx.Add" => added(&nodes[next], nodes[at].outputs[0], values).map(Next::Add),
                "ai.onnx.Relu" => Some(Next::Relu),
                _ => None,
            };
            let Some(step) = step else { break };
            if !nodes[at].kernel.fuse(step) {
                break;
            }
            let fused = nodes.remove(next);
            nodes[at].outputs = fused.outputs;
            nodes[at].operator = format!("{} + {}", nodes[at].operator, fused.operator);
        }
        at += 1;
    }
}

/// The only node that takes the only output of a node, if that output is not a result.
fn follower(nodes: &[Made], at: usize, results: &[usize]) -> Option<usize> {
    let [output] = nodes[at].outputs[..] else { return None };
    if results.contains(&output) {
        return None;
    }
    let takes = |node: &Made| node.inputs.iter().filter(|input| **input == Some(output)).count();
    let mut takers = nodes.iter().enumerate().filter(|(_, node)| takes(node) > 0);
    match (takers.next(), takers.next()) {
        (Some((index, node)), None) if takes(node) == 1 => Some(index),
        _ => None,
    }
}

/// The constant that a node adds to a value.
fn added<'a>(node: &Made, value: usize, values: &'a [Value]) -> Option<crate::tensor::Tensor<'a>> {
    let other = node.inputs.iter().flatten().find(|input| **input != value)?;
    values[*other].known.as_ref()?.tensor()
}
