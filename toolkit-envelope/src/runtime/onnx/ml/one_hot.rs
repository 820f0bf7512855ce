//! A category as a row of zeros with a one at its place.

use foldhash::HashMap;

use crate::runtime::onnx::buffer::Buffer;
use crate::runtime::onnx::dims::Dims;
use crate::runtime::onnx::kernel::{Inputs, Kernel, Problem, Spare};
use crate::runtime::onnx::spec::{Built, Refusal, Spec, invalid};
use crate::runtime::onnx::table::{NEWEST_ML, Operator, operator};
use crate::tensor::{Element, View};

pub(super) const OPERATORS: &[Operator] = &[operator(
    "OneHotEncoder",
    (1, NEWEST_ML),
    &[Element::String, Element::Int64, Element::Int32, Element::Float32, Element::Float64],
    &["cats_int64s", "cats_strings", "zeros"],
    (1, 1),
    one_hot,
)];

/// One column for each category.
struct OneHot {
    categories: Categories,
    /// How many there are.
    count: usize,
    /// Whether a category that is not known is a row of zeros, and not an error.
    zeros: bool,
    /// The input's name, for the error.
    input: String,
}

/// The place of each category.
enum Categories {
    Integers(HashMap<i64, usize>),
    Strings(HashMap<String, usize>),
}

fn one_hot(spec: &Spec<'_>) -> Result<Built, Refusal> {
    let input = spec.input(0)?;
    let integers = spec.ints("cats_int64s")?.unwrap_or_default();
    let strings = spec.strings("cats_strings")?.filter(|strings| !strings.is_empty());
    let (categories, count) = match (integers, strings) {
        ([], None) => return invalid("neither cats_strings nor cats_int64s says what the categories are"),
        ([], Some(all)) => (
            Categories::Strings(all.iter().enumerate().map(|(place, text)| (text.to_owned(), place)).collect()),
            all.len(),
        ),
        (all, None) => (
            Categories::Integers(all.iter().enumerate().map(|(place, integer)| (*integer, place)).collect()),
            all.len(),
        ),
        (_, Some(_)) => return invalid("both cats_strings and cats_int64s are there, and one is allowed"),
    };
    if matches!(categories, Categories::Strings(_)) != (input.element == Element::String) {
        return invalid(format!("the input is {}, and the categories are not", input.element));
    }
    let dims = input.dims.as_ref().map(|dims| dims.iter().copied().chain([Some(count)]).collect());
    let name = spec.node.inputs.first().cloned().unwrap_or_default();
    let kernel = OneHot { categories, count, zeros: spec.switch("zeros", true)?, input: name };
    Ok(Built::one(kernel, Element::Float32, dims))
}

impl Kernel for OneHot {
    fn run(&self, inputs: &Inputs<'_>, outputs: &mut [Buffer], _: &mut Spare) -> Result<(), Problem> {
        let tensor = inputs.tensor(0)?;
        let mut dims = Dims::new(tensor.shape)?;
        dims.push(self.count)?;
        let into = outputs[0].room::<f32>(dims)?;
        into.fill(0.0);
        let per_row = tensor.elements.len() / tensor.shape.first().copied().unwrap_or(1).max(1);
        let integers = |places: &HashMap<i64, usize>, integer: i64| places.get(&integer).copied();
        match (&self.categories, tensor.elements) {
            (Categories::Strings(places), View::String(all)) => {
                self.mark(all.iter().map(|text| places.get(text).copied()), per_row, into)
            }
            (Categories::Integers(places), View::Int64(all)) => {
                self.mark(all.iter().map(|integer| integers(places, *integer)), per_row, into)
            }
            (Categories::Integers(places), View::Int32(all)) => {
                self.mark(all.iter().map(|integer| integers(places, i64::from(*integer))), per_row, into)
            }
            // Numbers are cut to integers, as in ONNX Runtime.
            (Categories::Integers(places), View::Float32(all)) => {
                self.mark(all.iter().map(|number| integers(places, *number as i64)), per_row, into)
            }
            (Categories::Integers(places), View::Float64(all)) => {
                self.mark(all.iter().map(|number| integers(places, *number as i64)), per_row, into)
            }
            (_, other) => Err(Problem::new(format!("found elements of {}, expected categories", other.element()))),
        }
    }
}

impl OneHot {
    fn mark(
        &self,
        places: impl Iterator<Item = Option<usize>>,
        per_row: usize,
        into: &mut [f32],
    ) -> Result<(), Problem> {
        for (element, (place, into)) in places.zip(into.chunks_mut(self.count)).enumerate() {
            match place {
                Some(place) => into[place] = 1.0,
                None if self.zeros => {}
                None => {
                    let row = element / per_row.max(1);
                    return Err(Problem::new(format!(
                        "{:?} has a category in row {row} that is none of the {} known ones",
                        self.input, self.count
                    )));
                }
            }
        }
        Ok(())
    }
}
