//! What must agree within a manifest, each fault with its place.

mod bindings;
mod depth;
mod functions;
mod paths;

use std::collections::{HashMap, HashSet};

use super::{
    Manifest, Role, Runtime,
    address::{has_password, remote_has_password},
};
use crate::{
    json::{Fault, MOST_FAULTS, cut},
    schema::Schema,
};

/// The roles of the files, by path.
type Files<'a> = HashMap<&'a str, Role>;

/// It is not shown, wherever the fault is.
const PASSWORD: &str = "has a password, which all who get the envelope could read; leave out what stands before `@`";

/// The faults found so far.
#[derive(Default)]
struct Found(Vec<Fault>);

impl Found {
    /// Keeps no more than are told of a document that is read.
    fn push(&mut self, pointer: impl AsRef<str>, message: impl Into<String>) {
        if self.0.len() < MOST_FAULTS {
            self.0.push(Fault { pointer: cut(pointer.as_ref()), message: message.into() });
        }
    }

    /// Tells of each name that is there twice, at its later place.
    fn once<'n>(&mut self, names: impl Iterator<Item = (String, &'n str)>) {
        let mut first = HashMap::new();
        for (pointer, name) in names {
            if let Some(before) = first.get(name) {
                self.push(pointer, format!("`{name}` is there already at {before}; give each its own name"));
            } else {
                first.insert(name, pointer);
            }
        }
    }

    /// Tells of everything that contradicts itself in a schema.
    fn schema(&mut self, pointer: &str, schema: &Schema) {
        for fault in schema.check().err().unwrap_or_default() {
            self.push(format!("{pointer}{}", fault.pointer), fault.message);
        }
        if !depth::is_at_most(depth::DEEPEST, &schema.kind) {
            self.push(pointer, format!("lies more than {} levels deep; make it flatter", depth::DEEPEST));
        }
    }

    /// Tells when `name` is no name: empty, longer than 200 bytes, or with control characters.
    fn name(&mut self, pointer: impl AsRef<str>, name: &str) {
        if name.trim().is_empty() {
            self.push(pointer, "is empty, expected a name");
        } else if name.len() > 200 || name.chars().any(char::is_control) {
            self.push(pointer, "is no name, expected at most 200 bytes without control characters");
        }
    }
}

impl Manifest {
    /// What does not agree: paths that are not safe, files of another role than they are used for, functions,
    /// parameters and columns that are not there. Empty for a manifest that can be saved.
    pub fn check(&self) -> Vec<Fault> {
        let mut found = Found::default();
        // Looked up as often as files are named, of which a manifest may hold a hundred thousand.
        let files: Files = self.files.iter().map(|file| (file.path.as_str(), file.role)).collect();
        found.name("/name", &self.name);
        paths::check(&self.files, &mut found);
        self.check_runtime(&files, &mut found);
        functions::check(&self.functions, &mut found);
        self.check_environment(&files, &mut found);
        self.check_records(&mut found);
        self.check_examples(&files, &mut found);
        if let Some(baseline) = &self.baseline {
            is_file("/baseline", baseline, Role::Profile, &files, &mut found);
        }
        for key in self.extensions.keys().filter(|key| !key.starts_with("x-")) {
            found.push(
                format!("/{}", crate::json::escape(key)),
                "is an own key that does not start with `x-`; name it so",
            );
        }
        found.0
    }

    fn check_runtime(&self, files: &Files, found: &mut Found) {
        match &self.runtime {
            Runtime::Onnx(onnx) => {
                is_file("/runtime/model", &onnx.model, Role::Model, files, found);
                if onnx.ml_opset == Some(0) {
                    found.push("/runtime/ml_opset", "is 0, expected at least 1; leave it out when there is none");
                }
                bindings::check(&onnx.bindings, &self.functions, found);
            }
            Runtime::Python(python) => {
                is_file("/runtime/object", &python.object, Role::Model, files, found);
                found.name("/runtime/serializer/name", &python.serializer.name);
                if self.environment.python.is_none() {
                    found.push("/environment", "`python` is missing, which a Python object needs");
                }
                let code = self.files.iter().filter(|file| file.role == Role::Code);
                let mut code: Vec<_> = code.map(|file| file.path.as_str()).collect();
                code.sort_unstable();
                for (index, root) in python.import_roots.iter().enumerate() {
                    let within = format!("{root}/");
                    let next = code.partition_point(|path| *path < within.as_str());
                    if !code.get(next).is_some_and(|path| path.starts_with(&within)) {
                        found.push(
                            format!("/runtime/import_roots/{index}"),
                            format!("`{root}` has no file of role `code` in it; name a directory of the files"),
                        );
                    }
                }
            }
        }
    }

