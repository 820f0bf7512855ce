use std::path::Path;

use bytes::Bytes;
use http::{StatusCode, header};
use http_body_util::{BodyDataStream, LengthLimitError};
use tokio::{
    fs::File,
    io::{AsyncRead, AsyncReadExt, AsyncSeekExt, AsyncWriteExt},
};

use super::{
    Found, Named, Parameter, Reading, Refusal,
    reading::{too_large, unsupported},
    texts::{Text, pairs},
};
use crate::{
    check::Violation,
    openapi::{OperationDoc, ParameterDoc},
    problem::Problem,
};

/// So much of one form's files, in bytes, stays in memory; what does not fit goes to disk.
const FILES_IN_MEMORY: usize = 256 << 10;
/// So long may all texts of one form be, in bytes.
const TEXTS: usize = 1 << 20;
/// So many parts may one form have.
const PARTS: usize = 1000;

/// A form that has been read.
#[derive(Debug)]
pub(crate) enum FormData {
    Urlencoded(Bytes),
    Multipart { texts: Vec<(String, String)>, files: Vec<(String, Upload)> },
}

impl FormData {
    pub(super) fn each_text<'a>(&'a self, name: &str, visit: &mut dyn FnMut(Text<'a>)) {
        match self {
            // What is no UTF-8 even before it is decoded has no names to find.
            Self::Urlencoded(body) => pairs(std::str::from_utf8(body).unwrap_or(""), name, visit),
            Self::Multipart { texts, .. } => {
                texts.iter().filter(|(key, _)| key == name).for_each(|(_, text)| visit(Ok(text.as_str().into())));
            }
        }
    }
}

/// A file out of a `multipart/form-data` body.
///
/// It is streamed in: 256 KiB of a form's files are kept in memory, more goes into unnamed temporary files. The
/// endpoint's `body_limit` bounds the whole body; a form has at most 1000 parts, and 1 MiB of texts.
///
/// ```
/// use toolkit::prelude::*;
///
/// #[post("/v0/pictures", body_limit = "5 MB")]
/// async fn add_picture(#[multipart] picture: Upload) -> toolkit::Result<u64> {
///     let size = picture.size();
///     picture.save("picture").await?;
///     Ok(size)
/// }
/// ```
#[derive(Debug)]
pub struct Upload {
    file_name: Option<String>,
    content_type: Option<String>,
    size: u64,
    content: Content,
}

#[derive(Debug)]
enum Content {
    Memory(Vec<u8>),
    Disk(File),
}

impl Upload {
    /// The name that the client gave the file. It is the client's word: never a path to write to.
    #[must_use]
    pub fn file_name(&self) -> Option<&str> {
        self.file_name.as_deref()
    }

    /// The media type that the client gave the file.
    #[must_use]
    pub fn content_type(&self) -> Option<&str> {
        self.content_type.as_deref()
    }

    /// How large the file is, in bytes.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The content, from its beginning.
    #[must_use]
    pub fn into_reader(self) -> Box<dyn AsyncRead + Send + Unpin> {
        match self.content {
            Content::Memory(bytes) => Box::new(std::io::Cursor::new(bytes)),
            Content::Disk(file) => Box::new(file),
        }
    }

    /// The whole content in memory.
    ///
    /// # Errors
    ///
    /// When the temporary file cannot be read.
    pub async fn bytes(self) -> std::io::Result<Bytes> {
        match self.content {
            Content::Memory(bytes) => Ok(bytes.into()),
            Content::Disk(mut file) => {
                let mut bytes = Vec::new();
                file.read_to_end(&mut bytes).await?;
                Ok(bytes.into())
            }
        }
    }

    /// Writes the content to `path`, replacing what is there.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub async fn save(self, path: impl AsRef<Path>) -> std::io::Result<()> {
        let mut file = File::create(path).await?;
        tokio::io::copy(&mut self.into_reader(), &mut file).await?;
        file.sync_all().await
    }

    /// The browser's way to say that no file was chosen.
    fn is_blank(&self) -> bool {
        self.size == 0 && self.file_name.as_deref().is_none_or(str::is_empty)
    }
}

impl Reading {
    /// Reads the body as `application/x-www-form-urlencoded`.
    ///
    /// # Errors
    ///
    /// 415 for another media type, 413 over the limit.
    pub async fn load_form(&mut self) -> Result<(), Refusal> {
        const MEDIA_TYPE: &str = "application/x-www-form-urlencoded";
        if self.media_type().as_deref() != Some(MEDIA_TYPE) {
            return Err(unsupported(MEDIA_TYPE));
        }
        self.form = Some(FormData::Urlencoded(self.body_bytes().await?));
        Ok(())
    }

    /// Reads the body as `multipart/form-data` (RFC 7578).
    ///
    /// # Errors
    ///
    /// 415 for another media type, 413 over the limit, 400 for a malformed body.
    pub async fn load_multipart(&mut self) -> Result<(), Refusal> {
        let content_type = self.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let boundary = content_type.and_then(|value| multer::parse_boundary(value).ok());
        let Some(boundary) = boundary else { return Err(unsupported("multipart/form-data")) };
        let limit = self.body_limit;
        let mut parts = multer::Multipart::new(BodyDataStream::new(self.take_body()?), boundary);
        let (mut texts, mut files) = (Vec::new(), Vec::new());
        let (mut count, mut room_for_files, mut room_for_texts) = (0, FILES_IN_MEMORY, TEXTS);
        while let Some(field) = parts.next_field().await.map_err(|error| broken(&error, limit))? {
            count += 1;
            if count > PARTS {
                return Err(too_much(format!("a form must have at most {PARTS} parts")));
            }
            let Some(name) = field.name().map(str::to_owned) else { continue };
            if field.file_name().is_some() {
                files.push((name, stream_in(field, limit, &mut room_for_files).await?));
            } else {
                match String::from_utf8(read_text(field, limit, &mut room_for_texts).await?) {
                    Ok(text) => texts.push((name, text)),
                    Err(_) => self.violate(Violation {
                        location: crate::check::Location::Form,
                        name: Some(name),
                        pointer: None,
                        row: None,
                        column: None,
                        code: "encoding".into(),
                        message: "must be UTF-8".into(),
                    }),
                }
            }
        }
        self.form = Some(FormData::Multipart { texts, files });
        Ok(())
    }
}

