use std::sync::Arc;

use serde_json::{Map, Value};

use super::bind::Bound;
use super::infer::{self, Answer, Hints};
use super::{Function, Loaded, execute, replay};
use crate::EnvelopeBuilder;
use crate::manifest::{self, Batch, Binding, Engine, FunctionSource, Onnx, Role, Runtime, Tolerance};
use crate::runtime::onnx::{Graph, Port};
use crate::schema::{Field, Kind, Schema};
use crate::table::Table;

/// An ONNX model that exists, on its way into an envelope.
///
/// Its functions, their schemas and how they are bound to the graph are read off the graph and an example.
///
/// ```no_run
/// use serde_json::json;
/// use toolkit_envelope::OnnxModel;
///
/// let model = std::fs::read("churn.onnx")?;
/// let rows = vec![json!({"tenure": 3, "contract": "One year"})];
/// let envelope = OnnxModel::new("churn", model).example(rows).into_builder()?.build()?;
/// envelope.save("churn.envelope")?;
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct OnnxModel {
    name: String,
    bytes: Vec<u8>,
    hints: Hints,
    engine: Option<Engine>,
    expected: Vec<(String, Value)>,
    tolerance: Tolerance,
}

/// Why a model cannot be packed: everything that stands in the way.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the model cannot be packed:{}", super::error::listed(.0))]
pub struct PackError(pub Vec<String>);

impl From<Vec<String>> for PackError {
    fn from(faults: Vec<String>) -> Self {
        Self(faults)
    }
}

/// The path of the model in its envelope.
const MODEL: &str = "model.onnx";

impl OnnxModel {
    /// The model `bytes`, which is to be called `name`.
    pub fn new(name: impl Into<String>, bytes: Vec<u8>) -> Self {
        Self {
            name: name.into(),
            bytes,
            hints: Hints::default(),
            engine: None,
            expected: Vec::new(),
            tolerance: Tolerance::default(),
        }
    }

    /// Rows as the model takes them: objects name its columns, arrays are rows of one tensor.
    #[must_use]
    pub fn example(mut self, rows: Vec<Value>) -> Self {
        self.hints.example = Some(rows);
        self
    }

    /// The columns as whoever trained the model knows them, with their domains and what was observed; without them, they
    /// are those of the example, with the types that the graph takes.
    #[must_use]
    pub fn columns(mut self, columns: Vec<Field>) -> Self {
        self.hints.columns = Some(columns);
        self
    }

    /// The names of the classes, for a model that was trained with their places.
    #[must_use]
    pub fn classes(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.hints.classes = names.into_iter().map(Into::into).collect();
        self
    }

    /// What stands for a null in a column of strings or integers.
    #[must_use]
    pub fn null(mut self, column: impl Into<String>, value: Value) -> Self {
        self.hints.nulls.insert(column.into(), value);
        self
    }

    /// What executes the model; without it, the native runtime if it has all operators, and ONNX Runtime else.
    #[must_use]
    pub fn engine(mut self, engine: Engine) -> Self {
        self.engine = Some(engine);
        self
    }

    /// What the function answers for the example where it was trained; that the model answers the same is checked.
    #[must_use]
    pub fn expected(mut self, function: impl Into<String>, result: Value) -> Self {
        self.expected.push((function.into(), result));
        self
    }

    /// How far an answer may be from what is expected.
    #[must_use]
    pub fn tolerance(mut self, tolerance: Tolerance) -> Self {
        self.tolerance = tolerance;
        self
    }

    /// The envelope, with its model, functions and examples; what else it says of the model can be added.
    ///
    /// # Errors
    ///
    /// Everything that stands in the way: what is wrong with the file, operators that no runtime has, columns that do not
    /// fit, answers that are not as expected.
    pub fn into_builder(self) -> Result<EnvelopeBuilder, PackError> {
        let graph = Graph::read(&self.bytes).map_err(|error| vec![error.to_string()])?;
        let (engine, loaded) = self.load(&graph)?;
        let arguments = infer::arguments(&loaded.inputs, &self.hints)?;
        if self.hints.example.is_none() && !self.expected.is_empty() {
            return Err(PackError(vec!["answers are expected, and there is no example that they are for".to_owned()]));
        }
        let example = self.hints.example.clone().map(|rows| input(&arguments.parameters[0].name, rows));
        let outputs = match &example {
            Some(input) => seen(&loaded, &arguments, input)?,
            None => loaded.outputs.clone(),
        };
        let classes = infer::classes(&graph.body, &self.hints)?;
        let answers = infer::results(&outputs, classes.as_ref())?;
        let source = if example.is_some() { FunctionSource::Merged } else { FunctionSource::Annotation };
        let functions: Vec<_> = answers.iter().map(|answer| declare(answer, &arguments, source)).collect();
        let bindings: Vec<_> = answers.into_iter().map(|answer| bind(answer, &arguments)).collect();
        let mut builder = EnvelopeBuilder::new(self.name.clone());
        if let Some(input) = &example {
            let answered = self.answers(&loaded, &functions, &bindings, input)?;
            for (function, answer) in functions.iter().zip(answered) {
                builder = builder.example(&function.name, input, &answer, self.tolerance);
            }
        }
        let runtime = Runtime::Onnx(Onnx {
            model: MODEL.to_owned(),
            opset: version(&graph, "ai.onnx").unwrap_or_default(),
            ml_opset: version(&graph, "ai.onnx.ml"),
            engine,
            bindings,
        });
        let builder = builder.file(MODEL, Role::Model, self.bytes).runtime(runtime);
        Ok(functions.into_iter().fold(builder, EnvelopeBuilder::function))
    }