    fn check_environment(&self, files: &Files, found: &mut Found) {
        let environment = &self.environment;
        for (key, path) in
            [("freeze", &environment.freeze), ("conda_list", &environment.conda_list), ("lock", &environment.lock)]
        {
            if let Some(path) = path {
                is_file(format!("/environment/{key}"), path, Role::Environment, files, found);
            }
        }
        found.name("/environment/platform/os", &environment.platform.os);
        found.name("/environment/platform/arch", &environment.platform.arch);
        for (index, required) in environment.requires.iter().enumerate() {
            let place = format!("/environment/requires/{index}");
            // Each becomes a line of what an installer reads, to which `-` begins an option.
            if has_password(required) {
                found.push(place, PASSWORD);
            } else if required.trim().is_empty() || required.chars().any(char::is_control) || required.starts_with('-')
            {
                found.push(place, format!("found `{required}`, expected what to install by PEP 508: `numpy==2.3.1`"));
            }
        }
        for (index, pair) in environment.requires.windows(2).enumerate() {
            if pair[0] >= pair[1] {
                found.push(
                    format!("/environment/requires/{}", index + 1),
                    format!("`{}` stands after `{}`, expected them sorted, each once", pair[1], pair[0]),
                );
            }
        }
    }

    fn check_records(&self, found: &mut Found) {
        if let Some(git) = &self.provenance.git {
            let hash = &git.commit;
            if !matches!(hash.len(), 40 | 64) || !hash.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
                found.push("/provenance/git/commit", format!("found `{hash}`, expected a commit's full hash"));
            }
        }
        let provenance = &self.provenance;
        if provenance.git.as_ref().and_then(|git| git.remote.as_deref()).is_some_and(remote_has_password) {
            found.push("/provenance/git/remote", PASSWORD);
        }
        if provenance.job.as_ref().and_then(|job| job.url.as_deref()).is_some_and(has_password) {
            found.push("/provenance/job/url", PASSWORD);
        }
        for (index, dataset) in self.datasets.iter().enumerate() {
            if has_password(&dataset.uri) {
                found.push(format!("/datasets/{index}/uri"), PASSWORD);
            }
            found.name(format!("/datasets/{index}/name"), &dataset.name);
            if let Some(schema) = &dataset.schema {
                found.schema(&format!("/datasets/{index}/schema"), schema);
            }
        }
        found.once(self.datasets.iter().enumerate().map(|(i, set)| (format!("/datasets/{i}/name"), set.name.as_str())));
        let datasets: HashSet<_> = self.datasets.iter().map(|dataset| dataset.name.as_str()).collect();
        for (index, metric) in self.initial.metrics.iter().enumerate() {
            found.name(format!("/initial/metrics/{index}/name"), &metric.name);
            if !metric.value.is_finite() {
                found.push(
                    format!("/initial/metrics/{index}/value"),
                    "is not finite, which JSON does not have; leave it out",
                );
            }
            if let Some(name) = &metric.dataset
                && !datasets.contains(name.as_str())
            {
                found.push(format!("/initial/metrics/{index}/dataset"), format!("`{name}` is none of the datasets"));
            }
        }
    }

    fn check_examples(&self, files: &Files, found: &mut Found) {
        let functions: HashSet<_> = self.functions.iter().map(|function| function.name.as_str()).collect();
        for (index, example) in self.examples.iter().enumerate() {
            let place = |key: &str| format!("/examples/{index}/{key}");
            if !functions.contains(example.function.as_str()) {
                found.push(place("function"), format!("`{}` is none of the functions", example.function));
            }
            is_file(place("input"), &example.input, Role::Example, files, found);
            is_file(place("output"), &example.output, Role::Example, files, found);
            let tolerance = example.tolerance;
            for (key, value) in [("absolute", tolerance.absolute), ("relative", tolerance.relative)] {
                if !value.is_finite() || value < 0.0 {
                    found.push(place(&format!("tolerance/{key}")), format!("is {value}, expected a number from 0 on"));
                }
            }
        }
    }
}

fn is_file(pointer: impl AsRef<str>, path: &str, role: Role, files: &Files, found: &mut Found) {
    match files.get(path) {
        Some(known) if *known == role => {}
        Some(known) => found.push(
            pointer,
            format!("`{path}` has the role `{}`, expected a file of role `{}`", known.name(), role.name()),
        ),
        None => {
            found.push(pointer, format!("`{path}` is none of the files, expected one of role `{}`", role.name()));
        }
    }
}
