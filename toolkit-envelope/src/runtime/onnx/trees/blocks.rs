//! Many rows at once, without a walk: every comparison of a tree is made for every row of a block, and clears the leaves
//! that it rules out from a set of bits. The first leaf left is the row's.
//!
//! The idea is that of `QuickScorer` (Lucchese et al., SIGIR 2015): a comparison that sends a row to the right rules out the
//! leaves on its left, and one that sends it to the left rules out none, because the first leaf left is looked for.
//! All rows of a block do the same work, so it is done in vectors. A tree of more than 32 leaves is cut into groups of
//! at most 32, and what is above the cut is one more group, whose leaves are the groups below.

use std::ops::Range;

use super::Real;
use super::link::{Branch, Comparison, Node, Tree};

/// Rows in a block.
pub(super) const LANES: usize = 64;

/// Rows that are looked at together: one vector of single precision where vectors are widest.
const WIDTH: usize = 16;

/// Leaves in a group: the bits of one word.
const GROUP: u32 = 32;

/// A tree with more leaves is faster walked.
const MOST_LEAVES: u32 = 192;

/// A column of a block: one number of each row.
pub(super) type Column<T> = [T; LANES];

/// The leaf of each row of a block.
pub(super) type Leaves = [u32; LANES];

/// Trees as comparisons to be made all at once.
#[derive(Debug, Default)]
pub(super) struct Blocks<T> {
    tests: Vec<Test<T>>,
    groups: Vec<Group>,
    /// The columns that a test looks at; tests name them by their place here.
    columns: Vec<u32>,
    /// The most groups that a tree has.
    most_groups: usize,
}

/// One comparison, and the leaves of its group that are left when it sends a row to the right.
#[derive(Clone, Copy, Debug)]
pub(super) struct Test<T> {
    pub(super) threshold: T,
    pub(super) column: u32,
    pub(super) keeps: u32,
}

/// The tests of a group, which lie together, sorted by kind.
#[derive(Clone, Copy, Debug)]
struct Group {
    first: u32,
    /// Where the tests of each kind end, in the order of [`KINDS`].
    ends: [u32; 4],
    first_leaf: u32,
}

/// What a test asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    AtLeast,
    NotAtMost,
    Equal,
    Missing,
}

const KINDS: [Kind; 4] = [Kind::AtLeast, Kind::NotAtMost, Kind::Equal, Kind::Missing];

impl<T: Real> Blocks<T> {
    /// Adds a tree whose leaves are numbered from left to right from `first_leaf`, and gives its groups; none if it is
    /// faster, or only possible, to walk it. Of several groups the last says which of the others has the leaf.
    pub(super) fn add(&mut self, tree: &Tree<T>, first_leaf: u32, leaves: u32) -> Option<Range<u32>> {
        if tree.shares || leaves > MOST_LEAVES {
            return None;
        }
        let mut sizes = vec![1; tree.nodes.len()];
        for (place, node) in tree.nodes.iter().enumerate().rev() {
            if let Node::Branch(branch) = node {
                sizes[place] = sizes[branch.left as usize] + sizes[branch.right as usize];
            }
        }
        let mut tree = Cut { nodes: &tree.nodes, sizes, roots: Vec::new() };
        tree.find_roots(0);
        if tree.roots.len() > GROUP as usize {
            return None;
        }
        let start = self.groups.len() as u32;
        let mut leaf = first_leaf;
        for root in tree.roots.clone() {
            self.add_group(&tree, root, leaf, |place| tree.sizes[place as usize]);
            leaf += tree.sizes[root as usize];
        }
        if tree.roots.len() > 1 {
            self.add_group(&tree, 0, 0, |place| tree.roots_below(place));
        }
        let groups = start..self.groups.len() as u32;
        self.most_groups = self.most_groups.max(groups.len());
        Some(groups)
    }

    /// The columns to be given to [`Blocks::find`].
    pub(super) fn columns(&self) -> &[u32] {
        &self.columns
    }

    /// The most groups that a tree has.
    pub(super) fn most_groups(&self) -> usize {
        self.most_groups
    }

    /// Adds the group below `root`. `leaves` says how many leaves of the group are below a node; one that is itself a
    /// leaf of it has one.
    fn add_group(&mut self, tree: &Cut<'_, T>, root: u32, first_leaf: u32, leaves: impl Fn(u32) -> u32) {
        let mut tests = Vec::new();
        let mut stack = vec![(root, 0)];
        while let Some((place, first)) = stack.pop() {
            let Node::Branch(branch) = &tree.nodes[place as usize] else { continue };
            if leaves(place) > 1 {
                let left = leaves(branch.left);
                let ruled_out = (u32::MAX << (GROUP - left)) >> first;
                self.tests_of(branch, !ruled_out, &mut tests);
                stack.extend([(branch.left, first), (branch.right, first + left)]);
            }
        }
        tests.sort_by_key(|(kind, test)| (*kind, test.column));
        let first = self.tests.len() as u32;
        let ends = KINDS.map(|kind| first + tests.iter().take_while(|(of, _)| *of <= kind).count() as u32);
        self.tests.extend(tests.iter().map(|(_, test)| *test));
        self.groups.push(Group { first, ends, first_leaf });
    }

