//! Memory that a tensor is written to, again and again.

use crate::tensor::{Element, Elements, Strings, Tensor, View};

use super::dims::Dims;
use super::kernel::Problem;

/// A tensor in memory that is kept: it grows to the largest tensor it has held.
#[derive(Clone, Debug)]
pub(super) struct Buffer {
    dims: Dims,
    elements: Elements,
    /// Elements that it may hold.
    most: usize,
}

/// A type that elements of a tensor have, other than text.
pub(super) trait Scalar: Copy + Default + PartialEq + Send + Sync + std::fmt::Debug + 'static {
    /// The same as a value.
    const ELEMENT: Element;

    /// The elements of a view, if they are of this type.
    fn of(view: View<'_>) -> Option<&[Self]>;

    /// The elements, made to be of this type: empty ones if they were of another.
    fn vec(elements: &mut Elements) -> &mut Vec<Self>;
}

impl Default for Buffer {
    fn default() -> Self {
        Self { dims: Dims::of(0), elements: Elements::Float32(Vec::new()), most: usize::MAX }
    }
}

impl Buffer {
    pub(super) fn new(dims: Dims, elements: Elements) -> Self {
        Self { dims, elements, most: usize::MAX }
    }

    /// An empty one that refuses to hold more than `most` elements.
    pub(super) fn of_at_most(most: usize) -> Self {
        Self { most, ..Self::default() }
    }

    pub(super) fn tensor(&self) -> Tensor<'_> {
        Tensor { shape: &self.dims, elements: self.elements.view() }
    }

    pub(super) fn dims(&self) -> Dims {
        self.dims
    }

    /// Says that the elements that are there have another shape.
    ///
    /// # Errors
    ///
    /// When the shape is one of another number of elements.
    pub(super) fn reshape(&mut self, dims: Dims) -> Result<(), Problem> {
        let size = dims.size()?;
        if size != self.elements.len() {
            let found = self.elements.len();
            return Err(Problem::new(format!("{found} elements do not fill the shape {dims:?}, which has {size}")));
        }
        self.dims = dims;
        Ok(())
    }

    /// Becomes empty, of a shape that has an axis of length 0.
    pub(super) fn cut(&mut self, dims: Dims) {
        match &mut self.elements {
            Elements::Float32(all) => all.clear(),
            Elements::Float64(all) => all.clear(),
            Elements::Int32(all) => all.clear(),
            Elements::Int64(all) => all.clear(),
            Elements::Bool(all) => all.clear(),
            Elements::String(all) => all.clear(),
        }
        self.dims = dims;
    }

    /// Room for a tensor of this shape. What is in it is whatever was there before.
    ///
    /// # Errors
    ///
    /// When there would be more elements than one tensor may have, or than there is memory for.
    pub(super) fn room<T: Scalar>(&mut self, dims: Dims) -> Result<&mut [T], Problem> {
        let size = self.allowed(dims)?;
        let all = T::vec(&mut self.elements);
        if size > all.len() && all.try_reserve(size - all.len()).is_err() {
            return Err(Problem::new(format!("no memory for a tensor of the shape {dims:?}")));
        }
        all.resize(size, T::default());
        self.dims = dims;
        Ok(all)
    }

    /// Room for text: the shape is taken, and as many strings are to be added.
    ///
    /// # Errors
    ///
    /// When there would be more elements than one tensor may have.
    pub(super) fn strings(&mut self, dims: Dims) -> Result<&mut Strings, Problem> {
        self.allowed(dims)?;
        self.dims = dims;
        if !matches!(self.elements, Elements::String(_)) {
            self.elements = Elements::String(Strings::default());
        }
        match &mut self.elements {
            Elements::String(strings) => {
                strings.clear();
                Ok(strings)
            }
            _ => Err(Problem::new("a buffer for text holds something else".to_owned())),
        }
    }

    fn allowed(&self, dims: Dims) -> Result<usize, Problem> {
        let size = dims.size()?;
        if size > self.most {
            return Err(Problem::new(format!(
                "a constant of the shape {dims:?} is too large (over {} elements)",
                self.most
            )));
        }
        Ok(size)
    }

    /// The elements that are there, to be changed where they are.
    ///
    /// # Errors
    ///
    /// When they are of another type.
    pub(super) fn elements<T: Scalar>(&mut self) -> Result<&mut [T], Problem> {
        let found = self.elements.element();
        if found == T::ELEMENT {
            return Ok(T::vec(&mut self.elements));
        }
        Err(Problem::new(format!("found elements of {found}, expected {}", T::ELEMENT)))
    }

    /// Becomes equal to a tensor.
    ///
    /// # Errors
    ///
    /// As [`Buffer::room`].
    pub(super) fn copy(&mut self, tensor: Tensor<'_>) -> Result<(), Problem> {
        let dims = Dims::new(tensor.shape)?;
        match tensor.elements {
            View::Float32(from) => self.room(dims)?.copy_from_slice(from),
            View::Float64(from) => self.room(dims)?.copy_from_slice(from),
            View::Int32(from) => self.room(dims)?.copy_from_slice(from),
            View::Int64(from) => self.room(dims)?.copy_from_slice(from),
            View::Bool(from) => self.room(dims)?.copy_from_slice(from),
            View::String(from) => {
                let into = self.strings(dims)?;
                from.iter().for_each(|string| into.push(string));
            }
        }
        Ok(())
    }
}

macro_rules! scalars {
    ($($variant:ident $type:ty),*) => {$(
        impl Scalar for $type {
            const ELEMENT: Element = Element::$variant;

            fn of(view: View<'_>) -> Option<&[Self]> {
                match view {
                    View::$variant(all) => Some(all),
                    _ => None,
                }
            }

            fn vec(elements: &mut Elements) -> &mut Vec<Self> {
                if !matches!(elements, Elements::$variant(_)) {
                    *elements = Elements::$variant(Vec::new());
                }
                match elements {
                    Elements::$variant(all) => all,
                    _ => unreachable!("the elements were made to be of this type just above"),
                }
            }
        }
    )*};
}

scalars!(Float32 f32, Float64 f64, Int32 i32, Int64 i64, Bool bool);
