//! One thing for another, by a dictionary: `LabelEncoder` in its three forms, and `CategoryMapper`.

use foldhash::{HashMap, HashMapExt};
use std::hash::Hash;

use crate::runtime::onnx::buffer::{Buffer, Scalar};
use crate::runtime::onnx::dims::Dims;
use crate::runtime::onnx::graph::Content;
use crate::runtime::onnx::kernel::{Inputs, Kernel, Problem, Spare};
use crate::runtime::onnx::spec::{Built, Refusal, Spec, invalid, unsupported};
use crate::runtime::onnx::table::{NEWEST_ML, Operator, operator};
use crate::tensor::{Element, Elements, Strings, View};

const TEXT_AND_INTEGERS: &[Element] = &[Element::String, Element::Int64];
const TEXT_AND_NUMBERS: &[Element] = &[Element::String, Element::Int64, Element::Float32];
const ALL: &[Element] = &[Element::String, Element::Int64, Element::Float32, Element::Int32, Element::Float64];

const OF_CATEGORIES: &[&str] = &["cats_int64s", "cats_strings", "default_int64", "default_string"];
const OF_CLASSES: &[&str] = &["classes_strings", "default_int64", "default_string"];
const OF_PAIRS: &[&str] = &[
    "default_float",
    "default_int64",
    "default_string",
    "keys_floats",
    "keys_int64s",
    "keys_strings",
    "values_floats",
    "values_int64s",
    "values_strings",
];
const OF_TENSORS: &[&str] = &[
    "default_float",
    "default_int64",
    "default_string",
    "default_tensor",
    "keys_floats",
    "keys_int64s",
    "keys_strings",
    "keys_tensor",
    "values_floats",
    "values_int64s",
    "values_strings",
    "values_tensor",
];

pub(super) const OPERATORS: &[Operator] = &[
    operator("CategoryMapper", (1, NEWEST_ML), TEXT_AND_INTEGERS, OF_CATEGORIES, (1, 1), mapper),
    operator("LabelEncoder", (1, 1), TEXT_AND_INTEGERS, OF_CLASSES, (1, 1), of_classes),
    operator("LabelEncoder", (2, 3), TEXT_AND_NUMBERS, OF_PAIRS, (1, 1), of_pairs),
    operator("LabelEncoder", (4, NEWEST_ML), ALL, OF_TENSORS, (1, 1), of_pairs),
];

/// A dictionary: what is found gives the value at the place of its key, and what is not gives the default.
struct Encoder {
    places: Places,
    values: Elements,
    default: Elements,
}

/// Where in the dictionary each key is.
enum Places {
    Strings(HashMap<String, usize>),
    Int64s(HashMap<i64, usize>),
    Int32s(HashMap<i32, usize>),
    /// By what [`float_key`] makes of them.
    Floats(HashMap<u64, usize>),
}

/// What of a key that is there twice: ONNX Runtime takes the first of `LabelEncoder` from its second version on, and the
/// last elsewhere.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Twice {
    FirstCounts,
    LastCounts,
}

/// Stands for a key that is not in the dictionary.
const NOWHERE: usize = usize::MAX;

fn mapper(spec: &Spec<'_>) -> Result<Built, Refusal> {
    let strings = spec.strings("cats_strings")?.cloned().unwrap_or_default();
    let integers = spec.ints("cats_int64s")?.unwrap_or_default().to_vec();
    both_ways(spec, strings, integers)
}

fn of_classes(spec: &Spec<'_>) -> Result<Built, Refusal> {
    let strings = spec.strings("classes_strings")?.cloned().unwrap_or_default();
    let integers = (0_i64..).take(strings.len()).collect();
    both_ways(spec, strings, integers)
}

/// From text to integers or back, whichever the input is.
fn both_ways(spec: &Spec<'_>, strings: Strings, integers: Vec<i64>) -> Result<Built, Refusal> {
    let (strings, integers) = (Elements::String(strings), Elements::Int64(integers));
    if spec.input(0)?.element == Element::String {
        made(spec, &strings, integers, None, Twice::LastCounts)
    } else {
        made(spec, &integers, strings, None, Twice::LastCounts)
    }
}

