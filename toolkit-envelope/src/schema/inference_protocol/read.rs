use serde_json::Value;

use super::{Datatype, OWN, TensorMetadata, Tensors, write};
use crate::{
    Fault,
    json::{Decoder, Faults, nearest},
    schema::{Field, Kind, Schema},
};

impl Tensors {
    /// Reads `inputs` and `outputs` of a model's metadata; other keys are left to whoever reads the rest.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with them, each with its path.
    pub fn from_json(value: &Value) -> Result<Self, Vec<Fault>> {
        let faults = Faults::default();
        let tensors = decode(&Decoder::new(value, &faults));
        let faults = faults.into_vec();
        tensors.filter(|_| faults.is_empty()).ok_or(faults)
    }

    /// The parameters and the result that the tensors stand for; of another tool's metadata, each tensor is one.
    ///
    /// # Errors
    ///
    /// Tensors that are not those of what stands beside them, and outputs that are not one result.
    pub fn to_function(&self) -> Result<(Vec<Field>, Schema), Vec<Fault>> {
        let mut faults = Vec::new();
        let params = fields(&self.inputs, "/inputs", &mut faults);
        let mut results = fields(&self.outputs, "/outputs", &mut faults);
        if faults.is_empty() && results.len() != 1 {
            let message = format!("stands for {} results, expected one", results.len());
            faults.push(Fault { pointer: "/outputs".to_owned(), message });
        }
        match results.pop() {
            Some(result) if faults.is_empty() => Ok((params, result.schema)),
            _ => Err(faults),
        }
    }
}

/// What a tensor stands for if nothing stands beside it.
pub(super) fn plain(tensor: &TensorMetadata) -> Option<Field> {
    let kind = Kind::Tensor { dtype: Box::new(tensor.datatype.kind()), shape: tensor.shape.clone() };
    let schema = Schema::new(kind);
    schema.check().is_ok().then(|| Field::new(&tensor.name, schema))
}

fn fields(tensors: &[TensorMetadata], at: &str, faults: &mut Vec<Fault>) -> Vec<Field> {
    let (mut fields, mut place) = (Vec::new(), 0);
    while let Some(tensor) = tensors.get(place) {
        let pointer = format!("{at}/{place}");
        place += 1;
        let Some(own) = tensor.parameters.get(OWN) else {
            match plain(tensor) {
                Some(field) => fields.push(field),
                None => faults.push(Fault { pointer, message: "has a shape that no tensor has".to_owned() }),
            }
            continue;
        };
        let below = format!("{pointer}/parameters/{OWN}");
        let field = match Field::from_json(own) {
            Ok(field) => field,
            Err(wrong) => {
                let fault = |fault: Fault| Fault { pointer: format!("{below}{}", fault.pointer), ..fault };
                faults.extend(wrong.into_iter().map(fault));
                continue;
            }
        };
        let mut wrong = Vec::new();
        let expected = write::of_field(&field, &mut wrong);
        let found = tensors.get(place - 1..place - 1 + expected.len()).unwrap_or_default();
        let same = |(found, expected): (&TensorMetadata, &TensorMetadata)| {
            (&found.name, found.datatype, &found.shape) == (&expected.name, expected.datatype, &expected.shape)
        };
        if expected.is_empty() || found.len() < expected.len() || !found.iter().zip(&expected).all(same) {
            let names = expected.iter().map(|tensor| format!("`{}`", tensor.name)).collect::<Vec<_>>().join(", ");
            let message = format!("says what other tensors stand for than those from here on, expected {names}");
            faults.push(Fault { pointer: below, message });
            continue;
        }
        place += expected.len() - 1;
        fields.push(field);
    }
    fields
}

fn decode(at: &Decoder<'_>) -> Option<Tensors> {
    let node = at.object()?;
    let all = |key| {
        let tensors = node.required(key)?.items()?;
        tensors.iter().map(tensor).collect::<Vec<_>>().into_iter().collect::<Option<Vec<_>>>()
    };
    let (inputs, outputs) = (all("inputs"), all("outputs"));
    Some(Tensors { inputs: inputs?, outputs: outputs? })
}

