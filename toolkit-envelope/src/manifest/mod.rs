//! What an envelope says of itself: the manifest, `envelope.json`.
//!
//! It has one form, canonical JSON (RFC 8785), so that its digest is the envelope's id. Reading refuses whatever
//! writing would not write: unknown keys (but those of the manifest that start with `x-`, which are kept), another
//! order, other numbers, a space.

mod address;
mod binding;
mod check;
mod dataset;
mod environment;
mod example;
mod file;
mod function;
mod identity;
mod initial;
mod provenance;
mod runtime;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

pub(crate) use self::address::without_credentials;
use serde_json::{Map, Value};

pub use self::{
    binding::{Binding, Input, Output, Source},
    dataset::Dataset,
    environment::{Environment, Filtered, Imported, Platform, PythonVersion},
    example::{Example, Tolerance},
    file::{File, Role},
    function::{Batch, Function, FunctionSource, Parameter, ParameterKind},
    initial::{Initial, Metric},
    provenance::{Git, Job, Provenance, Sdk},
    runtime::{Engine, Onnx, Python, Runtime, Serializer},
};
use crate::json::{Decoder, Entries, Fault, Faults, Object, canonical, difference, normal_entries, parse};

/// What this version reads and writes.
pub const SPEC: &str = "envelope/v1";

/// The longest manifest that is read: 16 MiB.
pub const LONGEST: usize = 16 << 20;

/// What an envelope says of itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Manifest {
    /// The model's name.
    pub name: String,
    /// What the model is for, in Markdown; may be empty.
    pub description: String,
    /// Every file of the envelope, sorted by path (by code points).
    pub files: Vec<File>,
    /// What runs the model.
    pub runtime: Runtime,
    /// The query functions: what can be asked of the model.
    pub functions: Vec<Function>,
    /// What the model needs around it.
    pub environment: Environment,
    /// Where the model comes from.
    pub provenance: Provenance,
    /// How the model was trained, as it was given.
    pub hyperparameters: Map<String, Value>,
    /// The data that the model was made with.
    pub datasets: Vec<Dataset>,
    /// What is run when the envelope is loaded, with what must come out.
    pub examples: Vec<Example>,
    /// The path of the training data's profile per column.
    pub baseline: Option<String>,
    /// The tags and metrics at saving.
    pub initial: Initial,
    /// Anybody's own: keys that start with `x-`.
    pub extensions: Map<String, Value>,
}

impl Manifest {
    /// Reads the bytes of `envelope.json`.
    ///
    /// # Errors
    ///
    /// All faults, each with its place: what is not JSON, has another form than the canonical one, is of a newer
    /// specification, is unknown, missing or of another type, and what does not agree with the rest
    /// (see [`Manifest::check`]).
    pub fn read(bytes: &[u8]) -> Result<Self, Vec<Fault>> {
        let value = parse(bytes, LONGEST)?;
        let faults = Faults::default();
        let manifest = Self::decode(&Decoder::new(&value, &faults));
        let mut faults = faults.into_vec();
        let Some(manifest) = manifest.filter(|_| faults.is_empty()) else { return Err(faults) };
        faults.extend(manifest.check());
        if faults.is_empty() {
            // Only what has no other fault is told to be written in another way.
            let expected = manifest.to_json()?;
            faults.extend(difference(bytes, &expected).map(|difference| Fault {
                pointer: String::new(),
                message: format!(
                    "is not canonical JSON (RFC 8785) as the toolkit writes it, {difference}; write it again"
                ),
            }));
        }
        if faults.is_empty() { Ok(manifest) } else { Err(faults) }
    }

    /// The manifest as it is stored: canonical JSON (RFC 8785).
    ///
    /// # Errors
    ///
    /// What canonical JSON does not hold: integers beyond ±(2⁵³−1), more than 128 levels.
    pub fn to_json(&self) -> Result<Vec<u8>, Vec<Fault>> {
        canonical(&self.to_value())
    }

    fn decode(decoder: &Decoder) -> Option<Self> {
        let object = decoder.object()?;
        is_ours(&object)?;
        let name = object.text("name");
        let description = object.text("description");
        let files = object.field("files", |decoder| decoder.list(File::decode));
        let runtime = object.field("runtime", Runtime::decode);
        let functions = object.field("functions", |decoder| decoder.list(Function::decode));
        let environment = object.field("environment", Environment::decode);
        let provenance = object.field("provenance", Provenance::decode);
        let hyperparameters = object.field("hyperparameters", entries);
        let datasets = object.field("datasets", |decoder| decoder.list(Dataset::decode));
        let examples = object.field("examples", |decoder| decoder.list(Example::decode));
        let baseline = object.maybe_text("baseline");
        let initial = object.field("initial", Initial::decode);
        let extensions = object.extensions();
        object.no_others();
        Some(Self {
            name: name?,
            description: description?,
            files: files?,
            runtime: runtime?,
            functions: functions?,
            environment: environment?,
            provenance: provenance?,
            hyperparameters: hyperparameters?,
            datasets: datasets?,
            examples: examples?,
            baseline: baseline?,
            initial: initial?,
            extensions,
        })
    }

    fn to_value(&self) -> Value {
        Entries::default()
            .and(&normal_entries(&self.extensions))
            .with("spec", SPEC)
            .with("name", self.name.as_str())
            .with("description", self.description.as_str())
            .with_all("files", &self.files, File::to_value)
            .with("runtime", self.runtime.to_value())
            .with_all("functions", &self.functions, Function::to_value)
            .with("environment", self.environment.to_value())
            .with("provenance", self.provenance.to_value())
            .with("hyperparameters", normal_entries(&self.hyperparameters))
            .with_all("datasets", &self.datasets, Dataset::to_value)
            .with_all("examples", &self.examples, Example::to_value)
            .with_some("baseline", self.baseline.as_deref())
            .with("initial", self.initial.to_value())
            .finish()
    }

    /// The query function of this name.
    pub fn function(&self, name: &str) -> Option<&Function> {
        self.functions.iter().find(|function| function.name == name)
    }

    /// The file at this path.
    pub fn file(&self, path: &str) -> Option<&File> {
        self.files.iter().find(|file| file.path == path)
    }
}

/// Whether the manifest is of the one specification that is read here; if not, this is the only fault worth telling.
fn is_ours(object: &Object) -> Option<()> {
    let Some(spec) = object.optional("spec") else {
        object.fault("`spec` is missing; this is not the manifest of an envelope");
        return None;
    };
    let text = spec.string()?;
    if text == SPEC {
        return Some(());
    }
    let version = text.strip_prefix("envelope/v").and_then(|version| version.parse::<u64>().ok());
    spec.fault(match version {
        Some(version) if version > 1 => format!("is {text}, this reads {SPEC}: use a newer toolkit"),
        _ => format!("found `{text}`, expected `{SPEC}`"),
    });
    None
}

/// Any object, kept as it is.
fn entries(decoder: &Decoder) -> Option<Map<String, Value>> {
    let object = decoder.object()?;
    Some(object.entries().map(|(key, decoder)| (key.to_owned(), decoder.value.clone())).collect())
}
