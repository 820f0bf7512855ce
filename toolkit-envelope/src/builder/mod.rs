//! Making envelopes in Rust programs.

mod environment;
mod job;
mod media_type;
mod provenance;

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::{
    digest::{Digest, Hashing},
    json::{Fault, normal, normal_entries},
    manifest::{
        Dataset, Environment, Example, File, Function, Initial, Manifest, Metric, Provenance, Role, Runtime, Tolerance,
    },
    store::{Blob, Envelope, Error},
};

/// Makes an envelope out of its parts.
///
/// What is not said is inferred: the environment is this program's, the provenance is taken from Git, from the system
/// and from the variables of well-known job systems ([`Provenance::inferred`]).
///
/// # Example
///
/// ```
/// use toolkit_envelope::{EnvelopeBuilder, manifest::*, schema::*};
///
/// let number = Schema::new(Kind::Series { values: Box::new(Schema::new(Kind::Float32)) });
/// let envelope = EnvelopeBuilder::new("doubling")
///     .description("Twice the number.")
///     .file("model.onnx", Role::Model, *b"the graph")
///     .runtime(Runtime::Onnx(Onnx {
///         model: "model.onnx".into(),
///         opset: 21,
///         ml_opset: None,
///         engine: Engine::Native,
///         bindings: vec![Binding {
///             function: "predict".into(),
///             inputs: vec![Input { tensor: "x".into(), source: Source::Parameter("x".into()) }],
///             outputs: vec![Output { field: None, tensor: "y".into(), index: None, labels: None }],
///         }],
///     }))
///     .function(Function {
///         name: "predict".into(),
///         doc: String::new(),
///         params: vec![Parameter {
///             name: "x".into(),
///             kind: ParameterKind::PositionalOrKeyword,
///             schema: number.clone(),
///             required: true,
///             default: None,
///         }],
///         returns: number,
///         batch: Some(Batch { axis: 0, max: None }),
///         source: FunctionSource::Annotation,
///     })
///     .tag("team", "mathematics")
///     .build()?;
/// assert_eq!(envelope.read("model.onnx")?, b"the graph");
/// # Ok::<(), toolkit_envelope::store::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "nothing is made before `build`"]
pub struct EnvelopeBuilder {
    name: String,
    description: String,
    files: Vec<(String, Role, Contents)>,
    runtime: Option<Runtime>,
    functions: Vec<Function>,
    environment: Environment,
    provenance: Option<Provenance>,
    created_at: Option<Timestamp>,
    hyperparameters: Map<String, Value>,
    datasets: Vec<Dataset>,
    examples: Vec<Example>,
    baseline: Option<String>,
    initial: Initial,
    extensions: Map<String, Value>,
}

/// The bytes of a file.
#[derive(Clone, Debug)]
enum Contents {
    Bytes(Arc<[u8]>),
    At(PathBuf),
}

