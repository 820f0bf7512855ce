use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use percent_encoding::percent_decode_str;
use serde_json::Value;
use url::Url;

/// What a service and this command have in common.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What to do when nothing else helps.
const SAY: &str = "say where the service takes the toolkit from: `--toolkit URL` of its git repository, or `--toolkit \
                   FOLDER` of a clone";

/// How cargo loads a git repository.
const SCHEMES: [&str; 5] = ["https", "http", "ssh", "git", "file"];

/// Where a service takes the toolkit from. Never a registry: what is called `toolkit` there is somebody else's.
#[derive(Debug, PartialEq)]
pub(super) enum Source {
    /// A git repository, at a commit if it is known.
    Git {
        /// As cargo takes it.
        url: String,
        /// A commit, or another name that git has for one.
        rev: Option<String>,
    },
    /// The root of a clone.
    Folder(String),
}

impl Source {
    /// What the user says, else where this command was installed from, else where it was compiled.
    ///
    /// # Errors
    ///
    /// There is no toolkit of this version.
    pub(super) fn find(given: Option<&str>, defined: &[(String, String)]) -> anyhow::Result<Self> {
        let rev = defined.iter().rev().find(|(name, _)| name == "toolkit_rev").map(|(_, rev)| rev.as_str());
        let source = match given {
            Some(given) if given.contains("://") => Self::git(given)?,
            Some(given) => Self::folder(Path::new(given))?,
            None => Self::of_this_command()?,
        };
        match (source, rev) {
            (source, None) => Ok(source),
            (Self::Git { url, .. }, Some(rev)) => {
                if rev.is_empty() || !rev.chars().all(|c| c.is_ascii_alphanumeric() || "._/-".contains(c)) {
                    bail!("`toolkit_rev={rev}` is no commit; give its hexadecimal digits");
                }
                Ok(Self::Git { url, rev: Some(rev.to_owned()) })
            }
            (Self::Folder(folder), Some(_)) => {
                bail!(
                    "`toolkit_rev` is a commit of a git repository, and the toolkit is taken from the folder {folder}"
                )
            }
        }
    }

    /// What the template is told.
    pub(super) fn definitions(&self) -> Vec<(String, String)> {
        match self {
            Self::Git { url, rev } => {
                let rev = rev.iter().map(|rev| ("toolkit_rev".to_owned(), rev.clone()));
                std::iter::once(("toolkit".to_owned(), url.clone())).chain(rev).collect()
            }
            Self::Folder(folder) => vec![("toolkit".to_owned(), folder.clone())],
        }
    }

    /// The repository at a URL, which is asked nothing. What is told of it has no secrets, even where it is refused.
    fn git(given: &str) -> anyhow::Result<Self> {
        let Ok(url) = Url::parse(given) else {
            bail!("this is not the URL of a git repository; write it as https://HOST/PATH");
        };
        let (scheme, has_more) = (url.scheme(), url.query().is_some() || url.fragment().is_some());
        if !SCHEMES.contains(&scheme) {
            bail!(
                "cargo takes no git repository from `{scheme}://`; the URL begins with one of {}",
                SCHEMES.join(", ")
            );
        }
        if scheme != "file" && url.host_str().is_none_or(str::is_empty) {
            bail!("the URL of a git repository has a host in it; write it as {scheme}://HOST/PATH");
        }
        let plain = |c: char| c.is_ascii_graphic() && !"\"'\\{}<>`".contains(c);
        let is_plain = given.chars().all(plain) && !has_more;
        let url = without_secrets(url);
        if !is_plain {
            bail!(
                "write the URL of the git repository as {url}; leave out spaces, quotes, `?` and `#`, and say which \
                 commit with `--define toolkit_rev=COMMIT`"
            );
        }
        Ok(Self::Git { url, rev: None })
    }

