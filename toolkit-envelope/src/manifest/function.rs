use serde_json::Value;

use crate::{
    json::{Decoder, Entries, named},
    schema::{Field, Schema},
};

/// A query function: something that can be asked of the model.
#[derive(Clone, Debug, PartialEq)]
pub struct Function {
    /// Its name, by which it is called: ASCII letters, digits and `_`, not beginning with a digit.
    pub name: String,
    /// What it does, in Markdown; may be empty.
    pub doc: String,
    /// What it takes, in order.
    pub params: Vec<Parameter>,
    /// What it gives.
    pub returns: Schema,
    /// Along which axis calls can be put together, if they can.
    pub batch: Option<Batch>,
    /// Where the schemas were taken from.
    pub source: FunctionSource,
}

/// A parameter of a query function.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// How Python takes it.
    pub kind: ParameterKind,
    /// What it holds.
    pub schema: Schema,
    /// Whether it has to be given.
    pub required: bool,
    /// What it holds when it is not given.
    pub default: Option<Value>,
}

named! {
    /// How Python takes a parameter.
    pub enum ParameterKind {
        /// By place only.
        PositionalOnly = "positional_only",
        /// By place or by name.
        PositionalOrKeyword = "positional_or_keyword",
        /// By name only.
        KeywordOnly = "keyword_only",
    }
}

/// How calls are put together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Batch {
    /// The axis that grows.
    pub axis: u64,
    /// The most rows in one call.
    pub max: Option<u64>,
}

named! {
    /// Where a function's schemas were taken from.
    pub enum FunctionSource {
        /// The types in the code.
        Annotation = "annotation",
        /// A sample of the data.
        Example = "example",
        /// Both, put together.
        Merged = "merged",
    }
}

impl Function {
    pub(super) fn decode(decoder: &Decoder) -> Option<Self> {
        let object = decoder.object()?;
        let name = object.text("name");
        let doc = object.text("doc");
        let params = object.field("params", |decoder| decoder.list(Parameter::decode));
        let returns = object.field("returns", Schema::decode);
        let batch = object.maybe("batch", Batch::decode);
        let source = object.field("source", FunctionSource::decode);
        object.no_others();
        Some(Self { name: name?, doc: doc?, params: params?, returns: returns?, batch: batch?, source: source? })
    }

    pub(super) fn to_value(&self) -> Value {
        Entries::default()
            .with("name", self.name.as_str())
            .with("doc", self.doc.as_str())
            .with_all("params", &self.params, Parameter::to_value)
            .with("returns", self.returns.to_value())
            .with_some("batch", self.batch.map(Batch::to_value))
            .with("source", self.source.name())
            .finish()
    }
}

impl Parameter {
    fn decode(decoder: &Decoder) -> Option<Self> {
        let object = decoder.object()?;
        let field = Field::decode_parts(&object);
        let kind = object.field("kind", ParameterKind::decode);
        object.no_others();
        let Field { name, schema, required, default } = field?;
        Some(Self { name, kind: kind?, schema, required, default })
    }

    fn to_value(&self) -> Value {
        let mut value = self.to_field().to_value();
        value["kind"] = self.kind.name().into();
        value
    }

    /// The parameter as a field of the arguments.
    pub fn to_field(&self) -> Field {
        let Self { name, schema, required, default, .. } = self.clone();
        Field { name, schema, required, default }
    }
}

impl Batch {
    fn decode(decoder: &Decoder) -> Option<Self> {
        let object = decoder.object()?;
        let (axis, max) = (object.field("axis", Decoder::unsigned), object.maybe("max", Decoder::unsigned));
        object.no_others();
        Some(Self { axis: axis?, max: max? })
    }

    fn to_value(self) -> Value {
        Entries::default().with("axis", self.axis).with_some("max", self.max).finish()
    }
}
