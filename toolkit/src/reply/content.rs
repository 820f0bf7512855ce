use std::{io, path::Path};

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use http::{HeaderValue, header};
use serde_json::json;
use tokio_util::io::ReaderStream;

use super::Reply;
use crate::openapi::OperationDoc;

/// A page: `text/html`.
///
/// ```
/// use toolkit::prelude::*;
///
/// #[get("/v0/poster")]
/// fn poster() -> Html {
///     Html("<h1>Alien</h1>".to_owned())
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Html(pub String);

/// Plain text: `text/plain`.
///
/// ```
/// use toolkit::prelude::*;
///
/// #[get("/v0/motto")]
/// fn motto() -> Text {
///     Text("one function".to_owned())
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text(pub String);

fn with_media_type(media_type: &'static str, body: impl Into<Body>) -> Response {
    ([(header::CONTENT_TYPE, media_type)], body.into()).into_response()
}

impl Reply for Html {
    fn document(operation: &mut OperationDoc<'_>) {
        operation.reply_of("200", "text/html", Some(json!({ "type": "string" })));
    }

    fn into_response(self) -> Response {
        with_media_type("text/html; charset=utf-8", self.0)
    }
}

impl Reply for Text {
    fn document(operation: &mut OperationDoc<'_>) {
        operation.reply_of("200", "text/plain", Some(json!({ "type": "string" })));
    }

    fn into_response(self) -> Response {
        with_media_type("text/plain; charset=utf-8", self.0)
    }
}

impl Reply for Bytes {
    fn document(operation: &mut OperationDoc<'_>) {
        operation.reply_of("200", "application/octet-stream", Some(json!({ "type": "string", "format": "binary" })));
    }

    fn into_response(self) -> Response {
        with_media_type("application/octet-stream", self)
    }
}

/// A file from disk, streamed; its media type is told by its extension.
///
/// ```
/// use toolkit::prelude::*;
///
/// #[get("/v0/export")]
/// async fn export() -> toolkit::Result<File> {
///     Ok(File::open("films.csv").await?.download_as("films.csv"))
/// }
/// ```
#[derive(Debug)]
pub struct File {
    file: tokio::fs::File,
    size: u64,
    media_type: String,
    download_as: Option<String>,
}

impl File {
    /// Opens the file.
    ///
    /// # Errors
    ///
    /// When it is not there, not readable, or no file.
    pub async fn open(path: impl AsRef<Path>) -> io::Result<Self> {
        let path = path.as_ref();
        let file = tokio::fs::File::open(path).await?;
        let metadata = file.metadata().await?;
        if !metadata.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a file"));
        }
        let media_type = mime_guess::from_path(path).first_or_octet_stream().to_string();
        Ok(Self { file, size: metadata.len(), media_type, download_as: None })
    }

    /// Makes browsers save the file under that name instead of showing it.
    #[must_use]
    pub fn download_as(mut self, name: impl Into<String>) -> Self {
        self.download_as = Some(name.into());
        self
    }
}

impl Reply for File {
    fn document(operation: &mut OperationDoc<'_>) {
        operation.reply_of("200", "*/*", Some(json!({ "type": "string", "format": "binary" })));
    }

    fn into_response(self) -> Response {
        let mut response = Body::from_stream(ReaderStream::new(self.file)).into_response();
        let disposition = self.download_as.map(|name| {
            // A quote or control character would end the quoted string (RFC 6266 §4.1).
            let name: String = name.chars().filter(|c| !matches!(c, '"' | '\\') && !c.is_control()).collect();
            format!("attachment; filename=\"{name}\"")
        });
        let headers = [
            (header::CONTENT_LENGTH, Some(self.size.to_string())),
            (header::CONTENT_TYPE, Some(self.media_type)),
            (header::CONTENT_DISPOSITION, disposition),
        ];
        for (name, value) in headers {
            if let Some(value) = value.and_then(|value| HeaderValue::from_maybe_shared(Bytes::from(value)).ok()) {
                response.headers_mut().insert(name, value);
            }
        }
        response
    }
}
