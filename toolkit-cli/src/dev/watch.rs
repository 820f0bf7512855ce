use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use anyhow::Context;
use ignore::{DirEntry, WalkBuilder};
use notify_debouncer_full::notify::{Error, ErrorKind, RecommendedWatcher, RecursiveMode};
use notify_debouncer_full::{DebounceEventResult, Debouncer, RecommendedCache, new_debouncer};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::say;
use crate::package::Service;

/// How long nothing must happen before a change is complete: an editor that saves, `git checkout`.
const QUIET: Duration = Duration::from_millis(50);

/// How long a change may go on: what never ends is built all the same.
const LONGEST: Duration = Duration::from_secs(3);

/// The files of a service, as they change.
pub(super) struct Watch {
    debouncer: Debouncer<RecommendedWatcher, RecommendedCache>,
    /// When something happened to some file.
    events: UnboundedReceiver<Instant>,
    /// When the first of what happened since the last look did.
    unseen: Option<Instant>,
    service: Service,
    files: Files,
}

/// The files, with when they were written and how large they are.
#[derive(Default)]
struct Files {
    files: BTreeMap<PathBuf, (Option<SystemTime>, u64)>,
    folders: BTreeSet<PathBuf>,
}

/// What has changed, and when that began.
#[derive(Debug)]
pub(super) struct Change {
    pub(super) paths: BTreeSet<PathBuf>,
    pub(super) since: Instant,
}

impl Watch {
    pub(super) fn new(service: &Service) -> anyhow::Result<Self> {
        let (sender, events) = unbounded_channel();
        let handler = move |outcome: DebounceEventResult| {
            // Events that were lost may have been of any file.
            let since = match outcome {
                Ok(happened) => happened.iter().filter(|event| !event.kind.is_access()).map(|event| event.time).min(),
                Err(_) => Some(Instant::now()),
            };
            if let Some(since) = since {
                let _ = sender.send(since);
            }
        };
        let debouncer = new_debouncer(QUIET, None, handler).context("files cannot be watched")?;
        let mut watch = Self { debouncer, events, unseen: None, service: service.clone(), files: Files::default() };
        watch.look()?;
        Ok(watch)
    }

    /// Watches what the service is built of now.
    pub(super) fn follow(&mut self, service: &Service) -> anyhow::Result<()> {
        if *service != self.service {
            self.service = service.clone();
            self.look()?;
        }
        Ok(())
    }

    /// The next change. It is not lost if this is dropped before.
    pub(super) async fn next(&mut self) -> anyhow::Result<Change> {
        loop {
            if self.unseen.is_none() {
                self.unseen = Some(self.events.recv().await.context("files are no longer watched")?);
            }
            if let Some(change) = self.pending().await? {
                return Ok(change);
            }
        }
    }

    /// What has changed since the last look, once nothing happens any more.
    pub(super) async fn pending(&mut self) -> anyhow::Result<Option<Change>> {
        self.unseen = self.unseen.or(self.events.try_recv().ok());
        let Some(since) = self.unseen else { return Ok(None) };
        let quiet = async { while let Ok(Some(_)) = tokio::time::timeout(QUIET, self.events.recv()).await {} };
        let _ = tokio::time::timeout(LONGEST, quiet).await;
        let paths = self.look()?;
        self.unseen = None;
        Ok((!paths.is_empty()).then_some(Change { paths, since }))
    }

    /// Looks at all files; those that are new, different or gone.
    ///
    /// Files that an editor makes while it saves are gone by then.
    fn look(&mut self) -> anyhow::Result<BTreeSet<PathBuf>> {
        let mut found = Files::of(&self.service);
        let new: Vec<PathBuf> = found.folders.difference(&self.files.folders).cloned().collect();
        for folder in new {
            let Err(error) = self.debouncer.watch(&folder, RecursiveMode::NonRecursive) else { continue };
            match error.kind {
                ErrorKind::MaxFilesWatch => {
                    return Err(error).with_context(|| {
                        format!(
                            "{} cannot be watched; there are too many folders, let git ignore some",
                            folder.display()
                        )
                    });
                }
                // It was there a moment ago, and is looked for the next time.
                _ if is_gone(&error.kind) => {
                    found.folders.remove(&folder);
                }
                _ => say(format_args!(
                    "{} cannot be watched ({}), and changes in it are not seen",
                    folder.display(),
                    cause(&error)
                )),
            }
        }
        for folder in self.files.folders.difference(&found.folders) {
            // It may be gone.
            let _ = self.debouncer.unwatch(folder);
        }
        let before = std::mem::replace(&mut self.files, found);
        let paths = self.files.files.keys().chain(before.files.keys());
        Ok(paths.filter(|path| self.files.files.get(*path) != before.files.get(*path)).cloned().collect())
    }
}

