//! The lists of an ensemble, checked and linked to trees.

use std::collections::{HashMap, HashSet};

use super::lists::{check_lengths, places, weights};
use super::{Attributes, Real};

/// A tree whose every link is known to lead to a node of it, and never back.
#[derive(Clone, Debug)]
pub(super) struct Tree<T> {
    /// The root is the first.
    pub(super) nodes: Vec<Node<T>>,
    /// Whether two nodes lead to the same one, as happens where sets of categories are spelt as chains of comparisons.
    pub(super) shares: bool,
}

/// One node.
#[derive(Clone, Debug)]
pub(super) enum Node<T> {
    /// Leads on.
    Branch(Branch<T>),
    /// Ends here, with the weights of the ensemble that it gives: target and weight.
    Leaf(Vec<(u32, T)>),
}

/// A comparison, and where it leads.
#[derive(Clone, Debug)]
pub(super) struct Branch<T> {
    pub(super) feature: u32,
    pub(super) goes_right: Comparison<T>,
    pub(super) left: u32,
    pub(super) right: u32,
}

/// What sends a row to the right. The eight modes of ONNX come down to these three, by swapping the two sides and by
/// taking the next number above or below.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Comparison<T> {
    /// `x >= t`; a NaN goes left.
    AtLeast(T),
    /// Not `x <= t`; a NaN goes right.
    NotAtMost(T),
    /// `x` is one of these, or it is a NaN and the flag is set.
    OneOf(Vec<T>, bool),
}

impl<T> Tree<T> {
    /// The number of each leaf from left to right, by node; zero for a node that is none. And how many there are.
    pub(super) fn leaf_numbers(&self) -> (Vec<u32>, u32) {
        let mut numbers = vec![0; self.nodes.len()];
        let mut seen = vec![false; self.nodes.len()];
        let mut count = 0;
        let mut stack = vec![0];
        while let Some(place) = stack.pop() {
            if std::mem::replace(&mut seen[place as usize], true) {
                continue;
            }
            match &self.nodes[place as usize] {
                Node::Branch(branch) => stack.extend([branch.right, branch.left]),
                Node::Leaf(_) => {
                    numbers[place as usize] = count;
                    count += 1;
                }
            }
        }
        (numbers, count)
    }
}

/// Links the trees of an ensemble.
///
/// # Errors
/// Every fault there is: lists of different lengths, unknown modes, nodes given twice, links to nowhere, trees with no
/// root or several, cycles, columns and targets out of range.
pub(super) fn link<T: Real>(attributes: &Attributes, targets: usize) -> Result<Vec<Tree<T>>, Vec<String>> {
    let mut faults = Vec::new();
    check_lengths(attributes, &mut faults);
    if !faults.is_empty() {
        return Err(faults);
    }
    let places = places(attributes, &mut faults);
    let weights = weights::<T>(attributes, targets, &places, &mut faults);
    let mut linker = Linker { attributes, places, weights, faults, linked: HashMap::new(), sizes: HashMap::new() };
    for tree in &attributes.node_trees {
        *linker.sizes.entry(*tree).or_default() += 1;
    }
    linker.read_all();
    let trees = linker.trees();
    let weights: usize = trees.iter().map(Tree::weights).sum();
    if weights > MOST_WEIGHTS {
        linker
            .faults
            .push(format!("the trees have {weights} weights (leaves times targets), at most {MOST_WEIGHTS} are run"));
    }
    if linker.faults.is_empty() { Ok(trees) } else { Err(linker.faults) }
}

/// A forest keeps a weight for each leaf and target of a tree: 512 MiB of them.
const MOST_WEIGHTS: usize = 1 << 27;

impl<T> Tree<T> {
    /// How many weights a forest keeps of the tree.
    fn weights(&self) -> usize {
        let leaves = self.nodes.iter().filter_map(|node| match node {
            Node::Leaf(weights) => Some(weights),
            Node::Branch(_) => None,
        });
        let targets: HashSet<u32> = leaves.clone().flatten().map(|(target, _)| *target).collect();
        leaves.count().saturating_mul(targets.len().max(1))
    }
}

