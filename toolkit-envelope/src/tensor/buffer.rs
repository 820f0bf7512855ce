use super::{Element, Elements, Strings, Tensor, View};

/// A tensor, owned, in memory that can be used again.
#[derive(Clone, Debug, PartialEq)]
pub struct Buffer {
    /// The length of each axis.
    pub shape: Vec<usize>,
    /// The elements, row by row.
    pub elements: Elements,
}

impl Buffer {
    /// Without an element.
    pub fn new(element: Element) -> Self {
        Self { shape: vec![0], elements: Elements::new(element) }
    }

    /// What it holds.
    pub fn tensor(&self) -> Tensor<'_> {
        Tensor { shape: &self.shape, elements: self.elements.view() }
    }

    /// Takes the shape and the elements of `tensor`, in the memory that is there.
    pub fn copy_from(&mut self, tensor: Tensor<'_>) {
        self.shape.clear();
        self.shape.extend_from_slice(tensor.shape);
        self.elements.copy_from(tensor.elements);
    }
}

impl Elements {
    /// None yet.
    pub fn new(element: Element) -> Self {
        match element {
            Element::Float32 => Self::Float32(Vec::new()),
            Element::Float64 => Self::Float64(Vec::new()),
            Element::Int32 => Self::Int32(Vec::new()),
            Element::Int64 => Self::Int64(Vec::new()),
            Element::Bool => Self::Bool(Vec::new()),
            Element::String => Self::String(Strings::default()),
        }
    }

    /// What they are.
    pub fn element(&self) -> Element {
        self.view().element()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.view().len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All of them.
    pub fn view(&self) -> View<'_> {
        match self {
            Self::Float32(elements) => View::Float32(elements),
            Self::Float64(elements) => View::Float64(elements),
            Self::Int32(elements) => View::Int32(elements),
            Self::Int64(elements) => View::Int64(elements),
            Self::Bool(elements) => View::Bool(elements),
            Self::String(elements) => View::String(elements),
        }
    }

    /// Removes all, and keeps the memory.
    pub fn clear(&mut self) {
        match self {
            Self::Float32(elements) => elements.clear(),
            Self::Float64(elements) => elements.clear(),
            Self::Int32(elements) => elements.clear(),
            Self::Int64(elements) => elements.clear(),
            Self::Bool(elements) => elements.clear(),
            Self::String(elements) => elements.clear(),
        }
    }

    /// Takes these elements in place of its own, and their type too.
    pub fn copy_from(&mut self, view: View<'_>) {
        if self.element() != view.element() {
            *self = Self::new(view.element());
        }
        self.clear();
        match (self, view) {
            (Self::Float32(to), View::Float32(from)) => to.extend_from_slice(from),
            (Self::Float64(to), View::Float64(from)) => to.extend_from_slice(from),
            (Self::Int32(to), View::Int32(from)) => to.extend_from_slice(from),
            (Self::Int64(to), View::Int64(from)) => to.extend_from_slice(from),
            (Self::Bool(to), View::Bool(from)) => to.extend_from_slice(from),
            (Self::String(to), View::String(from)) => from.iter().for_each(|string| to.push(string)),
            _ => unreachable!("it has the type of the view now"),
        }
    }
}

impl View<'_> {
    /// What they are.
    pub fn element(&self) -> Element {
        match self {
            Self::Float32(_) => Element::Float32,
            Self::Float64(_) => Element::Float64,
            Self::Int32(_) => Element::Int32,
            Self::Int64(_) => Element::Int64,
            Self::Bool(_) => Element::Bool,
            Self::String(_) => Element::String,
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        match self {
            Self::Float32(elements) => elements.len(),
            Self::Float64(elements) => elements.len(),
            Self::Int32(elements) => elements.len(),
            Self::Int64(elements) => elements.len(),
            Self::Bool(elements) => elements.len(),
            Self::String(elements) => elements.len(),
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
