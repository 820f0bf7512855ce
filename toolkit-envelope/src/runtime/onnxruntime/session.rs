use std::num::NonZero;
use std::sync::{Condvar, Mutex, PoisonError};
use std::thread;

use ort::session::builder::PrepackedWeights;
use ort::session::{Session, SessionInputValue};
use ort::value::{DynValue, DynValueTypeMarker, Tensor as OrtTensor, TensorElementType, TensorRef, ValueType};

use super::library;
use crate::runtime::onnx::{Keys, Port};
use crate::runtime::{Execute, RunError};
use crate::tensor::{Elements, Tensor, View};

/// A model in ONNX Runtime, so many times as it may run at once: a session serves one call at a time.
pub(crate) struct Sessions {
    idle: Mutex<Vec<Session>>,
    returned: Condvar,
    inputs: Vec<String>,
    /// With the keys of those that are a map for each row, in the order of the columns that these become.
    outputs: Vec<(String, Option<Keys>)>,
}

impl Sessions {
    /// As many sessions as the machine has cores: each runs on the thread that calls it.
    ///
    /// Calls have their inputs and outputs in the order of `inputs` and `outputs`.
    pub(crate) fn load(model: &[u8], inputs: &[Port], outputs: &[Port]) -> Result<Self, String> {
        let environment = library::environment()?;
        let weights = PrepackedWeights::new();
        let session = || -> ort::Result<Session> {
            let builder = Session::builder(environment)?.with_intra_threads(1)?.with_inter_threads(1)?;
            builder.with_prepacked_weights(&weights)?.commit_from_memory(model)
        };
        let count = thread::available_parallelism().map_or(1, NonZero::get);
        let idle = (0..count).map(|_| session()).collect::<ort::Result<Vec<_>>>().map_err(|error| error.to_string())?;
        let inputs = inputs.iter().map(|port| port.name.clone()).collect();
        let outputs = outputs.iter().map(|port| (port.name.clone(), port.keys.clone())).collect();
        Ok(Self { idle: Mutex::new(idle), returned: Condvar::new(), inputs, outputs })
    }

    /// A session, once one is idle.
    fn session(&self) -> Borrowed<'_> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            match idle.pop() {
                Some(session) => return Borrowed { sessions: self, session: Some(session) },
                None => idle = self.returned.wait(idle).unwrap_or_else(PoisonError::into_inner),
            }
        }
    }
}

/// A session that goes back when the call ends, however it ends.
struct Borrowed<'s> {
    sessions: &'s Sessions,
    session: Option<Session>,
}

impl Drop for Borrowed<'_> {
    fn drop(&mut self) {
        self.sessions.idle.lock().unwrap_or_else(PoisonError::into_inner).extend(self.session.take());
        self.sessions.returned.notify_one();
    }
}

impl Execute for Sessions {
    fn run(
        &self,
        inputs: &[Tensor<'_>],
        output: &mut dyn FnMut(usize, Tensor<'_>) -> Result<(), RunError>,
    ) -> Result<(), RunError> {
        let mut borrowed = self.session();
        // It is taken out only when it is given back.
        let Some(session) = &mut borrowed.session else { return Err(RunError::new("no session is idle")) };
        let values = self.inputs.iter().zip(inputs).map(|(name, tensor)| Ok((name.as_str(), to_value(*tensor)?)));
        let values = values.collect::<ort::Result<Vec<_>>>().map_err(failed)?;
        let results = session.run(values).map_err(failed)?;
        for (index, (name, keys)) in self.outputs.iter().enumerate() {
            let value = results.get(name).ok_or_else(|| RunError::new(format!("there is no output `{name}`")))?;
            let (shape, elements) = match keys {
                None => tensor(value).map_err(failed)?,
                Some(keys) => maps(value, keys).map_err(failed)?,
            };
            output(index, Tensor { shape: &shape, elements: elements.view() })?;
        }
        Ok(())
    }
}

fn failed(error: ort::Error) -> RunError {
    RunError::new(error.to_string())
}

fn to_value(tensor: Tensor<'_>) -> ort::Result<SessionInputValue<'_>> {
    let shape: Vec<i64> = tensor.shape.iter().map(|length| i64::try_from(*length).unwrap_or(i64::MAX)).collect();
    Ok(match tensor.elements {
        View::Float32(elements) => TensorRef::from_array_view((shape, elements))?.into(),
        View::Float64(elements) => TensorRef::from_array_view((shape, elements))?.into(),
        View::Int32(elements) => TensorRef::from_array_view((shape, elements))?.into(),
        View::Int64(elements) => TensorRef::from_array_view((shape, elements))?.into(),
        View::Bool(elements) => TensorRef::from_array_view((shape, elements))?.into(),
        View::String(elements) => {
            let strings: Vec<String> = elements.iter().map(str::to_owned).collect();
            OrtTensor::from_string_array((shape, strings.as_slice()))?.into()
        }
    })
}

fn tensor(value: &DynValue) -> ort::Result<(Vec<usize>, Elements)> {
    let ValueType::Tensor { ty, shape, .. } = value.dtype() else {
        return Err(ort::Error::new(format!("an output is a {}, not a tensor", value.dtype())));
    };
    let shape = shape.iter().map(|length| usize::try_from(*length).unwrap_or(0)).collect();
    let elements = match ty {
        TensorElementType::Float32 => Elements::Float32(value.try_extract_tensor()?.1.to_vec()),
        TensorElementType::Float64 => Elements::Float64(value.try_extract_tensor()?.1.to_vec()),
        TensorElementType::Int32 => Elements::Int32(value.try_extract_tensor()?.1.to_vec()),
        TensorElementType::Int64 => Elements::Int64(value.try_extract_tensor()?.1.to_vec()),
        TensorElementType::Bool => Elements::Bool(value.try_extract_tensor()?.1.to_vec()),
        TensorElementType::String => {
            Elements::String(value.try_extract_strings()?.1.iter().map(String::as_str).collect())
        }
        other => return Err(ort::Error::new(format!("an output is a tensor of {other}, which is not supported"))),
    };
    Ok((shape, elements))
}

/// One map for each row becomes one column for each key.
fn maps(value: &DynValue, keys: &Keys) -> ort::Result<(Vec<usize>, Elements)> {
    let rows = value.try_extract_sequence::<DynValueTypeMarker>()?;
    let mut elements = Vec::new();
    let width = match keys {
        Keys::Integers(keys) => keys.len(),
        Keys::Strings(keys) => keys.len(),
    };
    for row in &rows {
        match keys {
            Keys::Integers(keys) => append(&mut elements, keys, row.try_extract_key_values()?)?,
            Keys::Strings(keys) => append(&mut elements, keys, row.try_extract_key_values()?)?,
        }
    }
    Ok((vec![rows.len(), width], Elements::Float32(elements)))
}

fn append<K: PartialEq + std::fmt::Debug>(to: &mut Vec<f32>, keys: &[K], row: Vec<(K, f32)>) -> ort::Result<()> {
    for key in keys {
        let found = row.iter().find(|(other, _)| other == key);
        to.push(found.ok_or_else(|| ort::Error::new(format!("a row has no probability of {key:?}")))?.1);
    }
    Ok(())
}
