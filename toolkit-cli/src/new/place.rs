use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use tempfile::TempDir;

/// Where a service comes to be.
pub(super) struct Place {
    parent: PathBuf,
    folder: PathBuf,
}

impl Place {
    /// A new folder of this name in the one where the user is.
    ///
    /// # Errors
    ///
    /// There is something of that name already.
    pub(super) fn beside(name: &str) -> anyhow::Result<Self> {
        let parent = std::env::current_dir().context("the folder where you are is gone; change to another one")?;
        let folder = parent.join(name);
        // What a link leads to may be missing, and the link is there all the same.
        if let Ok(there) = fs::symlink_metadata(&folder) {
            let what = match there.file_type() {
                kind if kind.is_dir() => "a folder",
                kind if kind.is_symlink() => "a link",
                _ => "a file",
            };
            bail!("there is {what} `{name}` in {} already; remove it, or take another name", parent.display());
        }
        Ok(Self { parent, folder })
    }

    /// The folder where the user is.
    pub(super) fn parent(&self) -> &Path {
        &self.parent
    }

    /// The service's.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Folders to make the service in, removed with all that is in them when they are dropped.
    ///
    /// # Errors
    ///
    /// Nothing can be written there.
    pub(super) fn workshop(&self) -> anyhow::Result<Workshop> {
        let beside = tempfile::Builder::new().prefix(".toolkit-new-").tempdir_in(&self.parent).with_context(|| {
            format!("nothing can be made in {}; change to a folder that you may write to", self.parent.display())
        })?;
        let system = std::env::temp_dir();
        let scratch = tempfile::Builder::new().prefix("toolkit-new-").tempdir_in(&system).with_context(|| {
            format!("nothing can be made in {}; name another folder for temporary files, as TMPDIR", system.display())
        })?;
        fs::write(scratch.path().join(CONFIGURATION), "")?;
        Ok(Workshop { beside, scratch })
    }
}

/// The template's folder in the scratch folder.
pub(super) const TEMPLATE: &str = "template";

/// A configuration of `cargo-generate` that says nothing, in the scratch folder.
pub(super) const CONFIGURATION: &str = "configuration.toml";

/// Where a service is made before it is moved into its place, whole.
pub(super) struct Workshop {
    /// Hidden, and on the file system of the place.
    beside: TempDir,
    /// The system's: its path is plain, and that of the place may be any.
    scratch: TempDir,
}

impl Workshop {
    /// Where the service's folder is made.
    pub(super) fn beside(&self) -> &Path {
        self.beside.path()
    }

    /// Where all else is that is needed on the way.
    pub(super) fn scratch(&self) -> &Path {
        self.scratch.path()
    }

    /// Where the template's files go.
    pub(super) fn template(&self) -> PathBuf {
        self.scratch.path().join(TEMPLATE)
    }

    /// The service of this name.
    pub(super) fn made(&self, name: &str) -> PathBuf {
        self.beside.path().join(name)
    }

    /// Moves the service into its place, and removes all else.
    ///
    /// # Errors
    ///
    /// The system's; also when something came to be at that place meanwhile.
    pub(super) fn finish(self, name: &str, place: &Place) -> io::Result<()> {
        rename(&self.made(name), &place.folder)
    }
}

/// Renames what replaces nothing: an ordinary rename replaces an empty folder.
fn rename(from: &Path, to: &Path) -> io::Result<()> {
    #[cfg(any(target_os = "linux", target_vendor = "apple"))]
    {
        use rustix::fs::{CWD, RenameFlags, renameat_with};
        use rustix::io::Errno;
        match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
            // Not all file systems know that flag.
            Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => {}
            renamed => return renamed.map_err(io::Error::from),
        }
    }
    fs::rename(from, to)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_to_be_meanwhile_is_not_replaced() {
        let folder = TempDir::new().unwrap();
        let (from, to) = (folder.path().join("from"), folder.path().join("to"));
        fs::create_dir(&from).unwrap();
        fs::create_dir(&to).unwrap();
        assert_eq!(rename(&from, &to).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        fs::remove_dir(&to).unwrap();
        rename(&from, &to).unwrap();
    }
}
