use std::{
    fs::File,
    io::{self, Read, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{Error, FileFault, disk, error::UNREAD, layout};
use crate::digest::{Digest, Hashing};

/// How many bytes are read at a time.
const STEP: usize = 256 << 10;

/// Where the bytes of a file are.
#[derive(Clone, Debug)]
pub(crate) enum Blob {
    /// In memory.
    Bytes(Arc<[u8]>),
    /// In a file of their own.
    Own(PathBuf),
    /// In an archive, from this byte on.
    Part(Arc<File>, u64),
}

impl Blob {
    /// Starts to read. What is read is not verified yet.
    fn start(&self, size: u64) -> io::Result<Box<dyn Read + '_>> {
        // One byte more than there should be tells of a file that has grown.
        Ok(match self {
            Self::Bytes(bytes) => Box::new(&bytes[..]),
            Self::Own(path) => Box::new(disk::open(path)?.0.take(size + 1)),
            Self::Part(archive, offset) => Box::new(Part { archive, offset: *offset }.take(size)),
        })
    }

    /// Passes all bytes to `to`, and tells what is wrong with them when they have passed.
    ///
    /// # Errors
    ///
    /// Only those of `to`, which does not have the blob's fault to tell.
    pub(crate) fn copy(&self, expected: Expected, to: &mut impl Write) -> io::Result<Option<String>> {
        match self.start(expected.size) {
            Ok(reader) => copy(reader, expected, to),
            Err(error) => Ok(Some(unreadable(&error))),
        }
    }
}

/// What a blob must be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Expected {
    pub(crate) digest: Digest,
    pub(crate) size: u64,
}

/// Passes all of `from` to `to`, and tells what is wrong with it when it has passed.
///
/// # Errors
///
/// Those of `to`; that `from` cannot be read is its fault.
pub(crate) fn copy(from: impl Read, expected: Expected, to: &mut impl Write) -> io::Result<Option<String>> {
    let mut hashing = Hashing::new(from);
    let mut buffer = vec![0; STEP.min(expected.size as usize + 1)];
    loop {
        match hashing.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => to.write_all(&buffer[..read])?,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Ok(Some(unreadable(&error))),
        }
    }
    let (digest, length) = hashing.finish();
    Ok(expected.fault(digest, length))
}

impl Expected {
    /// What is wrong with a blob of this digest and length.
    pub(crate) fn fault(self, digest: Digest, length: u64) -> Option<String> {
        let Self { digest: expected, size } = self;
        if length > size {
            Some(format!("has more than {size} bytes, expected {size}; take it from where the envelope was saved"))
        } else if length < size {
            Some(format!("has {length} bytes, expected {size}; take it from where the envelope was saved"))
        } else if digest != expected {
            Some(format!("has the digest {digest}, expected {expected}; take it from where the envelope was saved"))
        } else {
            None
        }
    }
}

/// What a blob's fault is when it cannot be read.
pub(crate) fn unreadable(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "is missing; take it from where the envelope was saved".to_owned(),
        io::ErrorKind::InvalidInput => "is not a regular file, expected no links, directories or devices".to_owned(),
        _ => format!("{UNREAD}{error}"),
    }
}

/// What a file of the envelope is called in a fault: its path, and its blob.
pub(crate) fn label(path: &str, digest: Digest) -> String {
    format!("{path} ({})", layout::blob(digest))
}

/// What is wrong with a blob, as an error.
pub(crate) fn broken(place: &Path, path: &str, digest: Digest, fault: String) -> Error {
    Error::broken(place, vec![FileFault::new(label(path, digest), fault)])
}

/// A part of an archive, read at its place, whatever others read.
struct Part<'a> {
    archive: &'a File,
    offset: u64,
}

impl Read for Part<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        #[cfg(unix)]
        let read = std::os::unix::fs::FileExt::read_at(self.archive, buffer, self.offset)?;
        #[cfg(windows)]
        let read = std::os::windows::fs::FileExt::seek_read(self.archive, buffer, self.offset)?;
        self.offset += read as u64;
        Ok(read)
    }
}
