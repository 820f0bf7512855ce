use serde_json::{Map, Value};

use super::{Arguments, Hints, kind};
use crate::manifest::{Input, Parameter, ParameterKind, Source};
use crate::runtime::onnx::Port;
use crate::schema::{Field, Kind, Schema};
use crate::tensor::Element;

/// The name of the parameter that holds the rows.
const ROWS: &str = "rows";

/// What the model takes: rows of named columns where the graph or the example names them, tensors else.
pub(in crate::model) fn arguments(inputs: &[Port], hints: &Hints) -> Result<Arguments, Vec<String>> {
    let faults: Vec<String> = inputs.iter().filter_map(fixed_batch).collect();
    if !faults.is_empty() {
        return Err(faults);
    }
    if let Some(columns) = &hints.columns {
        return frame(inputs, columns.clone(), hints);
    }
    let objects = hints.example.as_ref().map(|rows| rows.iter().map(Value::as_object).collect::<Option<Vec<_>>>());
    if matches!(objects, Some(None)) && hints.example.iter().flatten().any(has_null) {
        let message = "the example has null in a row without names; give rows as objects: a column may be null, a part of \
                       a tensor may not";
        return Err(vec![message.to_owned()]);
    }
    match objects {
        Some(Some(rows)) => frame(inputs, columns_of(inputs, &rows)?, hints),
        None if inputs.iter().all(|input| width(input) == Some(1)) => {
            let columns = inputs.iter().map(|input| Field::new(&input.name, Schema::new(kind(input.element))));
            frame(inputs, columns.collect(), hints)
        }
        _ => inputs.iter().map(tensor).collect::<Result<Vec<_>, _>>().map_err(|fault| vec![fault]).map(|pairs| {
            let (parameters, inputs) = pairs.into_iter().unzip();
            Arguments { parameters, inputs }
        }),
    }
}

fn has_null(value: &Value) -> bool {
    value.is_null() || value.as_array().is_some_and(|items| items.iter().any(has_null))
}

fn fixed_batch(port: &Port) -> Option<String> {
    let first = port.dims.as_deref().and_then(|dims| dims.first().copied().flatten())?;
    Some(format!(
        "the input `{}` takes exactly {first} rows at once; export the model with a first axis of any length",
        port.name
    ))
}

/// How many columns go into an input, if that is known.
fn width(port: &Port) -> Option<usize> {
    match port.dims.as_deref()? {
        [_] => Some(1),
        [_, width] => *width,
        _ => None,
    }
}

