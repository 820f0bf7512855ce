use std::fs;
use std::path::Path;

use anyhow::{Context, bail};
use toolkit_envelope::Envelope;

/// The model that the user serves.
pub(super) struct UserModel {
    envelope: Envelope,
    name: String,
    types: String,
}

impl UserModel {
    /// Opens and verifies an envelope.
    ///
    /// # Errors
    ///
    /// It is not whole, or has no types in Rust.
    pub(super) fn open(path: &Path) -> anyhow::Result<Self> {
        let envelope = Envelope::open(path).with_context(|| format!("{} cannot be served", path.display()))?;
        let functions = &envelope.manifest().functions;
        let Some(function) =
            ["predict_proba", "predict"].iter().find(|name| functions.iter().any(|f| f.name == **name))
        else {
            let names: Vec<_> = functions.iter().map(|function| format!("`{}`", function.name)).collect();
            bail!("{} has no function `predict`, only {}", path.display(), names.join(", "));
        };
        let types = crate::envelope::types::source(&envelope, function)?;
        let name = file_name(&envelope.manifest().name);
        Ok(Self { envelope, name, types })
    }

    /// The model's name, as a file and in a path.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// What the template is told of the model.
    pub(super) fn definitions(&self) -> Vec<(String, String)> {
        vec![("model".to_owned(), self.name.clone())]
    }

    /// Puts the model in the place of the template's, in the service in `folder`.
    ///
    /// # Errors
    ///
    /// The system's, and whatever the envelope's file has become.
    pub(super) fn replace(&self, folder: &Path) -> anyhow::Result<()> {
        let file = folder.join(format!("{}.envelope", self.name));
        match fs::remove_file(&file) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
        self.envelope.save_archive(&file)?;
        fs::write(folder.join("src").join("model.rs"), &self.types)?;
        Ok(())
    }
}

/// A model's name with nothing in it that is special in a path, on a disk or in a URL.
fn file_name(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '-' };
    let name: String = name.chars().map(plain).take(100).collect();
    match name.trim_matches(['.', '-']) {
        "" => "model".to_owned(),
        name => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_file_s_and_a_segment_s() {
        for (name, file) in [("iris", "iris"), ("a/b c", "a-b-c"), ("../x", "x"), ("größe", "gr--e"), ("…", "model")]
        {
            assert_eq!(file_name(name), file);
        }
    }
}
