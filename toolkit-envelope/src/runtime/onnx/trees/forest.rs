use std::ops::Range;

use super::Real;
use super::abreast::{Abreast, Found};
use super::blocks::{Blocks, Column, LANES, Leaves};
use super::link::{Node, Tree};
use super::vectors::{self, Work};
use super::walk::Walks;

/// Rows below which a block is not worth its while.
const FEWEST_IN_BLOCK: usize = 4;

/// How the weights for one target come together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Aggregate {
    /// Added up, in the order of the trees.
    Sum,
    /// The lowest.
    Min,
    /// The highest.
    Max,
}

/// Trees that are walked, and the weights of the leaves that are found.
#[derive(Debug)]
pub(super) struct Forest<T> {
    trees: Vec<Weighed>,
    walks: Walks<T>,
    blocks: Blocks<T>,
    /// For one row, if every tree is in blocks.
    abreast: Option<Abreast>,
    /// Of each tree, for each of its targets, the weight of each leaf.
    weights: Vec<T>,
    targets: usize,
    aggregate: Aggregate,
    /// The highest column that is looked at.
    last_column: u32,
    /// Whether a target has a weight on every way through the forest, on none, or on some.
    presence: Vec<Presence>,
    /// Whether a leaf has a weight of its own, as `weights`; empty if no target's presence has to be looked up.
    has_weight: Vec<bool>,
}

/// Where the weights of a tree are.
#[derive(Debug)]
struct Weighed {
    /// In blocks.
    groups: Option<Range<u32>>,
    /// How many leaves, so how far the weights for one target are from those for the next.
    leaves: u32,
    targets: Vec<u32>,
}

/// Whether rows get a weight for a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Presence {
    /// Every row.
    Always,
    /// No row.
    Never,
    /// Some rows: it has to be looked up for each.
    Sometimes,
}

/// Memory that is used again from call to call.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scratch<T> {
    /// For the caller: rows in this precision, and what becomes of them.
    pub(crate) rows: Vec<T>,
    pub(crate) results: Vec<T>,
    block: Vec<Column<T>>,
    sums: Vec<Column<T>>,
    leaves_of_groups: Vec<Leaves>,
    found: Found,
}

impl<T: Real> Forest<T> {
    pub(super) fn new(trees: &[Tree<T>], targets: usize, aggregate: Aggregate) -> Self {
        let mut forest = Self {
            trees: Vec::new(),
            walks: Walks::default(),
            blocks: Blocks::default(),
            abreast: None,
            weights: Vec::new(),
            targets,
            aggregate,
            last_column: 0,
            presence: vec![Presence::Never; targets],
            has_weight: Vec::new(),
        };
        for tree in trees {
            forest.add(tree);
        }
        if forest.trees.iter().all(|tree| tree.groups.is_some()) {
            forest.abreast = Abreast::new(&forest.blocks);
        }
        if !forest.presence.contains(&Presence::Sometimes) {
            forest.has_weight = Vec::new();
        }
        forest
    }

    fn add(&mut self, tree: &Tree<T>) {
        let (numbers, leaves) = tree.leaf_numbers();
        let first = self.weights.len() as u32;
        let mut targets: Vec<u32> = Vec::new();
        for node in &tree.nodes {
            match node {
                Node::Leaf(weights) => targets.extend(weights.iter().map(|(target, _)| *target)),
                Node::Branch(branch) => self.last_column = self.last_column.max(branch.feature),
            }
        }
        targets.sort_unstable();
        targets.dedup();
        self.weigh(tree, &numbers, leaves as usize, &targets);
        let numbers: Vec<u32> = numbers.iter().map(|number| first + number).collect();
        self.walks.add(tree, &numbers);
        let groups = self.blocks.add(tree, first, leaves);
        self.trees.push(Weighed { groups, leaves, targets });
    }

    /// Writes the tree's weights, target by target. A leaf without a weight for a target gives what changes nothing.
    fn weigh(&mut self, tree: &Tree<T>, numbers: &[u32], leaves: usize, targets: &[u32]) {
        let nothing = match self.aggregate {
            Aggregate::Sum => T::default(),
            Aggregate::Min => T::from_f64(f64::INFINITY),
            Aggregate::Max => T::from_f64(f64::NEG_INFINITY),
        };
        let first = self.weights.len();
        self.weights.resize(first + leaves * targets.len().max(1), nothing);
        self.has_weight.resize(self.weights.len(), false);
        for (index, target) in targets.iter().enumerate() {
            let mut has_all = true;
            for (node, number) in tree.nodes.iter().zip(numbers) {
                let Node::Leaf(weights) = node else { continue };
                let place = &mut self.weights[first + index * leaves + *number as usize];
                let mut has = false;
                for (_, weight) in weights.iter().filter(|(of, _)| of == target) {
                    *place = self.aggregate.add(*place, *weight);
                    has = true;
                }
                self.has_weight[first + index * leaves + *number as usize] = has;
                has_all &= has;
            }
            let presence = &mut self.presence[*target as usize];
            *presence = match (*presence, has_all) {
                (Presence::Always, _) | (_, true) => Presence::Always,
                _ => Presence::Sometimes,
            };
        }
    }

