use serde_json::Value;

use super::buffer::Buffer;
use crate::schema::Kind;
use crate::table::{Column, Values};
use crate::tensor::{Element, Elements, Strings, Tensor, View};

/// How one input of a model is made of columns.
#[derive(Debug)]
pub(super) struct Fill {
    element: Element,
    /// Whether the tensor has a second axis.
    is_matrix: bool,
    sources: Vec<Source>,
}

#[derive(Debug)]
struct Source {
    /// Which of the parameter's columns.
    column: usize,
    /// What stands for a null.
    null: Null,
    /// What the values of a categorical column are, in the order of its schema.
    texts: Vec<String>,
    numbers: Vec<i64>,
}

/// What a model gets where a row has null.
#[derive(Clone, Debug, PartialEq)]
enum Null {
    Never,
    Number(f64),
    Integer(i64),
    Text(String),
}

/// A column that goes into an input: which it is among the parameter's, and what it holds.
pub(super) struct From<'a> {
    pub(super) column: usize,
    pub(super) name: &'a str,
    pub(super) kind: &'a Kind,
    pub(super) nullable: bool,
}

impl Fill {
    /// Plans it; gives every reason why it cannot be done.
    pub(super) fn plan(
        element: Element,
        is_matrix: bool,
        columns: &[From<'_>],
        null: Option<&Value>,
    ) -> Result<Self, Vec<String>> {
        let mut faults = Vec::new();
        let sources = columns.iter().filter_map(|from| {
            let source = source(element, from, null);
            source.map_err(|fault| faults.push(format!("column `{}`: {fault}", from.name))).ok()
        });
        let sources = sources.collect();
        if faults.is_empty() { Ok(Self { element, is_matrix, sources }) } else { Err(faults) }
    }

    /// The tensor of `columns`, which are the parameter's: borrowed from them if it can be, else made in `buffer`.
    pub(super) fn fill<'a>(&self, columns: &'a [Column], rows: usize, buffer: &'a mut Buffer) -> Tensor<'a> {
        buffer.shape.clear();
        buffer.shape.push(rows);
        if self.is_matrix {
            buffer.shape.push(self.sources.len());
        }
        if let [source] = self.sources.as_slice()
            && let Some(elements) = borrowed(&columns[source.column], self.element)
        {
            return Tensor { shape: &buffer.shape, elements };
        }
        if buffer.elements.element() != self.element {
            buffer.elements = Elements::none(self.element);
        }
        let cells = rows * self.sources.len();
        match &mut buffer.elements {
            Elements::Float32(to) => self.numbers(columns, cells, to),
            Elements::Float64(to) => self.numbers(columns, cells, to),
            Elements::Int32(to) => self.numbers(columns, cells, to),
            Elements::Int64(to) => self.numbers(columns, cells, to),
            Elements::Bool(to) => self.numbers(columns, cells, to),
            Elements::String(to) => self.strings(columns, rows, to),
        }
        buffer.tensor()
    }

    fn numbers<T: Number>(&self, columns: &[Column], cells: usize, to: &mut Vec<T>) {
        to.clear();
        to.resize(cells, T::default());
        let width = self.sources.len();
        for (offset, source) in self.sources.iter().enumerate() {
            let column = &columns[source.column];
            let to = to[offset.min(cells)..].iter_mut().step_by(width);
            T::write(&column.values, &source.numbers, to);
        }
        for (offset, source) in self.sources.iter().enumerate() {
            let Some(validity) = columns[source.column].validity.flags() else { continue };
            let null = match source.null {
                Null::Number(number) => T::of_float(number),
                Null::Integer(number) => T::of_integer(number),
                Null::Never | Null::Text(_) => continue,
            };
            for (row, _) in validity.iter().enumerate().filter(|(_, is_valid)| !**is_valid) {
                to[row * width + offset] = null;
            }
        }
    }

    fn strings(&self, columns: &[Column], rows: usize, to: &mut Strings) {
        to.clear();
        for row in 0..rows {
            for source in &self.sources {
                let column = &columns[source.column];
                let is_null = !column.is_valid(row);
                let text = match (&column.values, &source.null) {
                    (_, Null::Text(text)) if is_null => text,
                    (Values::String(texts), _) => texts.get(row).unwrap_or_default(),
                    (Values::Categorical(indices), _) => {
                        source.texts.get(indices[row] as usize).map(String::as_str).unwrap_or_default()
                    }
                    _ => "",
                };
                to.push(text);
            }
        }
    }
}

/// Whether the column takes `element`, and what has to be known of it.
fn source(element: Element, from: &From<'_>, null: Option<&Value>) -> Result<Source, String> {
    let (mut texts, mut numbers) = (Vec::new(), Vec::new());
    let kind = match from.kind {
        Kind::Categorical { values, .. } if values.iter().all(Value::is_string) => {
            texts = values.iter().filter_map(Value::as_str).map(str::to_owned).collect();
            &Kind::String
        }
        Kind::Categorical { values, .. } if values.iter().all(Value::is_i64) => {
            numbers = values.iter().filter_map(Value::as_i64).collect();
            &Kind::Int64
        }
        kind => kind,
    };
    if !takes(element, kind) {
        return Err(format!("holds {}, the model takes {element}, which does not hold all of them", from.kind.name()));
    }
    let null = null_for(element, from.nullable, null)?;
    Ok(Source { column: from.column, null, texts, numbers })
}

fn null_for(element: Element, nullable: bool, null: Option<&Value>) -> Result<Null, String> {
    let wrong = || format!("what stands for null has to be {element}, as the model takes it");
    match (element, null) {
        (Element::Float32 | Element::Float64, None) => Ok(Null::Number(f64::NAN)),
        (Element::Float32 | Element::Float64, Some(null)) => null.as_f64().map(Null::Number).ok_or_else(wrong),
        (Element::Int32 | Element::Int64, Some(null)) => null.as_i64().map(Null::Integer).ok_or_else(wrong),
        (Element::Bool, Some(null)) => null.as_bool().map(|null| Null::Integer(null.into())).ok_or_else(wrong),
        (Element::String, Some(null)) => null.as_str().map(|null| Null::Text(null.into())).ok_or_else(wrong),
        (_, None) if !nullable => Ok(Null::Never),
        (_, None) => Err(format!(
            "may be null, and the model takes {element}, which has no null: say what stands for it, or make it not nullable"
        )),
    }
}

/// Which kinds of columns an input takes: those whose values it holds exactly.
fn takes(element: Element, kind: &Kind) -> bool {
    use Kind::{Bool, Float16, Float32, Float64, Int8, Int16, Int32, Int64, UInt8, UInt16, UInt32};
    match element {
        Element::Float32 => matches!(kind, Bool | Int8 | Int16 | UInt8 | UInt16 | Float16 | Float32),
        Element::Float64 => {
            matches!(kind, Bool | Int8 | Int16 | Int32 | UInt8 | UInt16 | UInt32 | Float16 | Float32 | Float64)
        }
        Element::Int64 => matches!(kind, Bool | Int8 | Int16 | Int32 | Int64 | UInt8 | UInt16 | UInt32),
        Element::Int32 => matches!(kind, Bool | Int8 | Int16 | Int32 | UInt8 | UInt16),
        Element::Bool => matches!(kind, Bool),
        Element::String => matches!(kind, Kind::String),
    }
}

/// The column's own memory, if it is what the model takes.
fn borrowed(column: &Column, element: Element) -> Option<View<'_>> {
    if column.validity.flags().is_some() {
        return None;
    }
    match (&column.values, element) {
        (Values::Float32(values), Element::Float32) => Some(View::Float32(values)),
        (Values::Float64(values), Element::Float64) => Some(View::Float64(values)),
        (Values::Int32(values), Element::Int32) => Some(View::Int32(values)),
        (Values::Int64(values), Element::Int64) => Some(View::Int64(values)),
        (Values::Bool(values), Element::Bool) => Some(View::Bool(values)),
        (Values::String(values), Element::String) => Some(View::String(values)),
        _ => None,
    }
}

