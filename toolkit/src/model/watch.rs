use std::{
    fs::{self, Metadata},
    io,
    path::{Path, PathBuf},
    sync::{
        Weak,
        mpsc::{self, RecvTimeoutError},
    },
    time::{Duration, SystemTime},
};

use super::{
    deployment::Deployment,
    swap::{Refused, Swapped},
};

/// What tells envelopes in a directory apart: the manifest names the digest of every other file.
const HEAD: [&str; 3] = ["", "envelope.json", "envelope.sha256"];

/// How deep an envelope's directory goes: `blobs/sha256/…`.
const DEPTH: usize = 3;

/// Follows a deployment's source, on a thread of its own: a file system that does not answer holds up nothing else.
#[derive(Debug)]
pub(super) struct Watch {
    /// The thread ends when this goes.
    _end: mpsc::Sender<()>,
}

impl Watch {
    /// Looks at `source` every so often; `seen` is what the deployment was opened with.
    pub(super) fn start(deployment: Weak<Deployment>, source: PathBuf, every: Duration, seen: Option<Seen>) -> Self {
        let (end, ended) = mpsc::channel();
        let runtime = tokio::runtime::Handle::try_current().ok();
        let name = source.display().to_string();
        let mut watching = Watching { handled: seen, ..Watching::of(source) };
        let work = move || {
            let _entered = runtime.as_ref().map(tokio::runtime::Handle::enter);
            while ended.recv_timeout(every) == Err(RecvTimeoutError::Timeout) {
                watching.look(|told| deployment.upgrade().map(|deployment| deployment.swap_watched(told)));
            }
        };
        if let Err(error) = std::thread::Builder::new().name("toolkit-watch".to_owned()).spawn(work) {
            tracing::warn!("the envelope {name} is not watched: there is no thread for it: {error}");
        }
        Self { _end: end }
    }
}

/// What tells one state of files from another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Seen(Vec<(PathBuf, Stamp)>);

impl Seen {
    /// What is at the source now, as far as another envelope cannot be there with it unchanged.
    pub(super) fn of(source: &Path) -> Option<Self> {
        Self::head(source).ok()
    }

    fn head(source: &Path) -> io::Result<Self> {
        let metadata = fs::metadata(source)?;
        if !metadata.is_dir() {
            return Ok(Self(vec![(PathBuf::new(), Stamp::of(&metadata))]));
        }
        let stamp = |name: &&str| Ok((PathBuf::from(name), Stamp::of(&fs::metadata(source.join(name))?)));
        HEAD.iter().map(stamp).collect::<io::Result<_>>().map(Self)
    }

    /// Every file of the source: what is still being written changes.
    fn whole(source: &Path) -> io::Result<Self> {
        let mut files = Vec::new();
        walk(source, Path::new(""), DEPTH, &mut files)?;
        files.sort_by(|(one, _), (other, _)| one.cmp(other));
        Ok(Self(files))
    }
}

fn walk(root: &Path, below: &Path, depth: usize, files: &mut Vec<(PathBuf, Stamp)>) -> io::Result<()> {
    let path = if below.as_os_str().is_empty() { root.to_owned() } else { root.join(below) };
    let metadata = fs::metadata(&path)?;
    files.push((below.to_owned(), Stamp::of(&metadata)));
    if metadata.is_dir() && depth > 0 {
        for entry in fs::read_dir(&path)? {
            walk(root, &below.join(entry?.file_name()), depth - 1, files)?;
        }
    }
    Ok(())
}

/// What changes with a file.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Stamp {
    length: u64,
    modified: Option<SystemTime>,
    /// Its device, its number there, and when that was last changed.
    #[cfg(unix)]
    inode: (u64, u64, i64, i64),
}

impl Stamp {
    fn of(metadata: &Metadata) -> Self {
        #[cfg(unix)]
        use std::os::unix::fs::MetadataExt;
        Self {
            length: metadata.len(),
            modified: metadata.modified().ok(),
            #[cfg(unix)]
            inode: (metadata.dev(), metadata.ino(), metadata.ctime(), metadata.ctime_nsec()),
        }
    }
}

/// What was seen so far.
#[derive(Debug)]
struct Watching {
    source: PathBuf,
    /// What the version that serves was loaded from.
    handled: Option<Seen>,
    /// What was there the last time, while it is not what serves.
    unsettled: Option<Seen>,
    /// What is not fit to serve; it is tried again when it has changed.
    tried: Option<Seen>,
    /// Why what is there did not come to serve, when it was tried the last time.
    told: Vec<String>,
    is_gone: bool,
}

