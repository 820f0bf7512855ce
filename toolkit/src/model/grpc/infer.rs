//! A request's message into the arguments of a call, and its result into a message.

use std::borrow::Cow;

use bytes::Bytes;
use toolkit_envelope::{Call, schema::inference_protocol::Datatype};

use super::{
    contents,
    generated::{
        InferTensorContents, ModelInferRequest, ModelInferResponse, model_infer_request::InferInputTensor,
        model_infer_response::InferOutputTensor,
    },
};
use crate::{
    check::bounded,
    model::{
        failure::Failure,
        protocol::{
            Choice, UNSUPPORTED, Wanted, bad_request,
            tensors::{Data, Faults, Input, Interface},
        },
        runner::Runner,
    },
    problem::Problem,
};

/// What a request says of its answer.
pub(super) struct Asked {
    model_name: String,
    id: String,
    choice: Choice,
    is_raw: bool,
}

/// Fills the arguments of a call from a request.
///
/// # Errors
///
/// All that is wrong with the tensors.
pub(super) fn fill(
    interface: &Interface,
    runner: &Runner,
    request: ModelInferRequest,
    call: &mut Call,
) -> Result<Asked, Failure> {
    let shapes = request.inputs.iter().map(|tensor| (&*tensor.name, &*tensor.shape));
    runner.bound(interface.rows(shapes))?;
    let mut faults = Faults::default();
    unsupported(&request, &mut faults);
    let contents = contents(&request, &mut faults);
    faults.into_result().map_err(invalid)?;
    let wanted = request.outputs.iter().map(|output| Wanted { name: output.name.clone(), is_binary: None });
    let wanted: Option<Vec<_>> = (!request.outputs.is_empty()).then(|| wanted.collect());
    let is_raw = !request.raw_input_contents.is_empty();
    let choice = Choice::new(interface, wanted.as_deref(), is_raw);
    let choice = choice.map_err(|problem| Failure::Tensors { problem, faults: 1 })?;
    let inputs = request.inputs.iter().zip(&contents).map(|(tensor, contents)| Input {
        name: &tensor.name,
        datatype: &tensor.datatype,
        shape: tensor.shape.clone(),
        data: Data::Raw(contents),
    });
    interface.fill(&inputs.collect::<Vec<_>>(), call.arguments_mut()).map_err(invalid)?;
    Ok(Asked { model_name: request.model_name, id: request.id, choice, is_raw })
}

/// The answer that the result of a call is, with contents of the kind that the request has.
///
/// # Errors
///
/// What does not fit the function's schema.
pub(super) fn write(
    interface: &Interface,
    version: String,
    asked: Asked,
    call: &Call,
) -> Result<ModelInferResponse, Failure> {
    let outputs = interface.outputs(call.result());
    let chosen: Vec<_> = asked.choice.places().filter_map(|(index, _)| outputs.get(index)).collect();
    let is_raw = asked.is_raw || chosen.iter().any(|output| output.datatype == Datatype::Fp16);
    let mut response = ModelInferResponse {
        model_name: asked.model_name,
        model_version: version,
        id: asked.id,
        ..ModelInferResponse::default()
    };
    for output in chosen {
        let mut raw = Vec::new();
        output.write_raw(&mut raw).map_err(Failure::Result)?;
        let contents = if is_raw { None } else { contents::to_typed(&raw, output.datatype) };
        response.outputs.push(InferOutputTensor {
            name: output.name.to_owned(),
            datatype: output.datatype.name().to_owned(),
            // What is in memory has no axis as long as that.
            shape: output.shape.iter().map(|length| i64::try_from(*length).unwrap_or(i64::MAX)).collect(),
            contents,
            ..InferOutputTensor::default()
        });
        if is_raw {
            response.raw_output_contents.push(Bytes::from(raw));
        }
    }
    Ok(response)
}

/// The problem that a failure is, as over HTTP.
pub(super) fn problem(failure: Failure) -> Problem {
    failure.into_problem()
}

fn invalid(faults: Faults) -> Failure {
    Failure::Tensors { faults: faults.count(), problem: bad_request(faults.to_string()) }
}

/// The contents of each input, raw; as far as nothing is wrong with them.
fn contents<'r>(request: &'r ModelInferRequest, faults: &mut Faults) -> Vec<Cow<'r, [u8]>> {
    let raw = &request.raw_input_contents;
    if raw.is_empty() {
        return request.inputs.iter().map(|input| typed(input, faults).into()).collect();
    }
    if raw.len() != request.inputs.len() {
        let (found, expected) = (raw.len(), request.inputs.len());
        faults.note(|| format!("`raw_input_contents` has {found} items, expected {expected}: one for each input"));
    }
    for input in request.inputs.iter().filter(|input| input.contents.is_some()) {
        note(faults, &input.name, "has contents of its own beside `raw_input_contents`; send one of them");
    }
    raw.iter().map(|contents| Cow::Borrowed(&**contents)).collect()
}

fn typed(input: &InferInputTensor, faults: &mut Faults) -> Vec<u8> {
    // What is no datatype is told of when it is compared with the function's.
    let Some(datatype) = Datatype::named(&input.datatype) else { return Vec::new() };
    let none = InferTensorContents::default();
    let contents = input.contents.as_ref().unwrap_or(&none);
    contents::to_raw(contents, datatype, &input.shape).unwrap_or_else(|fault| {
        note(faults, &input.name, &fault);
        Vec::new()
    })
}

fn note(faults: &mut Faults, tensor: &str, fault: &str) {
    faults.note(|| format!("`{}`: {fault}", bounded(tensor.to_owned())));
}

/// What tensors ask for that is not served, as over HTTP.
fn unsupported(request: &ModelInferRequest, faults: &mut Faults) {
    let inputs = request.inputs.iter().map(|input| (&input.name, &input.parameters));
    let outputs = request.outputs.iter().map(|output| (&output.name, &output.parameters));
    for (name, parameters) in inputs.chain(outputs) {
        for unsupported in UNSUPPORTED.into_iter().filter(|name| parameters.contains_key(*name)) {
            note(faults, name, &format!("`{unsupported}` is not supported"));
        }
    }
}
