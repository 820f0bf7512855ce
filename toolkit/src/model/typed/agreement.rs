use serde_json::Value;
use toolkit_envelope::{
    manifest::{self, Parameter},
    schema::{Domain, Field, Kind, Schema},
};

use super::super::runner::has_rows;
use super::form::{Form, Object, Part, RustType, listed};

/// Everything that keeps rows of the Rust type from being what the function takes.
pub(super) fn of_input(input: &RustType, function: &manifest::Function) -> Vec<String> {
    let mut comparison = Comparison::new(input, Direction::Taken);
    let whole = input.whole();
    match function.params.as_slice() {
        [only] => comparison.row(whole, &only.schema, ""),
        several => {
            let fields: Vec<Field> = several.iter().map(Parameter::to_field).collect();
            comparison.object_of(whole, &fields.iter().collect::<Vec<_>>(), "", true);
        }
    }
    comparison.differences
}

/// Everything that keeps what the function gives for a row from being read as the Rust type.
pub(super) fn of_output(output: &RustType, function: &manifest::Function) -> Vec<String> {
    let mut comparison = Comparison::new(output, Direction::Given);
    match only_field(output, &function.returns) {
        Some((name, part)) => comparison.row(part, &function.returns, name),
        None => comparison.row(output.whole(), &function.returns, ""),
    }
    comparison.differences
}

/// The one field of the Rust type that holds a whole row of the result, if the row itself has no fields.
pub(super) fn only_field<'t>(output: &'t RustType, returns: &Schema) -> Option<(&'t str, Part<'t>)> {
    let row = match &returns.kind {
        Kind::Series { values } => &values.kind,
        Kind::Tensor { .. } => &returns.kind,
        _ => return None,
    };
    match output.whole().form() {
        Form::Object(Object { fields, .. }) if !matches!(row, Kind::Struct { .. } | Kind::Map { .. }) => {
            let [only] = fields.as_slice() else { return None };
            Some((only.name, only.part))
        }
        _ => None,
    }
}

/// Which way the values go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Direction {
    /// From the Rust type to the model.
    Taken,
    /// From the model to the Rust type.
    Given,
}

/// Holds a Rust type against schemas, and notes what differs.
struct Comparison<'t> {
    rust: &'t RustType,
    direction: Direction,
    differences: Vec<String>,
}

impl<'t> Comparison<'t> {
    fn new(rust: &'t RustType, direction: Direction) -> Self {
        Self { rust, direction, differences: Vec::new() }
    }

    /// One row of a parameter or a result.
    fn row(&mut self, part: Part<'t>, schema: &Schema, at: &str) {
        if !has_rows(schema) {
            let whole = words(&schema.kind);
            return self.note(
                at,
                &format!(
                    "is for one row, and the model {} {whole} for all of them; serve it with `app.model`",
                    self.verb()
                ),
            );
        }
        match &schema.kind {
            Kind::Frame { columns, index } => {
                let columns: Vec<&Field> = columns.iter().chain(index.iter().flatten()).collect();
                self.object_of(part, &columns, at, false);
            }
            Kind::Series { values } => self.value(part, values, at),
            Kind::Tensor { dtype, shape } => self.tensor(part, dtype, shape.get(1..).unwrap_or_default(), at),
            _ => self.value(part, schema, at),
        }
    }

    fn value(&mut self, part: Part<'t>, schema: &Schema, at: &str) {
        match self.direction {
            Direction::Taken if part.is_nullable && !schema.nullable => {
                let expected = "and the model takes no null: it must be no `Option`";
                self.note(at, &format!("may be null, {expected}"));
            }
            Direction::Given if schema.nullable && !part.is_nullable && !matches!(part.form(), Form::Any) => {
                self.note(at, "must be an `Option`: the model may answer null");
            }
            _ => {}
        }
        match &schema.kind {
            Kind::Struct { fields } => self.object_of(part, &fields.iter().collect::<Vec<_>>(), at, false),
            Kind::List { items, .. } => match part.form() {
                Form::List { items: item, .. } => self.value(item, items, &format!("{at}[]")),
                form => self.unless_any(&form, at, "a list"),
            },
            Kind::Tensor { dtype, shape } => self.tensor(part, dtype, shape, at),
            kind => self.scalar(&part.form(), kind, schema.domain.as_ref(), at),
        }
    }

    fn tensor(&mut self, part: Part<'t>, dtype: &Kind, shape: &[i64], at: &str) {
        let [length, rest @ ..] = shape else { return self.value(part, &Schema::new(dtype.clone()), at) };
        match part.form() {
            Form::List { items, length: has } => {
                let length = u64::try_from(*length).ok();
                if let (Some(has), Some(length)) = (has, length)
                    && has != length
                {
                    self.note(at, &format!("is a list of {has}, and the model {} {length}", self.verb()));
                }
                self.tensor(items, dtype, rest, &format!("{at}[]"));
            }
            form => self.unless_any(&form, at, &format!("a list (a tensor of {} {shape:?})", dtype.name())),
        }
    }

