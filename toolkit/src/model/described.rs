use serde_json::{Value, json};
use toolkit_envelope::{
    Digest, Envelope, Manifest,
    manifest::{Function, Parameter},
    schema::{Kind, json_schema},
};

/// How many rows of an example are shown.
const SHOWN: usize = 2;

/// What an envelope says of itself, as far as people and documents are told.
#[derive(Clone, Debug)]
pub(crate) struct Described {
    pub(crate) manifest: Manifest,
    pub(crate) id: Digest,
    /// For each function, in the order of the manifest.
    examples: Vec<Option<Example>>,
}

/// A call that was recorded when the envelope was saved, cut to a few rows.
#[derive(Clone, Debug)]
pub(crate) struct Example {
    pub(crate) input: Value,
    pub(crate) output: Value,
}

impl Described {
    pub(crate) fn of(envelope: &Envelope) -> Self {
        let manifest = envelope.manifest().clone();
        let examples = manifest.functions.iter().map(|function| example(envelope, function)).collect();
        Self { manifest, id: envelope.id(), examples }
    }

    /// A call of the function, to be shown.
    pub(crate) fn example(&self, function: &str) -> Option<&Example> {
        let index = self.manifest.functions.iter().position(|declared| declared.name == function)?;
        self.examples[index].as_ref()
    }

    /// What is said of the function, and of the model.
    pub(crate) fn docs(&self, function: &Function) -> String {
        [function.doc.trim(), self.manifest.description.trim()].join("\n\n")
    }

    /// The schema of the function's arguments, with its example.
    pub(crate) fn arguments_schema(&self, function: &Function) -> Value {
        let params: Vec<_> = function.params.iter().map(Parameter::to_field).collect();
        json_schema::of_arguments(&params, self.example(&function.name).map(|example| &example.input))
    }

    /// The schema of the function's result, with its example.
    pub(crate) fn result_schema(&self, function: &Function) -> Value {
        let mut schema = function.returns.to_json_schema();
        if let Some(example) = self.example(&function.name) {
            schema["examples"] = json!([example.output]);
        }
        schema
    }

    /// What anyone may know: what it is, what can be asked of it, and where it comes from.
    pub(crate) fn public(&self) -> Value {
        // A manifest that was read is canonical JSON, which is JSON.
        let whole = self.manifest.to_json().ok().and_then(|json| serde_json::from_slice::<Value>(&json).ok());
        let mut public = json!({ "id": self.id.to_string() });
        for key in ["name", "description", "functions", "environment", "provenance", "hyperparameters", "initial"] {
            if let Some(value) = whole.as_ref().and_then(|whole| whole.get(key)) {
                public[key] = value.clone();
            }
        }
        public
    }
}

fn example(envelope: &Envelope, function: &Function) -> Option<Example> {
    let recorded = envelope.manifest().examples.iter().find(|example| example.function == function.name)?;
    let read = |path: &str| serde_json::from_slice::<Value>(&envelope.read(path).ok()?).ok();
    let (mut input, mut output) = (read(&recorded.input)?, read(&recorded.output)?);
    if function.batch.is_some() {
        for parameter in &function.params {
            if let Some(value) = input.get_mut(&parameter.name) {
                cut(value, &parameter.schema.kind);
            }
        }
        cut(&mut output, &function.returns.kind);
    }
    Some(Example { input, output })
}

/// Leaves the first rows.
fn cut(value: &mut Value, kind: &Kind) {
    match (kind, value) {
        (Kind::Frame { .. } | Kind::Series { .. } | Kind::Tensor { .. }, Value::Array(rows)) => rows.truncate(SHOWN),
        (Kind::Frame { .. }, Value::Object(columns)) => {
            columns.values_mut().filter_map(Value::as_array_mut).for_each(|column| column.truncate(SHOWN));
        }
        _ => {}
    }
}
