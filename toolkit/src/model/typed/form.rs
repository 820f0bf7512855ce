use schemars::JsonSchema;
use serde_json::Value;

use crate::openapi::{read_schema, written_schema};

/// A Rust type, as serde reads or writes it.
#[derive(Debug)]
pub(super) struct RustType {
    /// Its name, as people know it.
    pub(super) name: String,
    root: Value,
}

/// A part of a Rust type.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part<'t> {
    root: &'t Value,
    schema: &'t Value,
    /// Whether it is an `Option`.
    pub(super) is_nullable: bool,
}

/// What stands in JSON for a part.
#[derive(Debug)]
pub(super) enum Form<'t> {
    Bool,
    /// With the least and the greatest one that the type holds, if it says so.
    Integer(Option<(i128, i128)>),
    Number,
    Text(Option<&'t str>),
    /// One of these values, as of an enum without fields.
    Choice(Vec<&'t Value>),
    List {
        items: Part<'t>,
        /// How many, if it is always so many.
        length: Option<u64>,
    },
    Object(Object<'t>),
    /// What is told of it says too little to compare it.
    Any,
}

/// A struct.
#[derive(Debug)]
pub(super) struct Object<'t> {
    pub(super) fields: Vec<Property<'t>>,
    /// Whether it refuses other fields.
    pub(super) is_closed: bool,
}

/// A field of a struct, by its name on the wire.
#[derive(Debug)]
pub(super) struct Property<'t> {
    pub(super) name: &'t str,
    pub(super) part: Part<'t>,
    /// Whether it is always there.
    pub(super) is_required: bool,
}

impl RustType {
    /// The type as it is written.
    pub(super) fn written<T: JsonSchema>() -> Self {
        Self { name: name_of::<T>(), root: written_schema::<T>() }
    }

    /// The type as it is read.
    pub(super) fn read<T: JsonSchema>() -> Self {
        Self { name: name_of::<T>(), root: read_schema::<T>() }
    }

    /// The whole of it.
    pub(super) fn whole(&self) -> Part<'_> {
        Part::of(&self.root, &self.root)
    }
}

/// The type's name without the modules it is in.
fn name_of<T>() -> String {
    let whole = std::any::type_name::<T>();
    let parts = whole.split_inclusive(|character: char| !character.is_alphanumeric() && !"_:".contains(character));
    parts.map(|part| part.rsplit("::").next().unwrap_or(part)).collect()
}

impl<'t> Part<'t> {
    fn of(root: &'t Value, schema: &'t Value) -> Self {
        let mut part = Self { root, schema, is_nullable: false };
        while let Some(schema) = part.behind() {
            part.schema = schema;
        }
        let types = part.schema.get("type").and_then(Value::as_array);
        let names = part.schema.get("enum").and_then(Value::as_array);
        part.is_nullable |=
            types.into_iter().flatten().any(|name| name == "null") || names.into_iter().flatten().any(Value::is_null);
        part
    }

    /// The schema that this one only refers to, or makes an `Option` of.
    fn behind(&mut self) -> Option<&'t Value> {
        if let Some(target) = self.schema.get("$ref").and_then(Value::as_str) {
            return self.root.pointer(target.strip_prefix('#')?);
        }
        let forms = ["anyOf", "oneOf", "allOf"].into_iter().find_map(|keyword| self.schema.get(keyword)?.as_array())?;
        let mut others = forms.iter().filter(|form| form.get("type").is_none_or(|name| name != "null"));
        let (only, None) = (others.next()?, others.next()) else { return None };
        self.is_nullable |= forms.len() > 1;
        Some(only)
    }

    /// What stands for it in JSON, when it is not null.
    pub(super) fn form(&self) -> Form<'t> {
        let at = |keyword: &str| self.schema.get(keyword);
        if let Some(values) = at("enum").and_then(Value::as_array) {
            return Form::Choice(values.iter().filter(|value| !value.is_null()).collect());
        }
        if let Some(value) = at("const") {
            return Form::Choice(vec![value]);
        }
        match self.type_name() {
            Some("boolean") => Form::Bool,
            Some("integer") => Form::Integer(at("format").and_then(Value::as_str).and_then(integer_range)),
            Some("number") => Form::Number,
            Some("string") => Form::Text(at("format").and_then(Value::as_str)),
            Some("array") => match at("items").filter(|items| items.is_object()) {
                Some(items) => {
                    let (least, most) =
                        (at("minItems").and_then(Value::as_u64), at("maxItems").and_then(Value::as_u64));
                    Form::List { items: Part::of(self.root, items), length: least.filter(|_| least == most) }
                }
                None => Form::Any,
            },
            Some("object") => self.object().map_or(Form::Any, Form::Object),
            _ => Form::Any,
        }
    }

    /// The one type, beside null.
    fn type_name(&self) -> Option<&'t str> {
        match self.schema.get("type")? {
            Value::String(name) => Some(name),
            Value::Array(names) => {
                let mut names = names.iter().filter_map(Value::as_str).filter(|name| *name != "null");
                names.next().filter(|_| names.next().is_none())
            }
            _ => None,
        }
    }

    /// The struct, if its fields say all that it has.
    fn object(&self) -> Option<Object<'t>> {
        let properties = self.schema.get("properties")?.as_object()?;
        let others = self.schema.get("additionalProperties");
        let is_more = ["oneOf", "anyOf", "allOf"].iter().any(|keyword| self.schema.get(keyword).is_some());
        if is_more || others.is_some_and(Value::is_object) {
            return None;
        }
        let required = self.schema.get("required").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let fields = properties.iter().map(|(name, schema)| Property {
            name,
            part: Part::of(self.root, schema),
            is_required: required.iter().any(|required| required == name),
        });
        Some(Object { fields: fields.collect(), is_closed: others == Some(&Value::Bool(false)) })
    }
}

/// The least and the greatest integer of a format.
fn integer_range(format: &str) -> Option<(i128, i128)> {
    Some(match format {
        "int8" => (i8::MIN.into(), i8::MAX.into()),
        "int16" => (i16::MIN.into(), i16::MAX.into()),
        "int32" => (i32::MIN.into(), i32::MAX.into()),
        "int64" | "int" => (i64::MIN.into(), i64::MAX.into()),
        "uint8" => (0, u8::MAX.into()),
        "uint16" => (0, u16::MAX.into()),
        "uint32" => (0, u32::MAX.into()),
        "uint64" | "uint" => (0, u64::MAX.into()),
        _ => return None,
    })
}

impl Form<'_> {
    /// What a person is told of it.
    pub(super) fn told(&self) -> String {
        match self {
            Self::Bool => "a boolean".to_owned(),
            Self::Integer(_) => "an integer".to_owned(),
            Self::Number => "a number that may have a fraction".to_owned(),
            Self::Text(None) => "text".to_owned(),
            Self::Text(Some(format)) => format!("text (`{format}`)"),
            Self::Choice(values) => format!("one of {}", listed(values.iter().copied())),
            Self::List { length: Some(length), .. } => format!("a list of {length}"),
            Self::List { .. } => "a list".to_owned(),
            Self::Object(_) => "a struct".to_owned(),
            Self::Any => "any value".to_owned(),
        }
    }
}

/// Values, as they stand in JSON.
pub(super) fn listed<'v>(values: impl Iterator<Item = &'v Value>) -> String {
    values.map(Value::to_string).collect::<Vec<_>>().join(", ")
}
