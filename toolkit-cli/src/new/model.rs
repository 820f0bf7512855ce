use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use serde_json::Value;
use toolkit_envelope::Envelope;
use toolkit_envelope::manifest::{Engine, Manifest, Runtime};

use super::place::Workshop;
use super::templates::Template;
use crate::envelope::{RustTypes, rust_types};

/// The function whose types the service has, as `toolkit::Model::open` chooses it.
const FUNCTION: &str = "predict";

/// A description as long as this fits into a table of services.
const LONGEST: usize = 200;

/// A row longer than this is not for a command line in a README.
const LONGEST_ROW: usize = 600;

/// The model that the user serves.
pub(super) struct UserModel {
    envelope: Envelope,
    name: String,
    engine: &'static str,
}

impl UserModel {
    /// Opens and verifies an envelope.
    ///
    /// # Errors
    ///
    /// It is not whole, or its model needs what a service does not have.
    pub(super) fn open(path: &Path) -> anyhow::Result<Self> {
        if path.is_dir() && !path.join("envelope.json").exists() {
            bail!(
                "{0} is no envelope: there is no `envelope.json` in it; make one out of a model with `toolkit envelope pack`",
                path.display()
            );
        }
        let envelope = Envelope::open(path).with_context(|| format!("{} cannot be served", path.display()))?;
        let engine = match &envelope.manifest().runtime {
            Runtime::Onnx(onnx) => match onnx.engine {
                Engine::Native => "native",
                Engine::Onnxruntime => "onnxruntime",
            },
            Runtime::Python(_) => bail!(
                "{} cannot be served by a service of this kind: its model is run by Python; give one that was packed from \
                 an ONNX model",
                path.display()
            ),
        };
        let name = file_name(&envelope.manifest().name);
        Ok(Self { envelope, name, engine })
    }

    /// The model's name, as a file and in a path.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Copies the envelope into the workshop, as one file, and writes Rust types for it.
    ///
    /// # Errors
    ///
    /// The system's; the model takes or gives what Rust has no types for.
    pub(super) fn prepare(&self, workshop: &Workshop) -> anyhow::Result<Prepared> {
        let file = workshop.beside().join(format!("{}.envelope", self.name));
        self.envelope.save_archive(&file)?;
        let types = rust_types(&file, FUNCTION)?;
        let template = workshop.template();
        Template::set_default(&template, "description", &description(self.envelope.manifest()))?;
        Ok(Prepared { file, types })
    }

    /// What the template is told of the model.
    pub(super) fn definitions(&self, prepared: &Prepared) -> Vec<(String, String)> {
        let row = prepared.types.row.as_ref().and_then(quotable).unwrap_or_default();
        let definitions = [
            ("model", self.name.as_str()),
            ("model_type", &prepared.types.prefix),
            ("engine", self.engine),
            ("row", &row),
        ];
        let known = definitions.into_iter().filter(|(_, value)| !value.is_empty());
        known.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }
}

/// What goes into a service that has been made.
pub(super) struct Prepared {
    /// The envelope.
    file: PathBuf,
    types: RustTypes,
}

impl Prepared {
    /// Puts the model in the place of the template's, in the service in `folder`.
    ///
    /// # Errors
    ///
    /// The system's.
    pub(super) fn replace(&self, folder: &Path) -> anyhow::Result<()> {
        let name = self.file.file_name().context("an envelope has a name")?;
        fs::rename(&self.file, folder.join(name))?;
        fs::write(folder.join("src").join("model.rs"), &self.types.source)?;
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

/// A row as JSON that a shell takes between single quotes, if it is short enough to be read.
fn quotable(row: &Value) -> Option<String> {
    // JSON has such a quote only inside of texts, where it can be written so.
    let row = row.to_string().replace('\'', "\\u0027");
    (row.chars().count() <= LONGEST_ROW).then_some(row)
}

/// The first sentence of what the envelope says of its model, if it is plain text.
fn description(manifest: &Manifest) -> String {
    let first = manifest.description.lines().next().unwrap_or_default().trim();
    let first = sentence(first);
    // The template takes no characters either that end a line or turn its direction.
    let line = |c: char| !c.is_control() && !matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let plain = |c: char| line(c) && !"\"\\{}[]*_`<>".contains(c);
    let begins = first.chars().next().is_some_and(char::is_alphabetic);
    if begins && first.chars().all(plain) && first.chars().count() <= LONGEST {
        format!("{}.", first.trim_end_matches('.'))
    } else {
        format!("Serves the model {}.", file_name(&manifest.name))
    }
}

/// The first sentence of a line, or the whole line: what ends an abbreviation ends no sentence.
fn sentence(line: &str) -> &str {
    let ends = |end: &usize| {
        let word = line[..*end].rsplit(|c: char| c.is_whitespace() || c == '(').next().unwrap_or_default();
        let is_short = ["e.g", "i.e", "vs"].contains(&word.to_lowercase().as_str()) || word.chars().count() == 1;
        !is_short && line[*end + 1..].trim_start().starts_with(char::is_uppercase)
    };
    line.match_indices(". ").map(|(end, _)| end).find(ends).map_or(line, |end| &line[..=end])
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_name_is_a_file_s_and_a_segment_s() {
        for (name, file) in [("iris", "iris"), ("a/b c", "a-b-c"), ("../x", "x"), ("größe", "gr--e"), ("…", "model")]
        {
            assert_eq!(file_name(name), file);
        }
    }

    #[test]
    fn a_row_is_quoted_for_a_shell() {
        assert_eq!(quotable(&json!({"name": "O'Hara", "size": 1.5})).unwrap(), r#"{"name":"O\u0027Hara","size":1.5}"#);
        assert!(quotable(&json!(["x".repeat(LONGEST_ROW)])).is_none());
    }

    #[test]
    fn a_service_is_described_as_its_model_is() {
        let churn = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/churn/churn.envelope");
        let mut manifest = Envelope::open(churn).unwrap().manifest().clone();
        for (of_the_model, of_the_service) in [
            ("Tells who leaves", "Tells who leaves."),
            ("Tells who leaves. Trained\nwell", "Tells who leaves."),
            ("Tells who leaves, e.g. in 5 days.", "Tells who leaves, e.g. in 5 days."),
            ("Tells (e.g. Anna, vs. Bob) by J. Doe. Trained well.", "Tells (e.g. Anna, vs. Bob) by J. Doe."),
            ("Tells who leaves within approx. 5 days", "Tells who leaves within approx. 5 days."),
            ("# Churn\n\nTells who leaves", "Serves the model churn."),
            ("Tells \"who\" leaves", "Serves the model churn."),
            ("Tells \u{202e}who leaves", "Serves the model churn."),
            ("", "Serves the model churn."),
        ] {
            manifest.description = of_the_model.to_owned();
            assert_eq!(description(&manifest), of_the_service);
        }
    }
}