fn tensor(at: &Decoder<'_>) -> Option<TensorMetadata> {
    let node = at.object()?;
    let name = node.required("name").and_then(|name| name.string());
    let datatype = node.required("datatype").and_then(|datatype| decode_datatype(&datatype));
    let shape = node.required("shape").and_then(|shape| {
        let axes = shape.items()?.iter().map(Decoder::integer).collect::<Vec<_>>();
        axes.into_iter().collect::<Option<Vec<_>>>()
    });
    let parameters = match node.optional("parameters") {
        Some(parameters) => parameters.object().map(|_| parameters.value.as_object().cloned().unwrap_or_default()),
        None => Some(serde_json::Map::new()),
    };
    node.no_others();
    Some(TensorMetadata { name: name?.to_owned(), datatype: datatype?, shape: shape?, parameters: parameters? })
}

fn decode_datatype(at: &Decoder<'_>) -> Option<Datatype> {
    let name = at.string()?;
    let datatype = Datatype::named(name);
    if datatype.is_none() {
        let names = Datatype::ALL.map(|(_, name, _)| name);
        match nearest(name, &names) {
            Some(meant) => at.fault(format!("`{name}` is no datatype; did you mean `{meant}`?")),
            None => at.fault(format!("`{name}` is no datatype, expected one of {}", names.join(", "))),
        }
    }
    datatype
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::schema::testing::{any_scalar, any_schema, fewer_cases};

    fn function(params: Value, returns: Value) -> Result<Value, Vec<String>> {
        let params =
            params.as_array().unwrap().iter().map(|field| Field::from_json(field).unwrap()).collect::<Vec<_>>();
        let returns = Schema::from_json(&returns).unwrap();
        let tensors = Tensors::of_function("predict", &params, &returns);
        if let Ok(tensors) = &tensors {
            assert_eq!(Tensors::from_json(&tensors.to_value()).as_ref(), Ok(tensors));
            assert_eq!(tensors.to_function(), Ok((params, returns)));
        }
        tensors.map(|tensors| tensors.to_value()).map_err(|faults| faults.iter().map(Fault::to_string).collect())
    }

    #[test]
    fn a_frame_is_a_tensor_for_each_column() {
        let column = |name: &str, schema: Value| json!({ "name": name, "schema": schema, "required": true });
        let rows = column(
            "rows",
            json!({ "type": "frame", "columns": [
            column("age", json!({ "type": "int64" })),
            column("city", json!({ "type": "string", "nullable": true })),
        ] }),
        );
        let tensors = function(json!([rows]), json!({ "type": "series", "values": { "type": "float32" } })).unwrap();
        assert_eq!(
            tensors["inputs"],
            json!([
                { "name": "age", "datatype": "INT64", "shape": [-1], "parameters": { "envelope": rows } },
                { "name": "city", "datatype": "BYTES", "shape": [-1] },
                { "name": "city__valid", "datatype": "BOOL", "shape": [-1] },
            ])
        );
        assert_eq!(tensors["outputs"][0]["name"], "predict");
    }

    #[test]
    fn what_has_no_tensor_is_told_with_its_path() {
        let field = |name: &str, schema: Value| json!({ "name": name, "schema": schema, "required": true });
        let params = json!([
            field(
                "rows",
                json!({ "type": "frame", "columns": [
                field("tags", json!({ "type": "list", "items": { "type": "string" } })),
                field("x", json!({ "type": "int64" })),
            ] })
            ),
            field("x", json!({ "type": "any" })),
            field("none", json!({ "type": "struct", "fields": [] })),
        ]);
        assert_eq!(
            function(params, json!({ "type": "map", "values": { "type": "bool" } })).unwrap_err(),
            [
                "/rows/tags: is list, which the Open Inference Protocol has no tensor for",
                "/x: is any, which the Open Inference Protocol has no tensor for",
                "/none: has no columns or fields, so it has no tensor that could stand for it",
                "/predict: is map, which the Open Inference Protocol has no tensor for",
            ]
        );
        let twice = json!([
            field("x", json!({ "type": "bool" })),
            field("rows", json!({ "type": "frame", "columns": [field("x", json!({ "type": "int64" }))] }))
        ]);
        assert_eq!(
            function(twice, json!({ "type": "bool" })).unwrap_err(),
            ["/x: is the name of another tensor too; the protocol has no frames, so columns need names that differ",]
        );
    }

    #[test]
    fn metadata_of_another_tool_are_tensors() {
        let metadata = json!({
            "name": "iris", "platform": "sklearn",
            "inputs": [{ "name": "X", "datatype": "FP32", "shape": [-1, 4] }],
            "outputs": [{ "name": "label", "datatype": "BYTES", "shape": [-1] }],
        });
        let (params, returns) = Tensors::from_json(&metadata).unwrap().to_function().unwrap();
        assert_eq!(params[0].schema.to_value(), json!({ "type": "tensor", "dtype": "float32", "shape": [-1, 4] }));
        assert_eq!(returns.to_value(), json!({ "type": "tensor", "dtype": "string", "shape": [-1] }));
    }

    #[test]
    fn metadata_that_are_wrong_are_told_with_their_path() {
        let metadata = json!({ "inputs": [{ "name": "X", "datatype": "FP23", "shape": [1.5] }], "outputs": [{ "datatype": "BOOL", "shape": [] }] });
        let faults = Tensors::from_json(&metadata).unwrap_err();
        assert_eq!(
            faults.iter().map(Fault::to_string).collect::<Vec<_>>(),
            [
                "/inputs/0/datatype: `FP23` is no datatype; did you mean `FP32`?",
                "/inputs/0/shape/0: found a number, expected an integer",
                "/outputs/0: `name` is missing",
            ]
        );
        let beside = json!({ "name": "x", "schema": { "type": "int64", "nullable": true }, "required": true });
        let metadata = json!({
            "inputs": [{ "name": "x", "datatype": "INT64", "shape": [1], "parameters": { "envelope": beside } }],
            "outputs": [],
        });
        let faults = Tensors::from_json(&metadata).unwrap().to_function().unwrap_err();
        assert_eq!(
            faults[0].to_string(),
            "/inputs/0/parameters/envelope: says what other tensors stand for than those from here on, expected `x`, `x__valid`"
        );
    }

    /// Schemas that mostly have tensors.
    fn tensor_like() -> impl Strategy<Value = Schema> {
        let columns = || {
            prop::collection::btree_map("[a-e]", (any_scalar(), any::<bool>()), 1..4).prop_map(|fields| {
                let field = |(name, (schema, required)): (String, (Schema, bool))| Field {
                    required,
                    ..Field::new(name, schema)
                };
                fields.into_iter().map(field).collect::<Vec<_>>()
            })
        };
        prop_oneof![
            any_scalar(),
            any_scalar().prop_map(|values| Schema::new(Kind::Series { values: Box::new(values) })),
            columns().prop_map(|columns| Schema::new(Kind::Frame { columns, index: None }).nullable()),
            columns().prop_map(|fields| Schema::new(Kind::Struct { fields })),
            any_schema(),
        ]
    }

    proptest! {
        #![proptest_config(fewer_cases())]

        #[test]
        fn a_function_comes_back_from_its_tensors(a in tensor_like(), b in tensor_like(), returns in tensor_like()) {
            let params = [Field::new("p", a), Field { required: false, ..Field::new("q", b) }];
            for params in [&params[..], &params[..1], &params[1..]] {
                if let Ok(tensors) = Tensors::of_function("predict", params, &returns) {
                    let read = Tensors::from_json(&tensors.to_value());
                    prop_assert_eq!(read.as_ref(), Ok(&tensors));
                    prop_assert_eq!(tensors.to_function(), Ok((params.to_vec(), returns.clone())));
                }
            }
        }
    }
}
