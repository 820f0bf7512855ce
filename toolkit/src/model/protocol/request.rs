//! The body of an inference request: JSON, and behind it the raw bytes of tensors.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{
    bad_request,
    tensors::{Data, Faults, Input},
};
use crate::{check::bounded, problem::Problem};

/// An inference request.
#[derive(Debug)]
pub(super) struct Request<'b> {
    /// What the client calls it.
    pub(super) id: Option<String>,
    tensors: Vec<Tensor<'b>>,
    /// Which outputs are wanted, in order; nothing if all are.
    pub(super) outputs: Option<Vec<Wanted>>,
    /// Whether outputs are raw bytes that say nothing else.
    pub(super) is_binary: bool,
}

/// A tensor, whose name may have been written with escapes.
#[derive(Debug)]
struct Tensor<'b> {
    name: Cow<'b, str>,
    datatype: Cow<'b, str>,
    shape: Vec<i64>,
    data: Data<'b>,
}

/// An output that is wanted.
#[derive(Debug)]
pub(crate) struct Wanted {
    pub(crate) name: String,
    /// Whether it is wanted as raw bytes, if it says so.
    pub(crate) is_binary: Option<bool>,
}

#[derive(Debug, Deserialize)]
struct RequestText<'b> {
    #[serde(borrow)]
    id: Option<&'b RawValue>,
    #[serde(borrow)]
    parameters: Option<&'b RawValue>,
    #[serde(borrow)]
    inputs: Option<&'b RawValue>,
    #[serde(borrow)]
    outputs: Option<&'b RawValue>,
}

#[derive(Debug, Deserialize)]
struct TensorText<'b> {
    #[serde(borrow)]
    name: Option<&'b RawValue>,
    #[serde(borrow)]
    shape: Option<&'b RawValue>,
    #[serde(borrow)]
    datatype: Option<&'b RawValue>,
    #[serde(borrow)]
    parameters: Option<&'b RawValue>,
    #[serde(borrow)]
    data: Option<&'b RawValue>,
}

#[derive(Debug, Default, Deserialize)]
struct ParametersText<'b> {
    #[serde(borrow)]
    classification: Option<&'b RawValue>,
    #[serde(borrow)]
    shared_memory_region: Option<&'b RawValue>,
    #[serde(borrow)]
    binary_data_size: Option<&'b RawValue>,
    #[serde(borrow)]
    binary_data: Option<&'b RawValue>,
    #[serde(borrow)]
    binary_data_output: Option<&'b RawValue>,
}

/// An object as one of the structs above, which take any value for what they know, and null for what is not there:
/// clients write it so. What they do not know is passed over, and takes no memory.
pub(super) fn object<'b, T: Deserialize<'b>>(text: &'b str) -> Option<T> {
    text.starts_with('{').then(|| serde_json::from_str(text).ok()).flatten()
}

/// Parameters of tensors that ask for what is not served.
pub(crate) const UNSUPPORTED: [&str; 2] = ["classification", "shared_memory_region"];

/// The parameters that are known here; others have no effect.
#[derive(Debug, Default)]
struct Parameters<'b> {
    binary_data_size: Option<&'b RawValue>,
    binary_data: Option<bool>,
    binary_data_output: Option<bool>,
    unsupported: Option<&'static str>,
}

