use super::buffer::Buffer;
use super::fill::{Fill, From};
use super::take::Take;
use crate::manifest::{Binding, Function, Input, Output, Source};
use crate::runtime::RunError;
use crate::runtime::onnx::Port;
use crate::schema::{Kind, Schema};
use crate::table::{Table, Values};
use crate::tensor::{Tensor, View};

/// How a function's arguments become the inputs of a model, and the outputs its result: planned once, when it is loaded.
#[derive(Debug)]
pub(super) struct Bound {
    /// In the order of the model's inputs.
    inputs: Vec<BoundInput>,
    /// For each of the model's outputs, what is taken of it.
    outputs: Vec<Vec<BoundOutput>>,
}

#[derive(Debug)]
enum BoundInput {
    Columns { parameter: usize, fill: Fill },
    Tensor { parameter: usize },
}

#[derive(Debug)]
enum BoundOutput {
    /// A column of the result.
    Column { column: usize, take: Take },
    /// The whole tensor is the result.
    Tensor { name: String },
}

impl Bound {
    /// Plans it; gives everything that does not fit.
    pub(super) fn plan(
        function: &Function,
        binding: &Binding,
        inputs: &[Port],
        outputs: &[Port],
    ) -> Result<Self, Vec<String>> {
        let mut faults = Vec::new();
        let bound = inputs.iter().filter_map(|port| {
            let Some(input) = binding.inputs.iter().find(|input| input.tensor == port.name) else {
                faults.push(format!("nothing is bound to the input `{}`", port.name));
                return None;
            };
            let planned = plan_input(function, input, port);
            planned.map_err(|wrong| faults.extend(wrong)).ok()
        });
        let bound: Vec<BoundInput> = bound.collect();
        for input in binding.inputs.iter().filter(|input| !inputs.iter().any(|port| port.name == input.tensor)) {
            faults.push(format!("the model has no input `{}`; {}", input.tensor, has(inputs)));
        }
        let mut taken: Vec<Vec<BoundOutput>> = outputs.iter().map(|_| Vec::new()).collect();
        for output in &binding.outputs {
            let Some(at) = outputs.iter().position(|port| port.name == output.tensor) else {
                faults.push(format!("the model has no output `{}`; {}", output.tensor, has(outputs)));
                continue;
            };
            match plan_output(&function.returns, output, &outputs[at]) {
                Ok(bound) => taken[at].push(bound),
                Err(fault) => faults.push(fault),
            }
        }
        let named = |fault: String| format!("function `{}`: {fault}", function.name);
        if faults.is_empty() {
            Ok(Self { inputs: bound, outputs: taken })
        } else {
            Err(faults.into_iter().map(named).collect())
        }
    }

    /// The model's inputs out of a function's arguments.
    pub(super) fn inputs<'a>(&self, arguments: &'a [Table], buffers: &'a mut Vec<Buffer>) -> Vec<Tensor<'a>> {
        buffers.resize_with(self.inputs.len(), Buffer::default);
        let pairs = self.inputs.iter().zip(buffers.iter_mut());
        pairs
            .map(|(input, buffer)| match input {
                BoundInput::Columns { parameter, fill } => {
                    let table = &arguments[*parameter];
                    fill.fill(&table.columns, table.rows, buffer)
                }
                BoundInput::Tensor { parameter } => {
                    let table = &arguments[*parameter];
                    Tensor { shape: &table.shape, elements: view(&table.columns[0].values) }
                }
            })
            .collect()
    }

    /// Writes what the result takes of the model's output `index`.
    pub(super) fn take(
        &self,
        index: usize,
        tensor: Tensor<'_>,
        rows: usize,
        result: &mut Table,
    ) -> Result<(), RunError> {
        for output in &self.outputs[index] {
            match output {
                BoundOutput::Column { column, take } => take.take(tensor, rows, &mut result.columns[*column])?,
                BoundOutput::Tensor { name } => whole(name, tensor, rows, result)?,
            }
        }
        Ok(())
    }

    /// How many rows the arguments have.
    pub(super) fn rows(&self, arguments: &[Table]) -> usize {
        self.inputs.first().map_or(0, |input| match input {
            BoundInput::Columns { parameter, .. } => arguments[*parameter].rows,
            BoundInput::Tensor { parameter } => arguments[*parameter].shape.first().copied().unwrap_or(1),
        })
    }
}

fn has(ports: &[Port]) -> String {
    let names: Vec<String> = ports.iter().map(|port| format!("`{}`", port.name)).collect();
    format!("it has {}", names.join(", "))
}

