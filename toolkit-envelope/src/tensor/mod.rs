//! What a runtime takes and gives: numbers, booleans or strings in a rectangle of any rank, row by row.

mod elements;
mod strings;

pub use strings::Strings;

/// What the elements of a tensor are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Element {
    /// IEEE 754, 32 bits.
    Float32,
    /// IEEE 754, 64 bits.
    Float64,
    /// An integer of 32 bits.
    Int32,
    /// An integer of 64 bits.
    Int64,
    /// True or false.
    Bool,
    /// Text.
    String,
}

/// The elements of a tensor, borrowed.
#[derive(Clone, Copy, Debug)]
pub enum View<'a> {
    /// IEEE 754, 32 bits.
    Float32(&'a [f32]),
    /// IEEE 754, 64 bits.
    Float64(&'a [f64]),
    /// Integers of 32 bits.
    Int32(&'a [i32]),
    /// Integers of 64 bits.
    Int64(&'a [i64]),
    /// True or false.
    Bool(&'a [bool]),
    /// Text.
    String(&'a Strings),
}

/// A tensor, borrowed.
#[derive(Clone, Copy, Debug)]
pub struct Tensor<'a> {
    /// The length of each axis.
    pub shape: &'a [usize],
    /// The elements, row by row.
    pub elements: View<'a>,
}

/// The elements of a tensor, owned, in a buffer that can be used again.
#[derive(Clone, Debug, PartialEq)]
pub enum Elements {
    /// IEEE 754, 32 bits.
    Float32(Vec<f32>),
    /// IEEE 754, 64 bits.
    Float64(Vec<f64>),
    /// Integers of 32 bits.
    Int32(Vec<i32>),
    /// Integers of 64 bits.
    Int64(Vec<i64>),
    /// True or false.
    Bool(Vec<bool>),
    /// Text.
    String(Strings),
}