fn of_pairs(spec: &Spec<'_>) -> Result<Built, Refusal> {
    let (keys, values) = (listed(spec, "keys")?, listed(spec, "values")?);
    let default = match spec.tensor("default_tensor")?.map(|tensor| &tensor.content) {
        Some(Content::Held(elements)) => Some(elements.clone()),
        Some(_) => return unsupported("default_tensor has elements of a type that is not known here"),
        None => None,
    };
    made(spec, &keys, values, default, Twice::FirstCounts)
}

/// The one list of keys, or of values.
fn listed(spec: &Spec<'_>, what: &str) -> Result<Elements, Refusal> {
    let mut found = Vec::new();
    if let Some(strings) = spec.strings(&format!("{what}_strings"))?.filter(|all| !all.is_empty()) {
        found.push(Elements::String(strings.clone()));
    }
    if let Some(integers) = spec.ints(&format!("{what}_int64s"))?.filter(|all| !all.is_empty()) {
        found.push(Elements::Int64(integers.to_vec()));
    }
    if let Some(floats) = spec.floats(&format!("{what}_floats"))?.filter(|all| !all.is_empty()) {
        found.push(Elements::Float32(floats.to_vec()));
    }
    match spec.tensor(&format!("{what}_tensor"))?.map(|tensor| &tensor.content) {
        Some(Content::Held(elements)) => found.push(elements.clone()),
        Some(_) => return unsupported(format!("{what}_tensor has elements of a type that is not known here")),
        None => {}
    }
    match (found.pop(), found.is_empty()) {
        (Some(list), true) => Ok(list),
        _ => invalid(format!(
            "there must be one list of {what}: {what}_strings, {what}_int64s, {what}_floats or {what}_tensor"
        )),
    }
}

fn made(
    spec: &Spec<'_>,
    keys: &Elements,
    values: Elements,
    default: Option<Elements>,
    twice: Twice,
) -> Result<Built, Refusal> {
    let input = spec.input(0)?;
    if keys.len() != values.len() {
        return invalid(format!("found {} keys and {} values, expected as many of both", keys.len(), values.len()));
    }
    if keys.element() != input.element {
        return invalid(format!("the keys are {}, and the input is {}", keys.element(), input.element));
    }
    let default = match default {
        Some(default) => default,
        None => usual_default(spec, values.element())?,
    };
    if default.len() != 1 || default.element() != values.element() {
        let found = format!("{} of {}", default.len(), default.element());
        return invalid(format!("found {found} for a default, expected one of {}", values.element()));
    }
    // Before its fourth version a NaN is no key that is ever found.
    let places = places(keys, twice, spec.opset >= 4)?;
    let element = values.element();
    Ok(Built::one(Encoder { places, values, default }, element, input.dims.clone()))
}

fn usual_default(spec: &Spec<'_>, element: Element) -> Result<Elements, Refusal> {
    let integer = spec.int("default_int64")?.unwrap_or(-1);
    let float = spec.float("default_float")?.unwrap_or(-0.0);
    match element {
        Element::String => {
            Ok(Elements::String([spec.text("default_string")?.unwrap_or("_Unused")].into_iter().collect()))
        }
        Element::Int64 => Ok(Elements::Int64(vec![integer])),
        Element::Int32 => Ok(Elements::Int32(vec![i32::try_from(integer).unwrap_or(-1)])),
        Element::Float32 => Ok(Elements::Float32(vec![float])),
        Element::Float64 => Ok(Elements::Float64(vec![f64::from(float)])),
        Element::Bool => unsupported("values that are true or false"),
    }
}

