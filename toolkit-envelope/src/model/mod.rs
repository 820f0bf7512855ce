//! A loaded envelope: the functions of a model, ready to be called.
//!
//! What is written in the manifest is planned once: how JSON becomes columns, columns become tensors, and tensors become a
//! result. Then the examples are run, and only a model that still answers as it did is given out.

mod bind;
mod buffer;
mod call;
mod error;
mod fill;
mod function;
mod infer;
mod pack;
mod replay;
mod take;

use std::path::Path;
use std::sync::Arc;

pub use call::Call;
pub use error::{CallError, LoadError};
pub use function::Function;
pub use pack::{OnnxModel, PackError};
pub use replay::Difference;

use crate::digest::Digest;
use crate::manifest::{Engine, Manifest, Onnx, Runtime};
use crate::runtime::onnx::{Graph, Port, Program};
use crate::runtime::{Execute, Native};
use crate::store::Envelope;
use bind::Bound;

/// A model, loaded: verified, compiled, and compared with what it answered when it was saved.
///
/// It is called from any number of threads at once.
pub struct Model {
    manifest: Manifest,
    id: Digest,
    functions: Vec<Function>,
}

impl Model {
    /// Opens the envelope at `path`, a file or a directory, and loads its model.
    ///
    /// # Errors
    ///
    /// [`LoadError`] names what is wrong: the file of the envelope, the operator that no runtime has, or the row of an
    /// example that is answered otherwise.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, LoadError> {
        Self::load(&Envelope::open(path)?)
    }

    /// Loads the model of an envelope that was read, and so verified, before.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open), but for what concerns the reading.
    pub fn load(envelope: &Envelope) -> Result<Self, LoadError> {
        let manifest = envelope.manifest().clone();
        let Runtime::Onnx(onnx) = &manifest.runtime else { return Err(LoadError::Python) };
        let model = envelope.read(&onnx.model)?;
        let functions = functions(&manifest, onnx, &model)?;
        let model = Self { id: envelope.id(), functions, manifest };
        replay::all(&model, |path| envelope.read(path))?;
        Ok(model)
    }

    /// What the envelope says of itself.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The envelope's id: what deployments and logs name.
    pub fn id(&self) -> Digest {
        self.id
    }

    /// The query functions, in the order of the manifest.
    pub fn functions(&self) -> &[Function] {
        &self.functions
    }

    /// The query function `name`.
    pub fn function(&self, name: &str) -> Option<&Function> {
        self.functions.iter().find(|function| function.name() == name)
    }
}

/// The functions of a model, ready to be called.
fn functions(manifest: &Manifest, onnx: &Onnx, model: &[u8]) -> Result<Vec<Function>, LoadError> {
    let wrong = |faults| LoadError::Model { path: onnx.model.clone(), faults };
    let graph = Graph::read(model).map_err(|error| wrong(vec![error.to_string()]))?;
    let loaded = execute(&graph, model, onnx.engine).map_err(wrong)?;
    let mut faults = Vec::new();
    let functions = manifest.functions.iter().filter_map(|declared| {
        // The manifest was checked: each function has its binding.
        let binding = onnx.bindings.iter().find(|binding| binding.function == declared.name)?;
        let bound = Bound::plan(declared, binding, &loaded.inputs, &loaded.outputs);
        let bound = bound.map_err(|wrong| faults.extend(wrong)).ok()?;
        let function = Function::new(declared.clone(), bound, Arc::clone(&loaded.execute));
        function.map_err(|wrong| faults.extend(wrong)).ok()
    });
    let functions = functions.collect();
    if faults.is_empty() { Ok(functions) } else { Err(wrong(faults)) }
}

/// A model in a runtime, and what goes in and comes out.
struct Loaded {
    execute: Arc<dyn Execute>,
    inputs: Vec<Port>,
    outputs: Vec<Port>,
}

/// Loads the model into the runtime that its operators need.
fn execute(graph: &Graph, model: &[u8], engine: Engine) -> Result<Loaded, Vec<String>> {
    match engine {
        Engine::Native => {
            let program = Program::compile(graph)
                .map_err(|unsupported| unsupported.gaps.iter().map(ToString::to_string).collect::<Vec<_>>())?;
            let (inputs, outputs) = (program.inputs().to_vec(), program.outputs().to_vec());
            Ok(Loaded { execute: Arc::new(Native::new(program)), inputs, outputs })
        }
        Engine::Onnxruntime => in_onnxruntime(graph, model),
    }
}

#[cfg(feature = "onnxruntime")]
fn in_onnxruntime(graph: &Graph, model: &[u8]) -> Result<Loaded, Vec<String>> {
    let (inputs, outputs) = crate::runtime::onnx::declared(graph)?;
    let sessions = crate::runtime::Sessions::load(model, &inputs, &outputs).map_err(|error| vec![error])?;
    Ok(Loaded { execute: Arc::new(sessions), inputs, outputs })
}

#[cfg(not(feature = "onnxruntime"))]
fn in_onnxruntime(_graph: &Graph, _model: &[u8]) -> Result<Loaded, Vec<String>> {
    let message = "needs ONNX Runtime, which this program was built without; build it with the feature `onnxruntime`";
    Err(vec![message.to_owned()])
}
