//! The lists of an ensemble, each checked against the others.

use std::collections::HashMap;

use super::{Attributes, Real};

/// Tells lists that should be as long as others and are not.
pub(super) fn check_lengths(attributes: &Attributes, faults: &mut Vec<String>) {
    let nodes = attributes.node_trees.len();
    let of_nodes = [
        ("nodes_nodeids", attributes.node_ids.len()),
        ("nodes_modes", attributes.modes.len()),
        ("nodes_featureids", attributes.features.len()),
        ("nodes_values", attributes.thresholds.len()),
        ("nodes_truenodeids", attributes.if_true.len()),
        ("nodes_falsenodeids", attributes.if_false.len()),
    ];
    let weights = attributes.weight_trees.len();
    let of_weights = [
        ("the weights' node ids", attributes.weight_nodes.len()),
        ("the weights' class or target ids", attributes.weight_targets.len()),
        ("the weights", attributes.weights.len()),
    ];
    for (name, length) in of_nodes {
        if length != nodes {
            faults.push(format!("nodes_treeids has {nodes} entries and {name} has {length}; they must be as many"));
        }
    }
    for (name, length) in of_weights {
        if length != weights {
            faults.push(format!("the weights' tree ids are {weights} and {name} are {length}; they must be as many"));
        }
    }
    let missing = attributes.missing_is_true.len();
    if missing > nodes {
        faults.push(format!("nodes_missing_value_tracks_true has {missing} entries for {nodes} nodes"));
    }
    if nodes == 0 {
        faults.push("the ensemble has no nodes".to_owned());
    }
    if u32::try_from(nodes.saturating_mul(4)).is_err() {
        faults.push(format!("the ensemble has {nodes} nodes, and at most {} can be held", u32::MAX / 4));
    }
}

/// Where in the lists each node of each tree is.
pub(super) fn places(attributes: &Attributes, faults: &mut Vec<String>) -> HashMap<(i64, i64), u32> {
    let mut places = HashMap::with_capacity(attributes.node_trees.len());
    for (place, (tree, node)) in attributes.node_trees.iter().zip(&attributes.node_ids).enumerate() {
        if places.insert((*tree, *node), place as u32).is_some() {
            faults.push(format!("node {node} of tree {tree} is there twice"));
        }
    }
    places
}

/// The weights of each leaf, by its place in the lists, sorted as ONNX Runtime adds them: in the order in which they are
/// written. Weights of nodes that are no leaves are left out, as ONNX Runtime does: old converters wrote such.
pub(super) fn weights<T: Real>(
    attributes: &Attributes,
    targets: usize,
    places: &HashMap<(i64, i64), u32>,
    faults: &mut Vec<String>,
) -> HashMap<u32, Vec<(u32, T)>> {
    let mut weights: HashMap<u32, Vec<(u32, T)>> = HashMap::new();
    let lists = attributes.weight_trees.iter().zip(&attributes.weight_nodes).zip(&attributes.weight_targets);
    for (index, ((tree, node), target)) in lists.enumerate() {
        let Some(place) = places.get(&(*tree, *node)) else {
            faults.push(format!("weight {index} is for node {node} of tree {tree}, which is not there"));
            continue;
        };
        match u32::try_from(*target) {
            Ok(known) if (known as usize) < targets => {
                weights.entry(*place).or_default().push((known, attributes.weights.at(index)));
            }
            _ => faults.push(format!(
                "weight {index} (node {node} of tree {tree}) is for class or target {target}, and there are {targets}"
            )),
        }
    }
    weights
}