/// Rows of these columns, each of which goes into an input.
fn frame(inputs: &[Port], columns: Vec<Field>, hints: &Hints) -> Result<Arguments, Vec<String>> {
    let names: Vec<String> = columns.iter().map(|column| column.name.clone()).collect();
    let allotted = allot(inputs, &names)?;
    let mut faults = Vec::new();
    let unused = names.iter().filter(|name| !allotted.iter().flatten().any(|column| column == *name));
    faults.extend(unused.map(|name| format!("there is a column `{name}`, which no input of the model takes")));
    for name in hints.nulls.keys().filter(|name| !names.contains(name)) {
        faults.push(format!("there is no column `{name}` that a null could stand in"));
    }
    let mut bound = Vec::new();
    for (port, names) in inputs.iter().zip(allotted) {
        match null(port, &names, &columns, hints) {
            Ok(null) => {
                bound.push(Input { tensor: port.name.clone(), source: Source::Columns { columns: names, null } });
            }
            Err(fault) => faults.push(fault),
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let inputs = bound;
    let schema = Schema::new(Kind::Frame { columns, index: None });
    Ok(Arguments { parameters: vec![parameter(ROWS, schema)], inputs })
}

/// What stands for a null in an input: the same for all of its columns that may be null.
fn null(port: &Port, names: &[String], columns: &[Field], hints: &Hints) -> Result<Option<Value>, String> {
    let is_nullable = |name: &&String| columns.iter().any(|column| column.name == **name && column.schema.nullable);
    let asked = names.iter().filter(|name| is_nullable(name) || hints.nulls.contains_key(*name));
    let mut said: Vec<Option<&Value>> = asked.map(|name| hints.nulls.get(name)).collect();
    said.dedup();
    match said.as_slice() {
        [] | [None] => Ok(None),
        // `1` for a column of strings is a string.
        [Some(value)] if port.element == Element::String && !value.is_string() => Ok(Some(value.to_string().into())),
        [Some(value)] => Ok(Some((*value).clone())),
        _ => Err(format!(
            "one value stands for null in all columns of the input `{}`, which are {}; say the same for each",
            port.name,
            names.join(", ")
        )),
    }
}

/// The columns of the example, in the order in which they come, with the types that the model takes.
fn columns_of(inputs: &[Port], rows: &[&Map<String, Value>]) -> Result<Vec<Field>, Vec<String>> {
    let names = names(rows);
    let allotted = allot(inputs, &names)?;
    let element = |name: &String| {
        let at = allotted.iter().position(|columns| columns.contains(name))?;
        Some(inputs[at].element)
    };
    let columns = names.iter().map(|name| {
        let element = element(name).ok_or_else(|| format!("the example has a column `{name}`, which no input takes"));
        Ok(field(name, element?, rows))
    });
    let (columns, faults): (Vec<_>, Vec<_>) = columns.partition(Result::is_ok);
    if faults.is_empty() {
        Ok(columns.into_iter().flatten().collect())
    } else {
        Err(faults.into_iter().filter_map(|fault: Result<Field, String>| fault.err()).collect())
    }
}

/// All names of the columns of the example, in the order in which they come.
fn names(rows: &[&Map<String, Value>]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for name in rows.iter().flat_map(|row| row.keys()) {
        if !names.contains(name) {
            names.push(name.clone());
        }
    }
    names
}

/// Which columns go into which input: one of its name, or so many of those that are left as it takes, in order.
fn allot(inputs: &[Port], names: &[String]) -> Result<Vec<Vec<String>>, Vec<String>> {
    let named = |port: &&Port| width(port) == Some(1) && names.contains(&port.name);
    let mut left = names.iter().filter(|name| !inputs.iter().filter(named).any(|port| port.name == **name));
    let wide: Vec<&Port> = inputs.iter().filter(|port| !named(port)).collect();
    let mut faults = Vec::new();
    let mut columns = Vec::new();
    for port in inputs {
        if named(&port) {
            columns.push(vec![port.name.clone()]);
            continue;
        }
        let width = match width(port) {
            Some(width) => width,
            None if wide.len() == 1 => left.clone().count(),
            None => {
                faults.push(format!("the input `{}` does not say how many columns it takes", port.name));
                continue;
            }
        };
        let taken: Vec<String> = left.by_ref().take(width).cloned().collect();
        if taken.len() < width || taken.is_empty() {
            faults.push(format!(
                "the input `{}` takes {width} columns, and the example has {} that are left for it",
                port.name,
                taken.len()
            ));
        }
        columns.push(taken);
    }
    if faults.is_empty() { Ok(columns) } else { Err(faults) }
}

fn field(name: &str, element: Element, rows: &[&Map<String, Value>]) -> Field {
    let is_absent = rows.iter().any(|row| !row.contains_key(name));
    let is_null = rows.iter().any(|row| row.get(name).is_some_and(Value::is_null));
    let seen = Schema::infer(rows.iter().filter_map(|row| row.get(name)));
    let observed = seen.ok().and_then(|seen| seen.schema.observed);
    let schema = Schema { nullable: is_absent || is_null, observed, ..Schema::new(kind(element)) };
    Field { required: !is_absent, default: is_absent.then_some(Value::Null), ..Field::new(name, schema) }
}

fn tensor(port: &Port) -> Result<(Parameter, Input), String> {
    let dims = port.dims.as_deref().ok_or_else(|| {
        format!("the input `{}` does not say how many axes it has; give an example with named columns", port.name)
    })?;
    let shape = dims.iter().map(|dim| dim.map_or(-1, |dim| i64::try_from(dim).unwrap_or(i64::MAX))).collect();
    let schema = Schema::new(Kind::Tensor { dtype: Box::new(kind(port.element)), shape });
    let source = Source::Parameter(port.name.clone());
    Ok((parameter(&port.name, schema), Input { tensor: port.name.clone(), source }))
}

fn parameter(name: &str, schema: Schema) -> Parameter {
    Parameter { name: name.to_owned(), kind: ParameterKind::PositionalOrKeyword, schema, required: true, default: None }
}
