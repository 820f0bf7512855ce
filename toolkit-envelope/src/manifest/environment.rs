use serde_json::Value;

use crate::json::{Decoder, Entries};

/// What the model needs around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Environment {
    /// The Python that saved the model; absent when none was involved.
    pub python: Option<PythonVersion>,
    /// The machine's system.
    pub platform: Platform,
    /// The path of the list of all that was installed (`pip freeze`), a file of role `environment`.
    pub freeze: Option<String>,
    /// The path of what Conda had installed.
    pub conda_list: Option<String>,
    /// The path of a lock: `uv.lock`, or `pylock.toml` (PEP 751).
    pub lock: Option<String>,
    /// The modules that the model's code had imported.
    pub imported: Vec<Imported>,
    /// What was installed and is not required, with why.
    pub filtered: Vec<Filtered>,
    /// What has to be installed (PEP 508), sorted.
    pub requires: Vec<String>,
}

/// A version of Python.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PythonVersion {
    /// `3.13.1`
    pub version: String,
    /// `cpython`
    pub implementation: String,
}

/// A machine's system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Platform {
    /// `linux`
    pub os: String,
    /// `x86_64`
    pub arch: String,
    /// The C library with its version, when there is a choice: `glibc 2.41`.
    pub libc: Option<String>,
}

/// A module that was imported, and the distribution that it is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    /// `sklearn`
    pub module: String,
    /// `scikit-learn`
    pub dist: String,
    /// `1.7.0`
    pub version: String,
}

/// A distribution that is not required.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filtered {
    /// Its name.
    pub dist: String,
    /// The rule by which it was left out.
    pub rule: String,
}

impl Environment {
    pub(super) fn decode(decoder: &Decoder) -> Option<Self> {
        let object = decoder.object()?;
        let python = object.maybe("python", PythonVersion::decode);
        let platform = object.field("platform", Platform::decode);
        let (freeze, conda_list) = (object.maybe_text("freeze"), object.maybe_text("conda_list"));
        let lock = object.maybe_text("lock");
        let imported = object.field("imported", |decoder| decoder.list(Imported::decode));
        let filtered = object.field("filtered", |decoder| decoder.list(Filtered::decode));
        let requires = object.field("requires", |decoder| decoder.list(|decoder| decoder.string().map(str::to_owned)));
        object.no_others();
        Some(Self {
            python: python?,
            platform: platform?,
            freeze: freeze?,
            conda_list: conda_list?,
            lock: lock?,
            imported: imported?,
            filtered: filtered?,
            requires: requires?,
        })
    }

    pub(super) fn to_value(&self) -> Value {
        Entries::default()
            .with_some("python", self.python.as_ref().map(PythonVersion::to_value))
            .with("platform", self.platform.to_value())
            .with_some("freeze", self.freeze.as_deref())
            .with_some("conda_list", self.conda_list.as_deref())
            .with_some("lock", self.lock.as_deref())
            .with_all("imported", &self.imported, Imported::to_value)
            .with_all("filtered", &self.filtered, Filtered::to_value)
            .with("requires", self.requires.clone())
            .finish()
    }
}

impl PythonVersion {
    fn decode(decoder: &Decoder) -> Option<Self> {
        let object = decoder.object()?;
        let (version, implementation) = (object.text("version"), object.text("implementation"));
        object.no_others();
        Some(Self { version: version?, implementation: implementation? })
    }

    pub(super) fn to_value(&self) -> Value {
        let entries = Entries::default().with("version", self.version.as_str());
        entries.with("implementation", self.implementation.as_str()).finish()
    }
}

impl Platform {
    fn decode(decoder: &Decoder) -> Option<Self> {
        let object = decoder.object()?;
        let (os, arch, libc) = (object.text("os"), object.text("arch"), object.maybe_text("libc"));
        object.no_others();
        Some(Self { os: os?, arch: arch?, libc: libc? })
    }

    pub(super) fn to_value(&self) -> Value {
        let entries = Entries::default().with("os", self.os.as_str()).with("arch", self.arch.as_str());
        entries.with_some("libc", self.libc.as_deref()).finish()
    }
}

impl Imported {
    fn decode(decoder: &Decoder) -> Option<Self> {
        let object = decoder.object()?;
        let (module, dist, version) = (object.text("module"), object.text("dist"), object.text("version"));
        object.no_others();
        Some(Self { module: module?, dist: dist?, version: version? })
    }

    fn to_value(&self) -> Value {
        let entries = Entries::default().with("module", self.module.as_str()).with("dist", self.dist.as_str());
        entries.with("version", self.version.as_str()).finish()
    }
}

impl Filtered {
    fn decode(decoder: &Decoder) -> Option<Self> {
        let object = decoder.object()?;
        let (dist, rule) = (object.text("dist"), object.text("rule"));
        object.no_others();
        Some(Self { dist: dist?, rule: rule? })
    }

    fn to_value(&self) -> Value {
        Entries::default().with("dist", self.dist.as_str()).with("rule", self.rule.as_str()).finish()
    }
}
