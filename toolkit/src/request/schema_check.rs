use std::{
    any::TypeId,
    collections::{HashMap, HashSet},
    sync::{Arc, LazyLock, OnceLock, PoisonError, RwLock},
};

use jsonschema::{
    ValidationError, Validator,
    error::{TypeKind, ValidationErrorKind as Kind},
};
use schemars::{JsonSchema, Schema};
use serde_json::{Map, Value};
use validator::{ValidateEmail, ValidateUrl};

use crate::{
    check::{Location, TOLD, Violation, bounded, in_range, of_length, push_token},
    openapi::read_schema,
};

/// A type's schema, compiled to find everything that is wrong with a JSON value of it.
///
/// Compiled when the first request needs it; a service whose clients make no mistakes never pays for it.
#[derive(Debug)]
pub(crate) struct SchemaCheck {
    root: Value,
    validator: OnceLock<Option<Validator>>,
}

static CHECKS: LazyLock<RwLock<HashMap<TypeId, Arc<SchemaCheck>>>> = LazyLock::new(RwLock::default);

impl SchemaCheck {
    /// The check for `T`.
    pub(crate) fn of<T: JsonSchema + 'static>() -> Arc<Self> {
        let id = TypeId::of::<T>();
        if let Some(check) = CHECKS.read().unwrap_or_else(PoisonError::into_inner).get(&id) {
            return check.clone();
        }
        let check = Arc::new(Self::new(read_schema::<T>()));
        CHECKS.write().unwrap_or_else(PoisonError::into_inner).insert(id, check.clone());
        check
    }

    /// The check for a `T` with rules of its own. Made anew each time: only wrong requests need it.
    pub(crate) fn with_rules<T: JsonSchema>(describe: fn(&mut Schema)) -> Self {
        let mut root = Schema::try_from(read_schema::<T>()).unwrap_or_default();
        describe(&mut root);
        Self::new(root.into())
    }

    fn new(root: Value) -> Self {
        Self { root, validator: OnceLock::new() }
    }

    fn validator(&self) -> Option<&Validator> {
        let compile = || {
            let options =
                FORMATS.iter().fold(jsonschema::options(), |options, (name, fits)| options.with_format(*name, *fits));
            let options = options.with_draft(jsonschema::Draft::Draft202012).should_validate_formats(true);
            let validator = options.should_ignore_unknown_formats(true).build(&self.root);
            if let Err(error) = &validator {
                tracing::error!(%error, "a schema cannot be compiled; of wrong bodies only the first fault is told");
            }
            validator.ok()
        };
        self.validator.get_or_init(compile).as_ref()
    }

    /// The properties of the type, if it is an object.
    pub(crate) fn properties(&self) -> impl Iterator<Item = (&String, &Value)> {
        properties(self.resolved()).into_iter().flatten()
    }

    /// The schemas that references name.
    pub(crate) fn definitions(&self) -> &Value {
        self.root.pointer("/components/schemas").unwrap_or(&Value::Null)
    }

    fn resolved(&self) -> &Value {
        let name = self.root.get("$ref").and_then(Value::as_str).and_then(|target| target.rsplit('/').next());
        name.and_then(|name| self.definitions().get(name)).unwrap_or(&self.root)
    }

    /// Everything that is wrong with `value`, as of a request body.
    pub(crate) fn violations(&self, value: &Value) -> Vec<Violation> {
        let mut found = Found::default();
        for error in self.validator().into_iter().flat_map(|validator| validator.iter_errors(value)) {
            if found.violations.len() >= Violation::MOST {
                break;
            }
            self.add(&error, &mut found);
        }
        found.violations
    }

    fn add(&self, error: &ValidationError<'_>, found: &mut Found) {
        let pointer = error.instance_path().to_string();
        let mut push = |pointer: String, code: &str, message: String| {
            found.add(violation(pointer, code.to_owned(), message));
        };
        match error.kind() {
            Kind::Required { property } => {
                push(child(&pointer, property), "required", "is required".to_owned());
            }
            Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
                for name in unexpected {
                    push(child(&pointer, &Value::from(name.as_str())), "unknown", "is not known here".to_owned());
                }
            }
            Kind::AnyOf { .. } if self.has_words(error) => {
                let (code, message) = self.told(error.kind(), error.schema_path().as_str());
                push(pointer, &code, message);
            }
            Kind::AnyOf { context } | Kind::OneOfNotValid { context } => match nearest(context) {
                Some(errors) => errors.iter().for_each(|error| self.add(error, found)),
                None => push(pointer, "type", "must be one of the documented forms".to_owned()),
            },
            Kind::PropertyNames { error } => self.add(error, found),
            kind => {
                let (code, message) = self.told(kind, error.schema_path().as_str());
                push(pointer, &code, message);
            }
        }
    }

    fn has_words(&self, error: &ValidationError<'_>) -> bool {
        let holder = self.holder(error.schema_path().as_str());
        holder.and_then(|holder| holder.get(TOLD)?.get(error.kind().keyword())).is_some()
    }

    /// The words for a violation: those of the rule that wrote the keyword, or ours.
    fn told(&self, kind: &Kind, schema_path: &str) -> (String, String) {
        let words = self.holder(schema_path).and_then(|holder| holder.get(TOLD)?.get(kind.keyword()));
        let word = |index: usize| words?.get(index)?.as_str().map(str::to_owned);
        if let (Some(code), Some(message)) = (word(0), word(1)) {
            return (code, message);
        }
        let (code, message) = self.own_words(kind, schema_path);
        (code.to_owned(), message)
    }

    fn own_words(&self, kind: &Kind, schema_path: &str) -> (&'static str, String) {
        match kind {
            Kind::Type { kind } => ("type", format!("must be {}", of_type(kind))),
            Kind::Enum { options } => ("enum", format!("must be one of {}", listed(options))),
            Kind::Constant { expected_value } => ("enum", format!("must be {}", plain(expected_value))),
            Kind::Minimum { .. }
            | Kind::Maximum { .. }
            | Kind::ExclusiveMinimum { .. }
            | Kind::ExclusiveMaximum { .. } => ("range", self.range(schema_path)),
            Kind::MinLength { .. } | Kind::MaxLength { .. } => ("length", self.length(schema_path, "Length")),
            Kind::MinItems { .. } | Kind::MaxItems { .. } => ("length", self.length(schema_path, "Items")),
            Kind::MinProperties { .. } | Kind::MaxProperties { .. } => {
                ("length", self.length(schema_path, "Properties"))
            }
            Kind::Pattern { pattern } => ("regex", format!("must match the pattern {pattern}")),
            Kind::Format { format } => of_format(format),
            Kind::UniqueItems => ("unique", "must have no element twice".to_owned()),
            Kind::MultipleOf { multiple_of } => ("multiple_of", format!("must be a multiple of {multiple_of}")),
            Kind::AdditionalItems { limit } => ("length", format!("must have at most {limit} elements")),
            _ => ("type", "is not valid".to_owned()),
        }
    }

    /// The schema that holds the keyword at `schema_path`.
    fn holder(&self, schema_path: &str) -> Option<&Map<String, Value>> {
        let (holder, _) = schema_path.rsplit_once('/')?;
        self.root.pointer(holder)?.as_object()
    }

    fn range(&self, schema_path: &str) -> String {
        let bound = |keyword: &str| self.holder(schema_path)?.get(keyword).map(|bound| bound as &dyn std::fmt::Display);
        in_range(bound("minimum"), bound("maximum"), bound("exclusiveMinimum"), bound("exclusiveMaximum")).into_owned()
    }

    fn length(&self, schema_path: &str, of: &str) -> String {
        let bound = |prefix: &str| self.holder(schema_path)?.get(&format!("{prefix}{of}"))?.as_u64();
        of_length(bound("min"), bound("max")).into_owned()
    }
}

