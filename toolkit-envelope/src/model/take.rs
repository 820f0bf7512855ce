use std::hash::Hash;

use serde_json::Value;

use crate::runtime::RunError;
use crate::schema::Kind;
use crate::table::{Column, Values};
use crate::tensor::{Element, Strings, Tensor, View};

/// Labels and their places: looked up for each row.
type Places<K> = foldhash::HashMap<K, u32>;

/// How one column of a result is made of an output of a model.
#[derive(Debug)]
pub(super) struct Take {
    /// The output's name, for messages.
    tensor: String,
    /// Which column of a matrix; the only one, if there is none.
    index: Option<usize>,
    how: How,
}

#[derive(Debug)]
enum How {
    /// As it is.
    Copy,
    /// A number of 32 bits into one of 64.
    Widen,
    /// A label that is a string, into its place among the categories.
    Text(Places<String>),
    /// A label that is an integer, into its place among the categories.
    Integer(Places<i64>),
    /// A label that is the place of a string in a list.
    Place(Vec<String>),
}

impl Take {
    /// Plans it; `labels` are what the integers of the output stand for.
    pub(super) fn plan(
        tensor: &str,
        element: Element,
        index: Option<usize>,
        labels: Option<&[Value]>,
        kind: &Kind,
    ) -> Result<Self, String> {
        let how = how(element, labels, kind).ok_or_else(|| {
            let given = if labels.is_some() { "with labels, " } else { "" };
            format!("the output `{tensor}` is {element}, {given}which cannot become {}", kind.name())
        })?;
        Ok(Self { tensor: tensor.to_owned(), index, how })
    }

    /// Writes the column of `rows` values into `column`, in the memory that is there.
    pub(super) fn take(&self, tensor: Tensor<'_>, rows: usize, column: &mut Column) -> Result<(), RunError> {
        column.clear();
        // An empty tensor may have axes of any length.
        let rest = tensor.shape.get(1..).unwrap_or_default();
        let width = rest.iter().try_fold(1_usize, |width, length| width.checked_mul(*length)).unwrap_or(usize::MAX);
        let index = self.index.unwrap_or(0);
        let fits = tensor.shape.first() == Some(&rows)
            && Some(tensor.elements.len()) == rows.checked_mul(width)
            && if self.index.is_some() { index < width } else { width == 1 };
        if !fits && rows > 0 {
            let expected =
                self.index.map_or_else(|| format!("[{rows}]"), |index| format!("[{rows}, {} or more]", index + 1));
            let message = format!("the output `{}` has the shape {:?}, expected {expected}", self.tensor, tensor.shape);
            return Err(RunError::new(message));
        }
        let place = Place { offset: index.min(tensor.elements.len()), width: width.max(1) };
        self.write(tensor.elements, place, &mut column.values)
    }

    fn write(&self, elements: View<'_>, place: Place, to: &mut Values) -> Result<(), RunError> {
        match (&self.how, elements, to) {
            (How::Copy, View::Float32(from), Values::Float32(to)) => place.copy(from, to, |value| *value),
            (How::Copy, View::Float64(from), Values::Float64(to)) => place.copy(from, to, |value| *value),
            (How::Copy, View::Int32(from), Values::Int32(to)) => place.copy(from, to, |value| *value),
            (How::Copy, View::Int64(from), Values::Int64(to)) => place.copy(from, to, |value| *value),
            (How::Copy, View::Bool(from), Values::Bool(to)) => place.copy(from, to, |value| *value),
            (How::Copy, View::String(from), Values::String(to)) => {
                to.clear();
                place.strings(from).for_each(|text| to.push(text));
            }
            (How::Widen, View::Float32(from), Values::Float64(to)) => place.copy(from, to, |value| f64::from(*value)),
            (How::Widen, View::Int32(from), Values::Int64(to)) => place.copy(from, to, |value| i64::from(*value)),
            (How::Text(places), View::String(from), Values::Categorical(to)) => {
                to.clear();
                for label in place.strings(from) {
                    to.push(*places.get(label).ok_or_else(|| self.no_such_label(label))?);
                }
            }
            (How::Integer(places), View::Int64(from), Values::Categorical(to)) => {
                to.clear();
                for label in place.of(from) {
                    to.push(*places.get(label).ok_or_else(|| self.no_such_label(label))?);
                }
            }
            (How::Place(labels), View::Int64(from), Values::Categorical(to)) => {
                to.clear();
                for label in place.of(from) {
                    let label = u32::try_from(*label).ok().filter(|label| (*label as usize) < labels.len());
                    to.push(label.ok_or_else(|| self.no_such_label("an integer"))?);
                }
            }
            (_, elements, _) => {
                let message = format!("the output `{}` is {} now", self.tensor, elements.element());
                return Err(RunError::new(message));
            }
        }
        Ok(())
    }

    fn no_such_label(&self, label: impl std::fmt::Debug) -> RunError {
        RunError::new(format!("the output `{}` gave {label:?}, which is none of the labels of its schema", self.tensor))
    }
}

fn how(element: Element, labels: Option<&[Value]>, kind: &Kind) -> Option<How> {
    match (element, labels, kind) {
        (Element::Float32, None, Kind::Float32)
        | (Element::Float64, None, Kind::Float64)
        | (Element::Int32, None, Kind::Int32)
        | (Element::Int64, None, Kind::Int64)
        | (Element::Bool, None, Kind::Bool)
        | (Element::String, None, Kind::String) => Some(How::Copy),
        (Element::Float32, None, Kind::Float64) | (Element::Int32, None, Kind::Int64) => Some(How::Widen),
        (Element::String, None, Kind::Categorical { values, .. }) => {
            Some(How::Text(places(values, |value| value.as_str().map(str::to_owned))?))
        }
        (Element::Int64, None, Kind::Categorical { values, .. }) => Some(How::Integer(places(values, Value::as_i64)?)),
        (Element::Int64, Some(labels), Kind::Categorical { values, .. }) if labels == values.as_slice() => {
            Some(How::Place(labels.iter().map(|label| label.as_str().map(str::to_owned)).collect::<Option<_>>()?))
        }
        _ => None,
    }
}

fn places<K: Eq + Hash>(values: &[Value], key: impl Fn(&Value) -> Option<K>) -> Option<Places<K>> {
    (0..).zip(values).map(|(place, value)| Some((key(value)?, place))).collect()
}

/// One column of a matrix that is kept row by row.
#[derive(Clone, Copy)]
struct Place {
    offset: usize,
    width: usize,
}

impl Place {
    fn of<T>(self, from: &[T]) -> impl Iterator<Item = &T> {
        from[self.offset..].iter().step_by(self.width)
    }

    fn copy<T, U>(self, from: &[T], to: &mut Vec<U>, convert: impl Fn(&T) -> U) {
        to.clear();
        to.extend(self.of(from).map(convert));
    }

    fn strings(self, from: &Strings) -> impl Iterator<Item = &str> {
        from.iter().skip(self.offset).step_by(self.width)
    }
}
