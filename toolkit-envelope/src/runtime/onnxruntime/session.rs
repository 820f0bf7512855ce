use std::num::NonZero;
use std::sync::{Condvar, Mutex, PoisonError};
use std::thread;

use ort::session::builder::PrepackedWeights;
use ort::session::{Session, SessionInputValue};
use ort::value::{DynValue, DynValueTypeMarker, Tensor as OrtTensor, TensorElementType, TensorRef, ValueType};

use super::library;
use crate::runtime::{Execute, Labels, RunError};
use crate::tensor::{Buffer, Elements, Strings, Tensor, View};

/// A model in ONNX Runtime, so many times as it may run at once: a session serves one call at a time.
pub(crate) struct Sessions {
    idle: Mutex<Vec<Session>>,
    returned: Condvar,
    inputs: Vec<String>,
    outputs: Vec<Output>,
}

struct Output {
    name: String,
    /// For a sequence of maps: the keys, in the order of the columns that it becomes.
    keys: Option<Labels>,
}

impl Sessions {
    /// As many sessions as the machine has cores: each runs on the thread that calls it.
    ///
    /// `inputs` and `outputs` are the model's, in the order in which calls have them.
    pub(crate) fn load(
        model: &[u8],
        inputs: Vec<String>,
        outputs: Vec<(String, Option<Labels>)>,
    ) -> Result<Self, String> {
        let environment = library::environment()?;
        let weights = PrepackedWeights::new();
        let session = || -> ort::Result<Session> {
            let builder = Session::builder(environment)?.with_intra_threads(1)?.with_inter_threads(1)?;
            builder.with_prepacked_weights(&weights)?.commit_from_memory(model)
        };
        let count = thread::available_parallelism().map_or(1, NonZero::get);
        let idle = (0..count).map(|_| session()).collect::<ort::Result<Vec<_>>>().map_err(|error| error.to_string())?;
        let outputs = outputs.into_iter().map(|(name, keys)| Output { name, keys }).collect();
        Ok(Self { idle: Mutex::new(idle), returned: Condvar::new(), inputs, outputs })
    }

    /// Runs `call` with a session, once one is idle.
    fn with_session<T>(&self, call: impl FnOnce(&mut Session) -> T) -> T {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let mut session = loop {
            match idle.pop() {
                Some(session) => break session,
                None => idle = self.returned.wait(idle).unwrap_or_else(PoisonError::into_inner),
            }
        };
        drop(idle);
        let result = call(&mut session);
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(session);
        self.returned.notify_one();
        result
    }
}

impl Execute for Sessions {
    fn run(&self, inputs: &[Tensor<'_>], outputs: &mut [Buffer]) -> Result<(), RunError> {
        self.with_session(|session| {
            let values = self.inputs.iter().zip(inputs).map(|(name, tensor)| Ok((name.as_str(), to_value(*tensor)?)));
            let values = values.collect::<ort::Result<Vec<_>>>()?;
            let results = session.run(values)?;
            for (output, buffer) in self.outputs.iter().zip(outputs) {
                let value = &results[output.name.as_str()];
                match &output.keys {
                    None => copy_tensor(value, buffer)?,
                    Some(keys) => copy_maps(value, keys, buffer)?,
                }
            }
            Ok(())
        })
        .map_err(|error: ort::Error| RunError::new(error.to_string()))
    }
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

fn copy_tensor(value: &DynValue, buffer: &mut Buffer) -> ort::Result<()> {
    let ValueType::Tensor { ty, shape, .. } = value.dtype() else {
        return Err(ort::Error::new(format!("an output is a {}, not a tensor", value.dtype())));
    };
    buffer.shape.clear();
    buffer.shape.extend(shape.iter().map(|length| usize::try_from(*length).unwrap_or(0)));
    let elements = &mut buffer.elements;
    match ty {
        TensorElementType::Float32 => elements.copy_from(View::Float32(value.try_extract_tensor()?.1)),
        TensorElementType::Float64 => elements.copy_from(View::Float64(value.try_extract_tensor()?.1)),
        TensorElementType::Int32 => elements.copy_from(View::Int32(value.try_extract_tensor()?.1)),
        TensorElementType::Int64 => elements.copy_from(View::Int64(value.try_extract_tensor()?.1)),
        TensorElementType::Bool => elements.copy_from(View::Bool(value.try_extract_tensor()?.1)),
        TensorElementType::String => {
            let strings: Strings = value.try_extract_strings()?.1.iter().map(String::as_str).collect();
            *elements = Elements::String(strings);
        }
        other => return Err(ort::Error::new(format!("an output is a tensor of {other}, which is not supported"))),
    }
    Ok(())
}

/// One map for each row becomes one column for each key.
fn copy_maps(value: &DynValue, keys: &Labels, buffer: &mut Buffer) -> ort::Result<()> {
    let rows = value.try_extract_sequence::<DynValueTypeMarker>()?;
    buffer.shape = vec![rows.len(), keys.len()];
    let mut elements = Vec::with_capacity(rows.len() * keys.len());
    for row in &rows {
        match keys {
            Labels::Integers(keys) => append(&mut elements, keys, row.try_extract_key_values()?)?,
            Labels::Strings(keys) => append(&mut elements, keys, row.try_extract_key_values()?)?,
        }
    }
    buffer.elements = Elements::Float32(elements);
    Ok(())
}

fn append<K: PartialEq + std::fmt::Debug>(to: &mut Vec<f32>, keys: &[K], row: Vec<(K, f32)>) -> ort::Result<()> {
    for key in keys {
        let found = row.iter().find(|(other, _)| other == key);
        to.push(found.ok_or_else(|| ort::Error::new(format!("a row has no probability of {key:?}")))?.1);
    }
    Ok(())
}