/// A node as the lists have it, its links being places in them.
enum Listed<T> {
    Branch(Branch<T>),
    Leaf,
}

struct Linker<'a, T> {
    attributes: &'a Attributes,
    places: HashMap<(i64, i64), u32>,
    weights: HashMap<u32, Vec<(u32, T)>>,
    faults: Vec<String>,
    linked: HashMap<u32, Listed<T>>,
    /// How many nodes each tree has.
    sizes: HashMap<i64, usize>,
}

impl<T: Real> Linker<'_, T> {
    fn read_all(&mut self) {
        let mut members = self.attributes.members.iter();
        for place in 0..self.attributes.node_trees.len() {
            let set = if self.attributes.modes[place] == "BRANCH_MEMBER" { members.next() } else { None };
            let node = self.read(place, set);
            if let Some(node) = node {
                self.linked.insert(place as u32, node);
            }
        }
    }

    fn read(&mut self, place: usize, members: Option<&Vec<f64>>) -> Option<Listed<T>> {
        let lists = self.attributes;
        let mode = lists.modes[place].as_str();
        if mode == "LEAF" {
            return Some(Listed::Leaf);
        }
        let (tree, node) = (lists.node_trees[place], lists.node_ids[place]);
        let t: T = lists.thresholds.at(place);
        let nan_is_true = lists.missing_is_true.get(place) == Some(&1);
        let (true_is_right, goes_right) = match (mode, members) {
            ("BRANCH_LEQ" | "BRANCH_LT", _) if t.is_nan() => (false, not_even(nan_is_true)),
            ("BRANCH_GT" | "BRANCH_GTE", _) if t.is_nan() => (true, only_nan(nan_is_true)),
            ("BRANCH_LEQ", _) => (false, greater(t, !nan_is_true)),
            ("BRANCH_LT", _) => (false, at_least(t, !nan_is_true)),
            ("BRANCH_GT", _) => (true, greater(t, nan_is_true)),
            ("BRANCH_GTE", _) => (true, at_least(t, nan_is_true)),
            ("BRANCH_EQ", _) => (true, Comparison::OneOf(vec![t], nan_is_true)),
            ("BRANCH_NEQ", _) => (false, Comparison::OneOf(vec![t], false)),
            ("BRANCH_MEMBER", Some(set)) => {
                (true, Comparison::OneOf(set.iter().map(|member| T::from_f64(*member)).collect(), nan_is_true))
            }
            ("BRANCH_MEMBER", None) => {
                self.faults.push(format!("node {node} of tree {tree} is BRANCH_MEMBER and has no set of members"));
                return None;
            }
            _ => {
                self.faults.push(format!(
                    "node {node} of tree {tree} has the mode `{mode}`; known are BRANCH_LEQ, BRANCH_LT, BRANCH_GTE, \
                     BRANCH_GT, BRANCH_EQ, BRANCH_NEQ, BRANCH_MEMBER and LEAF"
                ));
                return None;
            }
        };
        let if_true = self.child(tree, node, lists.if_true[place], "true");
        let if_false = self.child(tree, node, lists.if_false[place], "false");
        let feature = self.feature(tree, node, lists.features[place]);
        let (left, right) = if true_is_right { (if_false, if_true) } else { (if_true, if_false) };
        Some(Listed::Branch(Branch { feature: feature?, goes_right, left: left?, right: right? }))
    }

    fn child(&mut self, tree: i64, node: i64, child: i64, which: &str) -> Option<u32> {
        let place = self.places.get(&(tree, child)).copied();
        if place.is_none() {
            self.faults.push(format!(
                "the {which} branch of node {node} of tree {tree} leads to node {child}, which is not there"
            ));
        }
        place
    }

    /// A feature is kept in 31 bits, so that the walk has one for what a NaN does.
    fn feature(&mut self, tree: i64, node: i64, feature: i64) -> Option<u32> {
        let column = u32::try_from(feature).ok().filter(|column| *column < 1 << 31);
        if column.is_none() {
            self.faults.push(format!("node {node} of tree {tree} looks at column {feature}, which cannot be"));
        }
        column
    }

    fn trees(&mut self) -> Vec<Tree<T>> {
        let roots = self.roots();
        if !self.faults.is_empty() {
            return Vec::new();
        }
        roots.into_iter().filter_map(|root| self.tree(root)).collect()
    }

    /// The one node of each tree that no other leads to, in the order in which the trees first appear.
    fn roots(&mut self) -> Vec<u32> {
        let lists = self.attributes;
        let mut is_led_to = vec![false; lists.node_trees.len()];
        for node in self.linked.values() {
            if let Listed::Branch(branch) = node {
                is_led_to[branch.left as usize] = true;
                is_led_to[branch.right as usize] = true;
            }
        }
        let mut order = Vec::new();
        let mut found: HashMap<i64, Vec<u32>> = HashMap::new();
        for (place, tree) in lists.node_trees.iter().enumerate() {
            let roots = found.entry(*tree).or_insert_with(|| {
                order.push(*tree);
                Vec::new()
            });
            if !is_led_to[place] {
                roots.push(place as u32);
            }
        }
        if !self.faults.is_empty() {
            return Vec::new();
        }
        let mut all = Vec::with_capacity(order.len());
        for tree in order {
            match found[&tree].as_slice() {
                [root] => all.push(*root),
                [] => self.faults.push(format!("tree {tree} has no root: its nodes lead in a circle")),
                several => {
                    let nodes: Vec<String> =
                        several.iter().take(5).map(|place| lists.node_ids[*place as usize].to_string()).collect();
                    self.faults.push(format!(
                        "tree {tree} has {} roots where it must have one: nodes {}",
                        several.len(),
                        nodes.join(", ")
                    ));
                }
            }
        }
        all
    }

    /// One tree, its nodes numbered anew from the root in the order of the rows' way through them, level by level.
    fn tree(&mut self, root: u32) -> Option<Tree<T>> {
        self.check_ways(root)?;
        let mut numbers = HashMap::from([(root, 0_u32)]);
        let mut order = vec![root];
        let mut shares = false;
        let mut nodes = Vec::new();
        while nodes.len() < order.len() {
            let place = order[nodes.len()];
            let mut number = |child: u32| {
                let next = order.len() as u32;
                let given = *numbers.entry(child).or_insert(next);
                if given == next {
                    order.push(child);
                } else {
                    shares = true;
                }
                given
            };
            nodes.push(match self.merged(place) {
                Some(mut branch) => {
                    branch.left = number(branch.left);
                    branch.right = number(branch.right);
                    Node::Branch(branch)
                }
                None => Node::Leaf(self.weights.get(&place).cloned().unwrap_or_default()),
            });
        }
        Some(Tree { nodes, shares })
    }

    /// The branch at `place`, one with the chain of comparisons below it that lead to the same node: converters spell
    /// "is one of these categories" as such a chain.
    fn merged(&self, place: u32) -> Option<Branch<T>> {
        let Some(Listed::Branch(branch)) = self.linked.get(&place) else { return None };
        let mut branch = branch.clone();
        while let (Comparison::OneOf(members, nan), Some(Listed::Branch(next))) =
            (&mut branch.goes_right, self.linked.get(&branch.left))
        {
            let Comparison::OneOf(more, more_nan) = &next.goes_right else { break };
            if next.feature != branch.feature || next.right != branch.right {
                break;
            }
            members.extend(more);
            *nan |= more_nan;
            branch.left = next.left;
        }
        Some(branch)
    }

    /// Follows every way down from `root`; nothing, with a fault, if one leads in a circle, or if no way leads to some
    /// node of the tree.
    fn check_ways(&mut self, root: u32) -> Option<()> {
        /// Where a node stands: on the way that is looked at now, or done.
        enum State {
            OnTheWay,
            Done,
        }
        let tree = self.attributes.node_trees[root as usize];
        let mut states: HashMap<u32, State> = HashMap::new();
        let mut stack = vec![root];
        while let Some(&place) = stack.last() {
            let mut is_done = true;
            if let (Some(Listed::Branch(branch)), Some(State::OnTheWay) | None) =
                (self.linked.get(&place), states.get(&place))
            {
                states.insert(place, State::OnTheWay);
                for child in [branch.left, branch.right] {
                    match states.get(&child) {
                        Some(State::Done) => {}
                        Some(State::OnTheWay) => {
                            let node = self.attributes.node_ids[child as usize];
                            self.faults.push(format!("node {node} of tree {tree} leads back to itself"));
                            return None;
                        }
                        None => {
                            stack.push(child);
                            is_done = false;
                        }
                    }
                }
            }
            if is_done {
                states.insert(place, State::Done);
                stack.pop();
            }
        }
        let unreached = self.sizes.get(&tree).map_or(0, |size| size - states.len());
        if unreached > 0 {
            self.faults.push(format!("tree {tree} has {unreached} nodes that its root does not lead to"));
            return None;
        }
        Some(())
    }
}