impl Watching {
    fn of(source: PathBuf) -> Self {
        Self { source, handled: None, unsettled: None, tried: None, told: Vec::new(), is_gone: false }
    }

    /// Looks once; swaps if there is something else that has stopped changing. The swap is told why the last one of the
    /// same files was refused.
    fn look(&mut self, swap: impl FnOnce(&[String]) -> Option<Result<Swapped, Refused>>) {
        let head = match Seen::head(&self.source) {
            Ok(head) if Some(&head) == self.handled.as_ref() => {
                self.forget();
                return self.there();
            }
            Ok(head) => Some(head),
            Err(error) if is_gone(&self.source) => return self.gone(&error),
            // An envelope without its manifest is still being written, or was left so.
            Err(_) => None,
        };
        // What changes while it is looked at is not settled.
        let Ok(whole) = Seen::whole(&self.source) else { return };
        self.there();
        let is_settled = self.unsettled.as_ref() == Some(&whole);
        if !is_settled {
            self.forget();
        }
        self.unsettled = Some(whole.clone());
        if !is_settled || self.tried.as_ref() == Some(&whole) {
            return;
        }
        match swap(&self.told) {
            Some(Ok(_)) => {
                self.handled = head;
                self.forget();
            }
            // Whoever swaps now may have begun before the change.
            None | Some(Err(Refused::InProgress)) => {}
            Some(Err(refused)) => {
                self.told = refused.reasons();
                // What has failed otherwise, such as a file system that is away for a moment, is tried at each look.
                self.tried = Some(whole).filter(|_| !refused.may_pass());
            }
        }
    }

    /// What is known of the files that were there is over: others are there, or the same ones again.
    fn forget(&mut self) {
        (self.unsettled, self.tried) = (None, None);
        self.told.clear();
    }

    fn there(&mut self) {
        if std::mem::take(&mut self.is_gone) {
            tracing::info!("the envelope {} is there again", self.source.display());
        }
    }

    fn gone(&mut self, error: &io::Error) {
        self.forget();
        if !std::mem::replace(&mut self.is_gone, true) {
            let source = self.source.display();
            tracing::warn!("the envelope {source} cannot be looked at: {error}; what was loaded from it serves on");
        }
    }
}

