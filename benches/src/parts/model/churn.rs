//! The model of the churn example: its file, its customers, and versions of its envelope.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail};
use serde_json::Value;

use crate::peer::{MODEL, folder, run};

const MANIFEST: &str = "envelope.json";

/// Takes the model's file out of its envelope, to where the servers look for it.
pub(super) fn unpack_model() -> anyhow::Result<()> {
    let place = tempfile::tempdir()?;
    unpack(place.path())?;
    let model = Path::new(MODEL);
    std::fs::create_dir_all(model.parent().context("the model is in no folder")?)?;
    std::fs::copy(file(place.path(), "model.onnx")?, model)?;
    Ok(())
}

/// The customers of the example, of whom all is known: not every server has a way to say that something is not.
pub(super) fn customers() -> anyhow::Result<Vec<Value>> {
    let place = tempfile::tempdir()?;
    unpack(place.path())?;
    let mut example: Value = serde_json::from_slice(&std::fs::read(file(place.path(), "examples/1.input.json")?)?)?;
    let Value::Array(mut rows) = example["rows"].take() else { bail!("the example of churn has no list `rows`") };
    rows.retain(|row| row.as_object().is_some_and(|row| row.values().all(|value| !value.is_null())));
    Ok(rows)
}

/// The envelope as a folder, with another tag and so another id.
pub(super) fn unpack_version(place: &Path, team: &str) -> anyhow::Result<()> {
    unpack(place)?;
    let manifest = place.join(MANIFEST);
    let told = std::fs::read_to_string(&manifest)?;
    let tag = r#""team":"example""#;
    if !told.contains(tag) {
        bail!("the manifest of churn does not contain `{tag}`, which is to be changed: write here which tag it has");
    }
    std::fs::write(&manifest, told.replace(tag, &format!(r#""team":"{team}""#)))?;
    let digest = Command::new("sha256sum").arg(MANIFEST).current_dir(place).output()?;
    Ok(std::fs::write(place.join("envelope.sha256"), digest.stdout)?)
}

fn unpack(place: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(place)?;
    let envelope = folder().join("../examples/churn/churn.envelope");
    run(Command::new("tar").arg("--extract").arg("--file").arg(envelope).arg("--directory").arg(place))
}

/// Where a file of an unpacked envelope is: files are called by their digest.
fn file(place: &Path, path: &str) -> anyhow::Result<PathBuf> {
    let manifest: Value = serde_json::from_slice(&std::fs::read(place.join(MANIFEST))?)?;
    let files = manifest["files"].as_array().into_iter().flatten();
    let digest = files.filter(|file| file["path"] == path).find_map(|file| file["digest"].as_str());
    let digest = digest.and_then(|digest| digest.strip_prefix("sha256:"));
    let digest = digest.with_context(|| format!("the manifest of churn names no file `{path}` with a SHA-256"))?;
    Ok(place.join("blobs").join("sha256").join(digest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_is_known_of_the_customers() {
        let customers = customers().unwrap();
        assert!(customers.len() > 1);
        assert!(customers.iter().all(|row| row.as_object().is_some_and(|row| row.len() == 19)));
    }

    #[test]
    fn a_version_of_the_envelope_has_the_digest_of_its_manifest() {
        let place = tempfile::tempdir().unwrap();
        unpack_version(place.path(), "another").unwrap();
        let mut check = Command::new("sha256sum");
        check.args(["--check", "--status", "envelope.sha256"]);
        assert!(run(check.current_dir(place.path())).is_ok());
    }
}
