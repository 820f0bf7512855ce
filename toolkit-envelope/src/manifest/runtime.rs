use serde_json::Value;

use super::Binding;
use crate::json::{Decoder, Entries, named};

/// What runs the model.
#[derive(Clone, Debug, PartialEq)]
pub enum Runtime {
    /// An ONNX file, run in process.
    Onnx(Onnx),
    /// A Python object, run in a worker.
    Python(Python),
}

/// An ONNX file, and how its tensors are filled and read.
#[derive(Clone, Debug, PartialEq)]
pub struct Onnx {
    /// The path of the ONNX file, a file of role `model`.
    pub model: String,
    /// The version of the default operators that the file asks for.
    pub opset: u64,
    /// The version of the operators of `ai.onnx.ml` that it asks for, if it does.
    pub ml_opset: Option<u64>,
    /// What its operators need.
    pub engine: Engine,
    /// How each function's data goes into tensors and comes out of them: one for each function.
    pub bindings: Vec<Binding>,
}

named! {
    /// What executes an ONNX file.
    pub enum Engine {
        /// The toolkit's own evaluator.
        Native = "native",
        /// ONNX Runtime, which is loaded when it is needed.
        Onnxruntime = "onnxruntime",
    }
}

/// A Python object, and how it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Python {
    /// The path of the object, a file of role `model`.
    pub object: String,
    /// What wrote it and reads it.
    pub serializer: Serializer,
    /// The directories of the files that are put on Python's import path, in this order.
    pub import_roots: Vec<String>,
}

/// What wrote a Python object: `skops`, `cloudpickle`, `joblib`, `safetensors` or `source`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Serializer {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
}

impl Runtime {
    pub(super) fn decode(decoder: &Decoder) -> Option<Self> {
        let object = decoder.object()?;
        let onnx = object.field("kind", |decoder| decoder.one_of(&[("onnx", true), ("python", false)]))?;
        if onnx {
            let model = object.text("model");
            let opset = object.field("opset", Decoder::unsigned);
            let ml_opset = object.maybe("ml_opset", Decoder::unsigned);
            let engine = object.field("engine", Engine::decode);
            let bindings = object.field("bindings", |decoder| decoder.list(Binding::decode));
            object.no_others();
            let (opset, ml_opset) = (opset?, ml_opset?);
            return Some(Self::Onnx(Onnx { model: model?, opset, ml_opset, engine: engine?, bindings: bindings? }));
        }
        let path = object.text("object");
        let serializer = object.field("serializer", Serializer::decode);
        let import_roots =
            object.field("import_roots", |decoder| decoder.list(|decoder| decoder.string().map(str::to_owned)));
        object.no_others();
        Some(Self::Python(Python { object: path?, serializer: serializer?, import_roots: import_roots? }))
    }

    pub(super) fn to_value(&self) -> Value {
        match self {
            Self::Onnx(onnx) => Entries::default()
                .with("kind", "onnx")
                .with("model", onnx.model.as_str())
                .with("opset", onnx.opset)
                .with_some("ml_opset", onnx.ml_opset)
                .with("engine", onnx.engine.name())
                .with_all("bindings", &onnx.bindings, Binding::to_value)
                .finish(),
            Self::Python(python) => Entries::default()
                .with("kind", "python")
                .with("object", python.object.as_str())
                .with("serializer", python.serializer.to_value())
                .with("import_roots", python.import_roots.clone())
                .finish(),
        }
    }

    /// The path of the file that the runtime reads.
    pub fn model(&self) -> &str {
        match self {
            Self::Onnx(onnx) => &onnx.model,
            Self::Python(python) => &python.object,
        }
    }
}

impl Serializer {
    fn decode(decoder: &Decoder) -> Option<Self> {
        let object = decoder.object()?;
        let (name, version) = (object.text("name"), object.text("version"));
        object.no_others();
        Some(Self { name: name?, version: version? })
    }

    fn to_value(&self) -> Value {
        Entries::default().with("name", self.name.as_str()).with("version", self.version.as_str()).finish()
    }
}