    /// The clone in a folder, which must have this command's version.
    fn folder(given: &Path) -> anyhow::Result<Self> {
        let text = given.display();
        if given.to_str().is_some_and(|text| text.contains('@') && text.contains(':')) && !given.exists() {
            // There may be a password in it.
            bail!("cargo does not take USER@HOST:PATH as the URL of a git repository; write ssh://USER@HOST/PATH");
        }
        let root = given.canonicalize().with_context(|| {
            format!("there is no folder {text}; give the root of a clone of the toolkit, or a URL with `https://`")
        })?;
        match version_in(&root)? {
            version if version == VERSION => {}
            version => bail!(
                "the toolkit in {} is of version {version}, and this command of {VERSION}; take the commit of that \
                 version there, or install the command from there: `cargo install --path {}`",
                root.display(),
                root.join("toolkit-cli").display()
            ),
        }
        match root.to_str() {
            Some(root) if !root.contains(['"', '\\', '{', '}', '$']) && !root.chars().any(char::is_control) => {
                Ok(Self::Folder(root.to_owned()))
            }
            _ => bail!(
                "the path {} cannot be written into a Cargo.toml; take a folder with a plainer one",
                root.display()
            ),
        }
    }

    /// Where this command comes from.
    fn of_this_command() -> anyhow::Result<Self> {
        let executable = std::env::current_exe().with_context(|| SAY)?;
        if let Some(source) = installed(&executable) {
            return Self::from_record(&source).with_context(|| {
                let from = if source.starts_with("git+") { "a git repository" } else { source.as_str() };
                format!("this command was installed from {from}; {SAY}")
            });
        }
        match Path::new(env!("CARGO_MANIFEST_DIR")).parent() {
            Some(root) if root.is_dir() => Self::folder(root).with_context(|| SAY),
            _ => bail!("the folder that this command was compiled from is gone; {SAY}"),
        }
    }

    /// What cargo wrote down: `git+URL?branch=BRANCH#COMMIT`, `path+file:///FOLDER`, or a registry.
    fn from_record(source: &str) -> anyhow::Result<Self> {
        if let Some(git) = source.strip_prefix("git+") {
            let (url, commit) = git.split_once('#').map_or((git, None), |(url, commit)| (url, Some(commit)));
            let url = url.split_once('?').map_or(url, |(url, _)| url);
            let Self::Git { url, .. } = Self::git(url)? else { unreachable!("a URL is one of a repository") };
            Ok(Self::Git { url, rev: commit.map(str::to_owned) })
        } else if let Some(folder) = source.strip_prefix("path+file://") {
            let folder = folder.split_once('#').map_or(folder, |(folder, _)| folder);
            let package = PathBuf::from(percent_decode_str(folder).decode_utf8()?.as_ref());
            Self::folder(package.parent().unwrap_or(&package))
        } else {
            bail!("the toolkit is in no registry")
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Git { url, rev: Some(rev) } => write!(f, "{url}#{rev}"),
            Self::Git { url, rev: None } => f.write_str(url),
            Self::Folder(folder) => f.write_str(folder),
        }
    }
}

/// Where cargo installed an executable from, by what it writes beside its `bin`.
fn installed(executable: &Path) -> Option<String> {
    let record = fs::read(executable.parent()?.parent()?.join(".crates2.json")).ok()?;
    let record: Value = serde_json::from_slice(&record).ok()?;
    let name = executable.file_name()?.to_str()?;
    let has = |install: &Value| {
        install["bins"].as_array().is_some_and(|bins| bins.iter().any(|bin| bin.as_str() == Some(name)))
    };
    let (package, _) = record["installs"].as_object()?.iter().find(|(_, install)| has(install))?;
    // `toolkit-cli 0.1.0 (SOURCE)`
    Some(package.split_once(" (")?.1.strip_suffix(')')?.to_owned())
}

