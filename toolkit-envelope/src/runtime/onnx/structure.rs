//! The order of a computation's nodes: each value is made once, and before it is taken.

use std::collections::{HashMap, HashSet};

use super::graph::{Attribute, Body, Node};

/// Puts the nodes into an order in which each comes after those whose values it takes, and tells what cannot be.
///
/// The format asks for such an order; files that lack it but could have it are read all the same, as ONNX Runtime does.
pub(super) fn order(body: &mut Body) -> Vec<String> {
    let mut faults = Vec::new();
    let makers = makers(body, &mut faults);
    let mut waits: Vec<usize> = vec![0; body.nodes.len()];
    let mut followers: Vec<Vec<usize>> = vec![Vec::new(); body.nodes.len()];
    let known: HashSet<&str> = inputs(body).collect();
    for (index, node) in body.nodes.iter().enumerate() {
        let mut taken = Vec::new();
        takes(node, &mut taken);
        for name in taken {
            match makers.get(name) {
                Some(maker) => {
                    waits[index] += 1;
                    followers[*maker].push(index);
                }
                None if known.contains(name) => {}
                None => faults.push(format!("{} takes {name:?}, which nothing makes", describe(node))),
            }
        }
    }
    for output in &body.outputs {
        if !makers.contains_key(output.name.as_str()) && !known.contains(output.name.as_str()) {
            faults.push(format!("the output {:?} is made by nothing", output.name));
        }
    }
    if faults.is_empty() {
        sort(body, waits, &followers, &mut faults);
    }
    faults
}

/// Which node makes each value.
fn makers(body: &Body, faults: &mut Vec<String>) -> HashMap<String, usize> {
    let mut makers = HashMap::new();
    let mut seen: HashSet<&str> = HashSet::new();
    for name in body.inputs.iter().map(|input| input.name.as_str()) {
        if !seen.insert(name) {
            faults.push(format!("the input {name:?} is there twice"));
        }
    }
    let mut initializers = HashSet::new();
    for name in body.initializers.iter().map(|initializer| initializer.name.as_str()) {
        if !initializers.insert(name) {
            faults.push(format!("the initializer {name:?} is there twice"));
        }
    }
    seen.extend(initializers);
    for (index, node) in body.nodes.iter().enumerate() {
        for name in node.outputs.iter().filter(|name| !name.is_empty()) {
            if seen.contains(name.as_str()) || makers.insert(name.clone(), index).is_some() {
                faults.push(format!("the value {name:?} is made twice, the second time by {}", describe(node)));
            }
        }
    }
    makers
}

fn inputs(body: &Body) -> impl Iterator<Item = &str> {
    let inputs = body.inputs.iter().map(|input| input.name.as_str());
    inputs.chain(body.initializers.iter().map(|initializer| initializer.name.as_str()))
}

/// The values that a node takes, those that a computation within it takes from around it among them.
fn takes<'a>(node: &'a Node, into: &mut Vec<&'a str>) {
    into.extend(node.inputs.iter().map(String::as_str).filter(|name| !name.is_empty()));
    for attribute in node.attributes.values() {
        let Attribute::Graph(body) = attribute else { continue };
        let made = body.nodes.iter().flat_map(|node| node.outputs.iter().map(String::as_str));
        let own: HashSet<&str> = inputs(body).chain(made).collect();
        let mut taken = Vec::new();
        body.nodes.iter().for_each(|node| takes(node, &mut taken));
        into.extend(taken.into_iter().filter(|name| !own.contains(name)));
    }
}

fn sort(body: &mut Body, mut waits: Vec<usize>, followers: &[Vec<usize>], faults: &mut Vec<String>) {
    // The lowest first, so that an order that is right already stays as it is.
    let mut ready: std::collections::BTreeSet<usize> = (0..waits.len()).filter(|index| waits[*index] == 0).collect();
    let mut place = vec![usize::MAX; waits.len()];
    let mut placed = 0;
    while let Some(index) = ready.pop_first() {
        place[index] = placed;
        placed += 1;
        for follower in &followers[index] {
            waits[*follower] -= 1;
            if waits[*follower] == 0 {
                ready.insert(*follower);
            }
        }
    }
    if placed < place.len() {
        let stuck = body.nodes.iter().zip(&place).filter(|(_, place)| **place == usize::MAX);
        let stuck: Vec<String> = stuck.map(|(node, _)| describe(node)).take(5).collect();
        faults.push(format!("nodes wait for each other in a circle: {}", stuck.join(", ")));
        return;
    }
    let mut nodes: Vec<(usize, Node)> = place.into_iter().zip(std::mem::take(&mut body.nodes)).collect();
    nodes.sort_by_key(|(place, _)| *place);
    body.nodes = nodes.into_iter().map(|(_, node)| node).collect();
}

fn describe(node: &Node) -> String {
    format!("node {:?} ({})", node.name, node.full_operator())
}
