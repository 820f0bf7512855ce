//! The classes that a classifier tells apart: what it gives beside their scores.

use crate::runtime::onnx::buffer::Buffer;
use crate::runtime::onnx::dims::Dims;
use crate::runtime::onnx::kernel::Problem;
use crate::runtime::onnx::spec::{Known, Refusal, Spec, invalid};
use crate::tensor::{Element, Strings};

use super::rows::{rows_of, table_for};

/// The classes, by the place of their scores.
#[derive(Debug)]
pub(super) enum Classes {
    Numbered(Vec<i64>),
    Named(Strings),
}

impl Classes {
    /// The classes that the attributes `classlabels_strings` and the one named say; those with names win, as in ONNX
    /// Runtime.
    ///
    /// # Errors
    ///
    /// When there are none.
    pub(super) fn new(spec: &Spec<'_>, integers: &str) -> Result<Self, Refusal> {
        if let Some(names) = spec.strings("classlabels_strings")?.filter(|names| !names.is_empty()) {
            return Ok(Self::Named(names.clone()));
        }
        match spec.ints(integers)?.filter(|numbers| !numbers.is_empty()) {
            Some(numbers) => Ok(Self::Numbered(numbers.to_vec())),
            None => invalid(format!("neither classlabels_strings nor {integers} says what the classes are")),
        }
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Numbered(numbers) => numbers.len(),
            Self::Named(names) => names.len(),
        }
    }

    /// What is known of the two outputs of a classifier: the label of each row, and `scores` scores for each.
    pub(super) fn outputs(&self, input: &Known, scores: usize) -> Vec<Known> {
        let element = match self {
            Self::Numbered(_) => Element::Int64,
            Self::Named(_) => Element::String,
        };
        vec![Known::new(element, Some(vec![rows_of(input)])), Known::new(Element::Float32, table_for(input, scores))]
    }

    /// Writes the label of each row, whose place among the classes is given.
    ///
    /// # Errors
    ///
    /// When a place is none of a class, or there is no room.
    pub(super) fn write(&self, places: &[usize], into: &mut Buffer) -> Result<(), Problem> {
        let none = || Problem::new("a label is none of the classes");
        let dims = Dims::of(places.len());
        match self {
            Self::Numbered(numbers) => {
                for (into, place) in into.room::<i64>(dims)?.iter_mut().zip(places) {
                    *into = *numbers.get(*place).ok_or_else(none)?;
                }
            }
            Self::Named(names) => {
                let into = into.strings(dims)?;
                for place in places {
                    into.push(names.get(*place).ok_or_else(none)?);
                }
            }
        }
        Ok(())
    }
}