/// Every number goes right, and a NaN unless it counts as true: no number is below a NaN.
fn not_even<T: Real>(nan_is_true: bool) -> Comparison<T> {
    if nan_is_true { Comparison::AtLeast(T::from_f64(f64::NEG_INFINITY)) } else { Comparison::NotAtMost(T::NAN) }
}

/// No number goes right, and a NaN only if it counts as true: no number is above a NaN.
fn only_nan<T: Real>(nan_is_true: bool) -> Comparison<T> {
    if nan_is_true { Comparison::NotAtMost(T::from_f64(f64::INFINITY)) } else { Comparison::AtLeast(T::NAN) }
}

/// `x > t`, and where a NaN goes.
fn greater<T: Real>(t: T, nan_goes_right: bool) -> Comparison<T> {
    if nan_goes_right {
        Comparison::NotAtMost(t)
    } else if t < T::from_f64(f64::INFINITY) {
        Comparison::AtLeast(t.next_up())
    } else {
        Comparison::AtLeast(T::NAN)
    }
}

/// `x >= t`, and where a NaN goes.
fn at_least<T: Real>(t: T, nan_goes_right: bool) -> Comparison<T> {
    if !nan_goes_right {
        Comparison::AtLeast(t)
    } else if t > T::from_f64(f64::NEG_INFINITY) {
        Comparison::NotAtMost(t.next_down())
    } else {
        Comparison::NotAtMost(T::NAN)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Numbers;
    use super::*;

    /// One tree: `x0 <= 1.5` leads to 1.0, else to 2.0.
    fn stump() -> Attributes {
        Attributes {
            node_trees: vec![0; 3],
            node_ids: vec![0, 1, 2],
            modes: ["BRANCH_LEQ", "LEAF", "LEAF"].map(str::to_owned).to_vec(),
            features: vec![0; 3],
            thresholds: Numbers::Single(vec![1.5, 0.0, 0.0]),
            if_true: vec![1, 0, 0],
            if_false: vec![2, 0, 0],
            weight_trees: vec![0; 2],
            weight_nodes: vec![1, 2],
            weight_targets: vec![0; 2],
            weights: Numbers::Single(vec![1.0, 2.0]),
            ..Attributes::default()
        }
    }

    fn faults(attributes: &Attributes) -> String {
        link::<f32>(attributes, 1).map(|_| ()).unwrap_err().join("\n")
    }

    #[test]
    fn a_tree_is_linked_from_its_root() {
        let trees = link::<f32>(&stump(), 1).unwrap();
        assert_eq!(trees.len(), 1);
        assert_eq!((trees[0].nodes.len(), trees[0].shares), (3, false));
        assert_eq!(trees[0].leaf_numbers(), (vec![0, 0, 1], 2));
    }

    #[test]
    fn every_fault_is_told_at_once() {
        let attributes = Attributes {
            modes: ["BRANCH_LEQ", "BRANCH_ODD", "LEAF"].map(str::to_owned).to_vec(),
            features: vec![-1, 0, 0],
            if_true: vec![9, 0, 0],
            weight_nodes: vec![1, 7],
            weight_targets: vec![3, 0],
            ..stump()
        };
        let faults = faults(&attributes);
        for part in [
            "node 1 of tree 0 has the mode `BRANCH_ODD`",
            "node 0 of tree 0 looks at column -1",
            "the true branch of node 0 of tree 0 leads to node 9",
            "weight 1 is for node 7 of tree 0",
            "weight 0 (node 1 of tree 0) is for class or target 3",
        ] {
            assert!(faults.contains(part), "{part} is not in:\n{faults}");
        }
    }

    #[test]
    fn lists_of_different_lengths_are_told() {
        let attributes = Attributes { features: vec![0; 2], weights: Numbers::Single(vec![1.0]), ..stump() };
        let faults = faults(&attributes);
        assert!(faults.contains("nodes_treeids has 3 entries and nodes_featureids has 2"), "{faults}");
        assert!(faults.contains("the weights' tree ids are 2 and the weights are 1"), "{faults}");
    }

    #[test]
    fn a_circle_is_a_fault_whether_or_not_the_root_is_in_it() {
        let whole = Attributes {
            modes: vec!["BRANCH_LEQ".to_owned(); 3],
            if_true: vec![1, 2, 0],
            if_false: vec![1, 2, 0],
            weight_trees: Vec::new(),
            weight_nodes: Vec::new(),
            weight_targets: Vec::new(),
            weights: Numbers::default(),
            ..stump()
        };
        assert!(faults(&whole).contains("tree 0 has no root: its nodes lead in a circle"));
        let below = Attributes { if_true: vec![1, 2, 1], if_false: vec![1, 2, 1], ..whole.clone() };
        assert!(faults(&below).contains("leads back to itself"));
        let apart = Attributes {
            node_trees: vec![0; 4],
            node_ids: vec![0, 1, 2, 3],
            modes: ["LEAF", "BRANCH_LT", "BRANCH_LT", "BRANCH_LT"].map(str::to_owned).to_vec(),
            features: vec![0; 4],
            thresholds: Numbers::Single(vec![0.0; 4]),
            if_true: vec![0, 2, 3, 1],
            if_false: vec![0, 2, 3, 1],
            ..whole
        };
        assert!(faults(&apart).contains("tree 0 has 3 nodes that its root does not lead to"));
    }

    #[test]
    fn several_roots_and_nodes_given_twice_are_told() {
        let rootless = Attributes { if_false: vec![1, 0, 0], ..stump() };
        assert!(faults(&rootless).contains("tree 0 has 2 roots where it must have one: nodes 0, 2"));
        let twice = Attributes { node_ids: vec![0, 1, 1], ..stump() };
        assert!(faults(&twice).contains("node 1 of tree 0 is there twice"));
    }

    #[test]
    fn a_chain_of_equalities_to_one_node_is_one_set() {
        let attributes = Attributes {
            node_trees: vec![0; 4],
            node_ids: vec![0, 1, 2, 3],
            modes: ["BRANCH_EQ", "BRANCH_EQ", "LEAF", "LEAF"].map(str::to_owned).to_vec(),
            features: vec![0; 4],
            thresholds: Numbers::Single(vec![4.0, 7.0, 0.0, 0.0]),
            if_true: vec![2, 2, 0, 0],
            if_false: vec![1, 3, 0, 0],
            missing_is_true: vec![0, 1, 0, 0],
            ..stump()
        };
        let attributes = Attributes { weight_nodes: vec![2, 3], ..attributes };
        let trees = link::<f32>(&attributes, 1).unwrap();
        let [Node::Branch(branch), Node::Leaf(_), Node::Leaf(_)] = trees[0].nodes.as_slice() else {
            panic!("{:?}", trees[0]);
        };
        assert_eq!(branch.goes_right, Comparison::OneOf(vec![4.0, 7.0], true));
        assert!(!trees[0].shares);
    }
}
