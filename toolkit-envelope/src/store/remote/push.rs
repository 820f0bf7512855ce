//! Putting an envelope into an object store.

use std::io::{self, Write};

use object_store::{
    MultipartUpload, ObjectStore, ObjectStoreExt, PutMode, PutOptions, PutPayload, WriteMultipart, path::Path,
};
use tokio::sync::mpsc;

use super::{Remote, aside};
use crate::{
    digest::Digest,
    manifest::{File, LONGEST},
    store::{Envelope, Error, FileFault, layout},
};

/// What is longer is sent in parts of this length.
const PART: usize = 8 << 20;

/// How many parts are on their way at once.
const AT_ONCE: usize = 4;

pub(super) async fn push(remote: &Remote, envelope: &Envelope) -> Result<(), Error> {
    let there = is_there(remote, envelope).await?;
    for file in envelope.distinct() {
        push_blob(remote, envelope, file).await?;
    }
    for (key, bytes) in envelope.signatures() {
        push_signature(remote, *key, bytes).await?;
    }
    if there {
        return Ok(());
    }
    let checksum = layout::checksum(envelope.id()).into_bytes();
    let manifest = remote.child(layout::MANIFEST);
    if !put(remote, &manifest, envelope.json().to_vec(), PutMode::Create).await? {
        // Another one may have been put there meanwhile; or this one was, and not its checksum.
        is_there(remote, envelope).await?;
    }
    put(remote, &remote.child(layout::CHECKSUM), checksum, PutMode::Overwrite).await?;
    Ok(())
}

/// Puts a signature there, but never in place of another one by the same key, of which one must be wrong.
async fn push_signature(remote: &Remote, key: Digest, bytes: &[u8]) -> Result<(), Error> {
    let to = remote.child(&layout::signature(key));
    if put(remote, &to, bytes.to_vec(), PutMode::Create).await? {
        return Ok(());
    }
    let found = remote.objects.get(&to).await.map_err(remote.failed("read"))?;
    let same =
        found.meta.size == bytes.len() as u64 && found.bytes().await.map_err(remote.failed("read"))?.as_ref() == bytes;
    if same {
        return Ok(());
    }
    let faults = vec![FileFault::new(layout::signature(key), layout::OTHER_SIGNATURE)];
    Err(Error::Signatures { place: remote.shown.clone(), faults })
}

/// Whether this envelope's manifest and its checksum are there already.
///
/// # Errors
///
/// [`Error::Occupied`] when it is another one's.
async fn is_there(remote: &Remote, envelope: &Envelope) -> Result<bool, Error> {
    let manifest = match remote.objects.get(&remote.child(layout::MANIFEST)).await {
        Ok(manifest) if manifest.meta.size > LONGEST as u64 => None,
        Ok(manifest) => Some(manifest.bytes().await.map_err(remote.failed("read"))?),
        Err(object_store::Error::NotFound { .. }) => return Ok(false),
        Err(error) => return Err(remote.failed("read")(error)),
    };
    let found = Digest::of(manifest.as_deref().unwrap_or_default());
    if found != envelope.id() {
        return Err(Error::Occupied { place: remote.shown.clone(), found, saved: envelope.id() });
    }
    Ok(remote.objects.head(&remote.child(layout::CHECKSUM)).await.is_ok())
}

async fn push_blob(remote: &Remote, envelope: &Envelope, file: &File) -> Result<(), Error> {
    let to = remote.child(&layout::blob(file.digest));
    match remote.objects.head(&to).await {
        Ok(found) if found.size == file.size => return Ok(()),
        Ok(_) | Err(object_store::Error::NotFound { .. }) => {}
        Err(error) => return Err(remote.failed("find")(error)),
    }
    if file.size <= PART as u64 {
        let (envelope, path) = (envelope.clone(), file.path.clone());
        let bytes = aside(move || envelope.read(&path)).await??;
        put(remote, &to, bytes, PutMode::Overwrite).await?;
        return Ok(());
    }
    let upload = remote.objects.put_multipart(&to).await.map_err(remote.failed("write to"))?;
    push_parts(remote, envelope, file, upload).await
}

/// Sends a blob while it is read and verified; one that turns out wrong is never finished.
async fn push_parts(
    remote: &Remote,
    envelope: &Envelope,
    file: &File,
    upload: Box<dyn MultipartUpload>,
) -> Result<(), Error> {
    let (sender, mut parts) = mpsc::channel(AT_ONCE);
    let (from, wanted) = (envelope.clone(), file.clone());
    let reading = tokio::task::spawn_blocking(move || {
        let mut to = Parts { sender, part: Vec::new() };
        let copied = from.copy(&wanted, &mut to)?;
        to.flush()?;
        Ok::<_, io::Error>(copied)
    });
    let mut upload = WriteMultipart::new_with_chunk_size(upload, PART);
    let mut sent = Ok(());
    while let Some(part) = parts.recv().await {
        sent = upload.wait_for_capacity(AT_ONCE).await;
        if sent.is_err() {
            break;
        }
        upload.put(part.into());
    }
    drop(parts);
    let read = reading.await.map_err(io::Error::other).and_then(|read| read);
    let verified = match (sent, read) {
        (Err(error), _) => Err(remote.failed("write to")(error)),
        (Ok(()), Err(source)) => Err(Error::Io { doing: "read", place: file.path.clone(), source }),
        (Ok(()), Ok(verified)) => verified,
    };
    match verified {
        Ok(()) => upload.finish().await.map(drop).map_err(remote.failed("write to")),
        Err(error) => {
            // The first error tells what happened; parts that stay are the store's to clean up.
            let _ = upload.abort().await;
            Err(error)
        }
    }
}

/// Puts one object there; whether it was written, which in `PutMode::Create` it is not when there is one.
async fn put(remote: &Remote, to: &Path, bytes: Vec<u8>, mode: PutMode) -> Result<bool, Error> {
    let options = PutOptions { mode, ..PutOptions::default() };
    match remote.objects.put_opts(to, PutPayload::from(bytes), options).await {
        Ok(_) => Ok(true),
        Err(object_store::Error::AlreadyExists { .. }) => Ok(false),
        Err(error) => Err(remote.failed("write to")(error)),
    }
}

/// Gathers what is written into parts, and sends them.
struct Parts {
    sender: mpsc::Sender<Vec<u8>>,
    part: Vec<u8>,
}

impl Write for Parts {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.part.extend_from_slice(bytes);
        if self.part.len() >= PART {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.part.is_empty() {
            return Ok(());
        }
        let sent = self.sender.blocking_send(std::mem::take(&mut self.part));
        sent.map_err(|_| io::Error::new(io::ErrorKind::BrokenPipe, "the upload has ended"))
    }
}