    /// How many columns a row must have.
    pub(super) fn columns(&self) -> usize {
        self.last_column as usize + 1
    }

    pub(super) fn trees(&self) -> usize {
        self.trees.len()
    }

    /// Whether a row comes to a weight for a target.
    pub(super) fn has_weight(&self, row: &[T], target: usize) -> bool {
        match self.presence[target] {
            Presence::Always => true,
            Presence::Never => false,
            Presence::Sometimes => {
                let mut has = false;
                self.walks.leaves_of_row(row, |tree, leaf| {
                    let tree = &self.trees[tree];
                    if let Some(index) = tree.targets.iter().position(|of| *of as usize == target) {
                        has |= self.has_weight[leaf as usize + index * tree.leaves as usize];
                    }
                });
                has
            }
        }
    }

    /// Adds up the weights of each row's leaves, `targets` for each row. `rows` has `features` numbers of each row, at
    /// least [`Forest::columns`].
    pub(super) fn sum(&self, rows: &[T], features: usize, scratch: &mut Scratch<T>, sums: &mut [T]) {
        let start = match self.aggregate {
            Aggregate::Sum => T::default(),
            Aggregate::Min => T::from_f64(f64::INFINITY),
            Aggregate::Max => T::from_f64(f64::NEG_INFINITY),
        };
        sums.fill(start);
        let rows = rows.chunks(features * LANES).zip(sums.chunks_mut(self.targets * LANES));
        for (rows, sums) in rows {
            if rows.len() / features >= FEWEST_IN_BLOCK {
                self.sum_block(rows, features, start, scratch, sums);
            } else {
                for (row, sums) in rows.chunks(features).zip(sums.chunks_mut(self.targets)) {
                    self.sum_row(row, scratch, sums);
                }
            }
        }
    }

    fn sum_row(&self, row: &[T], scratch: &mut Scratch<T>, sums: &mut [T]) {
        let Some(abreast) = &self.abreast else {
            return self.walks.leaves_of_row(row, |tree, leaf| self.add_leaf(&self.trees[tree], leaf, sums));
        };
        abreast.find(row, &mut scratch.found);
        for tree in &self.trees {
            if let Some(groups) = &tree.groups {
                self.add_leaf(tree, abreast.leaf(groups, &scratch.found), sums);
            }
        }
    }

    #[inline]
    fn add_leaf(&self, tree: &Weighed, leaf: u32, sums: &mut [T]) {
        let mut place = leaf as usize;
        for target in &tree.targets {
            let sum = &mut sums[*target as usize];
            *sum = self.aggregate.add(*sum, self.weights[place]);
            place += tree.leaves as usize;
        }
    }

    fn sum_block(&self, rows: &[T], features: usize, start: T, scratch: &mut Scratch<T>, sums: &mut [T]) {
        vectors::widest(Block { forest: self, rows, features, start, scratch, sums });
    }

    #[allow(clippy::inline_always, reason = "what is inlined is compiled for the widest vectors: see `vectors`")]
    #[inline(always)]
    fn sum_block_here(&self, rows: &[T], features: usize, start: T, scratch: &mut Scratch<T>, sums: &mut [T]) {
        let Scratch { block, sums: columns, leaves_of_groups, .. } = scratch;
        block.resize(self.blocks.columns().len(), [T::default(); LANES]);
        for (column, feature) in block.iter_mut().zip(self.blocks.columns()) {
            for (lane, row) in column.iter_mut().zip(rows.chunks_exact(features)) {
                *lane = row[*feature as usize];
            }
        }
        columns.clear();
        columns.resize(self.targets, [start; LANES]);
        let count = rows.len() / features;
        if leaves_of_groups.len() < self.blocks.most_groups() {
            leaves_of_groups.resize(self.blocks.most_groups(), [0; LANES]);
        }
        let mut walked = [0; LANES];
        for (index, tree) in self.trees.iter().enumerate() {
            let leaves = if let Some(groups) = &tree.groups {
                self.blocks.find(groups.clone(), block, count, leaves_of_groups)
            } else {
                self.walks.leaves_of_tree(index, rows, features, &mut walked[..count]);
                &walked[..count]
            };
            let mut weights = 0;
            for target in &tree.targets {
                let sums = &mut columns[*target as usize];
                for (sum, leaf) in sums.iter_mut().zip(leaves) {
                    *sum = self.aggregate.add(*sum, self.weights[weights + *leaf as usize]);
                }
                weights += tree.leaves as usize;
            }
        }
        for (target, column) in columns.iter().enumerate() {
            for (row, sum) in column[..count].iter().enumerate() {
                sums[row * self.targets + target] = *sum;
            }
        }
    }
}