/// What has been found wrong, each once: two keywords may say the same of one value.
#[derive(Default)]
struct Found {
    violations: Vec<Violation>,
    known: HashSet<Violation>,
}

impl Found {
    fn add(&mut self, violation: Violation) {
        if self.known.insert(violation.clone()) {
            self.violations.push(violation);
        }
    }
}

/// A schema's format, and whether a text has it.
type Format = (&'static str, fn(&str) -> bool);

/// Formats, as the types and rules that they stand for judge them.
const FORMATS: [Format; 6] = [
    ("uuid", |text| uuid::Uuid::parse_str(text).is_ok()),
    ("date", |text| text.parse::<jiff::civil::Date>().is_ok()),
    ("time", |text| text.parse::<jiff::civil::Time>().is_ok()),
    ("date-time", |text| text.parse::<jiff::Timestamp>().is_ok() || text.parse::<jiff::civil::DateTime>().is_ok()),
    ("email", |text| text.validate_email()),
    ("uri", |text| text.validate_url()),
];

/// The properties that a schema names.
fn properties(schema: &Value) -> Option<&Map<String, Value>> {
    schema.get("properties")?.as_object()
}

fn violation(pointer: String, code: String, message: String) -> Violation {
    Violation {
        location: Location::Body,
        name: None,
        pointer: Some(bounded(pointer)),
        row: None,
        column: None,
        code: code.into(),
        message: message.into(),
    }
}

fn child(pointer: &str, name: &Value) -> String {
    let mut child = pointer.to_owned();
    push_token(&mut child, name.as_str().unwrap_or_default());
    child
}

/// Of several forms that a value fits none of, the one that was most likely meant: that whose tag fits, then that
/// which is at fault deepest inside the value, then that with the fewest faults. `null` is meant only by `null`.
fn nearest<'a>(context: &'a [Vec<ValidationError<'static>>]) -> Option<&'a [ValidationError<'static>]> {
    let forms = context.iter().filter(|errors| !errors.is_empty());
    let rated = forms.map(|errors| {
        let tag_fits = !errors.iter().any(|error| matches!(error.kind(), Kind::Constant { .. } | Kind::Enum { .. }));
        let outermost = errors.iter().map(|error| error.instance_path().as_str().matches('/').count()).min();
        let not_null = !errors.iter().any(|error| matches!(error.kind(), Kind::Type { kind } if is_null(kind)));
        ((not_null, tag_fits, outermost, std::cmp::Reverse(errors.len())), errors)
    });
    let best = rated.reduce(|best, next| if next.0 > best.0 { next } else { best });
    let alike = context
        .iter()
        .all(|errors| matches!(errors.as_slice(), [error] if matches!(error.kind(), Kind::Constant { .. })));
    best.filter(|_| !alike || context.len() == 1).map(|(_, errors)| errors.as_slice())
}

fn is_null(kind: &TypeKind) -> bool {
    matches!(kind, TypeKind::Single(ty) if ty.to_string() == "null")
}

fn of_type(kind: &TypeKind) -> String {
    let article = |name: &str| match name {
        "integer" => "an integer".to_owned(),
        "object" => "an object".to_owned(),
        "array" => "a list".to_owned(),
        "boolean" => "true or false".to_owned(),
        "null" => "null".to_owned(),
        name => format!("a {name}"),
    };
    match kind {
        TypeKind::Single(ty) => article(&ty.to_string()),
        // What is optional may be left out; nobody is asked for a null.
        TypeKind::Multiple(types) => {
            let names = types.iter().map(|ty| ty.to_string()).filter(|name| name != "null");
            names.map(|name| article(&name)).collect::<Vec<_>>().join(" or ")
        }
    }
}

fn of_format(format: &str) -> (&'static str, String) {
    match format {
        "email" => ("email", "must be an email address".to_owned()),
        "uri" => ("url", "must be a URL".to_owned()),
        "ip" | "ipv4" | "ipv6" => ("ip", "must be an IP address".to_owned()),
        "uuid" => ("type", "must be a UUID".to_owned()),
        "date" => ("type", "must be a date, as in 2026-01-31".to_owned()),
        "time" => ("type", "must be a time, as in 12:00:00".to_owned()),
        "date-time" => ("type", "must be a date and time with offset, as in 2026-01-31T12:00:00Z".to_owned()),
        format => ("type", format!("must have the format {format}")),
    }
}

/// The documented values: those are the service's, not the client's.
fn listed(options: &Value) -> String {
    options.as_array().map(|options| options.iter().map(plain).collect::<Vec<_>>().join(", ")).unwrap_or_default()
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
