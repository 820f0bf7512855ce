//! Any bytes as an ONNX model: refused, or read, compiled and run, without a panic and within the limits of time and
//! memory that `.ci/fuzz` sets.

#![no_main]

mod memory;

use libfuzzer_sys::fuzz_target;
use toolkit_envelope::runtime::onnx::{Graph, Port, Program};
use toolkit_envelope::tensor::{Element, Elements, Strings, Tensor};

/// How long an axis is that may have any length; the first one is the rows.
const ANY: usize = 2;

/// The most elements that an input is given: a model that wants more is only compiled.
const MOST: usize = 1 << 12;

fuzz_target!(|bytes: &[u8]| {
    let Ok(graph) = Graph::read(bytes) else { return };
    let Ok(program) = Program::compile(&graph) else { return };
    let inputs: Option<Vec<(Vec<usize>, Elements)>> = program.inputs().iter().map(input).collect();
    let Some(inputs) = inputs else { return };
    let tensors: Vec<Tensor<'_>> =
        inputs.iter().map(|(shape, elements)| Tensor { shape, elements: elements.view() }).collect();
    let mut scratch = program.scratch();
    if program.run(&tensors, &mut scratch).is_err() {
        return;
    }
    // The lengths of a port of an output are those that the model declares, true or not.
    for (index, port) in program.outputs().iter().enumerate() {
        let output = scratch.output(index).expect("a run that succeeds has every output");
        assert_eq!(output.elements.element(), port.element, "{port:?}");
        // An axis of length 0 makes the whole empty, however long the others are.
        let count = if output.shape.contains(&0) { 0 } else { output.shape.iter().product() };
        assert_eq!(output.elements.len(), count, "{port:?}");
    }
});

/// Two rows for an input, unless they are too large.
fn input(port: &Port) -> Option<(Vec<usize>, Elements)> {
    let shape: Vec<usize> = match &port.dims {
        Some(dims) => dims.iter().map(|dim| dim.unwrap_or(ANY)).collect(),
        None => vec![ANY, ANY],
    };
    let count = shape.iter().try_fold(1_usize, |count, length| count.checked_mul(*length))?;
    (count <= MOST).then(|| (shape, elements(port.element, count)))
}

/// The first values of each type that differ in what operators do with them, over and over.
fn elements(element: Element, count: usize) -> Elements {
    fn cycle<T: Copy>(values: &[T], count: usize) -> Vec<T> {
        values.iter().copied().cycle().take(count).collect()
    }
    match element {
        Element::Float32 => Elements::Float32(cycle(&[0.5, -1.0, f32::NAN, 3.0, 0.0], count)),
        Element::Float64 => Elements::Float64(cycle(&[0.5, -1.0, f64::NAN, 3.0, 0.0], count)),
        Element::Int32 => Elements::Int32(cycle(&[1, 0, -1, 3], count)),
        Element::Int64 => Elements::Int64(cycle(&[1, 0, -1, 3], count)),
        Element::Bool => Elements::Bool(cycle(&[true, false], count)),
        Element::String => Elements::String(cycle(&["a", "", "1.5"], count).into_iter().collect::<Strings>()),
    }
}