fn is_gone(kind: &ErrorKind) -> bool {
    match kind {
        ErrorKind::PathNotFound => true,
        // It is no folder any more, which is to say that another thing has its name.
        ErrorKind::Io(error) => matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory),
        _ => false,
    }
}

/// The cause without the path, which is told before it.
fn cause(error: &Error) -> String {
    match &error.kind {
        ErrorKind::Io(error) => error.to_string(),
        _ => error.to_string(),
    }
}

impl Files {
    /// All that git does not ignore in the folders of the service and of what it is built of, and the workspace's own.
    fn of(service: &Service) -> Self {
        let mut found = Self::default();
        let mut walk = WalkBuilder::empty();
        service.sources.iter().for_each(|folder| {
            walk.add(folder);
        });
        let target = service.target.clone();
        walk.hidden(false).require_git(false).filter_entry(move |entry| is_watched(entry) && entry.path() != target);
        for entry in walk.build().filter_map(Result::ok) {
            match entry.file_type() {
                Some(kind) if kind.is_dir() => {
                    found.folders.insert(entry.into_path());
                }
                _ => found.add(entry.path()),
            }
        }
        found.folders.insert(service.workspace.clone());
        for name in ["Cargo.toml", "Cargo.lock"] {
            found.add(&service.workspace.join(name));
        }
        found
    }

    fn add(&mut self, path: &Path) {
        if let Ok(metadata) = path.metadata() {
            self.files.insert(path.to_owned(), (metadata.modified().ok(), metadata.len()));
        }
    }
}

/// Whether the file or folder belongs to the service: not to git, to cargo or to an editor.
fn is_watched(entry: &DirEntry) -> bool {
    let name = entry.file_name().to_string_lossy();
    let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
    let is_hidden = name.starts_with('.') && name != ".cargo" && name != ".env";
    let is_of_editor = name.ends_with('~') || name.starts_with('#') || name.ends_with(".tmp");
    entry.depth() == 0 || !(is_hidden || is_of_editor || is_folder && name == "target")
}

impl Change {
    /// Nothing yet: the service is built for the first time.
    pub(super) fn none() -> Self {
        Self { paths: BTreeSet::new(), since: Instant::now() }
    }

    /// Takes what has changed later into this.
    pub(super) fn join(&mut self, later: Self) {
        self.paths.extend(later.paths);
    }

    /// Whether the service sees it only through the compiler.
    pub(super) fn is_compiled(&self) -> bool {
        let is_compiled = |path: &PathBuf| {
            let is_of_cargo = ["Cargo.toml", "Cargo.lock"].iter().any(|name| path.ends_with(name));
            is_of_cargo || path.extension().is_some_and(|extension| extension == "rs" || extension == "md")
        };
        self.paths.iter().all(is_compiled)
    }

    /// Whether it may change what the service is built of.
    pub(super) fn is_of_manifest(&self) -> bool {
        self.paths.iter().any(|path| path.ends_with("Cargo.toml"))
    }

    /// The file or the number of files that changed, seen from `folder`.
    pub(super) fn describe(&self, folder: &Path) -> String {
        let shown = |path: &PathBuf| path.strip_prefix(folder).unwrap_or(path).display().to_string();
        match self.paths.first() {
            Some(path) if self.paths.len() == 1 => shown(path),
            Some(path) => format!("{} and {} more", shown(path), self.paths.len() - 1),
            None => "nothing".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;
    use crate::arguments::Package;

    #[test]
    fn a_folder_that_is_gone_while_it_is_looked_at_is_no_failure() {
        let package = Package { package: Some("toolkit-cli".to_owned()), features: None, bin: None };
        let mut service = Service::find(&package).expect("this package is found");
        let folder = tempfile::tempdir().expect("there is a folder");
        service.sources = [folder.path().to_owned()].into();
        let mut watch = Watch::new(&service).expect("it is watched");
        let ended = Arc::new(AtomicBool::new(false));
        let churn = std::thread::spawn({
            let (ended, path) = (ended.clone(), folder.path().join("folder"));
            move || {
                while !ended.load(Ordering::Relaxed) {
                    let _ = std::fs::create_dir(&path);
                    let _ = std::fs::remove_dir(&path);
                }
            }
        });
        for _ in 0..2000 {
            watch.look().expect("it goes on");
        }
        ended.store(true, Ordering::Relaxed);
        churn.join().expect("it ends");
    }
}