async fn read_text(mut field: multer::Field<'_>, limit: usize, room: &mut usize) -> Result<Vec<u8>, Refusal> {
    let mut text = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(|error| broken(&error, limit))? {
        *room = room
            .checked_sub(chunk.len())
            .ok_or_else(|| too_much(format!("the texts of a form must be at most {TEXTS} bytes together")))?;
        text.extend_from_slice(&chunk);
    }
    Ok(text)
}

fn too_much(detail: String) -> Refusal {
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE).detail(detail).header(header::CONNECTION, "close").into()
}

/// Keeps a file as it comes in.
async fn stream_in(mut field: multer::Field<'_>, limit: usize, room: &mut usize) -> Result<Upload, Refusal> {
    let mut upload = Upload {
        file_name: field.file_name().map(str::to_owned),
        content_type: field.content_type().map(ToString::to_string),
        size: 0,
        content: Content::Memory(Vec::new()),
    };
    while let Some(chunk) = field.chunk().await.map_err(|error| broken(&error, limit))? {
        upload.add(&chunk, room).await.map_err(|error| Problem::internal(error.into()))?;
    }
    upload.rewind().await.map_err(|error| Problem::internal(error.into()))?;
    Ok(upload)
}

fn broken(error: &multer::Error, limit: usize) -> Refusal {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if error.is::<LengthLimitError>() {
            return too_large(limit);
        }
        cause = error.source();
    }
    Problem::new(StatusCode::BAD_REQUEST).title("The body is not multipart/form-data").into()
}

impl Upload {
    async fn add(&mut self, chunk: &[u8], room: &mut usize) -> std::io::Result<()> {
        self.size += chunk.len() as u64;
        if let Content::Memory(bytes) = &mut self.content {
            if let Some(left) = room.checked_sub(chunk.len()) {
                *room = left;
                bytes.extend_from_slice(chunk);
                return Ok(());
            }
            *room += bytes.len();
            let mut file = File::from_std(tempfile::tempfile()?);
            file.write_all(bytes).await?;
            self.content = Content::Disk(file);
        }
        match &mut self.content {
            Content::Disk(file) => file.write_all(chunk).await,
            Content::Memory(_) => Ok(()),
        }
    }

    async fn rewind(&mut self) -> std::io::Result<()> {
        if let Content::Disk(file) = &mut self.content {
            file.flush().await?;
            file.rewind().await?;
        }
        Ok(())
    }
}

fn take_files(reading: &mut Reading, name: &str) -> Vec<Upload> {
    let Some(FormData::Multipart { files, .. }) = &mut reading.form else { return Vec::new() };
    let (taken, kept) = std::mem::take(files).into_iter().partition(|(key, _)| key == name);
    *files = kept;
    taken.into_iter().map(|(_, upload): (String, Upload)| upload).filter(|upload| !upload.is_blank()).collect()
}

fn take_file(reading: &mut Reading, parameter: &Parameter) -> Found<Upload> {
    let mut files = take_files(reading, parameter.name);
    match (files.pop(), files.is_empty()) {
        (None, _) => Found::Absent,
        (Some(file), true) => Found::Value(file),
        (Some(_), false) => {
            reading.violate(Violation::new(&parameter.place(), "repeated", "must be given once"));
            Found::Invalid
        }
    }
}

/// A file.
#[derive(Debug)]
pub struct ViaUpload;

#[diagnostic::do_not_recommend]
impl Named<ViaUpload> for Upload {
    fn read(reading: &mut Reading, parameter: &Parameter) -> Found<Self> {
        take_file(reading, parameter)
    }

    fn absent() -> Option<Self> {
        None
    }

    fn document(operation: &mut OperationDoc<'_>, parameter: &ParameterDoc<'_>) {
        operation.upload(parameter, true, false);
    }
}

#[diagnostic::do_not_recommend]
impl Named<ViaUpload> for Option<Upload> {
    fn read(reading: &mut Reading, parameter: &Parameter) -> Found<Self> {
        match take_file(reading, parameter) {
            Found::Value(file) => Found::Value(Some(file)),
            Found::Absent => Found::Absent,
            Found::Invalid => Found::Invalid,
            Found::Refused(refusal) => Found::Refused(refusal),
        }
    }

    fn absent() -> Option<Self> {
        Some(None)
    }

    fn document(operation: &mut OperationDoc<'_>, parameter: &ParameterDoc<'_>) {
        operation.upload(parameter, false, false);
    }
}

#[diagnostic::do_not_recommend]
impl Named<ViaUpload> for Vec<Upload> {
    fn read(reading: &mut Reading, parameter: &Parameter) -> Found<Self> {
        Found::Value(take_files(reading, parameter.name))
    }

    fn absent() -> Option<Self> {
        Some(Vec::new())
    }

    fn document(operation: &mut OperationDoc<'_>, parameter: &ParameterDoc<'_>) {
        operation.upload(parameter, false, true);
    }
}
