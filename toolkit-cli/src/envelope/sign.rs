use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use serde_json::json;
use toolkit_envelope::Envelope;
use toolkit_envelope::signature::{PublicKey, SigningKey};

use crate::arguments::{Keygen, Sign};
use crate::report::Reporter;

/// Adds a signature to an envelope, where it is.
pub(crate) fn sign(arguments: &Sign, report: &Reporter) -> anyhow::Result<ExitCode> {
    let key = SigningKey::from_pem(&read(&arguments.key)?).with_context(|| arguments.key.display().to_string())?;
    let mut envelope = Envelope::open(&arguments.envelope)?;
    let id = envelope.sign(&key)?;
    if arguments.envelope.is_dir() {
        envelope.save(&arguments.envelope)?;
    } else {
        envelope.save_archive(&arguments.envelope)?;
    }
    let answer = json!({ "envelope_id": envelope.id().to_string(), "signed_by": id.to_string() });
    report.answer(&answer, || format!("{}\nsigned by {id}", envelope.id()))?;
    Ok(ExitCode::SUCCESS)
}

/// Makes a pair of keys; what is there is never written over.
pub(crate) fn keygen(arguments: &Keygen, report: &Reporter) -> anyhow::Result<ExitCode> {
    let key = SigningKey::generate()?;
    let (private, public) = (with(&arguments.name, "pem"), with(&arguments.name, "pub.pem"));
    write_new(&private, &key.to_pem()?, true)?;
    write_new(&public, &key.public().to_pem()?, false)?;
    let id = key.public().id().to_string();
    let answer = json!({ "key_id": id, "private": private, "public": public });
    report.answer(&answer, || {
        format!("{id}\n{}: keep it secret\n{}: for those who verify", private.display(), public.display())
    })?;
    Ok(ExitCode::SUCCESS)
}

/// The ids of the keys that have signed, of those that are trusted; none, if none is.
pub(super) fn signers(envelope: &Envelope, trusted: &[PathBuf]) -> anyhow::Result<Vec<String>> {
    if trusted.is_empty() {
        return Ok(Vec::new());
    }
    let key = |path: &PathBuf| PublicKey::from_pem(&read(path)?).with_context(|| path.display().to_string());
    let keys = trusted.iter().map(key).collect::<anyhow::Result<Vec<_>>>()?;
    Ok(envelope.verify_signatures(&keys)?.iter().map(ToString::to_string).collect())
}

fn with(name: &Path, extension: &str) -> PathBuf {
    let mut name = name.as_os_str().to_owned();
    name.push(".");
    name.push(extension);
    name.into()
}

fn write_new(path: &Path, text: &str, is_secret: bool) -> anyhow::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if is_secret {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    #[cfg(not(unix))]
    let _ = is_secret;
    let there = || format!("{}: cannot be made; a key that is there is never written over", path.display());
    let mut file = options.open(path).with_context(there)?;
    file.write_all(text.as_bytes())?;
    Ok(())
}

fn read(path: &Path) -> anyhow::Result<String> {
    fs::read_to_string(path).with_context(|| path.display().to_string())
}