    /// A struct beside these fields: columns, members, or parameters of which each has one row.
    fn object_of(&mut self, part: Part<'t>, fields: &[&Field], at: &str, are_rows: bool) {
        let object = match part.form() {
            Form::Object(object) => object,
            form => {
                let names: Vec<_> = fields.iter().map(|field| format!("`{}`", field.name)).collect();
                return self.unless_any(&form, at, &format!("rows with the columns {}", names.join(", ")));
            }
        };
        for property in &object.fields {
            let at = &joined(at, property.name);
            let Some(field) = fields.iter().find(|field| field.name == property.name) else {
                self.unknown(at, &property.part, fields);
                continue;
            };
            if self.direction == Direction::Taken && !property.is_required && is_needed(field) {
                self.note(at, "may be left out, and the model requires it");
            }
            if are_rows {
                self.row(property.part, &field.schema, at);
            } else {
                self.value(property.part, &field.schema, at);
            }
        }
        for field in fields.iter().filter(|field| !object.fields.iter().any(|known| known.name == field.name)) {
            self.missing(&joined(at, &field.name), field, object.is_closed);
        }
    }

    /// A field of the Rust type that the model does not have.
    fn unknown(&mut self, at: &str, part: &Part<'t>, fields: &[&Field]) {
        let name = at.rsplit('.').next().unwrap_or(at);
        let near = fields.iter().map(|field| (strsim::damerau_levenshtein(&field.name, name), &field.name)).min();
        let near = near.filter(|(distance, _)| *distance <= 2).map(|(_, name)| format!("; is it `{name}`?"));
        let rust = &self.rust.name;
        let (told, near) = (part.form().told(), near.unwrap_or_default());
        self.differences.push(match self.direction {
            Direction::Taken => format!("`{at}` of `{rust}`, {told}, is nothing that the model takes{near}"),
            Direction::Given => format!("`{at}` of `{rust}`, {told}, is nothing that the model answers{near}"),
        });
    }

    /// A field of the model that the Rust type does not have.
    fn missing(&mut self, at: &str, field: &Field, is_closed: bool) {
        let (rust, told) = (&self.rust.name, told(&field.schema));
        match self.direction {
            Direction::Taken if is_needed(field) => {
                self.differences
                    .push(format!("`{at}`, {told}, is required by the model, and `{rust}` does not have it"));
            }
            Direction::Given if is_closed => {
                self.differences.push(format!(
                    "`{at}`, {told}, is answered by the model, and `{rust}` refuses what it does not have \
                     (`deny_unknown_fields`)"
                ));
            }
            _ => {}
        }
    }

    fn scalar(&mut self, form: &Form<'_>, kind: &Kind, domain: Option<&Domain>, at: &str) {
        if let (Form::Choice(variants), Kind::Categorical { values, .. }) = (form, kind) {
            return self.choices(variants, values, at);
        }
        let fits = match self.direction {
            Direction::Taken => takes(kind, form),
            Direction::Given => reads(form, kind),
        };
        if !fits {
            self.note(at, &format!("is {}, and the model {} {}", form.told(), self.verb(), words(kind)));
        } else if let (Direction::Given, Form::Integer(Some((least, most)))) = (self.direction, form)
            && integers(kind, domain).is_some_and(|(min, max)| min < *least || max > *most)
        {
            let kind = words(kind);
            self.note(at, &format!("is an integer from {least} to {most}, and the model may answer any {kind}"));
        }
    }

    fn choices(&mut self, variants: &[&Value], values: &[Value], at: &str) {
        match self.direction {
            Direction::Taken => {
                let unknown: Vec<_> = variants.iter().copied().filter(|variant| !values.contains(variant)).collect();
                if !unknown.is_empty() {
                    let all = listed(values.iter());
                    self.note(at, &format!("may be {}, and the model takes one of {all}", listed(unknown.into_iter())));
                }
            }
            Direction::Given => {
                let unknown: Vec<_> = values.iter().filter(|value| !variants.contains(value)).collect();
                if !unknown.is_empty() {
                    let unknown = listed(unknown.into_iter());
                    self.note(at, &format!("has no variant for {unknown}, which the model may answer"));
                }
            }
        }
    }

    fn unless_any(&mut self, form: &Form<'_>, at: &str, expected: &str) {
        if !matches!(form, Form::Any) {
            self.note(at, &format!("is {}, and the model {} {expected}", form.told(), self.verb()));
        }
    }