/// The sums of a block, as work that is done with whatever vectors the machine has.
struct Block<'a, T> {
    forest: &'a Forest<T>,
    rows: &'a [T],
    features: usize,
    start: T,
    scratch: &'a mut Scratch<T>,
    sums: &'a mut [T],
}

impl<T: Real> Work for Block<'_, T> {
    #[allow(clippy::inline_always, reason = "what is inlined is compiled for the widest vectors: see `vectors`")]
    #[inline(always)]
    fn run(self) {
        self.forest.sum_block_here(self.rows, self.features, self.start, self.scratch, self.sums);
    }
}

impl Aggregate {
    #[allow(clippy::inline_always, reason = "what is inlined is compiled for the widest vectors: see `vectors`")]
    #[inline(always)]
    fn add<T: Real>(self, so_far: T, weight: T) -> T {
        match self {
            Self::Sum => so_far + weight,
            Self::Min => {
                if weight < so_far {
                    weight
                } else {
                    so_far
                }
            }
            Self::Max => {
                if weight > so_far {
                    weight
                } else {
                    so_far
                }
            }
        }
    }
}

#[cfg(test)]
#[allow(
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    clippy::float_cmp,
    reason = "the numbers of a test are small, and the comparisons are those of the standard"
)]
mod tests {
    use proptest::prelude::*;

    use super::super::link::link;
    use super::super::{Attributes, Numbers};
    use super::*;

    const MODES: [&str; 7] =
        ["BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE", "BRANCH_GT", "BRANCH_EQ", "BRANCH_NEQ", "BRANCH_MEMBER"];
    const VALUES: [f32; 12] =
        [0.0, -0.0, 1.0, -1.0, 0.5, 2.0, f32::INFINITY, f32::NEG_INFINITY, f32::NAN, 1e-40, 3.0, f32::MAX];

    /// A number to draw the rest from, so that a case is small to print and to shrink.
    #[derive(Clone, Debug)]
    struct Case {
        seed: u64,
        trees: usize,
        leaves: usize,
        columns: usize,
        rows: usize,
        targets: usize,
        modes: usize,
        is_sparse: bool,
    }

    fn cases() -> impl Strategy<Value = Case> {
        let sizes = (1_usize..24, prop_oneof![1_usize..5, 30_usize..36, 60_usize..250], 1_usize..40, 1_usize..100);
        (any::<u64>(), sizes, 1_usize..4, 0_usize..8, any::<bool>()).prop_map(
            |(seed, (trees, leaves, columns, rows), targets, modes, is_sparse)| Case {
                seed,
                trees,
                leaves,
                columns,
                rows,
                targets,
                modes,
                is_sparse,
            },
        )
    }

    /// Draws numbers (splitmix64).
    struct Draw(u64);

    impl Draw {
        fn below(&mut self, limit: usize) -> usize {
            self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            ((z ^ (z >> 31)) % limit as u64) as usize
        }
    }

    fn drawn(case: &Case, draw: &mut Draw) -> Attributes {
        let mut all = Attributes::default();
        let (mut thresholds, mut weights) = (Vec::new(), Vec::new());
        for tree in 0..case.trees as i64 {
            let mut children = vec![None];
            let mut open = vec![0];
            let leaves = draw.below(case.leaves) + 1;
            while open.len() < leaves {
                let node: usize = open.swap_remove(draw.below(open.len()));
                children[node] = Some(children.len() as i64);
                open.extend([children.len(), children.len() + 1]);
                children.extend([None, None]);
            }
            for (node, child) in children.iter().enumerate() {
                let mode = if case.modes < 7 { case.modes } else { draw.below(7) };
                all.node_trees.push(tree);
                all.node_ids.push(node as i64);
                all.features.push(draw.below(case.columns) as i64);
                all.missing_is_true.push(draw.below(2) as i64);
                thresholds.push(VALUES[draw.below(12)]);
                all.if_true.push(child.unwrap_or(0));
                all.if_false.push(child.map_or(0, |child| child + 1));
                all.modes.push(if child.is_some() { MODES[mode] } else { "LEAF" }.to_owned());
                if child.is_some() && mode == 6 {
                    all.members.push((0..draw.below(4)).map(|_| f64::from(VALUES[draw.below(12)])).collect());
                }
                for target in 0..case.targets {
                    if child.is_none() && !(case.is_sparse && draw.below(3) == 0) {
                        all.weight_trees.push(tree);
                        all.weight_nodes.push(node as i64);
                        all.weight_targets.push(target as i64);
                        weights.push(draw.below(1000) as f32 / 500.0 - 1.0);
                    }
                }
            }
        }
        all.thresholds = Numbers::Single(thresholds);
        all.weights = Numbers::Single(weights);
        all
    }