impl EnvelopeBuilder {
    /// An envelope of this name, with nothing in it.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            description: String::new(),
            files: Vec::new(),
            runtime: None,
            functions: Vec::new(),
            environment: Environment::here(),
            provenance: None,
            created_at: None,
            hyperparameters: Map::new(),
            datasets: Vec::new(),
            examples: Vec::new(),
            baseline: None,
            initial: Initial::default(),
            extensions: Map::new(),
        }
    }

    /// What the model is for, in Markdown.
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = description.into();
        self
    }

    /// Adds a file with these bytes at `path` within the envelope.
    pub fn file(mut self, path: impl Into<String>, role: Role, bytes: impl Into<Vec<u8>>) -> Self {
        self.files.push((path.into(), role, Contents::Bytes(bytes.into().into())));
        self
    }

    /// Adds the file at `from`, on this machine, at `path` within the envelope. It is read when the envelope is built,
    /// and again when it is saved; it must not change between.
    pub fn file_at(mut self, path: impl Into<String>, role: Role, from: impl Into<PathBuf>) -> Self {
        self.files.push((path.into(), role, Contents::At(from.into())));
        self
    }

    /// What runs the model.
    pub fn runtime(mut self, runtime: Runtime) -> Self {
        self.runtime = Some(runtime);
        self
    }

    /// Adds a query function.
    pub fn function(mut self, function: Function) -> Self {
        self.functions.push(function);
        self
    }

    /// What the model needs around it; this program's system and nothing else, if it is not said.
    pub fn environment(mut self, environment: Environment) -> Self {
        self.environment = environment;
        self
    }

    /// Where the model comes from; inferred, if it is not said.
    pub fn provenance(mut self, provenance: Provenance) -> Self {
        self.provenance = Some(provenance);
        self
    }

    /// When the envelope was made; now, if it is not said. With this and [`EnvelopeBuilder::provenance`], the same parts
    /// make the same envelope.
    pub fn created_at(mut self, moment: Timestamp) -> Self {
        self.created_at = Some(moment);
        self
    }

    /// Adds a setting of the training.
    pub fn hyperparameter(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.hyperparameters.insert(name.into(), normal(&value.into()));
        self
    }

    /// Adds data that the model was made with.
    pub fn dataset(mut self, dataset: Dataset) -> Self {
        self.datasets.push(dataset);
        self
    }

    /// Adds a call that is run whenever the envelope is loaded: a function, its arguments as a JSON object, and what must
    /// come out. They become files of the envelope.
    pub fn example(mut self, function: impl Into<String>, input: &Value, output: &Value, tolerance: Tolerance) -> Self {
        let number = self.examples.len();
        let (input_path, output_path) =
            (format!("examples/{number}.input.json"), format!("examples/{number}.output.json"));
        // Data keeps integers of 64 bits, which canonical JSON does not have.
        self = self.file(&*input_path, Role::Example, input.to_string());
        self = self.file(&*output_path, Role::Example, output.to_string());
        self.examples.push(Example { function: function.into(), input: input_path, output: output_path, tolerance });
        self
    }

    /// The path of the training data's profile, a file of role `profile`.
    pub fn baseline(mut self, path: impl Into<String>) -> Self {
        self.baseline = Some(path.into());
        self
    }

    /// Adds a tag, or gives it another value.
    pub fn tag(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.initial.tags.insert(key.into(), value.into());
        self
    }

    /// Adds a metric, measured on one of the datasets if that is said.
    pub fn metric(mut self, name: impl Into<String>, value: f64, dataset: Option<&str>) -> Self {
        self.initial.metrics.push(Metric { name: name.into(), value, dataset: dataset.map(str::to_owned) });
        self
    }

    /// Adds something of your own, under a key that starts with `x-`.
    pub fn extension(mut self, key: impl Into<String>, value: impl Into<Value>) -> Self {
        self.extensions.insert(key.into(), normal(&value.into()));
        self
    }

    /// Makes the envelope: hashes the files, infers what was not said, and checks that everything agrees.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] with everything that is wrong: files that cannot be read, and all of [`Manifest::check`].
    pub fn build(self) -> Result<Envelope, Error> {
        let mut faults = Vec::new();
        let mut blobs = BTreeMap::new();
        let mut files = Vec::new();
        for (path, role, contents) in self.files {
            match contents.blob() {
                Ok((blob, digest, size)) => {
                    blobs.insert(digest, blob);
                    let media_type = media_type::of(&path).to_owned();
                    files.push(File { path, digest, size, media_type, role });
                }
                Err((place, error)) => faults.push(Fault {
                    pointer: "/files".to_owned(),
                    message: format!("`{path}` cannot be read from {}: {error}", place.display()),
                }),
            }
        }
        files.sort_by(|a, b| a.path.cmp(&b.path));
        if self.runtime.is_none() {
            faults.push(Fault {
                pointer: "/runtime".to_owned(),
                message: "is missing; say what runs the model".to_owned(),
            });
        }
        let Some(runtime) = self.runtime.filter(|_| faults.is_empty()) else { return Err(Error::Invalid { faults }) };
        let mut environment = self.environment;
        environment.requires.sort();
        environment.requires.dedup();
        let mut provenance = self.provenance.unwrap_or_else(|| Provenance::inferred(Path::new(".")));
        provenance.created_at = self.created_at.unwrap_or(provenance.created_at);
        let manifest = Manifest {
            name: self.name,
            description: self.description,
            files,
            runtime,
            functions: self.functions,
            environment,
            provenance,
            hyperparameters: normal_entries(&self.hyperparameters),
            datasets: self.datasets,
            examples: self.examples,
            baseline: self.baseline,
            initial: self.initial,
            extensions: self.extensions,
        };
        Envelope::of(manifest, blobs)
    }
}

impl Contents {
    /// Where the bytes are, their digest and how many they are; or why they cannot be read.
    fn blob(self) -> Result<(Blob, Digest, u64), (PathBuf, io::Error)> {
        match self {
            Self::Bytes(bytes) => {
                let (digest, size) = (Digest::of(&bytes), bytes.len() as u64);
                Ok((Blob::Bytes(bytes), digest, size))
            }
            Self::At(path) => match hash(&path) {
                Ok((place, digest, size)) => Ok((Blob::Own(place), digest, size)),
                Err(error) => Err((path, error)),
            },
        }
    }
}

/// Where a file really is, its digest and length.
fn hash(path: &Path) -> io::Result<(PathBuf, Digest, u64)> {
    let place = fs::canonicalize(path)?;
    if !fs::metadata(&place)?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "is not a regular file"));
    }
    let mut hashing = Hashing::new(fs::File::open(&place)?);
    io::copy(&mut hashing, &mut io::sink())?;
    let (digest, size) = hashing.finish();
    Ok((place, digest, size))
}

#[cfg(test)]
mod tests;
