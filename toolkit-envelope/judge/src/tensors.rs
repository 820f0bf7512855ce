//! Tensors of a case: read from the bytes, cut into rows, and repeated.

use anyhow::{Context, ensure};
use serde::Deserialize;
use toolkit_envelope::tensor::{Elements, Strings, Tensor, View};

/// What `case.json` tells of a tensor.
#[derive(Deserialize)]
pub(crate) struct Described {
    pub(crate) name: String,
    #[serde(rename = "type")]
    pub(crate) kind: String,
    #[serde(default)]
    shape: Vec<usize>,
    /// Where the elements begin and end in `data.bin`.
    #[serde(default)]
    data: [usize; 2],
    #[serde(default)]
    strings: Vec<String>,
}

/// A tensor, owned.
#[derive(Clone, Debug)]
pub(crate) struct Owned {
    pub(crate) shape: Vec<usize>,
    pub(crate) elements: Elements,
}

impl Described {
    pub(crate) fn is_known_type(kind: &str) -> bool {
        matches!(kind, "float32" | "float64" | "int32" | "int64" | "bool" | "string")
    }

    pub(crate) fn is_known(&self) -> bool {
        Self::is_known_type(&self.kind)
    }

    /// The tensor, if there is such a type here.
    pub(crate) fn read(&self, data: &[u8]) -> anyhow::Result<Option<Owned>> {
        let bytes = data.get(self.data[0]..self.data[1]).with_context(|| format!("{}: data.bin is cut", self.name))?;
        let elements = match self.kind.as_str() {
            "float32" => Elements::Float32(numbers(bytes, f32::from_le_bytes)),
            "float64" => Elements::Float64(numbers(bytes, f64::from_le_bytes)),
            "int32" => Elements::Int32(numbers(bytes, i32::from_le_bytes)),
            "int64" => Elements::Int64(numbers(bytes, i64::from_le_bytes)),
            "bool" => Elements::Bool(bytes.iter().map(|byte| *byte != 0).collect()),
            "string" => Elements::String(self.strings.iter().map(String::as_str).collect()),
            _ => return Ok(None),
        };
        let expected: usize = self.shape.iter().product();
        ensure!(elements.len() == expected, "{}: {} elements, expected {expected}", self.name, elements.len());
        Ok(Some(Owned { shape: self.shape.clone(), elements }))
    }
}

fn numbers<T, const N: usize>(bytes: &[u8], read: impl Fn([u8; N]) -> T) -> Vec<T> {
    bytes.as_chunks::<N>().0.iter().map(|chunk| read(*chunk)).collect()
}

impl Owned {
    pub(crate) fn tensor(&self) -> Tensor<'_> {
        Tensor { shape: &self.shape, elements: self.elements.view() }
    }

    pub(crate) fn copied(tensor: Tensor<'_>) -> Self {
        let elements = match tensor.elements {
            View::Float32(all) => Elements::Float32(all.to_vec()),
            View::Float64(all) => Elements::Float64(all.to_vec()),
            View::Int32(all) => Elements::Int32(all.to_vec()),
            View::Int64(all) => Elements::Int64(all.to_vec()),
            View::Bool(all) => Elements::Bool(all.to_vec()),
            View::String(all) => Elements::String(all.clone()),
        };
        Self { shape: tensor.shape.to_vec(), elements }
    }

    /// The rows with these indices, in this order: a row is what is at one index of the first axis.
    pub(crate) fn rows(&self, rows: &[usize]) -> Self {
        let width: usize = self.shape.iter().skip(1).product();
        let elements = match &self.elements {
            Elements::Float32(all) => Elements::Float32(taken(all, width, rows)),
            Elements::Float64(all) => Elements::Float64(taken(all, width, rows)),
            Elements::Int32(all) => Elements::Int32(taken(all, width, rows)),
            Elements::Int64(all) => Elements::Int64(taken(all, width, rows)),
            Elements::Bool(all) => Elements::Bool(taken(all, width, rows)),
            Elements::String(all) => {
                let index: Vec<usize> = (0..all.len()).collect();
                let some: Strings = taken(&index, width, rows).iter().filter_map(|index| all.get(*index)).collect();
                Elements::String(some)
            }
        };
        let mut shape = self.shape.clone();
        if let Some(first) = shape.first_mut() {
            *first = rows.len();
        }
        Self { shape, elements }
    }
}

fn taken<T: Copy>(all: &[T], width: usize, rows: &[usize]) -> Vec<T> {
    rows.iter().flat_map(|row| &all[row * width..(row + 1) * width]).copied().collect()
}