    /// What the standard says, read from the lists node by node.
    fn expected(attributes: &Attributes, row: &[f32], targets: usize) -> Vec<f32> {
        let mut sums = vec![0.0; targets];
        let mut tree = -1;
        for root in 0..attributes.node_trees.len() {
            if attributes.node_trees[root] == tree {
                continue;
            }
            tree = attributes.node_trees[root];
            let mut place = root;
            while attributes.modes[place] != "LEAF" {
                let x = row[attributes.features[place] as usize];
                let t: f32 = attributes.thresholds.at(place);
                let holds = match attributes.modes[place].as_str() {
                    "BRANCH_LEQ" => x <= t,
                    "BRANCH_LT" => x < t,
                    "BRANCH_GTE" => x >= t,
                    "BRANCH_GT" => x > t,
                    "BRANCH_EQ" => x == t,
                    "BRANCH_NEQ" => x != t,
                    _ => {
                        let before = attributes.modes[..place].iter().filter(|mode| *mode == "BRANCH_MEMBER").count();
                        attributes.members[before].contains(&f64::from(x))
                    }
                };
                let holds = holds || (x.is_nan() && attributes.missing_is_true[place] == 1);
                let next = if holds { attributes.if_true[place] } else { attributes.if_false[place] };
                place = root + next as usize;
            }
            let leaf = (tree, attributes.node_ids[place]);
            let from = attributes.weight_trees.partition_point(|of| *of < tree);
            for weight in from..attributes.weight_trees.len() {
                match (attributes.weight_trees[weight], attributes.weight_nodes[weight]) {
                    (of, _) if of > tree => break,
                    of if of == leaf => {
                        sums[attributes.weight_targets[weight] as usize] += attributes.weights.at::<f32>(weight);
                    }
                    _ => {}
                }
            }
        }
        sums
    }

    fn summed<T: Real>(attributes: &Attributes, case: &Case, rows: &[f32], at_once: usize) -> Vec<f64> {
        let forest = Forest::<T>::new(&link(attributes, case.targets).unwrap(), case.targets, Aggregate::Sum);
        let rows: Vec<T> = rows.iter().map(|x| T::from_f32(*x)).collect();
        let mut sums = vec![T::default(); case.rows * case.targets];
        let mut scratch = Scratch::default();
        for (rows, sums) in rows.chunks(at_once * case.columns).zip(sums.chunks_mut(at_once * case.targets)) {
            forest.sum(rows, case.columns, &mut scratch, sums);
        }
        sums.iter().map(|sum| sum.to_f64()).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]

        #[test]
        fn every_way_through_a_forest_gives_what_the_standard_says(case in cases()) {
            let mut draw = Draw(case.seed);
            let attributes = drawn(&case, &mut draw);
            let rows: Vec<f32> = (0..case.rows * case.columns).map(|_| VALUES[draw.below(12)]).collect();
            let expected: Vec<f64> = rows
                .chunks(case.columns)
                .flat_map(|row| expected(&attributes, row, case.targets))
                .map(f64::from)
                .collect();
            prop_assert_eq!(&summed::<f32>(&attributes, &case, &rows, 1), &expected, "one row at a time");
            prop_assert_eq!(&summed::<f32>(&attributes, &case, &rows, case.rows), &expected, "all rows at once");
            for (at_once, name) in [(1, "one row"), (case.rows, "all rows")] {
                let double = summed::<f64>(&attributes, &case, &rows, at_once);
                let is_close = double.iter().zip(&expected).all(|(sum, expected)| (sum - expected).abs() < 1e-4);
                prop_assert!(is_close, "{} in double precision: {:?}, not {:?}", name, double, expected);
            }
        }
    }
}