    /// The tests any of which sends a row to the right.
    fn tests_of(&mut self, branch: &Branch<T>, keeps: u32, tests: &mut Vec<(Kind, Test<T>)>) {
        let known = self.columns.iter().position(|column| *column == branch.feature);
        let column = known.unwrap_or_else(|| {
            self.columns.push(branch.feature);
            self.columns.len() - 1
        }) as u32;
        let test = |threshold| Test { threshold, column, keeps };
        match &branch.goes_right {
            Comparison::AtLeast(t) => tests.push((Kind::AtLeast, test(*t))),
            Comparison::NotAtMost(t) => tests.push((Kind::NotAtMost, test(*t))),
            Comparison::OneOf(members, nan) => {
                tests.extend(members.iter().map(|member| (Kind::Equal, test(*member))));
                tests.extend(nan.then(|| (Kind::Missing, test(T::NAN))));
            }
        }
    }

    /// Each group in turn: its tests, and its first leaf.
    pub(super) fn groups(&self) -> impl Iterator<Item = (impl Iterator<Item = (Kind, &Test<T>)>, u32)> {
        self.groups.iter().map(|group| {
            let tests = (group.first..group.ends[3]).map(|index| {
                let kind = KINDS[group.ends.iter().filter(|end| **end <= index).count()];
                (kind, &self.tests[index as usize])
            });
            (tests, group.first_leaf)
        })
    }

    /// The leaf of each of the first rows of a block, in room for the leaves of [`Blocks::most_groups`].
    #[allow(clippy::inline_always, reason = "what is inlined is compiled for the widest vectors: see `vectors`")]
    #[inline(always)]
    pub(super) fn find<'l>(
        &self,
        groups: Range<u32>,
        block: &[Column<T>],
        rows: usize,
        leaves: &'l mut [Leaves],
    ) -> &'l [u32] {
        let lanes = rows.next_multiple_of(WIDTH);
        let groups = &self.groups[groups.start as usize..groups.end as usize];
        for (group, leaves) in groups.iter().zip(leaves.iter_mut()) {
            self.find_in_group(group, block, &mut leaves[..lanes]);
        }
        let [first, others @ ..] = &mut leaves[..groups.len()] else { return &[] };
        if let [others @ .., which] = others {
            for (index, other) in others.iter().enumerate() {
                for ((leaf, other), which) in first[..lanes].iter_mut().zip(other).zip(&*which) {
                    *leaf = if *which as usize == index + 1 { *other } else { *leaf };
                }
            }
        }
        &first[..rows]
    }

    #[allow(clippy::inline_always, reason = "what is inlined is compiled for the widest vectors: see `vectors`")]
    #[inline(always)]
    fn find_in_group(&self, group: &Group, block: &[Column<T>], leaves: &mut [u32]) {
        for (index, leaves) in leaves.chunks_exact_mut(WIDTH).enumerate() {
            let rows = index * WIDTH..(index + 1) * WIDTH;
            let mut bits = [u32::MAX; WIDTH];
            let [at_least, not_at_most, equal, missing] = group.ends;
            self.clear(group.first..at_least, block, rows.clone(), &mut bits, |x, t| x >= t);
            #[allow(clippy::neg_cmp_op_on_partial_ord, reason = "a NaN is not at most anything")]
            self.clear(at_least..not_at_most, block, rows.clone(), &mut bits, |x, t| !(x <= t));
            self.clear(not_at_most..equal, block, rows.clone(), &mut bits, |x, t| x == t);
            self.clear(equal..missing, block, rows, &mut bits, |x, _| x.is_nan());
            for (leaf, bits) in leaves.iter_mut().zip(bits) {
                *leaf = group.first_leaf + bits.leading_zeros();
            }
        }
    }

    /// Clears what each test rules out.
    #[allow(clippy::inline_always, reason = "what is inlined is compiled for the widest vectors: see `vectors`")]
    #[inline(always)]
    fn clear(
        &self,
        tests: Range<u32>,
        block: &[Column<T>],
        rows: Range<usize>,
        bits: &mut [u32; WIDTH],
        holds: impl Fn(T, T) -> bool,
    ) {
        for test in &self.tests[tests.start as usize..tests.end as usize] {
            let mut x = [test.threshold; WIDTH];
            x.copy_from_slice(&block[test.column as usize][rows.clone()]);
            let masks = x.map(|x| if holds(x, test.threshold) { test.keeps } else { u32::MAX });
            for (bits, mask) in bits.iter_mut().zip(masks) {
                *bits &= mask;
            }
        }
    }
}

/// A tree while it is cut.
struct Cut<'a, T> {
    nodes: &'a [Node<T>],
    /// How many leaves are below each node.
    sizes: Vec<u32>,
    /// The highest nodes with few enough leaves for a group, from left to right.
    roots: Vec<u32>,
}

impl<T> Cut<'_, T> {
    fn find_roots(&mut self, root: u32) {
        let mut stack = vec![root];
        while let Some(place) = stack.pop() {
            match &self.nodes[place as usize] {
                Node::Branch(branch) if self.sizes[place as usize] > GROUP => stack.extend([branch.right, branch.left]),
                _ => self.roots.push(place),
            }
        }
    }

    /// How many roots of groups are at or below a node; one for a node that is below such a root.
    fn roots_below(&self, place: u32) -> u32 {
        match &self.nodes[place as usize] {
            Node::Branch(branch) if self.sizes[place as usize] > GROUP => {
                self.roots_below(branch.left) + self.roots_below(branch.right)
            }
            _ => 1,
        }
    }
}