impl<'b> Request<'b> {
    /// Reads a body, whose first `header` bytes are JSON; all of it without a header.
    ///
    /// # Errors
    ///
    /// 400 with all that is wrong with the request's form.
    pub(super) fn read(body: &'b [u8], header: Option<usize>) -> Result<Self, Problem> {
        let Some((json, raw)) = body.split_at_checked(header.unwrap_or(body.len())) else {
            return Err(bad_request(format!(
                "`Inference-Header-Content-Length` says that the JSON has {} bytes, and the body has {}",
                header.unwrap_or_default(),
                body.len()
            )));
        };
        let text = text(json)?;
        let whole: RequestText<'b> = object(text).ok_or_else(|| {
            bad_request("the body must be a JSON object with `inputs`, and each of its members once".to_owned())
        })?;
        let mut faults = Faults::default();
        let id = whole.id.and_then(|id| {
            let id = serde_json::from_str(id.get()).ok();
            if id.is_none() {
                faults.note(|| "`id` must be a string".to_owned());
            }
            id
        });
        let parameters = parameters(whole.parameters, "the request", &mut faults);
        let outputs = whole.outputs.map(|outputs| wanted(outputs, &mut faults));
        let tensors = tensors(whole.inputs, raw, header.is_some(), &mut faults);
        faults.into_result().map_err(|faults| bad_request(faults.to_string()))?;
        // An empty list asks for nothing in particular.
        let outputs = outputs.filter(|outputs| !outputs.is_empty());
        Ok(Self { id, tensors, outputs, is_binary: parameters.binary_data_output.unwrap_or(false) })
    }

    /// The tensors.
    pub(super) fn inputs(&self) -> Vec<Input<'_>> {
        let inputs = self.tensors.iter().map(|tensor| Input {
            name: &tensor.name,
            datatype: &tensor.datatype,
            shape: tensor.shape.clone(),
            data: tensor.data,
        });
        inputs.collect()
    }
}

/// The JSON of the body, without the white space around it.
fn text(json: &[u8]) -> Result<&str, Problem> {
    let text = str::from_utf8(json).map_err(|_| bad_request("the body must be JSON in UTF-8".to_owned()))?;
    if let Err(error) = serde_json::from_str::<&RawValue>(text) {
        // Messages about syntax name what was expected, never what was sent.
        return Err(bad_request(format!("the body cannot be read as JSON: {error}")));
    }
    Ok(text.trim_ascii())
}

fn tensors<'b>(text: Option<&'b RawValue>, raw: &'b [u8], has_raw: bool, faults: &mut Faults) -> Vec<Tensor<'b>> {
    let Some(text) = text else {
        faults.note(|| "`inputs` is missing".to_owned());
        return Vec::new();
    };
    let Ok(all) = serde_json::from_str::<Vec<&RawValue>>(text.get()) else {
        faults.note(|| "`inputs` must be an array of tensors".to_owned());
        return Vec::new();
    };
    let mut rest = raw;
    let mut tensors = Vec::with_capacity(all.len());
    for (index, text) in all.into_iter().enumerate() {
        let Some(tensor) = object::<TensorText<'b>>(text.get()) else {
            faults.note(|| format!("`inputs`, index {index}: must be an object, with each of its members once"));
            continue;
        };
        tensors.extend(read_tensor(&tensor, index, &mut rest, has_raw, faults));
    }
    if !rest.is_empty() && faults.clone().into_result().is_ok() {
        faults.note(|| {
            format!("{} bytes of binary data belong to no tensor; each says its `binary_data_size`", rest.len())
        });
    }
    tensors
}

