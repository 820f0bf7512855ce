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

    /// How much memory it holds, in bytes, used or not.
    pub(super) fn reserved(&self) -> usize {
        fn of<T>(elements: &Vec<T>) -> usize {
            elements.capacity() * size_of::<T>()
        }
        match &self.elements {
            Elements::Float32(all) => of(all),
            Elements::Float64(all) => of(all),
            Elements::Int32(all) => of(all),
            Elements::Int64(all) => of(all),
            Elements::Bool(all) => of(all),
            Elements::String(all) => all.reserved(),
        }
    }
}