fn places(keys: &Elements, twice: Twice, nan_is_a_key: bool) -> Result<Places, Refusal> {
    fn all<K: Hash + Eq>(keys: impl Iterator<Item = Option<K>>, twice: Twice) -> HashMap<K, usize> {
        let mut places = HashMap::new();
        for (place, key) in keys.enumerate() {
            let Some(key) = key else { continue };
            let counts = places.entry(key).or_insert(place);
            if twice == Twice::LastCounts {
                *counts = place;
            }
        }
        places
    }
    let float = |float: f64| (nan_is_a_key || !float.is_nan()).then(|| float_key(float));
    match keys {
        Elements::String(keys) => Ok(Places::Strings(all(keys.iter().map(|key| Some(key.to_owned())), twice))),
        Elements::Int64(keys) => Ok(Places::Int64s(all(keys.iter().copied().map(Some), twice))),
        Elements::Int32(keys) => Ok(Places::Int32s(all(keys.iter().copied().map(Some), twice))),
        Elements::Float32(keys) => Ok(Places::Floats(all(keys.iter().map(|key| float(f64::from(*key))), twice))),
        Elements::Float64(keys) => Ok(Places::Floats(all(keys.iter().map(|key| float(*key)), twice))),
        Elements::Bool(_) => unsupported("keys that are true or false"),
    }
}

/// A number as something that can be looked up: both zeros are one key, and all NaNs are one.
fn float_key(float: f64) -> u64 {
    if float.is_nan() { f64::NAN.to_bits() } else { (float + 0.0).to_bits() }
}

impl Kernel for Encoder {
    fn run(&self, inputs: &Inputs<'_>, outputs: &mut [Buffer], spare: &mut Spare) -> Result<(), Problem> {
        let tensor = inputs.tensor(0)?;
        let found = &mut spare.indices;
        found.clear();
        match (&self.places, tensor.elements) {
            (Places::Strings(places), View::String(all)) => {
                found.extend(all.iter().map(|key| places.get(key).copied().unwrap_or(NOWHERE)));
            }
            (Places::Int64s(places), View::Int64(all)) => look_up(places, all.iter().copied(), found),
            (Places::Int32s(places), View::Int32(all)) => look_up(places, all.iter().copied(), found),
            (Places::Floats(places), View::Float32(all)) => {
                look_up(places, all.iter().map(|key| float_key(f64::from(*key))), found);
            }
            (Places::Floats(places), View::Float64(all)) => {
                look_up(places, all.iter().map(|key| float_key(*key)), found);
            }
            (_, other) => {
                return Err(Problem::new(format!("found elements of {}, which are no keys", other.element())));
            }
        }
        let (dims, into) = (Dims::new(tensor.shape)?, &mut outputs[0]);
        match (&self.values, &self.default) {
            (Elements::String(values), Elements::String(default)) => {
                let default = default.get(0).unwrap_or_default();
                let into = into.strings(dims)?;
                for place in found.iter() {
                    into.push(values.get(*place).unwrap_or(default));
                }
            }
            (Elements::Int64(values), Elements::Int64(default)) => give(values, default, found, into.room(dims)?),
            (Elements::Int32(values), Elements::Int32(default)) => give(values, default, found, into.room(dims)?),
            (Elements::Float32(values), Elements::Float32(default)) => give(values, default, found, into.room(dims)?),
            (Elements::Float64(values), Elements::Float64(default)) => give(values, default, found, into.room(dims)?),
            _ => return Err(Problem::new("the default is of another type than the values")),
        }
        Ok(())
    }
}

fn look_up<K: Hash + Eq>(places: &HashMap<K, usize>, keys: impl Iterator<Item = K>, found: &mut Vec<usize>) {
    found.extend(keys.map(|key| places.get(&key).copied().unwrap_or(NOWHERE)));
}

fn give<T: Scalar>(values: &[T], default: &[T], found: &[usize], into: &mut [T]) {
    let default = default.first().copied().unwrap_or_default();
    for (into, place) in into.iter_mut().zip(found) {
        *into = values.get(*place).copied().unwrap_or(default);
    }
}
