//! What can be asked of elements of whatever type.

use std::fmt;

use super::{Element, Elements, View};

impl fmt::Display for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Element::Float32 => "float32",
            Element::Float64 => "float64",
            Element::Int32 => "int32",
            Element::Int64 => "int64",
            Element::Bool => "bool",
            Element::String => "string",
        })
    }
}

impl View<'_> {
    /// What the elements are.
    pub fn element(&self) -> Element {
        match self {
            View::Float32(_) => Element::Float32,
            View::Float64(_) => Element::Float64,
            View::Int32(_) => Element::Int32,
            View::Int64(_) => Element::Int64,
            View::Bool(_) => Element::Bool,
            View::String(_) => Element::String,
        }
    }

    /// How many elements there are.
    pub fn len(&self) -> usize {
        match self {
            View::Float32(all) => all.len(),
            View::Float64(all) => all.len(),
            View::Int32(all) => all.len(),
            View::Int64(all) => all.len(),
            View::Bool(all) => all.len(),
            View::String(all) => all.len(),
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Elements {
    /// None, of a type.
    pub fn none(element: Element) -> Self {
        match element {
            Element::Float32 => Elements::Float32(Vec::new()),
            Element::Float64 => Elements::Float64(Vec::new()),
            Element::Int32 => Elements::Int32(Vec::new()),
            Element::Int64 => Elements::Int64(Vec::new()),
            Element::Bool => Elements::Bool(Vec::new()),
            Element::String => Elements::String(super::Strings::default()),
        }
    }

    /// The elements, borrowed.
    pub fn view(&self) -> View<'_> {
        match self {
            Elements::Float32(all) => View::Float32(all),
            Elements::Float64(all) => View::Float64(all),
            Elements::Int32(all) => View::Int32(all),
            Elements::Int64(all) => View::Int64(all),
            Elements::Bool(all) => View::Bool(all),
            Elements::String(all) => View::String(all),
        }
    }

    /// What the elements are.
    pub fn element(&self) -> Element {
        self.view().element()
    }

    /// How many elements there are.
    pub fn len(&self) -> usize {
        self.view().len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
