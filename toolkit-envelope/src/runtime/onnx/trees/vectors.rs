//! Ordinary loops, compiled once more for each width of vectors, and the widest run that the machine has.
//!
//! A function that is compiled for instructions which not every machine of its kind has may only be called where they
//! are there: that call is what is unsafe, and it is made after asking the machine.

#![allow(unsafe_code, reason = "functions for wider vectors are called after asking whether the machine has them")]

use std::ops::Range;

/// Work whose loops gain from wider vectors.
pub(super) trait Work {
    /// Does it. Implementations are `#[inline(always)]`, and so is what they call: only what is inlined is compiled
    /// for the width.
    fn run(self);
}

/// Does the work with the widest vectors there are.
pub(super) fn widest(work: impl Work) {
    #[cfg(target_arch = "x86_64")]
    {
        if is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512vl")
            && is_x86_feature_detected!("avx512cd")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512dq")
        {
            // SAFETY: the machine has said that it has each of the features.
            return unsafe { with_avx512(work) };
        }
        if is_x86_feature_detected!("avx2") {
            // SAFETY: the machine has said that it has the feature.
            return unsafe { with_avx2(work) };
        }
    }
    work.run();
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512vl,avx512cd,avx512bw,avx512dq")]
fn with_avx512(work: impl Work) {
    work.run();
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn with_avx2(work: impl Work) {
    work.run();
}

/// Groups that [`go_abreast`] takes at a time.
pub(super) const ABREAST: usize = 16;

/// One comparison of each of sixteen groups: right if the column is at least the threshold.
#[derive(Clone, Copy, Debug)]
#[repr(C, align(64))]
pub(super) struct Step {
    pub(super) thresholds: [f32; ABREAST],
    /// Places in the row; one beyond its end is taken for its last.
    pub(super) columns: [u32; ABREAST],
    /// The leaves that are left if it goes right.
    pub(super) keeps: [u32; ABREAST],
}

/// Whether the machine can go abreast.
pub(super) fn can_go_abreast() -> bool {
    #[cfg(target_arch = "x86_64")]
    let can = is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512cd");
    #[cfg(not(target_arch = "x86_64"))]
    let can = false;
    can
}

/// Makes the comparisons of each batch of steps for one row, and writes the first leaf that is left to each group:
/// [`ABREAST`] for each batch. Writes nothing where [`can_go_abreast`] says no.
pub(super) fn go_abreast(steps: &[Step], batches: &[Range<u32>], row: &[f32], leaves: &mut [[u32; ABREAST]]) {
    #[cfg(target_arch = "x86_64")]
    if can_go_abreast() && !row.is_empty() {
        // SAFETY: the machine has said that it has both features.
        unsafe { x86::go_abreast(steps, batches, row, leaves) }
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::{
        __m512, __m512i, _CMP_GE_OQ, _mm512_cmp_ps_mask, _mm512_i32gather_ps, _mm512_loadu_ps, _mm512_loadu_si512,
        _mm512_lzcnt_epi32, _mm512_mask_and_epi32, _mm512_min_epu32, _mm512_permutex2var_ps, _mm512_set1_epi32,
        _mm512_storeu_si512,
    };
    use std::ops::Range;

    use super::{ABREAST, Step};

    /// A row of at most two vectors is held in them; a longer one is read lane by lane.
    #[target_feature(enable = "avx512f,avx512cd")]
    pub(super) fn go_abreast(steps: &[Step], batches: &[Range<u32>], row: &[f32], leaves: &mut [[u32; ABREAST]]) {
        if row.len() <= 2 * ABREAST {
            let mut both = [0.0; 2 * ABREAST];
            both[..row.len()].copy_from_slice(row);
            let (low, high) = both.split_at(ABREAST);
            let (low, high) = (load(low), load(high));
            each(steps, batches, leaves, |columns| _mm512_permutex2var_ps(low, columns, high));
        } else {
            let last = _mm512_set1_epi32(i32::try_from(row.len() - 1).unwrap_or(i32::MAX));
            each(steps, batches, leaves, |columns| {
                let columns = _mm512_min_epu32(columns, last);
                // SAFETY: each lane is at most the last place of the row, so 4 bytes at 4 times it are inside.
                unsafe { _mm512_i32gather_ps::<4>(columns, row.as_ptr()) }
            });
        }
    }

    #[inline]
    #[target_feature(enable = "avx512f,avx512cd")]
    fn each(steps: &[Step], batches: &[Range<u32>], leaves: &mut [[u32; ABREAST]], pick: impl Fn(__m512i) -> __m512) {
        for (batch, leaves) in batches.iter().zip(leaves) {
            let mut bits = _mm512_set1_epi32(-1);
            for step in &steps[batch.start as usize..batch.end as usize] {
                let right = _mm512_cmp_ps_mask::<_CMP_GE_OQ>(pick(bits_of(&step.columns)), load(&step.thresholds));
                bits = _mm512_mask_and_epi32(bits, right, bits, bits_of(&step.keeps));
            }
            // SAFETY: the array has the 64 bytes that are written.
            unsafe { _mm512_storeu_si512(leaves.as_mut_ptr().cast(), _mm512_lzcnt_epi32(bits)) }
        }
    }

    /// The first sixteen numbers.
    #[inline]
    #[target_feature(enable = "avx512f")]
    fn load(numbers: &[f32]) -> __m512 {
        let numbers = &numbers[..ABREAST];
        // SAFETY: the slice has the 64 bytes that are read.
        unsafe { _mm512_loadu_ps(numbers.as_ptr()) }
    }

    #[inline]
    #[target_feature(enable = "avx512f")]
    fn bits_of(words: &[u32; ABREAST]) -> __m512i {
        // SAFETY: the array has the 64 bytes that are read.
        unsafe { _mm512_loadu_si512(words.as_ptr().cast()) }
    }
}
