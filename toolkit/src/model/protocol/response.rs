//! The body of an inference response: JSON, and behind it the raw bytes of those tensors that are wanted so.

use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, header};
use serde_json::{Value, json};
use toolkit_envelope::{rows::Violations, table::Table};

use super::{
    bad_request,
    request::Wanted,
    tensors::{Faults, Interface, Output},
};
use crate::{check::bounded, problem::Problem};

/// Where the JSON of a body ends and its raw bytes begin.
pub(super) const HEADER_LENGTH: HeaderName = HeaderName::from_static("inference-header-content-length");

/// A body, and how many of its bytes are JSON if not all are.
#[derive(Debug)]
pub(super) struct Body {
    bytes: Vec<u8>,
    header: Option<usize>,
}

/// Which outputs are answered, in order, and whether as raw bytes.
#[derive(Debug)]
pub(crate) struct Choice(Vec<(usize, bool)>);

impl Choice {
    /// The outputs that are wanted; all of them if nothing is said.
    ///
    /// # Errors
    ///
    /// 400 with every name that is no output's.
    pub(crate) fn new(interface: &Interface, wanted: Option<&[Wanted]>, is_binary: bool) -> Result<Self, Problem> {
        let known = &interface.tensors().outputs;
        let Some(wanted) = wanted else { return Ok(Self((0..known.len()).map(|index| (index, is_binary)).collect())) };
        let (mut choice, mut faults) = (Vec::new(), Faults::default());
        for wanted in wanted {
            match known.iter().position(|tensor| tensor.name == wanted.name) {
                Some(index) if choice.iter().any(|(chosen, _)| *chosen == index) => {
                    faults.note(|| format!("`{}` is wanted twice", wanted.name));
                }
                Some(index) => choice.push((index, wanted.is_binary.unwrap_or(is_binary))),
                None => faults.note(|| format!("`{}` is no output", bounded(wanted.name.clone()))),
            }
        }
        let names: Vec<_> = known.iter().map(|tensor| format!("`{}`", tensor.name)).collect();
        let told = |faults| bad_request(format!("{faults}; the model gives {}", names.join(", ")));
        faults.into_result().map(|()| Self(choice)).map_err(told)
    }

    /// The places of the outputs among all that the model gives, and whether each is raw bytes.
    pub(crate) fn places(&self) -> impl Iterator<Item = (usize, bool)> {
        self.0.iter().copied()
    }
}

impl Body {
    /// Writes a result.
    ///
    /// # Errors
    ///
    /// What has no place in the result's schema.
    pub(super) fn write(
        (model, version, id): (&str, &str, Option<&str>),
        interface: &Interface,
        choice: &Choice,
        result: &Table,
    ) -> Result<Self, Violations> {
        let mut head = json!({ "model_name": model, "model_version": version });
        if let Some(id) = id {
            head["id"] = id.into();
        }
        let mut bytes = head.to_string().into_bytes();
        bytes.pop();
        bytes.extend_from_slice(br#","outputs":["#);
        let outputs = interface.outputs(result);
        let (mut raw, mut is_any_raw) = (Vec::new(), false);
        for (place, (index, is_raw)) in choice.places().enumerate() {
            let Some(output) = outputs.get(index) else { continue };
            if place > 0 {
                bytes.push(b',');
            }
            is_any_raw |= is_raw;
            write_output(output, is_raw.then_some(&mut raw), &mut bytes)?;
        }
        bytes.extend_from_slice(b"]}");
        let header = is_any_raw.then_some(bytes.len());
        bytes.append(&mut raw);
        Ok(Self { bytes, header })
    }
}

fn write_output(output: &Output<'_>, raw: Option<&mut Vec<u8>>, bytes: &mut Vec<u8>) -> Result<(), Violations> {
    let mut head = json!({ "name": output.name, "datatype": output.datatype.name(), "shape": output.shape });
    if let Some(raw) = raw {
        let before = raw.len();
        output.write_raw(raw)?;
        head["parameters"] = Value::from_iter([("binary_data_size", raw.len() - before)]);
        bytes.extend_from_slice(head.to_string().as_bytes());
        return Ok(());
    }
    bytes.extend_from_slice(head.to_string().as_bytes());
    bytes.pop();
    bytes.extend_from_slice(br#","data":"#);
    output.write_json(bytes)?;
    bytes.push(b'}');
    Ok(())
}

impl IntoResponse for Body {
    fn into_response(self) -> Response {
        let Self { bytes, header } = self;
        let Some(length) = header else { return ([(header::CONTENT_TYPE, "application/json")], bytes).into_response() };
        let headers = [
            (header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream")),
            (HEADER_LENGTH, HeaderValue::from(length)),
        ];
        (headers, bytes).into_response()
    }
}