/// An element that columns of numbers are turned into.
trait Number: Copy + Default {
    fn of_float(number: f64) -> Self;
    fn of_integer(number: i64) -> Self;
    /// Writes the numbers of a column one after the other; those of a categorical one are looked up in `categories`.
    fn write<'a>(values: &Values, categories: &[i64], to: impl Iterator<Item = &'a mut Self>)
    where
        Self: 'a;
}

macro_rules! number {
    ($element:ty) => {
        #[allow(clippy::cast_lossless, clippy::cast_possible_wrap, reason = "one line for all types of columns")]
        impl Number for $element {
            fn of_float(number: f64) -> Self {
                number as Self
            }

            fn of_integer(number: i64) -> Self {
                number as Self
            }

            fn write<'a>(values: &Values, categories: &[i64], to: impl Iterator<Item = &'a mut Self>) {
                macro_rules! each {
                    ($values:expr) => {
                        to.zip($values).for_each(|(to, value)| *to = *value as Self)
                    };
                }
                match values {
                    Values::Bool(values) => to.zip(values).for_each(|(to, value)| *to = u8::from(*value).into()),
                    Values::Int8(values) => each!(values),
                    Values::Int16(values) => each!(values),
                    Values::Int32(values) => each!(values),
                    Values::Int64(values) => each!(values),
                    Values::UInt8(values) => each!(values),
                    Values::UInt16(values) => each!(values),
                    Values::UInt32(values) => each!(values),
                    Values::UInt64(values) => each!(values),
                    Values::Float16(values) | Values::Float32(values) => each!(values),
                    Values::Float64(values) => each!(values),
                    Values::Categorical(indices) => to.zip(indices).for_each(|(to, index)| {
                        *to = categories.get(*index as usize).copied().unwrap_or_default() as Self;
                    }),
                    _ => {}
                }
            }
        }
    };
}

number!(f32);
number!(f64);
number!(i32);
number!(i64);

impl Number for bool {
    fn of_float(number: f64) -> Self {
        number != 0.0
    }

    fn of_integer(number: i64) -> Self {
        number != 0
    }

    fn write<'a>(values: &Values, _categories: &[i64], to: impl Iterator<Item = &'a mut Self>) {
        if let Values::Bool(values) = values {
            to.zip(values).for_each(|(to, value)| *to = *value);
        }
    }
}