/// The version of the package `toolkit` in the clone at `root`.
fn version_in(root: &Path) -> anyhow::Result<String> {
    let manifest = |path: PathBuf| -> Option<toml::Table> { fs::read_to_string(path).ok()?.parse().ok() };
    let package = manifest(root.join("toolkit").join("Cargo.toml")).and_then(|manifest| {
        let package = manifest.get("package")?.as_table()?.clone();
        (package.get("name")?.as_str()? == "toolkit").then_some(package)
    });
    let Some(package) = package else {
        bail!("the folder {} has no package `toolkit` in it; give the root of a clone of the toolkit", root.display());
    };
    let version = match package.get("version") {
        Some(toml::Value::String(version)) => Some(version.clone()),
        _ => manifest(root.join("Cargo.toml")).and_then(|manifest| {
            let version = manifest.get("workspace")?.get("package")?.get("version")?;
            version.as_str().map(str::to_owned)
        }),
    };
    version.with_context(|| format!("the package `toolkit` in {} has no version", root.display()))
}

/// A URL without the password or token in it: it goes into a file that is committed. Only for ssh the user is no secret.
fn without_secrets(mut url: Url) -> String {
    url.set_query(None);
    url.set_fragment(None);
    // They fail where there can be none, as in the URL of a file.
    _ = url.set_password(None);
    if url.scheme() != "ssh" {
        _ = url.set_username("");
    }
    url.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cargo_tells_which_commit_a_command_is_of() {
        for (record, url) in [
            ("git+https://example.com/toolkit?branch=main#0a1b2c", "https://example.com/toolkit"),
            ("git+https://example.com/toolkit.git#0a1b2c", "https://example.com/toolkit.git"),
            ("git+https://me:secret@example.com/a/toolkit?rev=0a1b#0a1b2c", "https://example.com/a/toolkit"),
            ("git+ssh://git@example.com/a/toolkit#0a1b2c", "ssh://git@example.com/a/toolkit"),
            ("git+file:///srv/toolkit#0a1b2c", "file:///srv/toolkit"),
        ] {
            let source = Source::Git { url: url.to_owned(), rev: Some("0a1b2c".to_owned()) };
            assert_eq!(Source::from_record(record).unwrap(), source);
        }
    }

    #[test]
    fn a_registry_has_somebody_else_s_toolkit() {
        Source::from_record("registry+https://github.com/rust-lang/crates.io-index").unwrap_err();
    }

    #[test]
    fn a_url_that_ends_a_string_of_toml_is_refused() {
        for url in ["https://example.com/\", version = \"1", "https://example.com/a b", "https://example.com/\\"] {
            Source::git(url).unwrap_err();
        }
    }

    #[test]
    fn a_url_is_taken_without_its_secrets() {
        for (given, taken) in [
            ("HTTPS://me:secret@Example.com/a", "https://example.com/a"),
            ("https://secret@example.com/a", "https://example.com/a"),
            ("ssh://git:secret@example.com/a", "ssh://git@example.com/a"),
            ("ssh://git@example.com:2222/a", "ssh://git@example.com:2222/a"),
            ("git://me:secret@example.com/a", "git://example.com/a"),
            ("file:///srv/toolkit", "file:///srv/toolkit"),
        ] {
            assert_eq!(Source::git(given).unwrap(), Source::Git { url: taken.to_owned(), rev: None });
        }
    }

    #[test]
    fn a_url_that_is_refused_is_told_without_its_secrets() {
        for url in [
            "git+https://me:secret@example.com/a",
            "https://example.com/a?token=secret",
            "https://me:secret@example.com/a#0a1b2c",
            "https://me:secret@example.com/a b",
            "https://me:secret@/a",
            "https://",
            "ssh://",
            "ssh:///secret",
            "://",
            "x://y",
            "git+https://x",
        ] {
            let told = format!("{:#}", Source::git(url).unwrap_err());
            assert!(!told.contains("secret"), "{told}");
        }
        let told = format!("{:#}", Source::folder(Path::new("me:secret@example.com:a/toolkit")).unwrap_err());
        assert!(!told.contains("secret"), "{told}");
    }
}
