//! Files and directories, opened without following links and written so that a crash leaves nothing half done.

use std::{
    fs::{self, File, OpenOptions},
    io,
    path::Path,
};

use tempfile::{Builder, NamedTempFile, TempDir};

use super::Error;

/// Opens a regular file to read it; a link, a directory or a device is none.
///
/// What is asked of the file is asked of what was opened, so that nothing can be put in its place between.
///
/// # Errors
///
/// The system's, and `InvalidInput` for what is not a regular file.
pub(crate) fn open(path: &Path) -> io::Result<(File, u64)> {
    let file = without_following(path)?;
    let metadata = file.metadata()?;
    if metadata.is_file() { Ok((file, metadata.len())) } else { Err(not_regular()) }
}

fn not_regular() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, "is not a regular file")
}

#[cfg(unix)]
fn without_following(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;

    use rustix::{fs::OFlags, io::Errno};

    // Without NONBLOCK, opening a pipe waits for somebody to write to it.
    let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed();
    let opened = OpenOptions::new().read(true).custom_flags(flags).open(path);
    let is_link = |error: &io::Error| error.raw_os_error() == Some(Errno::LOOP.raw_os_error());
    opened.map_err(|error| if is_link(&error) { not_regular() } else { error })
}

#[cfg(not(unix))]
fn without_following(path: &Path) -> io::Result<File> {
    if fs::symlink_metadata(path)?.is_file() { OpenOptions::new().read(true).open(path) } else { Err(not_regular()) }
}

/// Makes what was written, moved or made in `directory` outlast a crash.
///
/// # Errors
///
/// The system's.
pub(crate) fn synchronise(directory: &Path) -> Result<(), Error> {
    #[cfg(test)]
    SYNCHRONISED.with_borrow_mut(|all| all.push(directory.to_owned()));
    if cfg!(unix) {
        let synchronised = File::open(directory).and_then(|directory| directory.sync_all());
        synchronised.map_err(Error::io("synchronise", directory))?;
    }
    Ok(())
}

#[cfg(test)]
std::thread_local! {
    /// What was synchronised, in order: whether it was is seen only after a crash.
    static SYNCHRONISED: std::cell::RefCell<Vec<std::path::PathBuf>> = const { std::cell::RefCell::new(Vec::new()) };
}

/// Waits until nobody else replaces files in `directory`, and keeps others out until the lock is dropped.
///
/// Where there are no such locks, on some shared disks and not on Unix, all go in at once.
///
/// # Errors
///
/// The system's.
pub(crate) fn alone_in(directory: &Path) -> Result<Option<File>, Error> {
    if !cfg!(unix) {
        return Ok(None);
    }
    let lock = File::open(directory).map_err(Error::io("look into", directory))?;
    loop {
        match lock.lock() {
            Ok(()) => return Ok(Some(lock)),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return Ok(None),
        }
    }
}

/// The directory in which `path` is.
pub(crate) fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    }
}

/// Makes a directory with those above it, each of which outlasts a crash.
///
/// # Errors
///
/// The system's.
pub(crate) fn make(directory: &Path) -> Result<(), Error> {
    let mut missing = Vec::new();
    let mut at = directory;
    while !at.is_dir() {
        missing.push(at);
        // The current directory is above itself, also when it was removed.
        if parent(at) == at {
            break;
        }
        at = parent(at);
    }
    for directory in missing.into_iter().rev() {
        match fs::create_dir(directory) {
            Err(error) if !directory.is_dir() => return Err(Error::io("make the directory", directory)(error)),
            // Or somebody else has made it meanwhile.
            _ => synchronise(parent(directory))?,
        }
    }
    Ok(())
}

/// A directory beside `path`, to become it; removed if it does not.
///
/// # Errors
///
/// The system's.
pub(crate) fn directory_beside(path: &Path) -> Result<TempDir, Error> {
    make(parent(path))?;
    builder(0o777).tempdir_in(parent(path)).map_err(Error::io("write beside", path))
}

/// A file beside `path`, to become it; removed if it does not.
///
/// # Errors
///
/// The system's.
pub(crate) fn file_beside(path: &Path) -> Result<NamedTempFile, Error> {
    make(parent(path))?;
    builder(0o666).tempfile_in(parent(path)).map_err(Error::io("write beside", path))
}

/// Temporary files are for their owner alone unless told else; these become like all others, by the process's umask.
fn builder(mode: u32) -> Builder<'static, 'static> {
    let mut builder = Builder::new();
    builder.prefix(".envelope-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(mode));
    #[cfg(not(unix))]
    let _ = mode;
    builder
}

/// Writes a file that is not there yet, and waits until it is on the disk.
///
/// # Errors
///
/// The system's.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let written = File::create_new(path).and_then(|mut file| {
        io::Write::write_all(&mut file, bytes)?;
        file.sync_all()
    });
    written.map_err(Error::io("write", path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_directory_that_is_made_is_synchronised_in_the_one_above() {
        let root = tempfile::tempdir().unwrap();
        let at = |below: &str| root.path().join(below);
        SYNCHRONISED.take();
        make(&at("a/b/c")).unwrap();
        assert_eq!(SYNCHRONISED.take(), [root.path().to_owned(), at("a"), at("a/b")]);
        make(&at("a/b/c")).unwrap();
        make(&at("a/x/../b")).unwrap();
        assert_eq!(SYNCHRONISED.take(), [at("a"), at("a/x"), at("a/x/..")]);
        assert!(at("a/b/c").is_dir());
        fs::write(at("file"), "").unwrap();
        assert!(make(&at("file/a")).unwrap_err().to_string().starts_with("cannot make the directory"));
    }
}
