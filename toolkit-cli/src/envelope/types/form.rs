use serde_json::{Number, Value};
use toolkit_envelope::schema::{Domain, Field, Kind, Schema};

use super::names::Names;
use super::{text, value};

/// The most variants of an enum; more words are a text.
const MOST_VARIANTS: usize = 200;

/// Which way the values go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    /// To the model.
    Taken,
    /// From the model.
    Given,
}

/// A Rust type.
#[derive(Clone, Debug)]
pub(super) enum Form {
    Bool,
    /// `i64` and the like.
    Integer(&'static str),
    /// `f32` or `f64`.
    Float(&'static str),
    Text,
    /// A type of another crate, by its path.
    Path(&'static str),
    List(Box<Form>),
    Map(Box<Form>),
    Option(Box<Form>),
    /// One that is declared here.
    Named(usize),
}

/// A type that is declared.
#[derive(Debug)]
pub(super) struct Declared {
    pub(super) name: String,
    pub(super) docs: Vec<String>,
    pub(super) body: Body,
}

#[derive(Debug)]
pub(super) enum Body {
    /// A struct.
    Fields(Vec<Member>),
    /// A struct that stands for its one field.
    Whole(Member),
    /// An enum.
    Choice(Vec<Variant>),
}

/// A field.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) name: String,
    /// Its name on the wire.
    pub(super) text: String,
    pub(super) docs: Vec<String>,
    pub(super) rules: Vec<String>,
    pub(super) default: Option<String>,
    pub(super) form: Form,
}

#[derive(Debug)]
pub(super) struct Variant {
    pub(super) name: String,
    /// Its name on the wire.
    pub(super) text: String,
}

/// All types that are declared for one direction.
#[derive(Debug)]
pub(super) struct Types {
    direction: Direction,
    /// In the order in which they are to be read; those that are not made yet are none.
    declared: Vec<Option<Declared>>,
    names: Names,
}

/// What is said of a value beside its type.
#[derive(Default)]
struct Said {
    docs: Vec<String>,
    rules: Vec<String>,
}

impl Types {
    pub(super) fn new(direction: Direction) -> Self {
        Self { direction, declared: Vec::new(), names: Names::default() }
    }

    pub(super) fn declared(&self, index: usize) -> &Declared {
        self.declared[index].as_ref().unwrap_or_else(|| unreachable!("a type is used when it is made"))
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Declared> {
        self.declared.iter().flatten()
    }

    /// Declares the type of a whole row.
    pub(super) fn declare(&mut self, name: String, docs: Vec<String>, row: &Schema) {
        let index = self.place();
        let body = match (&row.kind, self.words(row)) {
            (Kind::Struct { fields }, _) if !row.nullable => Body::Fields(self.members(&name, fields)),
            (_, Some(words)) if !row.nullable => Body::Choice(variants(&words)),
            _ => Body::Whole(self.member(&mut Names::default(), &name, &Field::new("value", row.clone()))),
        };
        self.declared[index] = Some(Declared { name, docs, body });
    }

    fn place(&mut self) -> usize {
        self.declared.push(None);
        self.declared.len() - 1
    }

    fn members(&mut self, parent: &str, fields: &[Field]) -> Vec<Member> {
        let mut names = Names::default();
        fields.iter().map(|field| self.member(&mut names, parent, field)).collect()
    }

    fn member(&mut self, names: &mut Names, parent: &str, field: &Field) -> Member {
        let mut said = Said::default();
        let mut form = self.form(parent, &field.name, &field.schema, &mut said);
        if self.direction == Direction::Given && !field.required && !matches!(form, Form::Option(_)) {
            form = Form::Option(Box::new(form));
        }
        let mut default = None;
        if self.direction == Direction::Taken {
            default = field.default.as_ref().and_then(|default| value::expression(self, &form, default));
            if default.is_none() && !(field.required || field.schema.nullable) {
                said.docs.push("The model does without it, too.".to_owned());
            }
            if let (None, Some(default)) = (&default, &field.default) {
                let default = text::code(&default.to_string());
                said.docs.push(format!("The model's default is {default}, which is not applied here."));
            }
        }
        let name = names.field(&field.name);
        Member { name, text: field.name.clone(), docs: said.docs, rules: said.rules, default, form }
    }

    /// The type of a value, which is an `Option` if it may be null.
    fn form(&mut self, parent: &str, name: &str, schema: &Schema, said: &mut Said) -> Form {
        let form = match &schema.kind {
            Kind::Struct { fields } => {
                let index = self.place();
                let own = self.names.of_type(parent, name);
                let docs = vec![format!("The fields of {}.", text::code(name))];
                let body = Body::Fields(self.members(&own, fields));
                self.declared[index] = Some(Declared { name: own, docs, body });
                Form::Named(index)
            }
            Kind::List { items, min, max } => {
                said.rules.extend(lengths(*min, *max));
                self.items(parent, name, items, said)
            }
            Kind::Tensor { dtype, shape } => self.tensor(parent, name, dtype, shape, said),
            Kind::Map { values } => Form::Map(Box::new(self.form(parent, name, values, &mut Said::default()))),
            // The latter two are rows, and a value is in one.
            Kind::Any | Kind::Union { .. } | Kind::Tuple { .. } | Kind::Frame { .. } | Kind::Series { .. } => {
                said.docs.push(format!("A value of the kind {}, which the model checks.", schema.kind.name()));
                return Form::Path("toolkit::serde_json::Value");
            }
            _ => match self.words(schema) {
                Some(words) => {
                    let index = self.place();
                    let own = self.names.of_type(parent, name);
                    let docs = vec![format!("What {} can be.", text::code(name))];
                    self.declared[index] = Some(Declared { name: own, docs, body: Body::Choice(variants(&words)) });
                    Form::Named(index)
                }
                None => scalar(schema, said),
            },
        };
        if schema.nullable { Form::Option(Box::new(form)) } else { form }
    }

    fn items(&mut self, parent: &str, name: &str, items: &Schema, said: &mut Said) -> Form {
        let mut of_item = Said::default();
        let item = self.form(parent, name, items, &mut of_item);
        said.docs.extend(of_item.docs);
        said.rules.extend(of_item.rules.into_iter().map(|rule| format!("inner({rule})")));
        Form::List(Box::new(item))
    }

    fn tensor(&mut self, parent: &str, name: &str, dtype: &Kind, shape: &[i64], said: &mut Said) -> Form {
        let [length, rest @ ..] = shape else { return self.form(parent, name, &Schema::new(dtype.clone()), said) };
        let length = u64::try_from(*length).ok();
        said.rules.extend(lengths(length, length));
        let items = Schema::new(Kind::Tensor { dtype: Box::new(dtype.clone()), shape: rest.to_vec() });
        self.items(parent, name, &items, said)
    }

    /// The words that a value can be, if an enum has room for them.
    fn words<'s>(&self, schema: &'s Schema) -> Option<Vec<&'s str>> {
        let values = match (&schema.kind, &schema.domain) {
            (Kind::Categorical { values, .. }, _) => values,
            // What the model answers is a text for serde, whatever its domain.
            (Kind::String, Some(Domain { values: Some(values), .. })) if self.direction == Direction::Taken => values,
            _ => return None,
        };
        let words = values.iter().map(Value::as_str).collect::<Option<Vec<_>>>()?;
        (words.len() <= MOST_VARIANTS).then_some(words)
    }
}

fn variants(words: &[&str]) -> Vec<Variant> {
    let mut names = Names::default();
    words.iter().map(|word| Variant { name: names.variant(word), text: (*word).to_owned() }).collect()
}

/// The type of a value without parts, with what is said of it in rules and docs.
fn scalar(schema: &Schema, said: &mut Said) -> Form {
    let form = match &schema.kind {
        Kind::Bool => Form::Bool,
        Kind::Int8 => Form::Integer("i8"),
        Kind::Int16 => Form::Integer("i16"),
        Kind::Int32 => Form::Integer("i32"),
        Kind::Int64 => Form::Integer("i64"),
        Kind::UInt8 => Form::Integer("u8"),
        Kind::UInt16 => Form::Integer("u16"),
        Kind::UInt32 => Form::Integer("u32"),
        Kind::UInt64 => Form::Integer("u64"),
        Kind::Float16 | Kind::Float32 => Form::Float("f32"),
        Kind::Float64 => Form::Float("f64"),
        Kind::Date => Form::Path("toolkit::jiff::civil::Date"),
        Kind::Time { .. } => Form::Path("toolkit::jiff::civil::Time"),
        Kind::Timestamp { timezone: None, .. } => Form::Path("toolkit::jiff::civil::DateTime"),
        Kind::Timestamp { .. } => Form::Path("toolkit::jiff::Timestamp"),
        Kind::Duration { .. } => Form::Path("toolkit::jiff::SignedDuration"),
        Kind::Uuid => Form::Path("toolkit::uuid::Uuid"),
        Kind::Categorical { values, .. } => return category(values, said),
        Kind::Binary => {
            said.docs.push("Bytes, in base64.".to_owned());
            Form::Text
        }
        Kind::Decimal { precision, scale } => {
            said.docs.push(format!("A decimal number of {precision} digits, {scale} of them after the point."));
            Form::Text
        }
        _ => Form::Text,
    };
    domain(schema, &form, said);
    form
}

/// Categories that are no words, or more than an enum has room for.
fn category(values: &[Value], said: &mut Said) -> Form {
    if values.iter().all(Value::is_boolean) {
        return Form::Bool;
    }
    let integers: Option<Vec<i64>> = values.iter().map(Value::as_i64).collect();
    let Some(integers) = integers else {
        said.docs.push(format!("One of {} words that the model knows.", values.len()));
        return Form::Text;
    };
    said.docs.push(one_of(values));
    let bound = |bound: Option<&i64>| bound.map(|bound| value::grouped(&bound.to_string()));
    said.rules.extend(ranges(bound(integers.iter().min()), bound(integers.iter().max())));
    Form::Integer("i64")
}

/// Which values are taken, and which were seen.
fn domain(schema: &Schema, form: &Form, said: &mut Said) {
    if let Some(Domain { min, max, values, pattern }) = &schema.domain {
        let number = |bound: &Option<Value>| bound.as_ref()?.as_number().and_then(|number| bound_of(form, number));
        let (least, most) = (number(min), number(max));
        if least.is_none() && most.is_none() {
            said.docs.extend(bounds("", [min, max].map(|bound| told(form, bound.as_ref())), "."));
        }
        said.rules.extend(ranges(least, most));
        said.docs.extend(values.as_deref().map(one_of));
        said.rules.extend(pattern.as_ref().map(|pattern| format!("regex({})", text::literal(pattern))));
    }
    if let Some(observed) = &schema.observed {
        let seen = [&observed.min, &observed.max].map(|bound| told(form, bound.as_ref()));
        said.docs.extend(bounds("Seen ", seen, " when the model was made."));
    }
}

fn bound_of(form: &Form, number: &Number) -> Option<String> {
    match form {
        Form::Float(name) => value::float(name, number),
        Form::Integer(_) => number.as_i128().map(|integer| value::grouped(&integer.to_string())),
        _ => None,
    }
}

/// A bound for people, with the digits that the type holds.
fn told(form: &Form, bound: Option<&Value>) -> Option<String> {
    Some(match (form, bound?) {
        (Form::Float(name), Value::Number(number)) => {
            value::float(name, number)?.replace('_', "").trim_end_matches(".0").to_owned()
        }
        (_, Value::String(bound)) => text::line(bound),
        (_, bound) => bound.to_string(),
    })
}

fn bounds(before: &str, bounds: [Option<String>; 2], after: &str) -> Option<String> {
    let bounds = match bounds {
        [Some(min), Some(max)] => format!("from {min} to {max}"),
        [Some(min), None] => format!("from {min} on"),
        [None, Some(max)] => format!("up to {max}"),
        [None, None] => return None,
    };
    let sentence = format!("{before}{bounds}{after}");
    let mut characters = sentence.chars();
    Some(characters.next().into_iter().flat_map(char::to_uppercase).chain(characters).collect())
}

/// The most values that a comment lists.
const MOST_LISTED: usize = 20;

fn one_of(values: &[Value]) -> String {
    let told: Vec<_> = values.iter().take(MOST_LISTED).map(|value| text::line(&value.to_string())).collect();
    match values.len().saturating_sub(MOST_LISTED) {
        0 => format!("One of {}.", told.join(", ")),
        more => format!("One of {}, and {more} more.", told.join(", ")),
    }
}

fn lengths(min: Option<u64>, max: Option<u64>) -> Option<String> {
    match (min, max) {
        (Some(min), Some(max)) if min == max => Some(format!("length(equal = {min})")),
        (Some(min), Some(max)) => Some(format!("length(min = {min}, max = {max})")),
        (Some(min), None) => Some(format!("length(min = {min})")),
        (None, Some(max)) => Some(format!("length(max = {max})")),
        (None, None) => None,
    }
}

/// One rule, or two if both bounds are long.
fn ranges(min: Option<String>, max: Option<String>) -> Vec<String> {
    let rules = [min.map(|min| format!("min = {min}")), max.map(|max| format!("max = {max}"))];
    let rules: Vec<_> = rules.into_iter().flatten().collect();
    let is_short = rules.iter().map(String::len).sum::<usize>() <= 40;
    let rules = if is_short && !rules.is_empty() { vec![rules.join(", ")] } else { rules };
    rules.into_iter().map(|rule| format!("range({rule})")).collect()
}
