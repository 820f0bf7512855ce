use serde_json::Value;

use super::{Environment, File, Function, Manifest};
use crate::{
    digest::Digest,
    json::{Entries, Fault, canonical},
};

impl Manifest {
    /// The envelope's id: the digest of the canonical manifest.
    ///
    /// # Errors
    ///
    /// As [`Manifest::to_json`].
    pub fn envelope_id(&self) -> Result<Digest, Vec<Fault>> {
        Ok(Digest::of(&self.to_json()?))
    }

    /// "The same model again": the digest of the canonical JSON object with the keys `environment`, `files`,
    /// `functions` and `runtime`, each as in the manifest.
    ///
    /// # Errors
    ///
    /// As [`Manifest::to_json`].
    pub fn payload_id(&self) -> Result<Digest, Vec<Fault>> {
        let payload = Entries::default()
            .with("environment", self.environment.to_value())
            .with_all("files", &self.files, File::to_value)
            .with_all("functions", &self.functions, Function::to_value)
            .with("runtime", self.runtime.to_value());
        digest(&payload.finish())
    }
}

impl Environment {
    /// The key of a built environment, which many envelopes share: the digest of the canonical JSON object with the
    /// keys `platform`, `python` (when there is one) and `requires`, each as in the manifest.
    ///
    /// # Errors
    ///
    /// As [`Manifest::to_json`].
    pub fn env_digest(&self) -> Result<Digest, Vec<Fault>> {
        let key = Entries::default()
            .with("platform", self.platform.to_value())
            .with_some("python", self.python.as_ref().map(super::PythonVersion::to_value))
            .with("requires", self.requires.clone());
        digest(&key.finish())
    }
}

fn digest(value: &Value) -> Result<Digest, Vec<Fault>> {
    Ok(Digest::of(&canonical(value)?))
}
