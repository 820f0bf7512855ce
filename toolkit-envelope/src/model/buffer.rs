use crate::tensor::{Element, Elements, Tensor};

/// A tensor, owned, in memory that can be used again.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Buffer {
    /// The length of each axis.
    pub(super) shape: Vec<usize>,
    /// The elements, row by row.
    pub(super) elements: Elements,
}

impl Default for Buffer {
    fn default() -> Self {
        Self { shape: vec![0], elements: Elements::none(Element::Float32) }
    }
}

impl Buffer {
    /// What it holds.
    pub(super) fn tensor(&self) -> Tensor<'_> {
        Tensor { shape: &self.shape, elements: self.elements.view() }
    }
}
