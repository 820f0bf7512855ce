use std::cell::{Cell, RefCell};
use std::fmt;
use std::str::FromStr;

use serde_json::{Map, Value};

use super::fault::Faults;

/// One value of a document, where it is, and where its faults go.
///
/// Each method that finds something else than it expects says so, and gives nothing.
#[derive(Clone)]
pub(crate) struct Decoder<'a> {
    pub(crate) value: &'a Value,
    pub(crate) pointer: String,
    faults: &'a Faults,
}

impl<'a> Decoder<'a> {
    pub(crate) fn new(value: &'a Value, faults: &'a Faults) -> Self {
        Self { value, pointer: String::new(), faults }
    }

    /// Tells that this value is wrong.
    pub(crate) fn fault(&self, message: impl Into<String>) {
        self.faults.push(&self.pointer, message);
    }

    /// Tells that what lies at `below`, a JSON Pointer from here, is wrong.
    pub(crate) fn fault_at(&self, below: &str, message: impl Into<String>) {
        self.faults.push(format!("{}{below}", self.pointer), message);
    }

    fn expected<T>(&self, what: &str) -> Option<T> {
        self.fault(format!("found {}, expected {what}", kind(self.value)));
        None
    }

    pub(crate) fn string(&self) -> Option<&'a str> {
        self.value.as_str().or_else(|| self.expected("a string"))
    }

    pub(crate) fn boolean(&self) -> Option<bool> {
        self.value.as_bool().or_else(|| self.expected("a boolean"))
    }

    pub(crate) fn unsigned(&self) -> Option<u64> {
        self.value.as_u64().or_else(|| self.expected("an integer from 0 on"))
    }

    pub(crate) fn integer(&self) -> Option<i64> {
        self.value.as_i64().or_else(|| self.expected("an integer"))
    }

    pub(crate) fn number(&self) -> Option<f64> {
        self.value.as_f64().or_else(|| self.expected("a number"))
    }

    pub(crate) fn items(&self) -> Option<Vec<Decoder<'a>>> {
        let Some(items) = self.value.as_array() else { return self.expected("an array") };
        Some(items.iter().enumerate().map(|(index, value)| self.child(index, value)).collect())
    }

    pub(crate) fn object(&self) -> Option<Object<'a>> {
        let Some(map) = self.value.as_object() else { return self.expected("an object") };
        Some(Object { this: self.clone(), map, asked: RefCell::new(Vec::new()), extensible: Cell::new(false) })
    }

    /// The one of `known` that this is the name of.
    pub(crate) fn one_of<T: Copy>(&self, known: &[(&'static str, T)]) -> Option<T> {
        let text = self.string()?;
        let found = known.iter().find(|(name, _)| *name == text);
        if found.is_none() {
            let names: Vec<_> = known.iter().map(|(name, _)| *name).collect();
            match nearest(text, &names) {
                Some(meant) => self.fault(format!("found `{text}`; did you mean `{meant}`?")),
                None => self.fault(format!("found `{text}`, expected one of `{}`", names.join("`, `"))),
            }
        }
        found.map(|(_, value)| *value)
    }

    /// What the text stands for by `T`'s own reading.
    pub(crate) fn parsed<T: FromStr<Err: fmt::Display>>(&self) -> Option<T> {
        let text = self.string()?;
        text.parse().map_err(|error| self.fault(format!("found `{text}`: {error}"))).ok()
    }

    /// What each item of an array is.
    pub(crate) fn list<T>(&self, read: impl Fn(&Decoder<'a>) -> Option<T>) -> Option<Vec<T>> {
        // Each item is read, so that the faults of all of them are told.
        let items: Vec<_> = self.items()?.iter().map(read).collect();
        items.into_iter().collect()
    }

    fn child(&self, key: impl fmt::Display, value: &'a Value) -> Decoder<'a> {
        let key = escape(&key.to_string());
        Decoder { value, pointer: format!("{}/{key}", self.pointer), faults: self.faults }
    }
}

/// `key` as a part of a JSON Pointer.
pub(crate) fn escape(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

/// Makes `pointer` point to an item of the array that it points to.
pub(crate) fn push_index(pointer: &mut String, index: usize) {
    pointer.push('/');
    pointer.push_str(&index.to_string());
}

/// An object, and which of its keys were asked for.
pub(crate) struct Object<'a> {
    this: Decoder<'a>,
    map: &'a Map<String, Value>,
    asked: RefCell<Vec<&'static str>>,
    extensible: Cell<bool>,
}

impl<'a> Object<'a> {
    pub(crate) fn fault(&self, message: impl Into<String>) {
        self.this.fault(message);
    }

    /// What `key` holds, if the object has it.
    pub(crate) fn optional(&self, key: &'static str) -> Option<Decoder<'a>> {
        self.asked.borrow_mut().push(key);
        self.map.get(key).map(|value| self.this.child(key, value))
    }

    /// What `key` holds; that it is missing is a fault.
    pub(crate) fn required(&self, key: &'static str) -> Option<Decoder<'a>> {
        let found = self.optional(key);
        if found.is_none() {
            self.fault(format!("`{key}` is missing"));
        }
        found
    }

    /// What `read` makes of what `key` holds; that it is missing is a fault.
    pub(crate) fn field<T>(&self, key: &'static str, read: impl FnOnce(&Decoder<'a>) -> Option<T>) -> Option<T> {
        read(&self.required(key)?)
    }

    /// The text that `key` holds; that it is missing is a fault.
    pub(crate) fn text(&self, key: &'static str) -> Option<String> {
        self.field(key, |decoder| decoder.string().map(str::to_owned))
    }

    /// What `read` makes of what `key` holds, or `Some(None)` when the object does not have it.
    #[expect(clippy::option_option, reason = "the outer one tells of faults, the inner one of what is not there")]
    pub(crate) fn maybe<T>(
        &self,
        key: &'static str,
        read: impl FnOnce(&Decoder<'a>) -> Option<T>,
    ) -> Option<Option<T>> {
        match self.optional(key) {
            Some(decoder) => read(&decoder).map(Some),
            None => Some(None),
        }
    }

    /// The text that `key` holds, or `Some(None)` when the object does not have it.
    #[expect(clippy::option_option, reason = "the outer one tells of faults, the inner one of what is not there")]
    pub(crate) fn maybe_text(&self, key: &'static str) -> Option<Option<String>> {
        self.maybe(key, |decoder| decoder.string().map(str::to_owned))
    }

    /// All keys with what they hold, for an object that is a map.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (&'a str, Decoder<'a>)> {
        self.map.iter().map(|(key, value)| (key.as_str(), self.this.child(key, value)))
    }

    /// The keys that start with `x-`: anybody's own, kept as they are.
    pub(crate) fn extensions(&self) -> Map<String, Value> {
        self.extensible.set(true);
        let own = self.map.iter().filter(|(key, _)| key.starts_with("x-"));
        own.map(|(key, value)| (key.clone(), value.clone())).collect()
    }

    /// Tells of each key that nobody asked for; those that start with `x-` are asked for by [`Object::extensions`].
    pub(crate) fn no_others(&self) {
        let asked = self.asked.borrow();
        let known = asked.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ");
        let or_own = if self.extensible.get() { ", or `x-…`" } else { "" };
        for key in self.map.keys().filter(|key| !asked.contains(&key.as_str())) {
            if self.extensible.get() && key.starts_with("x-") {
                continue;
            }
            if self.this.faults.is_full() {
                return;
            }
            let meant = match nearest(key, &asked) {
                Some(meant) => format!("is unknown; did you mean `{meant}`?"),
                None => format!("is unknown, expected one of {known}{or_own}"),
            };
            self.this.child(key, self.this.value).fault(meant);
        }
    }
}

/// The one of `known` that `found` is probably a slip of.
pub(crate) fn nearest<'k>(found: &str, known: &[&'k str]) -> Option<&'k str> {
    // Comparing takes as long as both are together; no known name is so long.
    if found.len() > LONGEST_SLIP {
        return None;
    }
    let distances = known.iter().map(|known| (strsim::osa_distance(found, known), *known));
    distances.filter(|(distance, known)| *distance <= known.len().max(3) / 3).min().map(|(_, known)| known)
}

/// What is longer is no slip of a known name.
const LONGEST_SLIP: usize = 200;

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}
