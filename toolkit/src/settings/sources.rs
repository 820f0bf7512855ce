use std::{borrow::Cow, collections::BTreeMap, io, path::PathBuf};

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::{
    check::Violation,
    endpoint::Origin,
    request::{SchemaCheck, is_type, value_by_schema},
};

/// The settings file, beside which the service is started.
pub(crate) const FILE: &str = "toolkit.toml";
const PREFIX: &str = "TOOLKIT_";

/// A `#[settings]` struct, as the list made at link time holds it.
#[derive(Clone, Copy, Debug)]
pub struct SettingsEntry {
    /// The struct's name.
    pub name: &'static str,
    /// Where it is written.
    pub origin: Origin,
    /// The names and descriptions of its settings.
    pub fields: fn() -> Vec<(String, String)>,
}

inventory::collect!(SettingsEntry);

/// All settings structs that are linked.
pub(crate) fn linked() -> Vec<SettingsEntry> {
    let mut all: Vec<_> = inventory::iter::<SettingsEntry>.into_iter().copied().collect();
    all.sort_by_key(|entry| (entry.origin.package, entry.origin.file, entry.origin.line));
    all
}

/// Where settings are read from.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    file: Map<String, Value>,
    environment: BTreeMap<String, String>,
    flags: BTreeMap<String, String>,
}

impl Sources {
    /// The settings file, if there is one, the environment, and `flags` by their setting's name.
    ///
    /// # Errors
    ///
    /// A sentence when the file is there and cannot be read.
    pub(crate) fn load(file: Option<PathBuf>, flags: BTreeMap<String, String>) -> Result<Self, String> {
        let environment = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .filter(|(name, _)| name.starts_with(PREFIX));
        Ok(Self { file: read_file(file)?, environment: environment.collect(), flags })
    }

    /// The settings that `T` has fields for.
    ///
    /// # Errors
    ///
    /// A sentence for each setting that is missing or wrong.
    pub fn read<T: DeserializeOwned + JsonSchema + 'static>(
        &self,
        check: fn(&T, &mut Vec<Violation>),
    ) -> Result<T, Vec<String>> {
        let schema = SchemaCheck::of::<T>();
        let object: Map<_, _> = schema
            .properties()
            .filter_map(|(name, property)| Some((name.clone(), self.value(name, property, schema.definitions())?)))
            .collect();
        let value = Value::Object(object);
        match serde_path_to_error::deserialize::<_, T>(&value) {
            Ok(settings) => {
                let mut violations = schema.violations(&value);
                check(&settings, &mut violations);
                violations.dedup();
                if violations.is_empty() { Ok(settings) } else { Err(self.sentences(&violations)) }
            }
            Err(error) => {
                let violations = schema.violations(&value);
                if violations.is_empty() {
                    return Err(vec![self.sentence(&error.path().to_string(), &error.inner().to_string())]);
                }
                Err(self.sentences(&violations))
            }
        }
    }

    fn value(&self, name: &str, property: &Value, definitions: &Value) -> Option<Value> {
        let text = self.flags.get(name).or_else(|| self.environment.get(&env_name(name)));
        let Some(text) = text else { return self.file.get(name).cloned() };
        if is_type(property, "array") {
            let parts: Vec<_> = text.split(',').map(|part| Cow::Borrowed(part.trim())).collect();
            return Some(value_by_schema(&parts, property, definitions));
        }
        Some(value_by_schema(&[Cow::Borrowed(text.as_str())], property, definitions))
    }

    fn sentences(&self, violations: &[Violation]) -> Vec<String> {
        let sentence = |violation: &Violation| {
            let name = violation.pointer.as_deref().unwrap_or("").trim_start_matches('/').replace('/', ".");
            self.sentence(&name, &violation.message)
        };
        violations.iter().map(sentence).collect()
    }

    fn sentence(&self, name: &str, what: &str) -> String {
        let field = name.split('.').next().unwrap_or(name);
        let (env, flag) = (env_name(field), flag_name(field));
        let source = if self.flags.contains_key(field) {
            format!("from the flag --{flag}")
        } else if self.environment.contains_key(&env) {
            format!("from the environment variable {env}")
        } else if self.file.contains_key(field) {
            format!("from {FILE}")
        } else {
            format!("set it in {FILE}, with {env} or with --{flag}")
        };
        format!("the setting `{name}` {what} ({source})")
    }

    /// A sentence for each name in the settings file that no setting has.
    pub(crate) fn unknown_in_file(&self, known: &[String]) -> Vec<String> {
        let unknown = self.file.keys().filter(|name| !known.contains(name));
        unknown.map(|name| format!("{FILE} sets `{name}`, which is no setting{}", nearest(name, known))).collect()
    }

    /// The environment variables with our prefix that no setting has.
    pub(crate) fn unknown_in_environment(&self, known: &[String]) -> Vec<String> {
        let names: Vec<_> = known.iter().map(|name| env_name(name)).collect();
        self.environment.keys().filter(|name| !names.contains(name)).cloned().collect()
    }
}

fn nearest(name: &str, known: &[String]) -> String {
    let best = known.iter().map(|known| (strsim::damerau_levenshtein(name, known), known)).min();
    best.filter(|(distance, _)| *distance <= 3).map(|(_, known)| format!("; is it `{known}`?")).unwrap_or_default()
}

fn read_file(named: Option<PathBuf>) -> Result<Map<String, Value>, String> {
    let path = named.clone().unwrap_or_else(|| PathBuf::from(FILE));
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound && named.is_none() => return Ok(Map::new()),
        Err(error) => return Err(format!("the settings file {} cannot be read: {error}", path.display())),
    };
    toml::from_str(&text).map_err(|error| format!("the settings file {} is no TOML: {error}", path.display()))
}

/// The environment variable of a setting.
pub(crate) fn env_name(setting: &str) -> String {
    format!("{PREFIX}{}", setting.to_uppercase())
}

/// The flag of a setting, without its dashes.
pub(crate) fn flag_name(setting: &str) -> String {
    setting.replace('_', "-")
}
