//! Down the trees one step at a time, several walks in flight: the way for one row, and for trees too large for blocks.

use super::Real;
use super::link::{Comparison, Node, Tree};

/// How many walks are in flight: each step waits for memory, and the waits overlap.
const IN_FLIGHT: usize = 8;

/// Trees as steps. A leaf leads to itself, so that no step has to ask whether it is the last one.
#[derive(Debug, Default)]
pub(super) struct Walks<T> {
    steps: Vec<Step<T>>,
    /// The leaf that a step stands for, if it stands for one.
    leaves: Vec<u32>,
    /// Each tree's first step.
    roots: Vec<u32>,
}

/// Right if `x >= threshold`, or if `x` is a NaN and the flag is set.
#[derive(Clone, Copy, Debug)]
struct Step<T> {
    threshold: T,
    /// The column; the highest bit is set if a NaN goes right.
    feature: u32,
    /// Left, right.
    next: [u32; 2],
}

const NAN_GOES_RIGHT: u32 = 1 << 31;

impl<T: Real> Walks<T> {
    /// Adds a tree whose leaves have the numbers given, by node.
    pub(super) fn add(&mut self, tree: &Tree<T>, leaves: &[u32]) {
        let base = self.steps.len() as u32;
        self.roots.push(base);
        for place in 0..tree.nodes.len() as u32 {
            self.push(Step { threshold: T::NAN, feature: 0, next: [base + place; 2] });
        }
        for (index, (node, leaf)) in tree.nodes.iter().zip(leaves).enumerate() {
            let place = base as usize + index;
            match node {
                Node::Leaf(_) => self.leaves[place] = *leaf,
                Node::Branch(branch) => {
                    let (left, right) = (base + branch.left, base + branch.right);
                    self.steps[place] = match &branch.goes_right {
                        Comparison::AtLeast(t) => step(branch.feature, *t, false, left, right),
                        Comparison::NotAtMost(t) => step(branch.feature, above(*t), true, left, right),
                        Comparison::OneOf(members, nan) => self.chain(branch.feature, members, *nan, left, right),
                    };
                }
            }
        }
    }

    /// A set as a chain of steps: two for each member, one below which it is none of the rest, one above which it is not
    /// this one. Gives the first.
    fn chain(&mut self, feature: u32, members: &[T], nan: bool, outside: u32, inside: u32) -> Step<T> {
        let mut members: Vec<T> = members.iter().copied().filter(|member| !member.is_nan()).collect();
        members.sort_by(|a, b| b.partial_cmp(a).unwrap_or(std::cmp::Ordering::Equal));
        members.dedup();
        let mut first = step(feature, T::NAN, false, outside, outside);
        for member in members {
            let rest = self.push(first);
            let is_above = self.push(step(feature, above_of_number(member), false, inside, rest));
            first = step(feature, member, false, outside, is_above);
        }
        if nan {
            let rest = self.push(first);
            first = step(feature, T::NAN, true, rest, inside);
        }
        first
    }

    fn push(&mut self, step: Step<T>) -> u32 {
        self.steps.push(step);
        self.leaves.push(0);
        self.steps.len() as u32 - 1
    }

    /// The leaf that one row comes to in each tree, by tree.
    pub(super) fn leaves_of_row(&self, row: &[T], mut found: impl FnMut(usize, u32)) {
        for (chunk, roots) in self.roots.chunks(IN_FLIGHT).enumerate() {
            let mut at = [roots[0]; IN_FLIGHT];
            at[..roots.len()].copy_from_slice(roots);
            self.descend(&mut at, |_| row);
            for (index, place) in at[..roots.len()].iter().enumerate() {
                found(chunk * IN_FLIGHT + index, self.leaves[*place as usize]);
            }
        }
    }

    /// The leaf that each of some rows comes to in one tree.
    pub(super) fn leaves_of_tree(&self, tree: usize, rows: &[T], features: usize, found: &mut [u32]) {
        for (chunk, found) in found.chunks_mut(IN_FLIGHT).enumerate() {
            let mut at = [self.roots[tree]; IN_FLIGHT];
            let last = found.len() - 1;
            self.descend(&mut at, |walk| {
                let row = chunk * IN_FLIGHT + walk.min(last);
                &rows[row * features..(row + 1) * features]
            });
            for (found, place) in found.iter_mut().zip(at) {
                *found = self.leaves[place as usize];
            }
        }
    }

    /// Steps until every walk stands at a leaf.
    #[allow(clippy::needless_bitwise_bool, reason = "a branch that cannot be foreseen costs more than both sides")]
    #[inline]
    fn descend<'x>(&self, at: &mut [u32; IN_FLIGHT], row: impl Fn(usize) -> &'x [T]) {
        loop {
            let mut moved = 0;
            for (walk, at) in at.iter_mut().enumerate() {
                let step = &self.steps[*at as usize];
                let x = row(walk)[(step.feature & !NAN_GOES_RIGHT) as usize];
                let right = (x >= step.threshold) | (x.is_nan() & (step.feature & NAN_GOES_RIGHT != 0));
                let next = step.next[usize::from(right)];
                moved |= next ^ *at;
                *at = next;
            }
            if moved == 0 {
                return;
            }
        }
    }
}

fn step<T>(feature: u32, threshold: T, nan_goes_right: bool, left: u32, right: u32) -> Step<T> {
    let flag = if nan_goes_right { NAN_GOES_RIGHT } else { 0 };
    Step { threshold, feature: feature | flag, next: [left, right] }
}

/// The threshold from which on a number is not at most `t`: no number is at most a NaN.
fn above<T: Real>(t: T) -> T {
    if t.is_nan() { T::from_f64(f64::NEG_INFINITY) } else { above_of_number(t) }
}

/// The next number, and beyond the last one a NaN, which no number reaches.
fn above_of_number<T: Real>(t: T) -> T {
    if t < T::from_f64(f64::INFINITY) { t.next_up() } else { T::NAN }
}
