//! One row at once with many trees: as [`super::blocks`], but what lies side by side in a vector is one comparison of
//! each of sixteen groups. Only machines with vectors that wide, and with a way to pick each lane's column, gain.

use std::ops::Range;

use super::Real;
use super::blocks::{Blocks, Kind};
use super::vectors::{self, ABREAST, Step};

/// Groups of comparisons, sixteen at a time.
#[derive(Debug)]
pub(super) struct Abreast {
    steps: Vec<Step>,
    /// The steps of each sixteen groups.
    batches: Vec<Range<u32>>,
    /// Where in the batches each group is, in the order of the blocks, and its first leaf.
    places: Vec<(u32, u32)>,
    /// What a step looks at, by its place here: a column, and whether a NaN goes right.
    columns: Vec<(u32, bool)>,
}

/// Memory that is used again from call to call.
#[derive(Clone, Debug, Default)]
pub(super) struct Found {
    row: Vec<f32>,
    leaves: Vec<[u32; ABREAST]>,
}

impl Abreast {
    /// Lays the groups of a forest side by side; none if the machine or the forest does not gain, or if it has
    /// comparisons other than with a threshold.
    pub(super) fn new<T: Real>(blocks: &Blocks<T>) -> Option<Self> {
        if !T::IS_SINGLE || !vectors::can_go_abreast() {
            return None;
        }
        let mut columns: Vec<(u32, bool)> = Vec::new();
        let mut groups = Vec::new();
        for (group, (tests, first_leaf)) in blocks.groups().enumerate() {
            let mut of_group = Vec::new();
            for (kind, test) in tests {
                let (threshold, nan_goes_right) = as_at_least(kind, test.threshold.to_f32())?;
                let column = blocks.columns()[test.column as usize];
                let place = columns.iter().position(|known| *known == (column, nan_goes_right)).unwrap_or_else(|| {
                    columns.push((column, nan_goes_right));
                    columns.len() - 1
                });
                of_group.push((threshold, place as u32, test.keeps));
            }
            groups.push(Single { group, first_leaf, tests: of_group });
        }
        if groups.len() < ABREAST {
            return None;
        }
        Some(Self::of(columns, groups))
    }

    /// Groups of like size together, so that few steps are empty.
    fn of(columns: Vec<(u32, bool)>, mut groups: Vec<Single>) -> Self {
        groups.sort_by_key(|single| (std::cmp::Reverse(single.tests.len()), single.group));
        let mut abreast = Self { steps: Vec::new(), batches: Vec::new(), places: vec![(0, 0); groups.len()], columns };
        for (place, single) in groups.iter().enumerate() {
            abreast.places[single.group] = (place as u32, single.first_leaf);
        }
        for sixteen in groups.chunks(ABREAST) {
            let start = abreast.steps.len() as u32;
            let longest = sixteen.iter().map(|single| single.tests.len()).max().unwrap_or(0);
            for index in 0..longest {
                let mut step =
                    Step { thresholds: [f32::NAN; ABREAST], columns: [0; ABREAST], keeps: [u32::MAX; ABREAST] };
                for (lane, single) in sixteen.iter().enumerate() {
                    if let Some((threshold, column, keeps)) = single.tests.get(index) {
                        step.thresholds[lane] = *threshold;
                        step.columns[lane] = *column;
                        step.keeps[lane] = *keeps;
                    }
                }
                abreast.steps.push(step);
            }
            abreast.batches.push(start..abreast.steps.len() as u32);
        }
        abreast
    }

    /// Finds the leaf that a row comes to in each group, for [`Abreast::leaf`].
    pub(super) fn find<T: Real>(&self, row: &[T], found: &mut Found) {
        let Found { row: values, leaves } = found;
        values.clear();
        values.extend(self.columns.iter().map(|(column, nan_goes_right)| {
            let x = row[*column as usize].to_f32();
            match (x.is_nan(), nan_goes_right) {
                (false, _) => x,
                (true, false) => f32::NEG_INFINITY,
                (true, true) => f32::INFINITY,
            }
        }));
        leaves.resize(self.batches.len(), [0; ABREAST]);
        vectors::go_abreast(&self.steps, &self.batches, values, leaves);
    }

    /// The leaf of a tree with these groups.
    #[inline]
    pub(super) fn leaf(&self, groups: &Range<u32>, found: &Found) -> u32 {
        let leaves = found.leaves.as_flattened();
        let leaf_in = |group: u32| {
            let (place, first_leaf) = self.places[group as usize];
            first_leaf + leaves[place as usize]
        };
        match groups.end - groups.start {
            0 => 0,
            1 => leaf_in(groups.start),
            _ => leaf_in(groups.start + leaf_in(groups.end - 1)),
        }
    }
}

/// A group before it has its place.
struct Single {
    group: usize,
    first_leaf: u32,
    /// Threshold, place of the column, leaves that are left.
    tests: Vec<(f32, u32, u32)>,
}

/// A comparison as `x >= t`, with infinity in the place of a NaN: above all if it goes right, below all if left.
fn as_at_least(kind: Kind, threshold: f32) -> Option<(f32, bool)> {
    match kind {
        Kind::AtLeast if threshold > f32::NEG_INFINITY => Some((threshold, false)),
        Kind::NotAtMost if threshold < f32::INFINITY => Some((threshold.next_up(), true)),
        _ => None,
    }
}
