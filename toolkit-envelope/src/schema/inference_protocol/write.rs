use std::collections::HashSet;

use super::{Datatype, OWN, TensorMetadata, Tensors, VALID, read};
use crate::{
    Fault,
    json::escape,
    schema::{Field, Kind, Schema},
};

impl Tensors {
    /// The tensors of the query function `name`; an output without a name of its own has the function's.
    ///
    /// # Errors
    ///
    /// Everything that is no tensor, each with its path from the parameter's name on, and names that are there twice.
    ///
    /// ```
    /// use serde_json::json;
    /// use toolkit_envelope::schema::{Field, Kind, Schema, inference_protocol::Tensors};
    ///
    /// let x = Kind::Tensor { dtype: Box::new(Kind::Float32), shape: vec![-1, 4] };
    /// let label = Kind::Tensor { dtype: Box::new(Kind::Int64), shape: vec![-1] };
    /// let tensors = Tensors::of_function("predict", &[Field::new("x", Schema::new(x))], &Schema::new(label)).unwrap();
    /// assert_eq!(tensors.to_value(), json!({
    ///     "inputs": [{ "name": "x", "datatype": "FP32", "shape": [-1, 4] }],
    ///     "outputs": [{ "name": "predict", "datatype": "INT64", "shape": [-1] }],
    /// }));
    /// ```
    pub fn of_function(name: &str, params: &[Field], returns: &Schema) -> Result<Self, Vec<Fault>> {
        let mut faults = Vec::new();
        let inputs = params.iter().flat_map(|param| of_field(param, &mut faults)).collect::<Vec<_>>();
        let outputs = of_field(&Field::new(name, returns.clone()), &mut faults);
        for tensors in [&inputs, &outputs] {
            check_names(tensors, &mut faults);
        }
        if faults.is_empty() { Ok(Self { inputs, outputs }) } else { Err(faults) }
    }
}

/// The tensors of one parameter, the first of which says what the others do not.
pub(super) fn of_field(field: &Field, faults: &mut Vec<Fault>) -> Vec<TensorMetadata> {
    let before = faults.len();
    let mut tensors = plain(field, faults);
    if let Some(first) = tensors.first_mut() {
        if read::plain(first).as_ref() != Some(field) {
            first.parameters.insert(OWN.to_owned(), field.to_value());
        }
    } else if faults.len() == before {
        let message = "has no columns or fields, so it has no tensor that could stand for it";
        faults.push(Fault { pointer: format!("/{}", escape(&field.name)), message: message.to_owned() });
    }
    tensors
}

fn plain(field: &Field, faults: &mut Vec<Fault>) -> Vec<TensorMetadata> {
    let at = format!("/{}", escape(&field.name));
    match &field.schema.kind {
        Kind::Frame { columns, index } => {
            let fields = columns.iter().chain(index.iter().flatten());
            let may_lack = may_lack(field);
            fields.flat_map(|column| values(column, &column.schema.kind, vec![-1], may_lack, &at, faults)).collect()
        }
        Kind::Struct { fields } => {
            let may_lack = may_lack(field);
            fields.iter().flat_map(|part| part_of(part, may_lack, &at, faults)).collect()
        }
        _ => part_of(field, false, "", faults),
    }
}

/// What has one tensor, and perhaps one that says which values there are.
fn part_of(field: &Field, may_lack: bool, at: &str, faults: &mut Vec<Fault>) -> Vec<TensorMetadata> {
    match &field.schema.kind {
        Kind::Tensor { dtype, shape } => values(field, dtype, shape.clone(), may_lack, at, faults),
        Kind::Series { values: schema } => {
            values(field, &schema.kind, vec![-1], may_lack || schema.nullable, at, faults)
        }
        kind => values(field, kind, vec![1], may_lack, at, faults),
    }
}

fn values(
    field: &Field,
    element: &Kind,
    shape: Vec<i64>,
    may_lack: bool,
    at: &str,
    faults: &mut Vec<Fault>,
) -> Vec<TensorMetadata> {
    let Some(datatype) = Datatype::of(element) else {
        let message = format!("is {}, which the Open Inference Protocol has no tensor for", element.name());
        faults.push(Fault { pointer: format!("{at}/{}", escape(&field.name)), message });
        return Vec::new();
    };
    let tensor =
        |name: String, datatype, shape| TensorMetadata { name, datatype, shape, parameters: serde_json::Map::new() };
    let mut tensors = vec![tensor(field.name.clone(), datatype, shape.clone())];
    if may_lack || self::may_lack(field) {
        // A tensor is there or not as a whole; of anything else, each value is.
        let shape = if matches!(field.schema.kind, Kind::Tensor { .. }) { vec![1] } else { shape };
        tensors.push(tensor(format!("{}{VALID}", field.name), Datatype::Bool, shape));
    }
    tensors
}

/// Whether there may be no value.
fn may_lack(field: &Field) -> bool {
    field.schema.nullable || (!field.required && field.default.is_none())
}

fn check_names(tensors: &[TensorMetadata], faults: &mut Vec<Fault>) {
    let mut names = HashSet::new();
    for tensor in tensors.iter().filter(|tensor| !names.insert(&tensor.name)) {
        let message =
            "is the name of another tensor too; the protocol has no frames, so columns need names that differ";
        faults.push(Fault { pointer: format!("/{}", escape(&tensor.name)), message: message.to_owned() });
    }
}
