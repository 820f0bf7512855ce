use jiff::Timestamp;
use serde_json::Value;

use crate::json::{Decoder, Entries};

/// Where the model comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provenance {
    /// When the envelope was made; written by RFC 3339 in UTC.
    pub created_at: Timestamp,
    /// What made the envelope.
    pub sdk: Sdk,
    /// Who made it, when that is known.
    pub user: Option<String>,
    /// On which machine, when that is known.
    pub host: Option<String>,
    /// The state of the code, when it is in Git.
    pub git: Option<Git>,
    /// The automatic job that made it, if one did.
    pub job: Option<Job>,
}

/// What made an envelope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sdk {
    /// `toolkit-envelope`
    pub name: String,
    /// `0.1.0`
    pub version: String,
}

/// The state of code in Git.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Git {
    /// Where it is kept, without credentials.
    pub remote: Option<String>,
    /// The commit's hash, in full.
    pub commit: String,
    /// The branch, when one is checked out.
    pub branch: Option<String>,
    /// Whether there were changes that are in no commit.
    pub dirty: bool,
}

/// An automatic job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// What ran it: `github`, `gitlab`, `jenkins`, `airflow`.
    pub system: String,
    /// Which run it was, in that system.
    pub id: String,
    /// Where to look at it.
    pub url: Option<String>,
    /// What was run.
    pub command: Option<String>,
}

impl Provenance {
    pub(super) fn decode(decoder: &Decoder) -> Option<Self> {
        let object = decoder.object()?;
        let created_at = object.field("created_at", timestamp);
        let sdk = object.field("sdk", Sdk::decode);
        let (user, host) = (object.maybe_text("user"), object.maybe_text("host"));
        let (git, job) = (object.maybe("git", Git::decode), object.maybe("job", Job::decode));
        object.no_others();
        Some(Self { created_at: created_at?, sdk: sdk?, user: user?, host: host?, git: git?, job: job? })
    }

    pub(super) fn to_value(&self) -> Value {
        Entries::default()
            .with("created_at", self.created_at.to_string())
            .with("sdk", self.sdk.to_value())
            .with_some("user", self.user.as_deref())
            .with_some("host", self.host.as_deref())
            .with_some("git", self.git.as_ref().map(Git::to_value))
            .with_some("job", self.job.as_ref().map(Job::to_value))
            .finish()
    }
}

/// A moment in the one form that is written: RFC 3339, in UTC, with `T` and `Z`, no more digits than are needed.
fn timestamp(decoder: &Decoder) -> Option<Timestamp> {
    let text = decoder.string()?;
    let moment = text.parse::<Timestamp>().ok();
    match moment {
        Some(moment) if moment.to_string() == text => return Some(moment),
        Some(moment) => decoder.fault(format!("found `{text}`, expected UTC in the short form: `{moment}`")),
        None => decoder.fault(format!("found `{text}`, expected a moment by RFC 3339 in UTC: `2026-01-31T12:00:00Z`")),
    }
    None
}

impl Sdk {
    fn decode(decoder: &Decoder) -> Option<Self> {
        let object = decoder.object()?;
        let (name, version) = (object.text("name"), object.text("version"));
        object.no_others();
        Some(Self { name: name?, version: version? })
    }

    fn to_value(&self) -> Value {
        Entries::default().with("name", self.name.as_str()).with("version", self.version.as_str()).finish()
    }
}

impl Git {
    fn decode(decoder: &Decoder) -> Option<Self> {
        let object = decoder.object()?;
        let (remote, commit, branch) =
            (object.maybe_text("remote"), object.text("commit"), object.maybe_text("branch"));
        let dirty = object.field("dirty", Decoder::boolean);
        object.no_others();
        Some(Self { remote: remote?, commit: commit?, branch: branch?, dirty: dirty? })
    }

    fn to_value(&self) -> Value {
        Entries::default()
            .with_some("remote", self.remote.as_deref())
            .with("commit", self.commit.as_str())
            .with_some("branch", self.branch.as_deref())
            .with("dirty", self.dirty)
            .finish()
    }
}

impl Job {
    fn decode(decoder: &Decoder) -> Option<Self> {
        let object = decoder.object()?;
        let (system, id) = (object.text("system"), object.text("id"));
        let (url, command) = (object.maybe_text("url"), object.maybe_text("command"));
        object.no_others();
        Some(Self { system: system?, id: id?, url: url?, command: command? })
    }

    fn to_value(&self) -> Value {
        Entries::default()
            .with("system", self.system.as_str())
            .with("id", self.id.as_str())
            .with_some("url", self.url.as_deref())
            .with_some("command", self.command.as_deref())
            .finish()
    }
}