    /// The model in the runtime that it shall run in: by default the native one, if that has all operators.
    fn load(&self, graph: &Graph) -> Result<(Engine, Loaded), PackError> {
        let engine = self.engine.unwrap_or(Engine::Native);
        let mut faults = match execute(graph, &self.bytes, engine) {
            Ok(loaded) => return Ok((engine, loaded)),
            Err(faults) => faults,
        };
        if self.engine.is_none() {
            match execute(graph, &self.bytes, Engine::Onnxruntime) {
                Ok(loaded) => return Ok((Engine::Onnxruntime, loaded)),
                Err(others) => faults.extend(others),
            }
        }
        Err(PackError(faults))
    }

    /// What each function answers for the example: as the model does, or as it is expected to.
    fn answers(
        &self,
        loaded: &Loaded,
        functions: &[manifest::Function],
        bindings: &[Binding],
        input: &Value,
    ) -> Result<Vec<Value>, PackError> {
        let mut faults = Vec::new();
        for (name, _) in &self.expected {
            if !functions.iter().any(|function| function.name == *name) {
                let names: Vec<String> = functions.iter().map(|function| format!("`{}`", function.name)).collect();
                faults.push(format!("the model has no function `{name}`; it has {}", names.join(", ")));
            }
        }
        let mut answers = Vec::new();
        for (function, binding) in functions.iter().zip(bindings) {
            match self.answer(loaded, function, binding, input) {
                Ok(answer) => answers.push(answer),
                Err(wrong) => faults.extend(wrong),
            }
        }
        if faults.is_empty() { Ok(answers) } else { Err(PackError(faults)) }
    }

    fn answer(
        &self,
        loaded: &Loaded,
        declared: &manifest::Function,
        binding: &Binding,
        input: &Value,
    ) -> Result<Value, Vec<String>> {
        let bound = Bound::plan(declared, binding, &loaded.inputs, &loaded.outputs)?;
        let function = Function::new(declared.clone(), bound, Arc::clone(&loaded.execute))?;
        let name = &declared.name;
        let Some((_, expected)) = self.expected.iter().find(|(function, _)| function == name) else {
            let wrong = |error: &dyn std::fmt::Display| vec![format!("`{name}`, for the example: {error}")];
            let answer = function.call_json(input.to_string().as_bytes()).map_err(|error| wrong(&error))?;
            return serde_json::from_slice(&answer).map_err(|error| wrong(&error));
        };
        let (input, output) = (input.to_string(), expected.to_string());
        let replayed = replay::replay(&function, self.tolerance, input.as_bytes(), output.as_bytes());
        replayed.map_err(|failed| vec![format!("`{name}`: {failed}")])?;
        Ok(expected.clone())
    }
}

/// The arguments of a call with the example.
fn input(parameter: &str, rows: Vec<Value>) -> Value {
    Value::Object(Map::from_iter([(parameter.to_owned(), Value::Array(rows))]))
}

/// The outputs, with the shapes that they have for the example.
fn seen(loaded: &Loaded, arguments: &infer::Arguments, input: &Value) -> Result<Vec<Port>, PackError> {
    let probe = manifest::Function {
        name: "predict".to_owned(),
        doc: String::new(),
        params: arguments.parameters.clone(),
        returns: Schema::new(Kind::Any),
        batch: None,
        source: FunctionSource::Example,
    };
    let binding = Binding { function: "predict".to_owned(), inputs: arguments.inputs.clone(), outputs: Vec::new() };
    let bound = Bound::plan(&probe, &binding, &loaded.inputs, &loaded.outputs)?;
    let plan = super::function::plan(&probe)?;
    let mut tables = plan.arguments();
    plan.read(input.to_string().as_bytes(), &mut tables)
        .map_err(|wrong| vec![format!("the example does not fit the model: {wrong}")])?;
    let mut outputs = loaded.outputs.clone();
    let mut buffers = Vec::new();
    // Twice the rows: one row alone does not show what is of that length anyhow.
    let twice: Vec<Table> = tables.tables().iter().map(doubled).collect();
    let rows = bound.rows(&twice);
    let mut faults = Vec::new();
    let run = loaded.execute.run(&bound.inputs(&twice, &mut buffers), &mut |index, tensor| {
        if tensor.shape.first().is_some_and(|first| *first != rows) {
            let shape = tensor.shape;
            faults.push(format!("the output `{}` has the shape {shape:?} for {rows} rows", outputs[index].name));
        }
        let rest = tensor.shape.iter().skip(1).map(|length| Some(*length));
        outputs[index].dims = Some(std::iter::once(None).chain(rest).collect());
        Ok(())
    });
    run.map_err(|error| vec![format!("the model cannot be run on the example: {error}")])?;
    if faults.is_empty() { Ok(outputs) } else { Err(PackError(faults)) }
}

fn doubled(table: &Table) -> Table {
    let mut twice = table.clone();
    // Both are of the same schema.
    let _ = twice.append(table, 0..table.rows);
    twice
}

fn declare(answer: &Answer, arguments: &infer::Arguments, source: FunctionSource) -> manifest::Function {
    manifest::Function {
        name: answer.function.clone(),
        doc: answer.doc.clone(),
        params: arguments.parameters.clone(),
        returns: answer.returns.clone(),
        batch: Some(Batch { axis: 0, max: None }),
        source,
    }
}

fn bind(answer: Answer, arguments: &infer::Arguments) -> Binding {
    Binding { function: answer.function, inputs: arguments.inputs.clone(), outputs: answer.outputs }
}

fn version(graph: &Graph, domain: &str) -> Option<u64> {
    graph.opsets.get(domain).and_then(|version| u64::try_from(*version).ok())
}