fn read_tensor<'b>(
    tensor: &TensorText<'b>,
    index: usize,
    rest: &mut &'b [u8],
    has_raw: bool,
    faults: &mut Faults,
) -> Option<Tensor<'b>> {
    let mut place = format!("`inputs`, index {index}");
    let word = |text: Option<&'b RawValue>, what: &str, place: &str, faults: &mut Faults| {
        let word = text.and_then(|text| string(text.get()));
        if word.is_none() {
            let fault = if text.is_some() { "must be a string" } else { "is missing" };
            faults.note(|| format!("{place}: `{what}` {fault}"));
        }
        word
    };
    let name = word(tensor.name, "name", &place, faults);
    if let Some(name) = &name {
        place = format!("`{}`", bounded(name.clone().into_owned()));
    }
    let datatype = word(tensor.datatype, "datatype", &place, faults);
    let shape = tensor.shape.and_then(|shape| serde_json::from_str::<Vec<i64>>(shape.get()).ok());
    let shape = shape.filter(|shape| shape.iter().all(|length| *length >= 0));
    if shape.is_none() {
        let fault = if tensor.shape.is_some() { "must be an array of integers from 0 on" } else { "is missing" };
        faults.note(|| format!("{place}: `shape` {fault}"));
    }
    let parameters = parameters(tensor.parameters, &place, faults);
    if let Some(unsupported) = parameters.unsupported {
        faults.note(|| format!("{place}: `{unsupported}` is not supported"));
    }
    let data = match (parameters.binary_data_size, tensor.data) {
        (None, Some(data)) => Some(Data::Json(data.get())),
        (None, None) => {
            if parameters.unsupported.is_none() {
                faults.note(|| format!("{place}: `data` is missing"));
            }
            None
        }
        (Some(_), Some(_)) => {
            faults.note(|| format!("{place}: has both `data` and `binary_data_size`, expected one of them"));
            None
        }
        (Some(_), None) if !has_raw => {
            faults.note(|| {
                format!(
                    "{place}: has binary data, and no header `Inference-Header-Content-Length` says where they begin"
                )
            });
            None
        }
        (Some(size), None) => {
            let size = serde_json::from_str::<usize>(size.get()).ok();
            match size.and_then(|size| rest.split_at_checked(size)) {
                Some((data, behind)) => {
                    *rest = behind;
                    Some(Data::Raw(data))
                }
                None if size.is_some() => {
                    let left = std::mem::take(rest).len();
                    faults.note(|| format!("{place}: `binary_data_size` is more than the {left} bytes that are left"));
                    None
                }
                None => {
                    faults.note(|| format!("{place}: `binary_data_size` must be an integer from 0 on"));
                    None
                }
            }
        }
    };
    Some(Tensor { name: name?, datatype: datatype?, shape: shape?, data: data? })
}

/// The string that stands in JSON.
fn string(text: &str) -> Option<Cow<'_, str>> {
    let inner = text.strip_prefix('"')?.strip_suffix('"')?;
    if inner.contains('\\') { serde_json::from_str::<String>(text).ok().map(Cow::Owned) } else { Some(inner.into()) }
}

fn wanted(text: &RawValue, faults: &mut Faults) -> Vec<Wanted> {
    let Ok(all) = serde_json::from_str::<Vec<&RawValue>>(text.get()) else {
        faults.note(|| "`outputs` must be an array of objects with a `name`".to_owned());
        return Vec::new();
    };
    let mut wanted = Vec::with_capacity(all.len());
    for (index, text) in all.into_iter().enumerate() {
        let tensor = object::<TensorText<'_>>(text.get());
        let name = tensor.as_ref().and_then(|tensor| serde_json::from_str::<String>(tensor.name?.get()).ok());
        let (Some(tensor), Some(name)) = (tensor, name) else {
            faults.note(|| format!("`outputs`, index {index}: must be an object with a `name`, a string"));
            continue;
        };
        let place = format!("`{}`", bounded(name.clone()));
        let parameters = parameters(tensor.parameters, &place, faults);
        if let Some(unsupported) = parameters.unsupported {
            faults.note(|| format!("{place}: `{unsupported}` is not supported"));
        }
        wanted.push(Wanted { name, is_binary: parameters.binary_data });
    }
    wanted
}

fn parameters<'b>(text: Option<&'b RawValue>, place: &str, faults: &mut Faults) -> Parameters<'b> {
    let Some(text) = text else { return Parameters::default() };
    let Some(all) = object::<ParametersText<'b>>(text.get()) else {
        faults.note(|| format!("{place}: `parameters` must be an object, with each of its members once"));
        return Parameters::default();
    };
    let mut flag = |name: &str, text: Option<&RawValue>| {
        let flag = text.map(|text| serde_json::from_str::<bool>(text.get()));
        if let Some(Err(_)) = flag {
            faults.note(|| format!("{place}: the parameter `{name}` must be true or false"));
        }
        flag?.ok()
    };
    Parameters {
        binary_data_size: all.binary_data_size,
        binary_data: flag("binary_data", all.binary_data),
        binary_data_output: flag("binary_data_output", all.binary_data_output),
        unsupported: unsupported(&all),
    }
}

/// What is asked for that is not served.
fn unsupported(all: &ParametersText<'_>) -> Option<&'static str> {
    let asked = [all.classification, all.shared_memory_region];
    UNSUPPORTED.into_iter().zip(asked).find_map(|(name, asked)| asked.map(|_| name))
}
