//! What must be true between an ONNX file's bindings and the functions.

use std::collections::{HashMap, HashSet};

use super::Found;
use crate::{
    manifest::{Binding, Function, Output, Source},
    schema::{Field, Kind, Schema},
};

pub(super) fn check(bindings: &[Binding], functions: &[Function], found: &mut Found) {
    let by_name: HashMap<_, _> = functions.iter().map(|function| (function.name.as_str(), function)).collect();
    for (index, binding) in bindings.iter().enumerate() {
        let place = format!("/runtime/bindings/{index}");
        check_tensors(&place, binding, found);
        match by_name.get(binding.function.as_str()) {
            Some(function) => {
                check_inputs(&place, binding, function, found);
                check_outputs(&place, &binding.outputs, &function.returns, found);
            }
            None => {
                found.push(format!("{place}/function"), format!("`{}` is none of the functions", binding.function));
            }
        }
    }
    let names = bindings.iter().enumerate();
    found
        .once(names.map(|(index, binding)| (format!("/runtime/bindings/{index}/function"), binding.function.as_str())));
    let bound: HashSet<_> = bindings.iter().map(|binding| binding.function.as_str()).collect();
    for (index, function) in functions.iter().enumerate() {
        if !bound.contains(function.name.as_str()) {
            found.push(
                format!("/functions/{index}"),
                format!("`{}` has no binding; add one to /runtime/bindings", function.name),
            );
        }
    }
}

/// Tells of tensors without a name, and of labels that are no names of classes.
fn check_tensors(place: &str, binding: &Binding, found: &mut Found) {
    for (index, input) in binding.inputs.iter().enumerate() {
        found.name(format!("{place}/inputs/{index}/tensor"), &input.tensor);
    }
    for (index, output) in binding.outputs.iter().enumerate() {
        let place = format!("{place}/outputs/{index}");
        found.name(format!("{place}/tensor"), &output.tensor);
        for (number, label) in output.labels.iter().flatten().enumerate() {
            if label.is_null() || label.is_array() || label.is_object() {
                let place = format!("{place}/labels/{number}");
                found.push(place, "is no label, expected a string, a number or a boolean");
            }
        }
    }
}

fn check_inputs(place: &str, binding: &Binding, function: &Function, found: &mut Found) {
    let tensors = binding.inputs.iter().enumerate();
    found.once(tensors.map(|(index, input)| (format!("{place}/inputs/{index}/tensor"), input.tensor.as_str())));

    let with_columns: Vec<_> =
        function.params.iter().filter_map(|param| Some((param.name.as_str(), columns(&param.schema)?))).collect();
    let uses_columns = binding.inputs.iter().any(|input| matches!(input.source, Source::Columns { .. }));
    if uses_columns && with_columns.len() > 1 {
        found.push(
            format!("{place}/inputs"),
            format!("binds columns, but {} of the parameters have columns; only one may", with_columns.len()),
        );
        return;
    }
    let table: HashSet<_> =
        with_columns.iter().flat_map(|(_, columns)| columns.iter().map(|field| field.name.as_str())).collect();
    let params: HashMap<_, _> = function.params.iter().map(|param| (param.name.as_str(), param)).collect();
    let mut bound = HashSet::new();
    for (index, input) in binding.inputs.iter().enumerate() {
        match &input.source {
            Source::Columns { columns, .. } => {
                if columns.is_empty() {
                    found.push(format!("{place}/inputs/{index}/columns"), "is empty, expected at least one column");
                }
                for (number, column) in columns.iter().enumerate() {
                    let place = format!("{place}/inputs/{index}/columns/{number}");
                    if !table.contains(column.as_str()) {
                        found.push(place, format!("`{column}` is no column of the function's parameters"));
                    } else if !bound.insert(column.as_str()) {
                        found.push(place, format!("`{column}` is bound already; bind each once"));
                    }
                }
            }
            Source::Parameter(name) => {
                let place = format!("{place}/inputs/{index}/parameter");
                match params.get(name.as_str()) {
                    None => found.push(place, format!("`{name}` is no parameter of the function")),
                    Some(param) if columns(&param.schema).is_some() => {
                        found.push(place, format!("`{name}` has columns; bind them with `columns`"));
                    }
                    Some(_) if !bound.insert(name.as_str()) => {
                        found.push(place, format!("`{name}` is bound already; bind each once"));
                    }
                    Some(_) => {}
                }
            }
        }
    }
    let all = function.params.iter().flat_map(|param| match columns(&param.schema) {
        Some(fields) => fields.iter().map(|field| field.name.as_str()).collect(),
        None => vec![param.name.as_str()],
    });
    for missing in all.filter(|name| !bound.contains(name)) {
        found.push(
            format!("{place}/inputs"),
            format!("`{missing}` of `{}` is not bound; bind each once", function.name),
        );
    }
}

fn check_outputs(place: &str, outputs: &[Output], returns: &Schema, found: &mut Found) {
    let Some(fields) = columns(returns) else {
        if outputs.len() != 1 {
            found.push(format!("{place}/outputs"), format!("has {} outputs, expected one: the result", outputs.len()));
        }
        for (index, _) in outputs.iter().enumerate().filter(|(_, output)| output.field.is_some()) {
            found.push(format!("{place}/outputs/{index}/field"), "is there, but the result has no fields; remove it");
        }
        return;
    };
    let known: HashSet<_> = fields.iter().map(|field| field.name.as_str()).collect();
    for (index, output) in outputs.iter().enumerate() {
        let Some(name) = &output.field else {
            found.push(format!("{place}/outputs/{index}"), "`field` is missing: the result has fields");
            continue;
        };
        if !known.contains(name.as_str()) {
            found.push(format!("{place}/outputs/{index}/field"), format!("`{name}` is no field of the result"));
        }
    }
    let named = outputs
        .iter()
        .enumerate()
        .filter_map(|(index, output)| Some((format!("{place}/outputs/{index}/field"), output.field.as_deref()?)));
    found.once(named);
    let bound: HashSet<_> = outputs.iter().filter_map(|output| output.field.as_deref()).collect();
    for field in fields {
        if !bound.contains(field.name.as_str()) {
            found.push(
                format!("{place}/outputs"),
                format!("`{}` of the result is not bound; bind each once", field.name),
            );
        }
    }
}

/// The columns of a frame, or the fields of a struct or of a list of structs.
fn columns(schema: &Schema) -> Option<&[Field]> {
    match &schema.kind {
        Kind::Frame { columns, .. } => Some(columns),
        Kind::Struct { fields } => Some(fields),
        Kind::List { items, .. } => match &items.kind {
            Kind::Struct { fields } => Some(fields),
            _ => None,
        },
        _ => None,
    }
}
