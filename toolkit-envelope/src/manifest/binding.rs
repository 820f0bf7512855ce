use serde_json::Value;

use crate::json::{Decoder, Entries, normal};

/// How one function's data goes into a graph's tensors and comes out of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Binding {
    /// The function's name.
    pub function: String,
    /// The graph's inputs that are filled.
    pub inputs: Vec<Input>,
    /// The graph's outputs that are read.
    pub outputs: Vec<Output>,
}

/// One input of the graph.
#[derive(Clone, Debug, PartialEq)]
pub struct Input {
    /// Its name in the graph.
    pub tensor: String,
    /// What fills it.
    pub source: Source,
}

/// What fills an input of the graph.
#[derive(Clone, Debug, PartialEq)]
pub enum Source {
    /// Columns of the function's one parameter that has columns, in this order: `[N]`, `[N, 1]` or `[N, k]`.
    Columns {
        /// Their names.
        columns: Vec<String>,
        /// What stands for a null. When it is absent, a null becomes NaN in a tensor of floats; others cannot hold one.
        null: Option<Value>,
    },
    /// A whole parameter: a tensor or a series.
    Parameter(String),
}

/// A part of the function's result, and the output of the graph that it is read from.
#[derive(Clone, Debug, PartialEq)]
pub struct Output {
    /// The field of the result, when the result is a frame or a struct; else the whole result.
    pub field: Option<String>,
    /// The output's name in the graph.
    pub tensor: String,
    /// The column of the tensor `[N, k]`; all of `[N]` or `[N, 1]` when absent.
    pub index: Option<u64>,
    /// What the tensor's integers stand for: each is an index into these.
    pub labels: Option<Vec<Value>>,
}

impl Binding {
    pub(super) fn decode(decoder: &Decoder) -> Option<Self> {
        let object = decoder.object()?;
        let function = object.text("function");
        let inputs = object.field("inputs", |decoder| decoder.list(Input::decode));
        let outputs = object.field("outputs", |decoder| decoder.list(Output::decode));
        object.no_others();
        Some(Self { function: function?, inputs: inputs?, outputs: outputs? })
    }

    pub(super) fn to_value(&self) -> Value {
        Entries::default()
            .with("function", self.function.as_str())
            .with_all("inputs", &self.inputs, Input::to_value)
            .with_all("outputs", &self.outputs, Output::to_value)
            .finish()
    }
}

impl Input {
    fn decode(decoder: &Decoder) -> Option<Self> {
        let object = decoder.object()?;
        let tensor = object.text("tensor");
        let columns = object.maybe("columns", |decoder| decoder.list(|decoder| decoder.string().map(str::to_owned)));
        let parameter = object.maybe_text("parameter");
        let null = object.maybe("null", |decoder| Some(decoder.value.clone()));
        object.no_others();
        let source = match (columns?, parameter?, null?) {
            (Some(columns), None, null) => Source::Columns { columns, null },
            (None, Some(parameter), None) => Source::Parameter(parameter),
            (None, Some(_), Some(_)) => {
                object.fault("`null` goes with `columns`, not with `parameter`; remove it");
                return None;
            }
            _ => {
                object.fault("expected either `columns` or `parameter`");
                return None;
            }
        };
        Some(Self { tensor: tensor?, source })
    }

    fn to_value(&self) -> Value {
        let entries = Entries::default().with("tensor", self.tensor.as_str());
        match &self.source {
            Source::Columns { columns, null } => {
                entries.with("columns", columns.clone()).with_some("null", null.as_ref().map(normal)).finish()
            }
            Source::Parameter(parameter) => entries.with("parameter", parameter.as_str()).finish(),
        }
    }
}

impl Output {
    fn decode(decoder: &Decoder) -> Option<Self> {
        let object = decoder.object()?;
        let field = object.maybe_text("field");
        let tensor = object.text("tensor");
        let index = object.maybe("index", Decoder::unsigned);
        let labels = object.maybe("labels", |decoder| decoder.list(|decoder| Some(decoder.value.clone())));
        object.no_others();
        Some(Self { field: field?, tensor: tensor?, index: index?, labels: labels? })
    }

    fn to_value(&self) -> Value {
        Entries::default()
            .with_some("field", self.field.as_deref())
            .with("tensor", self.tensor.as_str())
            .with_some("index", self.index)
            .with_some("labels", self.labels.as_ref().map(|labels| labels.iter().map(normal).collect::<Vec<_>>()))
            .finish()
    }
}
