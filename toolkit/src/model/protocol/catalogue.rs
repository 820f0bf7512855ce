use std::{collections::BTreeMap, sync::Arc, time::Duration};

use http::StatusCode;
use serde_json::Value;
use toolkit_envelope::manifest::Function;

use super::tensors::Interface;
use crate::{
    model::{ModelHandler, deployment::Deployment, endpoints::Subject, version::Version},
    problem::Problem,
};

/// The models of a service, by the names that the protocol knows them under.
#[derive(Clone, Debug)]
pub(crate) struct Catalogue(Arc<[Entry]>);

/// A model, and how it is served.
#[derive(Debug)]
pub(crate) struct Entry {
    /// Its name, as the handler or the manifest has it.
    pub(crate) name: String,
    /// How large the body of one request may be, in bytes.
    pub(crate) body_limit: usize,
    /// How long one request may take, if the model's handler says so.
    pub(crate) timeout: Option<Duration>,
    /// Where its envelope is.
    pub(crate) source: String,
    subject: Subject,
}

/// A function of a model, as it is served now.
#[derive(Debug)]
pub(crate) struct Served<'c> {
    pub(crate) entry: &'c Entry,
    pub(crate) version: Arc<Version>,
    pub(crate) function: String,
}

impl Catalogue {
    /// The catalogue of the models with their paths.
    ///
    /// # Errors
    ///
    /// A sentence for every name that two of them have.
    pub(crate) fn new(models: &[(String, ModelHandler, Subject)]) -> Result<Self, Vec<String>> {
        let mut entries = Vec::new();
        let mut paths: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for (path, handler, subject) in models {
            let name = subject.name(handler);
            for known in subject.with(|described| names(&name, described.manifest.functions.iter().map(|f| &f.name))) {
                paths.entry(known).or_default().push(path);
            }
            let ModelHandler { body_limit, timeout, source, .. } = handler;
            let (source, subject) = (source.display().to_string(), subject.clone());
            entries.push(Entry { name, body_limit: *body_limit, timeout: *timeout, source, subject });
        }
        let is_model = |name: &str| entries.iter().any(|entry: &Entry| entry.name == *name);
        let twice = paths.iter().filter(|(name, paths)| paths.len() > 1 && is_model(name));
        let faults: Vec<_> = twice
            .map(|(name, paths)| {
                let paths: Vec<_> = paths.iter().map(|path| format!("`{path}`")).collect();
                format!(
                    "the models at {} are both called `{name}`; give one another name: `ModelHandler::name(\"…\")`",
                    paths.join(" and ")
                )
            })
            .collect();
        if faults.is_empty() { Ok(Self(entries.into())) } else { Err(faults) }
    }

    /// The models.
    pub(crate) fn entries(&self) -> &[Entry] {
        &self.0
    }

    /// What serves the model of that name: one of the models, or `MODEL.FUNCTION`.
    ///
    /// # Errors
    ///
    /// 404 if there is none, or it serves another version.
    pub(crate) fn find(&self, name: &str, version: Option<&str>) -> Result<Served<'_>, Problem> {
        let served = self.0.iter().find_map(|entry| entry.serves(name)).ok_or_else(|| {
            let known: Vec<_> = self.0.iter().map(|entry| format!("`{}`", entry.name)).collect();
            not_found(format!(
                "there is no model of this name; there is {}, and each function of a model as `MODEL.FUNCTION`",
                known.join(", ")
            ))
        })?;
        let id = served.id();
        if version.is_some_and(|version| version != id) {
            return Err(not_found(format!("this version is not served; the one that is, is `{id}`")));
        }
        Ok(served)
    }
}

impl Entry {
    /// The version that answers now; nothing where models are only described.
    pub(crate) fn version(&self) -> Option<Arc<Version>> {
        self.deployment().map(|deployment| deployment.current())
    }

    fn deployment(&self) -> Option<&Arc<Deployment>> {
        match &self.subject {
            Subject::Deployed(deployment) => Some(deployment),
            Subject::Described(_) => None,
        }
    }

    /// The names that the protocol knows the model under.
    pub(crate) fn names(&self) -> Vec<String> {
        self.subject.with(|described| names(&self.name, described.manifest.functions.iter().map(|f| &f.name)))
    }

    /// The inputs of a request that was recorded when the envelope was saved, if there is one and it has tensors.
    pub(crate) fn example(&self) -> Option<Vec<Value>> {
        self.subject.with(|described| {
            let function = default_function(&described.manifest.functions)?;
            let recorded = described.example(&function.name)?;
            Interface::new(function).ok()?.example(function, &recorded.input)
        })
    }

    fn serves(&self, name: &str) -> Option<Served<'_>> {
        let rest = name.strip_prefix(self.name.as_str())?;
        let version = self.version()?;
        let function = match rest.strip_prefix('.') {
            Some(function) => version.described.manifest.function(function)?.name.clone(),
            None if rest.is_empty() => default_function(&version.described.manifest.functions)?.name.clone(),
            None => return None,
        };
        Some(Served { entry: self, version, function })
    }
}

impl Served<'_> {
    /// The version's id.
    pub(crate) fn id(&self) -> String {
        self.version.described.id.to_string()
    }
}

/// The function that a model is.
fn default_function(functions: &[Function]) -> Option<&Function> {
    functions.iter().find(|function| function.name == "predict").or(functions.first())
}

/// A model's name, and that of each of its functions.
fn names<'f>(name: &str, functions: impl Iterator<Item = &'f String>) -> Vec<String> {
    std::iter::once(name.to_owned()).chain(functions.map(|function| format!("{name}.{function}"))).collect()
}

fn not_found(detail: String) -> Problem {
    Problem::new(StatusCode::NOT_FOUND).detail(detail)
}