fn plan_input(function: &Function, input: &Input, port: &Port) -> Result<BoundInput, Vec<String>> {
    match &input.source {
        Source::Parameter(name) => {
            let parameter = function.params.iter().position(|parameter| parameter.name == *name);
            let parameter = parameter.ok_or_else(|| vec![format!("there is no parameter `{name}`")])?;
            let Kind::Tensor { dtype, shape } = &function.params[parameter].schema.kind else {
                return Err(vec![format!(
                    "the parameter `{name}` is bound to the input `{}` and is no tensor",
                    port.name
                )]);
            };
            let schema = &function.params[parameter].schema;
            let faults: Vec<String> = [
                (super::infer::kind(port.element) != **dtype)
                    .then(|| format!("has other elements than {}", port.element)),
                (!fits(shape, port)).then(|| format!("has the shape {shape:?}, the input's axes are {:?}", port.dims)),
                schema.nullable.then(|| "may be null, which a tensor cannot be".to_owned()),
            ]
            .into_iter()
            .flatten()
            .map(|fault| format!("the parameter `{name}`, bound to the input `{}`, {fault}", port.name))
            .collect();
            if !faults.is_empty() {
                return Err(faults);
            }
            Ok(BoundInput::Tensor { parameter })
        }
        Source::Columns { columns, null } => {
            let is_bound_to = |fields: &[crate::schema::Field]| {
                columns.iter().all(|column| fields.iter().any(|field| field.name == *column))
            };
            let frames =
                function.params.iter().enumerate().filter_map(|(at, parameter)| match &parameter.schema.kind {
                    Kind::Frame { columns, .. } => Some((at, columns)),
                    _ => None,
                });
            let Some((parameter, fields)) = frames.into_iter().find(|(_, fields)| is_bound_to(fields)) else {
                return Err(vec![format!("no parameter has the columns that the input `{}` takes", port.name)]);
            };
            let from = columns.iter().filter_map(|name| {
                let column = fields.iter().position(|field| field.name == *name)?;
                let schema = &fields[column].schema;
                Some(From { column, name, kind: &schema.kind, nullable: schema.nullable })
            });
            let from: Vec<From<'_>> = from.collect();
            let is_matrix = shape_of(port, from.len())?;
            let fill = Fill::plan(port.element, is_matrix, &from, null.as_ref())?;
            Ok(BoundInput::Columns { parameter, fill })
        }
    }
}

/// Whether the input has a second axis, if it takes so many columns.
fn shape_of(port: &Port, columns: usize) -> Result<bool, Vec<String>> {
    match port.dims.as_deref() {
        Some([_]) if columns == 1 => Ok(false),
        None | Some([_, None]) => Ok(true),
        Some([_, Some(width)]) if *width == columns => Ok(true),
        Some(dims) => {
            Err(vec![format!("{columns} columns are bound to the input `{}`, whose axes are {dims:?}", port.name)])
        }
    }
}

/// Whether a tensor of this shape may be what the input takes; −1 is any length.
fn fits(shape: &[i64], port: &Port) -> bool {
    let Some(dims) = port.dims.as_deref() else { return true };
    let may_be = |(length, dim): (&i64, &Option<usize>)| {
        dim.is_none_or(|dim| *length == -1 || usize::try_from(*length).is_ok_and(|length| length == dim))
    };
    shape.len() == dims.len() && shape.iter().zip(dims).all(may_be)
}

fn plan_output(returns: &Schema, output: &Output, port: &Port) -> Result<BoundOutput, String> {
    let (column, kind) = match (&returns.kind, &output.field) {
        (Kind::Tensor { .. }, None) => return Ok(BoundOutput::Tensor { name: port.name.clone() }),
        (Kind::Series { values }, None) => (0, &values.kind),
        (Kind::Frame { columns, .. }, Some(name)) => {
            let column = columns.iter().position(|field| field.name == *name);
            let column = column.ok_or_else(|| format!("the result has no column `{name}`"))?;
            (column, &columns[column].schema.kind)
        }
        _ => return Err(format!("the output `{}` fits no part of the result", port.name)),
    };
    let index = output.index.map(|index| usize::try_from(index).unwrap_or(usize::MAX));
    if let (Some(index), Some([_, Some(width)])) = (index, port.dims.as_deref())
        && index >= *width
    {
        return Err(format!("the column {index} of the output `{}` is asked for, which has {width}", port.name));
    }
    let take = Take::plan(&port.name, port.element, index, output.labels.as_deref(), kind)?;
    Ok(BoundOutput::Column { column, take })
}

fn whole(name: &str, tensor: Tensor<'_>, rows: usize, result: &mut Table) -> Result<(), RunError> {
    if tensor.shape.first() != Some(&rows) {
        return Err(RunError::new(format!("the output `{name}` has the shape {:?} for {rows} rows", tensor.shape)));
    }
    result.shape.clear();
    result.shape.extend_from_slice(tensor.shape);
    match (&mut result.columns[0].values, tensor.elements) {
        (Values::Float32(to), View::Float32(from)) => from.clone_into(to),
        (Values::Float64(to), View::Float64(from)) => from.clone_into(to),
        (Values::Int32(to), View::Int32(from)) => from.clone_into(to),
        (Values::Int64(to), View::Int64(from)) => from.clone_into(to),
        (Values::Bool(to), View::Bool(from)) => from.clone_into(to),
        (Values::String(to), View::String(from)) => from.clone_into(to),
        (_, elements) => {
            let found = elements.element();
            return Err(RunError::new(format!("the output `{name}` is {found}, which its schema does not say")));
        }
    }
    Ok(())
}

fn view(values: &Values) -> View<'_> {
    match values {
        Values::Float32(values) => View::Float32(values),
        Values::Float64(values) => View::Float64(values),
        Values::Int32(values) => View::Int32(values),
        Values::Int64(values) => View::Int64(values),
        Values::Bool(values) => View::Bool(values),
        Values::String(values) => View::String(values),
        // The plan took only tensors of elements that a model takes.
        _ => View::Bool(&[]),
    }
}