/// Whether there is nothing at all.
fn is_gone(source: &Path) -> bool {
    fs::metadata(source).is_err()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tempfile::TempDir;
    use toolkit_envelope::Digest;

    use super::{
        super::{loading::Unloadable, tests},
        *,
    };

    /// A source of three files, and a watch of it that knows no version.
    fn watching() -> (TempDir, Watching) {
        let folder = tempfile::tempdir().unwrap();
        let source = folder.path().join("source");
        fs::create_dir_all(source.join("blobs/sha256")).unwrap();
        write(&source, "envelope.json", "one");
        write(&source, "envelope.sha256", "one");
        write(&source, "blobs/sha256/1", "one");
        (folder, Watching::of(source))
    }

    fn write(source: &Path, name: &str, contents: &str) {
        fs::write(source.join(name), contents).unwrap();
    }

    const SERVED: Option<Refused> = None;

    /// What is not fit to serve.
    fn unfit() -> Refused {
        Refused::Unloadable(Unloadable::lasting(vec!["it is cut off".to_owned()]))
    }

    /// What could not be read for a reason that passes.
    fn unread() -> Refused {
        Refused::Unloadable(Unloadable::passing("too many open files".to_owned()))
    }

    /// How often a swap is asked for in so many looks.
    fn asked(watching: &mut Watching, looks: usize, answer: Option<Refused>) -> usize {
        let (mut asked, id) = (0, Digest::of(b""));
        for _ in 0..looks {
            watching.look(|_| {
                asked += 1;
                let served = Swapped { from: id, to: id, changes: Vec::new(), not_routed: Vec::new() };
                Some(answer.clone().map_or(Ok(served), Err))
            });
        }
        asked
    }

    #[test]
    fn what_is_there_is_taken_once_it_has_settled_and_then_left_alone() {
        let (_folder, mut watching) = watching();
        assert_eq!(asked(&mut watching, 1, SERVED), 0);
        write(&watching.source, "blobs/sha256/2", "still being written");
        assert_eq!(asked(&mut watching, 1, SERVED), 0);
        assert_eq!(asked(&mut watching, 1, SERVED), 1);
        assert_eq!(asked(&mut watching, 5, SERVED), 0);
    }

    #[test]
    fn what_cannot_be_loaded_is_tried_again_only_when_it_has_changed() {
        let (_folder, mut watching) = watching();
        assert_eq!(asked(&mut watching, 10, Some(unfit())), 1);
        // A file is added, deep below: the envelope may be whole now.
        write(&watching.source, "blobs/sha256/2", "two");
        assert_eq!(asked(&mut watching, 10, Some(unfit())), 1);
        write(&watching.source, "envelope.json", "two and more");
        assert_eq!(asked(&mut watching, 10, SERVED), 1);
    }

    #[test]
    fn what_could_not_be_read_is_tried_at_each_look_and_told_once() {
        let (_folder, mut watching) = watching();
        assert_eq!(asked(&mut watching, 5, Some(unread())), 4);
        let mut told = Vec::new();
        watching.look(|known| {
            told = known.to_vec();
            Some(Err(Refused::Panicked("out of order".to_owned())))
        });
        assert_eq!(told, unread().reasons());
        watching.look(|known| {
            told = known.to_vec();
            None
        });
        assert_eq!(told, ["loading it panicked: out of order"]);
        assert_eq!(asked(&mut watching, 5, SERVED), 1);
    }

    #[test]
    fn what_goes_away_and_comes_back_unchanged_is_tried_again() {
        let (folder, mut watching) = watching();
        assert_eq!(asked(&mut watching, 5, Some(unfit())), 1);
        let elsewhere = folder.path().join("elsewhere");
        fs::rename(&watching.source, &elsewhere).unwrap();
        assert_eq!(asked(&mut watching, 2, Some(unfit())), 0);
        fs::rename(&elsewhere, &watching.source).unwrap();
        assert_eq!(asked(&mut watching, 5, SERVED), 1);
    }

    #[test]
    fn a_swap_that_could_not_begin_is_asked_for_again() {
        let (_folder, mut watching) = watching();
        assert_eq!(asked(&mut watching, 4, Some(Refused::InProgress)), 3);
        assert_eq!(asked(&mut watching, 4, SERVED), 1);
    }

    /// A deployment, a watch of its source, and what one look makes of it.
    fn deployed() -> (TempDir, Arc<Deployment>, Watching) {
        let (folder, handler) = tests::folder();
        let deployment = Deployment::open(&handler).unwrap();
        let source = folder.path().join("scale.envelope");
        let watching = Watching { handled: Seen::of(&source), ..Watching::of(source) };
        (folder, deployment, watching)
    }

    fn look(deployment: &Deployment, watching: &mut Watching) -> Digest {
        watching.look(|told| Some(deployment.swap_watched(told)));
        deployment.current().described.id
    }

    #[test]
    fn what_is_written_bit_by_bit_serves_when_it_is_whole() {
        let (folder, deployment, mut watching) = deployed();
        let (two, three) = (deployment.current().described.id, tests::version(3.0));
        let whole = folder.path().join("whole");
        three.save_archive(&whole).unwrap();
        let bytes = fs::read(whole).unwrap();
        for end in (0..bytes.len()).step_by(bytes.len() / 10) {
            fs::write(&watching.source, &bytes[..end]).unwrap();
            assert_eq!(look(&deployment, &mut watching), two);
        }
        // It stands still, half written: it is tried, and refused.
        for _ in 0..3 {
            assert_eq!(look(&deployment, &mut watching), two);
        }
        assert!(watching.tried.is_some());
        fs::write(&watching.source, &bytes).unwrap();
        assert_eq!(look(&deployment, &mut watching), two);
        assert_eq!(look(&deployment, &mut watching), three.id());
    }

    #[test]
    fn a_source_that_goes_away_leaves_its_model_serving() {
        let (folder, deployment, mut watching) = deployed();
        let two = deployment.current().described.id;
        fs::remove_file(&watching.source).unwrap();
        for _ in 0..3 {
            assert_eq!(look(&deployment, &mut watching), two);
            assert!(watching.is_gone);
        }
        let three = tests::version(3.0);
        tests::put(folder.path(), &three);
        assert_eq!(look(&deployment, &mut watching), two);
        assert_eq!(look(&deployment, &mut watching), three.id());
    }

    #[test]
    fn a_source_that_is_gone_asks_for_nothing_and_is_told_once() {
        let (folder, mut watching) = watching();
        assert_eq!(asked(&mut watching, 3, SERVED), 1);
        let elsewhere = folder.path().join("elsewhere");
        fs::rename(&watching.source, &elsewhere).unwrap();
        assert_eq!(asked(&mut watching, 3, SERVED), 0);
        assert!(watching.is_gone);
        fs::rename(&elsewhere, &watching.source).unwrap();
        assert_eq!(asked(&mut watching, 1, SERVED), 0);
        assert!(!watching.is_gone);
    }
}
