use serde_json::{Map, Value};

/// An object being written; what is not there is left out.
#[derive(Default)]
pub(crate) struct Entries(Map<String, Value>);

impl Entries {
    pub(crate) fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.0.insert(key.to_owned(), value.into());
        self
    }

    pub(crate) fn with_some(self, key: &str, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.with(key, value),
            None => self,
        }
    }

    pub(crate) fn with_all<T>(self, key: &str, items: &[T], write: impl Fn(&T) -> Value) -> Self {
        self.with(key, items.iter().map(write).collect::<Vec<_>>())
    }

    pub(crate) fn and(mut self, others: &Map<String, Value>) -> Self {
        self.0.extend(others.iter().map(|(key, value)| (key.clone(), value.clone())));
        self
    }

    pub(crate) fn finish(self) -> Value {
        Value::Object(self.0)
    }
}
