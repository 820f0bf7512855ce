use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, bail};
use rust_embed::RustEmbed;

/// The template of a service, as it was when this command was compiled.
#[derive(RustEmbed)]
#[folder = "../templates/service"]
struct Service;

/// The template of a service around a model.
#[derive(RustEmbed)]
#[folder = "../templates/model-service"]
struct ModelService;

/// What a template asks, and which of its files stay away.
const CONFIGURATION: &str = "cargo-generate.toml";

/// What a service is made out of.
#[derive(Clone, Copy)]
pub(super) enum Template {
    /// Plain functions.
    Service,
    /// A model.
    ModelService,
}

impl Template {
    /// The template's folder.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Service => "service",
            Self::ModelService => "model-service",
        }
    }

    /// Writes the template's files to a new folder.
    ///
    /// # Errors
    ///
    /// The system's.
    pub(super) fn write(self, to: &Path) -> anyhow::Result<()> {
        let paths: Vec<_> = match self {
            Self::Service => Service::iter().collect(),
            Self::ModelService => ModelService::iter().collect(),
        };
        for (path, bytes) in paths.iter().filter_map(|path| Some((path, self.file(path)?))) {
            let to = to.join(&**path);
            if let Some(parent) = to.parent() {
                fs::create_dir_all(parent)?;
            }
            fs::write(&to, bytes).with_context(|| format!("{} cannot be written", to.display()))?;
        }
        Ok(())
    }

    /// The crates that the service names in its `Cargo.toml`.
    pub(super) fn dependencies(self) -> Vec<String> {
        let manifest = self.text("Cargo.toml.liquid").unwrap_or_default();
        let mut section = "";
        let mut names = Vec::new();
        for line in manifest.lines() {
            if line.starts_with('[') {
                section = line;
            } else if section.ends_with("dependencies]")
                && let Some((name, _)) = line.split_once([' ', '=', '.'])
            {
                names.push(name.to_owned());
            }
        }
        names
    }

    /// What the template asks.
    ///
    /// # Errors
    ///
    /// The template is none.
    pub(super) fn questions(self) -> anyhow::Result<Questions> {
        let text = self.text(CONFIGURATION).context("the template has no cargo-generate.toml")?;
        let configuration: toml::Table = text.parse()?;
        let of = |table: &toml::Value| table.get("placeholders").and_then(toml::Value::as_table).cloned();
        let conditional = configuration.get("conditional").and_then(toml::Value::as_table).cloned();
        let mut questions: BTreeMap<String, toml::Value> = BTreeMap::new();
        questions.extend(of(&toml::Value::Table(configuration)).unwrap_or_default());
        questions.extend(conditional.iter().flat_map(|all| all.values()).filter_map(of).flatten());
        questions.remove("toolkit");
        Ok(Questions(questions))
    }

    /// Gives a question of the template in `folder` another default.
    ///
    /// # Errors
    ///
    /// The system's.
    pub(super) fn set_default(folder: &Path, question: &str, default: &str) -> anyhow::Result<()> {
        let file = folder.join(CONFIGURATION);
        let mut configuration: toml::Table = fs::read_to_string(&file)?.parse()?;
        let questions = configuration.get_mut("placeholders").and_then(toml::Value::as_table_mut);
        if let Some(toml::Value::Table(question)) = questions.and_then(|questions| questions.get_mut(question)) {
            question.insert("default".to_owned(), default.into());
        }
        Ok(fs::write(&file, configuration.to_string())?)
    }

    fn text(self, path: &str) -> Option<String> {
        String::from_utf8(self.file(path)?.into_owned()).ok()
    }

    fn file(self, path: &str) -> Option<Cow<'static, [u8]>> {
        let file = match self {
            Self::Service => Service::get(path),
            Self::ModelService => ModelService::get(path),
        };
        Some(file?.data)
    }
}

/// What a template asks, by name, as `cargo-generate.toml` says it.
pub(super) struct Questions(BTreeMap<String, toml::Value>);

impl Questions {
    /// The answers, the last one of each name.
    ///
    /// # Errors
    ///
    /// One that is to no question, or cannot be one.
    pub(super) fn check(&self, answers: &[(String, String)]) -> anyhow::Result<BTreeMap<String, String>> {
        let mut checked = BTreeMap::new();
        for (name, value) in answers.iter().filter(|(name, _)| name != "toolkit_rev") {
            self.allowed(name, value)?;
            checked.insert(name.clone(), value.clone());
        }
        Ok(checked)
    }

    fn allowed(&self, name: &str, value: &str) -> anyhow::Result<()> {
        let Some(question) = self.0.get(name) else {
            match name {
                // There may be a password in a URL.
                "toolkit" if value.contains("://") => bail!("`toolkit` is not defined so; say `--toolkit URL`"),
                "toolkit" => bail!("`toolkit` is not defined so; say `--toolkit {value}`"),
                "model" => bail!("`model` is not defined so; say `--model ENVELOPE`"),
                "name" | "project-name" => bail!("the service's name is not defined so; say `toolkit new {value}`"),
                _ => {}
            }
            let names: Vec<_> = self.0.keys().map(|name| format!("`{name}`")).collect();
            bail!("the template does not ask for `{name}`; it asks for {}", names.join(", "));
        };
        if value.chars().any(char::is_control) {
            bail!("`{name}` cannot be {value:?}: it has a line break in it, or another control character");
        }
        let choices: Vec<&str> = match question.get("choices").and_then(toml::Value::as_array) {
            Some(choices) => choices.iter().filter_map(choice).collect(),
            None if question.get("type").and_then(toml::Value::as_str) == Some("bool") => vec!["true", "false"],
            None => return Ok(()),
        };
        if !choices.contains(&value) {
            let choices: Vec<_> = choices.iter().map(|choice| format!("`{choice}`")).collect();
            bail!("`{name}` cannot be `{value}`; it is one of {}", choices.join(", "));
        }
        Ok(())
    }
}

/// A choice is a text, or a table with a `value`.
fn choice(choice: &toml::Value) -> Option<&str> {
    choice.as_str().or_else(|| choice.get("value")?.as_str())
}