    fn verb(&self) -> &'static str {
        match self.direction {
            Direction::Taken => "takes",
            Direction::Given => "answers",
        }
    }

    fn note(&mut self, at: &str, words: &str) {
        let rust = &self.rust.name;
        self.differences.push(match at {
            "" => format!("`{rust}` {words}"),
            at => format!("`{at}` of `{rust}` {words}"),
        });
    }
}

fn joined(at: &str, name: &str) -> String {
    if at.is_empty() { name.to_owned() } else { format!("{at}.{name}") }
}

fn is_needed(field: &Field) -> bool {
    field.required && field.default.is_none()
}

/// Whether values of the Rust type are such as the model takes; the range of a number is checked when it comes.
fn takes(kind: &Kind, form: &Form<'_>) -> bool {
    let is_integer = kind.integer_range().is_some();
    match (form, kind) {
        (Form::Any, _) | (_, Kind::Any | Kind::Union { .. } | Kind::Map { .. } | Kind::Tuple { .. }) => true,
        (Form::Bool, kind) => matches!(kind, Kind::Bool) || may_be(kind, Value::is_boolean),
        (Form::Integer(_), kind) => {
            is_integer || kind.is_float() || matches!(kind, Kind::Decimal { .. }) || may_be(kind, Value::is_number)
        }
        (Form::Number, kind) => kind.is_float() || matches!(kind, Kind::Decimal { .. }),
        (Form::Text(format), kind) => is_text(kind, *format) || may_be(kind, Value::is_string),
        (Form::Choice(values), kind) => values.iter().all(|value| match value {
            Value::String(_) => is_text(kind, None),
            Value::Number(_) => is_integer,
            Value::Bool(_) => *kind == Kind::Bool,
            _ => false,
        }),
        _ => false,
    }
}

/// Whether what the model answers can be read as the Rust type.
fn reads(form: &Form<'_>, kind: &Kind) -> bool {
    match (form, kind) {
        (Form::Any, _) | (_, Kind::Any | Kind::Union { .. } | Kind::Map { .. } | Kind::Tuple { .. }) => true,
        (Form::Bool, kind) => *kind == Kind::Bool || must_be(kind, Value::is_boolean),
        (Form::Integer(_), kind) => kind.integer_range().is_some() || must_be(kind, Value::is_number),
        (Form::Number, kind) => kind.is_float() || kind.integer_range().is_some() || must_be(kind, Value::is_number),
        (Form::Text(format), kind) => is_text(kind, *format) || must_be(kind, Value::is_string),
        _ => false,
    }
}

/// The least and the greatest integer that there may be.
fn integers(kind: &Kind, domain: Option<&Domain>) -> Option<(i128, i128)> {
    let whole = |value: &Value| value.as_i64().map(i128::from).or_else(|| value.as_u64().map(i128::from));
    if let Kind::Categorical { values, .. } = kind {
        return Some((values.iter().filter_map(whole).min()?, values.iter().filter_map(whole).max()?));
    }
    let (min, max) = kind.integer_range()?;
    if let Some(values) = domain.and_then(|domain| domain.values.as_ref()) {
        return Some((values.iter().filter_map(whole).min()?, values.iter().filter_map(whole).max()?));
    }
    let bound = |bound: fn(&Domain) -> Option<&Value>| domain.and_then(bound).and_then(whole);
    let (least, most) = (bound(|domain| domain.min.as_ref()), bound(|domain| domain.max.as_ref()));
    Some((least.map_or(min, |least| least.max(min)), most.map_or(max, |most| most.min(max))))
}

/// Whether the kind is text on the wire, and of that format if it is not any text.
fn is_text(kind: &Kind, format: Option<&str>) -> bool {
    let formats: &[&str] = match kind {
        Kind::String => return true,
        Kind::Date => &["date"],
        Kind::Time { .. } => &["time", "partial-time"],
        Kind::Timestamp { .. } => &["date-time", "partial-date-time"],
        Kind::Duration { .. } => &["duration"],
        Kind::Uuid => &["uuid"],
        Kind::Binary => &["byte"],
        Kind::Decimal { .. } => &["decimal"],
        _ => return false,
    };
    format.is_none_or(|format| formats.contains(&format))
}

/// Whether some of the categories are such values.
fn may_be(kind: &Kind, is: fn(&Value) -> bool) -> bool {
    matches!(kind, Kind::Categorical { values, .. } if values.iter().any(is))
}

/// Whether all of the categories are such values.
fn must_be(kind: &Kind, is: fn(&Value) -> bool) -> bool {
    matches!(kind, Kind::Categorical { values, .. } if values.iter().all(is))
}

fn told(schema: &Schema) -> String {
    let null = if schema.nullable { " or null" } else { "" };
    words(&schema.kind) + null
}

fn words(kind: &Kind) -> String {
    match kind {
        Kind::Categorical { values, .. } => format!("one of {}", listed(values.iter())),
        kind => kind.name().to_owned(),
    }
}
