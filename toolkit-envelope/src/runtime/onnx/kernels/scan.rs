//! A computation that is run once for each row of a tensor, as exporters write the distances of nearest neighbours.

use crate::runtime::onnx::buffer::{Buffer, Scalar};
use crate::runtime::onnx::dims::{AXES, Dims, size};
use crate::runtime::onnx::kernel::{Inputs, Kernel, Problem, Spare, elements};
use crate::runtime::onnx::program::{Program, Scratch};
use crate::runtime::onnx::spec::{Built, Known, Lengths, Refusal, Spec, invalid, unsupported};
use crate::runtime::onnx::structure;
use crate::runtime::onnx::table::{MANY, NEWEST, Operator, SCALARS, operator};
use crate::tensor::{Element, Tensor, View};

const SETTINGS: &[&str] = &[
    "body",
    "num_scan_inputs",
    "scan_input_axes",
    "scan_input_directions",
    "scan_output_axes",
    "scan_output_directions",
];

pub(super) const OPERATORS: &[Operator] =
    &[operator("Scan", (9, NEWEST), SCALARS, SETTINGS, (1, MANY), scan).outputs(MANY)];

struct Scan {
    program: Program,
    /// How many inputs are handed from one run to the next; the others are taken row by row.
    states: usize,
}

fn scan(spec: &Spec<'_>) -> Result<Built, Refusal> {
    for name in &SETTINGS[2..] {
        // Of rows and forwards: what exporters write.
        if spec.ints(name)?.is_some_and(|ints| ints.iter().any(|int| *int != 0)) {
            return unsupported(format!("attribute {name} is not 0"));
        }
    }
    let (inputs, outputs) = (spec.inputs.len(), spec.node.outputs.len());
    let rows = spec.int("num_scan_inputs")?.and_then(|rows| usize::try_from(rows).ok());
    let Some(states) = rows.filter(|rows| *rows > 0).and_then(|rows| inputs.checked_sub(rows)) else {
        return invalid(format!("attribute num_scan_inputs is {rows:?}, and there are {inputs} inputs"));
    };
    if inputs > AXES || outputs < states {
        return unsupported(format!("found {inputs} inputs and {outputs} outputs, with {states} states"));
    }
    let Some(body) = spec.body("body")? else { return invalid("attribute body is missing") };
    let mut body = body.clone();
    let faults = structure::order(&mut body);
    if !faults.is_empty() {
        return unsupported(format!("the body takes values from around it, or is not right: {}", faults.join("; ")));
    }
    let mut kinds: Vec<(Element, Lengths)> = Vec::new();
    for index in 0..inputs {
        let input = spec.input(index)?;
        let row = |dims: &Vec<Option<usize>>| dims.get(1..).unwrap_or_default().to_vec();
        kinds.push((input.element, if index < states { input.dims.clone() } else { input.dims.as_ref().map(row) }));
    }
    if kinds.iter().any(|(element, _)| *element == Element::String) {
        return unsupported("an input is text");
    }
    let program = match Program::within(spec.graph, &body, &kinds) {
        Ok(program) => program,
        Err(refused) => {
            let gaps: Vec<String> = refused.gaps.iter().map(ToString::to_string).collect();
            return unsupported(format!("in the body: {}", gaps.join("; ")));
        }
    };
    if program.inputs().len() != inputs || program.outputs().len() != outputs {
        return invalid("the body has other inputs or outputs than the node");
    }
    let ports = program.outputs().iter().enumerate();
    let known = ports.map(|(index, port)| {
        let rows = |dims: &Vec<Option<usize>>| std::iter::once(None).chain(dims.iter().copied()).collect();
        let dims = if index < states { kinds[index].1.clone() } else { port.dims.as_ref().map(rows) };
        Known::new(port.element, dims)
    });
    let known: Vec<Known> = known.collect();
    if known.iter().zip(&kinds).take(states).any(|(known, (element, _))| known.element != *element) {
        return invalid("a state changes its type");
    }
    if known.iter().any(|known| known.element == Element::String) {
        return unsupported("an output is text");
    }
    Ok(Built::several(Scan { program, states }, known))
}

impl Kernel for Scan {
    fn run(&self, inputs: &Inputs<'_>, outputs: &mut [Buffer], spare: &mut Spare) -> Result<(), Problem> {
        let mut scratch = spare.scratch.take().unwrap_or_default();
        let result = self.rows(inputs, outputs, &mut scratch);
        spare.scratch = Some(scratch);
        result
    }
}

