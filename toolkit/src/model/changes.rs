use std::fmt;

use serde_json::{Value, json};
use toolkit_envelope::{
    Manifest,
    manifest::{Function, Parameter},
    schema::diff::{self, Change},
};

/// One thing that another version changes for the callers of a model.
#[derive(Clone, Debug)]
pub(crate) struct ModelChange {
    /// The function, unless the model as a whole has changed.
    function: Option<String>,
    change: Change,
}

impl ModelChange {
    /// Whether callers may fail with the other version.
    pub(crate) fn is_breaking(&self) -> bool {
        self.change.breaking
    }

    /// The JSON form, for machines.
    pub(crate) fn to_value(&self) -> Value {
        let mut value = self.change.to_value();
        value["function"] = json!(self.function);
        value
    }
}

impl fmt::Display for ModelChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.function {
            Some(function) => write!(f, "`{function}`: {}", self.change),
            None => self.change.fmt(f),
        }
    }
}

/// What `new` changes for those who call `old`.
pub(super) fn between(old: &Manifest, new: &Manifest) -> Vec<ModelChange> {
    let mut changes = Vec::new();
    if old.name != new.name {
        let message = format!("is `{}`, was `{}`", new.name, old.name);
        let change = Change { pointer: "/name".to_owned(), breaking: true, message };
        changes.push(ModelChange { function: None, change });
    }
    for function in &old.functions {
        let of_function = match new.function(&function.name) {
            Some(next) => of_function(function, next),
            None => vec![of_whole(true, "was removed")],
        };
        let told = |change| ModelChange { function: Some(function.name.clone()), change };
        changes.extend(of_function.into_iter().map(told));
    }
    for name in added(old, new) {
        changes.push(ModelChange { function: Some(name), change: of_whole(false, "is new") });
    }
    changes
}

/// The functions that only `new` has.
pub(super) fn added(old: &Manifest, new: &Manifest) -> Vec<String> {
    let added = new.functions.iter().filter(|function| old.function(&function.name).is_none());
    added.map(|function| function.name.clone()).collect()
}

fn of_function(old: &Function, new: &Function) -> Vec<Change> {
    let fields = |function: &Function| function.params.iter().map(Parameter::to_field).collect::<Vec<_>>();
    diff::of_function((&fields(old), &old.returns), (&fields(new), &new.returns))
}

fn of_whole(breaking: bool, message: &str) -> Change {
    Change { pointer: String::new(), breaking, message: message.to_owned() }
}
