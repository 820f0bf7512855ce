//! Which package is the service, and what it is built of: as cargo knows it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail};
use serde::Deserialize;

use crate::arguments::Package;
use crate::cargo;

/// The binary of a package that serves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Service {
    /// The folder of its package, where it runs.
    pub(crate) folder: PathBuf,
    /// The name of the binary.
    pub(crate) binary: String,
    /// The folders of its package and of those of its dependencies that are on this machine's disk as sources.
    pub(crate) sources: BTreeSet<PathBuf>,
    /// The folder that holds `Cargo.lock`.
    pub(crate) workspace: PathBuf,
    /// Where cargo builds.
    pub(crate) target: PathBuf,
    features: Option<String>,
}

impl Service {
    /// The service of this folder, or of a package of its workspace.
    pub(crate) fn find(package: &Package) -> anyhow::Result<Self> {
        if let Some(fault) = cargo::fault(Command::new("cargo")) {
            bail!(fault);
        }
        Metadata::read(package)?.service(package)
    }

    /// A command of cargo's about the service.
    pub(crate) fn cargo(&self, command: &str) -> Command {
        let mut cargo = Command::new("cargo");
        cargo.current_dir(&self.folder).args([command, "--bin", &self.binary]);
        if let Some(features) = &self.features {
            cargo.args(["--features", features]);
        }
        cargo
    }
}

/// What `cargo metadata` says, as far as it matters here.
#[derive(Deserialize)]
struct Metadata {
    packages: Vec<PackageData>,
    workspace_members: Vec<String>,
    resolve: Resolve,
    workspace_root: PathBuf,
    target_directory: PathBuf,
}

#[derive(Deserialize)]
struct PackageData {
    id: String,
    name: String,
    /// Where it was downloaded from; none for a folder.
    source: Option<String>,
    manifest_path: PathBuf,
    targets: Vec<Target>,
    default_run: Option<String>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
    kind: Vec<String>,
}

#[derive(Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
    /// The package of the folder.
    root: Option<String>,
}

#[derive(Deserialize)]
struct Node {
    id: String,
    deps: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    pkg: String,
    dep_kinds: Vec<DependencyKind>,
}

#[derive(Deserialize)]
struct DependencyKind {
    kind: Option<String>,
}

impl Metadata {
    fn read(package: &Package) -> anyhow::Result<Self> {
        let mut cargo = Command::new("cargo");
        cargo.args(["metadata", "--format-version", "1"]);
        if let (Some(features), None) = (&package.features, &package.package) {
            cargo.args(["--features", features]);
        }
        let told = cargo.output().context("cargo does not run")?;
        let error = String::from_utf8_lossy(&told.stderr);
        if error.contains("could not find `Cargo.toml`") {
            let folder = std::env::current_dir()?;
            bail!(
                "there is no package in {} or above it; go to the folder of a service, or make one with `toolkit new`",
                folder.display()
            );
        }
        if !told.status.success() {
            bail!("cargo cannot read the package of this folder\n{}", error.trim());
        }
        serde_json::from_slice(&told.stdout).context("what `cargo metadata` says cannot be read")
    }

    fn service(&self, asked: &Package) -> anyhow::Result<Service> {
        let package = self.package(asked)?;
        let used = self.used_by(package);
        if !used.iter().any(|package| package.name == "toolkit") {
            bail!("the package `{}` does not depend on `toolkit`, and is no service of it", package.name);
        }
        let of_disk = used.iter().filter(|package| package.source.is_none());
        Ok(Service {
            folder: package.folder().to_owned(),
            binary: package.binary(asked.bin.as_deref())?.to_owned(),
            sources: of_disk.map(|package| package.folder().to_owned()).collect(),
            workspace: self.workspace_root.clone(),
            target: self.target_directory.clone(),
            features: asked.features.clone(),
        })
    }

    /// The package that is asked for: by its name, as that of the folder, or as the only service of the workspace.
    fn package(&self, asked: &Package) -> anyhow::Result<&PackageData> {
        let members = || self.packages.iter().filter(|package| self.workspace_members.contains(&package.id));
        if let Some(name) = &asked.package {
            return members()
                .find(|package| package.name == *name)
                .with_context(|| format!("the workspace has no package `{name}`; it has {}", named(members())));
        }
        if let Some(root) = self.resolve.root.as_ref().and_then(|id| self.find(id)) {
            return Ok(root);
        }
        let is_service = |package: &&PackageData| {
            package.binaries().next().is_some() && self.used_by(package).iter().any(|package| package.name == "toolkit")
        };
        let services: Vec<_> = members().filter(is_service).collect();
        match services[..] {
            [service] => Ok(service),
            [] => bail!("no package of the workspace is a service: none has a binary and depends on `toolkit`"),
            _ => bail!(
                "the workspace has several services; name one with `--package`: {}",
                named(services.iter().copied())
            ),
        }
    }

    fn find(&self, id: &str) -> Option<&PackageData> {
        self.packages.iter().find(|package| package.id == id)
    }

    /// The package and all that it is built of.
    fn used_by<'a>(&'a self, package: &'a PackageData) -> Vec<&'a PackageData> {
        let (mut used, mut seen) = (vec![package], BTreeSet::from([package.id.as_str()]));
        let mut next = 0;
        while let Some(package) = used.get(next) {
            next += 1;
            let node = self.resolve.nodes.iter().find(|node| node.id == package.id);
            let built_of = node
                .into_iter()
                .flat_map(|node| &node.deps)
                .filter(|dependency| dependency.dep_kinds.iter().any(|kind| kind.kind.as_deref() != Some("dev")));
            for dependency in built_of.filter_map(|dependency| self.find(&dependency.pkg)) {
                if seen.insert(&dependency.id) {
                    used.push(dependency);
                }
            }
        }
        used
    }
}

impl PackageData {
    fn folder(&self) -> &Path {
        self.manifest_path.parent().unwrap_or(&self.manifest_path)
    }

    fn binaries(&self) -> impl Iterator<Item = &str> {
        let is_binary = |target: &&Target| target.kind.iter().any(|kind| kind == "bin");
        self.targets.iter().filter(is_binary).map(|target| target.name.as_str())
    }

    /// The binary of that name; or else the only one, or the one that `cargo run` runs.
    fn binary(&self, asked: Option<&str>) -> anyhow::Result<&str> {
        let binaries: Vec<_> = self.binaries().collect();
        let asked = asked.or(self.default_run.as_deref());
        match (asked, &binaries[..]) {
            (_, []) => bail!("the package `{}` has no binary; a service has a `src/main.rs`", self.name),
            (None, [only]) => Ok(only),
            (None, several) => bail!(
                "the package `{}` has several binaries; name one with `--bin`, or for good with `default-run` in its \
                 Cargo.toml: {}",
                self.name,
                several.join(", ")
            ),
            (Some(asked), all) => all.iter().find(|name| **name == asked).copied().with_context(|| {
                format!("the package `{}` has no binary `{asked}`; it has {}", self.name, all.join(", "))
            }),
        }
    }
}

fn named<'a>(packages: impl Iterator<Item = &'a PackageData>) -> String {
    let mut names: Vec<_> = packages.map(|package| package.name.as_str()).collect();
    names.sort_unstable();
    names.join(", ")
}
