//! Whether two tensors are the same, up to a tolerance.

use std::fmt::Debug;

use toolkit_envelope::tensor::View;

use crate::tensors::Owned;

/// How far a number may be from the right one, and the rows that do not count.
#[derive(Clone, Copy)]
pub(crate) struct Tolerance<'a> {
    pub(crate) relative: f64,
    pub(crate) absolute: f64,
    /// Rows, by index of the first axis.
    pub(crate) unstable: &'a [usize],
}

impl Tolerance<'_> {
    /// What is different: the worst element, with how many there are.
    pub(crate) fn difference(&self, expected: &Owned, given: &Owned) -> Option<String> {
        let (found, wanted) = (given.elements.element(), expected.elements.element());
        if (found, &given.shape) != (wanted, &expected.shape) {
            return Some(format!("found {found}{:?}, expected {wanted}{:?}", given.shape, expected.shape));
        }
        let width = expected.shape.iter().skip(1).product::<usize>().max(1);
        let counts = |index: &usize| !self.unstable.contains(&(index / width));
        match (expected.elements.view(), given.elements.view()) {
            (View::Float32(wanted), View::Float32(found)) => {
                self.worst(wanted.len(), width, |index| (wanted[index].into(), found[index].into()))
            }
            (View::Float64(wanted), View::Float64(found)) => {
                self.worst(wanted.len(), width, |index| (wanted[index], found[index]))
            }
            (View::Int32(wanted), View::Int32(found)) => first(counts, wanted.iter(), found.iter(), width),
            (View::Int64(wanted), View::Int64(found)) => first(counts, wanted.iter(), found.iter(), width),
            (View::Bool(wanted), View::Bool(found)) => first(counts, wanted.iter(), found.iter(), width),
            (View::String(wanted), View::String(found)) => first(counts, wanted.iter(), found.iter(), width),
            _ => None,
        }
    }

    fn worst(&self, count: usize, width: usize, pair: impl Fn(usize) -> (f64, f64)) -> Option<String> {
        let beyond = (0..count).filter(|index| !self.unstable.contains(&(index / width))).filter_map(|index| {
            let (wanted, found) = pair(index);
            (!self.close(wanted, found)).then(|| (index, wanted, found, (wanted - found).abs()))
        });
        let beyond: Vec<_> = beyond.collect();
        // A difference that is no number, or infinite, is the worst.
        let weight = |difference: f64| if difference.is_nan() { f64::INFINITY } else { difference };
        let worst = beyond.iter().max_by(|one, other| weight(one.3).total_cmp(&weight(other.3)))?;
        let (index, wanted, found, _) = worst;
        let place = place(*index, width);
        Some(format!("{} of {count} numbers, the worst at {place}: found {found:e}, expected {wanted:e}", beyond.len()))
    }

    fn close(&self, wanted: f64, found: f64) -> bool {
        if wanted.is_finite() {
            return (wanted - found).abs() <= self.absolute + self.relative * wanted.abs();
        }
        (wanted.is_nan() && found.is_nan()) || wanted.to_bits() == found.to_bits()
    }
}

fn first<T: PartialEq + Debug>(
    counts: impl Fn(&usize) -> bool,
    wanted: impl Iterator<Item = T>,
    found: impl Iterator<Item = T>,
    width: usize,
) -> Option<String> {
    let pairs: Vec<_> = wanted.zip(found).enumerate().filter(|(index, _)| counts(index)).collect();
    let different: Vec<_> = pairs.iter().filter(|(_, (wanted, found))| wanted != found).collect();
    let (index, (wanted, found)) = different.first()?;
    let (many, count, place) = (different.len(), pairs.len(), place(*index, width));
    Some(format!("{many} of {count} values, the first at {place}: found {found:?}, expected {wanted:?}"))
}

fn place(index: usize, width: usize) -> String {
    format!("[{}, {}]", index / width, index % width)
}

#[cfg(test)]
mod tests {
    use toolkit_envelope::tensor::Elements;

    use super::*;

    fn column(numbers: &[f32]) -> Owned {
        Owned { shape: vec![numbers.len(), 1], elements: Elements::Float32(numbers.to_vec()) }
    }

    fn difference(wanted: &[f32], found: &[f32], unstable: &[usize]) -> Option<String> {
        let tolerance = Tolerance { relative: 1e-3, absolute: 1e-7, unstable };
        tolerance.difference(&column(wanted), &column(found))
    }

    #[test]
    fn what_is_no_number_is_the_same_as_itself_alone() {
        let odd = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY];
        assert_eq!(difference(&odd, &odd, &[]), None);
        for (index, wanted) in odd.into_iter().enumerate() {
            for (other, found) in odd.into_iter().chain([1.0]).enumerate() {
                assert_eq!(difference(&[wanted], &[found], &[]).is_some(), index != other, "{wanted} and {found}");
                assert!(difference(&[1.0], &[wanted], &[]).is_some(), "{wanted}");
            }
        }
    }

    #[test]
    fn the_worst_number_is_told_with_its_place() {
        let told = difference(&[1.0, 2.0, 3.0], &[1.0005, 2.1, 3.5], &[]).unwrap_or_default();
        assert!(told.starts_with("2 of 3 numbers, the worst at [2, 0]: found 3.5e0"), "{told}");
    }

    #[test]
    fn an_unstable_row_does_not_count_and_a_shape_always_does() {
        assert_eq!(difference(&[1.0, 2.0], &[1.0, 7.0], &[1]), None);
        assert!(difference(&[1.0, 2.0], &[1.0], &[0, 1]).is_some());
    }
}