impl Scan {
    fn rows(&self, inputs: &Inputs<'_>, outputs: &mut [Buffer], scratch: &mut Scratch) -> Result<(), Problem> {
        let (states, scanned) = outputs.split_at_mut(self.states);
        for (index, state) in states.iter_mut().enumerate() {
            state.copy(inputs.tensor(index)?)?;
        }
        let length = |index: usize| match inputs.tensor(index)?.shape.first() {
            Some(length) => Ok(*length),
            None => Err(Problem::new("a single number has no rows")),
        };
        let rows = length(self.states)?;
        for index in self.states..inputs.len() {
            if length(index)? != rows {
                return Err(Problem::new(format!("found {rows} rows in one input and {} in another", length(index)?)));
            }
        }
        if rows == 0 {
            return self.nothing(scanned);
        }
        for row in 0..rows {
            // An unused place holds any tensor.
            let mut given = [inputs.tensor(0)?; AXES];
            for (index, given) in given.iter_mut().enumerate().take(inputs.len()) {
                *given = match states.get(index) {
                    Some(state) => state.tensor(),
                    None => part(inputs.tensor(index)?, row)?,
                };
            }
            self.program.run(&given[..inputs.len()], scratch).map_err(|error| Problem::new(error.to_string()))?;
            let result = |index: usize| scratch.output(index).ok_or_else(|| Problem::new("the body gave nothing"));
            for (index, state) in states.iter_mut().enumerate() {
                state.copy(result(index)?)?;
            }
            for (index, output) in scanned.iter_mut().enumerate() {
                put(result(self.states + index)?, row, rows, output)?;
            }
        }
        Ok(())
    }

    /// The outputs of no run: their shape must be known without one.
    fn nothing(&self, scanned: &mut [Buffer]) -> Result<(), Problem> {
        for (output, port) in scanned.iter_mut().zip(&self.program.outputs()[self.states..]) {
            let mut dims = Dims::of(0);
            for length in port.dims.iter().flatten() {
                dims.push(length.unwrap_or(0))?;
            }
            match port.element {
                Element::Float32 => drop(output.room::<f32>(dims)?),
                Element::Float64 => drop(output.room::<f64>(dims)?),
                Element::Int32 => drop(output.room::<i32>(dims)?),
                Element::Int64 => drop(output.room::<i64>(dims)?),
                Element::Bool => drop(output.room::<bool>(dims)?),
                Element::String => return Err(Problem::new("text is not known here")),
            }
        }
        Ok(())
    }
}

/// One row of a tensor.
fn part(tensor: Tensor<'_>, row: usize) -> Result<Tensor<'_>, Problem> {
    fn of<T>(all: &[T], row: usize, length: usize) -> Result<&[T], Problem> {
        all.get(row * length..(row + 1) * length).ok_or_else(|| Problem::new("a row is missing"))
    }
    let shape = tensor.shape.get(1..).unwrap_or_default();
    let length = size(shape)?;
    let elements = match tensor.elements {
        View::Float32(all) => View::Float32(of(all, row, length)?),
        View::Float64(all) => View::Float64(of(all, row, length)?),
        View::Int32(all) => View::Int32(of(all, row, length)?),
        View::Int64(all) => View::Int64(of(all, row, length)?),
        View::Bool(all) => View::Bool(of(all, row, length)?),
        View::String(_) => return Err(Problem::new("text is not known here")),
    };
    Ok(Tensor { shape, elements })
}

/// Writes one row of a tensor, which has the shape that the first one has.
fn put(tensor: Tensor<'_>, row: usize, rows: usize, output: &mut Buffer) -> Result<(), Problem> {
    fn of<T: Scalar>(tensor: Tensor<'_>, row: usize, rows: usize, output: &mut Buffer) -> Result<(), Problem> {
        let from = elements::<T>(tensor.elements)?;
        if row == 0 {
            let mut dims = Dims::of(rows);
            for length in tensor.shape {
                dims.push(*length)?;
            }
            output.room::<T>(dims)?;
        }
        if output.dims()[1..] != *tensor.shape {
            return Err(Problem::new(format!("a run gave the shape {:?}, unlike the first", tensor.shape)));
        }
        output.elements::<T>()?[row * from.len()..(row + 1) * from.len()].copy_from_slice(from);
        Ok(())
    }
    match tensor.elements {
        View::Float32(_) => of::<f32>(tensor, row, rows, output),
        View::Float64(_) => of::<f64>(tensor, row, rows, output),
        View::Int32(_) => of::<i32>(tensor, row, rows, output),
        View::Int64(_) => of::<i64>(tensor, row, rows, output),
        View::Bool(_) => of::<bool>(tensor, row, rows, output),
        View::String(_) => Err(Problem::new("text is not known here")),
    }
}
