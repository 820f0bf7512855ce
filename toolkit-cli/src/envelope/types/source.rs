use serde_json::Value;
use toolkit_envelope::manifest::{Function, Manifest, Parameter};
use toolkit_envelope::schema::{Field, Kind, Schema};

use super::form::{Direction, Form, Types};
use super::write::written;
use super::{RustTypes, names, text, value};

/// What types are written of.
pub(super) struct Source<'a> {
    pub(super) manifest: &'a Manifest,
    pub(super) function: &'a Function,
    /// The name of the envelope's file.
    pub(super) file: &'a str,
    /// Arguments of the function, and what it answers to them.
    pub(super) example: Option<(Value, Value)>,
}

impl Source<'_> {
    /// The module, or why the function has no such types.
    pub(super) fn write(&self) -> anyhow::Result<RustTypes> {
        let (taken, given) = self.rows()?;
        let prefix = names::prefix(&self.manifest.name);
        let [input, output] = ["Input", "Output"].map(|suffix| format!("{prefix}{suffix}"));
        let mut takes = Types::new(Direction::Taken);
        takes.declare(input.clone(), self.docs("A row that", "takes", &self.manifest.description), &taken);
        let mut gives = Types::new(Direction::Given);
        gives.declare(output.clone(), self.docs("What", "answers for a row", &self.function.doc), &given);
        let (asked, answered) = self.example.as_ref().map(|(input, output)| self.first(input, output)).unzip();
        let row = asked.flatten();
        let items = [(&takes, row.clone()), (&gives, answered.flatten())].map(|(types, row)| {
            let example = row.and_then(|row| value::expression(types, &Form::Named(0), &row));
            written(types, example.as_deref())
        });
        let items = items.concat();
        let source = format!("{}{items}", self.head(&items));
        Ok(RustTypes { function: self.function.name.clone(), prefix, input, output, row, source })
    }

    fn head(&self, items: &str) -> String {
        let (model, file) = (text::code(&self.manifest.name), text::line(self.file).replace('`', "'"));
        let flag = match self.function.name.as_str() {
            "predict" => String::new(),
            name => format!(" --function {name}"),
        };
        let mut head =
            format!("//! What the model {model} takes and answers: `toolkit envelope types {file}{flag}`.\n\n");
        let code = items.lines().filter(|line| !line.trim_start().starts_with("///"));
        let mut words =
            code.flat_map(|line| line.split(|letter: char| !(letter.is_ascii_digit() || "._".contains(letter))));
        if words.any(|word| word.contains('.') && value::is_near_constant(word)) {
            head += "#![allow(clippy::approx_constant, reason = \"numbers of the model\")]\n\n";
        }
        head + "use toolkit::data;\n"
    }

    /// Which function of which model it is, and what is said of it.
    fn docs(&self, before: &str, verb: &str, said: &str) -> Vec<String> {
        let model = text::code(&self.manifest.name);
        let of = match self.function.name.as_str() {
            "predict" => format!("the model {model}"),
            name => format!("the function {} of the model {model}", text::code(name)),
        };
        let (first, said) = (format!("{before} {of} {verb}."), text::line(said));
        if said.is_empty() { vec![first] } else { vec![first, String::new(), said] }
    }

    /// What one row is that the function takes, and what it answers for it.
    fn rows(&self) -> anyhow::Result<(Schema, Schema)> {
        let given = row(&self.function.returns);
        let taken: Option<Vec<Field>> = self.function.params.iter().map(field).collect();
        let instead = "and Rust types are those of one row; serve it as it is, with `App::model` or `toolkit serve`";
        let of = format!("the function `{}` of the model `{}`", self.function.name, self.manifest.name);
        match (self.function.batch, taken, given) {
            (Some(_), Some(taken), Some(given)) if !taken.is_empty() => Ok((together(taken), given)),
            (_, Some(_), Some(_)) => anyhow::bail!("{of} takes no rows, {instead}"),
            (_, Some(_), None) => {
                anyhow::bail!("{of} answers one {} for all rows, {instead}", self.function.returns.kind.name())
            }
            (_, None, _) => {
                let wholes = self.function.params.iter().filter(|parameter| field(parameter).is_none());
                let wholes = wholes.map(|whole| format!("`{}`, {}", whole.name, whole.schema.kind.name()));
                anyhow::bail!("{of} takes {} for all rows, {instead}", wholes.collect::<Vec<_>>().join(", and "))
            }
        }
    }

    /// The first row of the example, and what is answered for it.
    fn first(&self, input: &Value, output: &Value) -> (Option<Value>, Option<Value>) {
        let of = |parameter: &Parameter| first(&parameter.schema, input.get(&parameter.name)?);
        let input = match self.function.params.as_slice() {
            [only] => of(only),
            several => {
                let rows = several.iter().filter_map(|parameter| Some((parameter.name.clone(), of(parameter)?)));
                Some(Value::Object(rows.collect()))
            }
        };
        (input, first(&self.function.returns, output))
    }
}

/// What one row is of values that have rows.
fn row(schema: &Schema) -> Option<Schema> {
    match &schema.kind {
        Kind::Frame { columns, index } => {
            let fields = columns.iter().chain(index.iter().flatten()).cloned().collect();
            Some(Schema::new(Kind::Struct { fields }))
        }
        Kind::Series { values } => Some((**values).clone()),
        Kind::Tensor { dtype, shape } => {
            let (-1, rest) = shape.split_first()? else { return None };
            Some(Schema::new(Kind::Tensor { dtype: dtype.clone(), shape: rest.to_vec() }))
        }
        _ => None,
    }
}

/// One row of a parameter.
fn field(parameter: &Parameter) -> Option<Field> {
    Some(Field { schema: row(&parameter.schema)?, ..parameter.to_field() })
}

/// A row of all parameters: their names are those of fields, unless there is only one.
fn together(mut parameters: Vec<Field>) -> Schema {
    match parameters.len() {
        1 => parameters.remove(0).schema,
        _ => Schema::new(Kind::Struct { fields: parameters }),
    }
}

/// The first row, out of rows or out of columns.
fn first(schema: &Schema, rows: &Value) -> Option<Value> {
    match (&schema.kind, rows) {
        (Kind::Frame { .. }, Value::Object(columns)) => {
            let first = |(name, column): (&String, &Value)| Some((name.clone(), column.get(0)?.clone()));
            columns.iter().map(first).collect::<Option<_>>().map(Value::Object)
        }
        (_, rows) => rows.get(0).cloned(),
    }
}
