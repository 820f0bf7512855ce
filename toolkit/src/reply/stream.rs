use std::{
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll},
};

use axum::{
    body::Body,
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive},
    },
};
use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use http::header;
use schemars::JsonSchema;
use serde::Serialize;

use super::Reply;
use crate::openapi::OperationDoc;

type Items<T> = Pin<Box<dyn Stream<Item = T> + Send>>;

/// A stream of values as server-sent events, one `data:` line of JSON each (WHATWG HTML §9.2).
///
/// A comment is sent every 15 seconds in which there is no event, so that proxies keep the connection.
///
/// ```
/// use toolkit::prelude::*;
///
/// #[get("/v0/countdown")]
/// async fn countdown() -> Sse<u32> {
///     Sse::new(futures_util::stream::iter([3, 2, 1]))
/// }
/// ```
pub struct Sse<T>(Items<T>);

/// A stream of values as JSON Lines: one value a line.
///
/// ```
/// use toolkit::prelude::*;
///
/// #[get("/v0/countdown")]
/// async fn countdown() -> JsonLines<u32> {
///     JsonLines::new(futures_util::stream::iter([3, 2, 1]))
/// }
/// ```
pub struct JsonLines<T>(Items<T>);

macro_rules! streamed {
    ($Ty:ident) => {
        impl<T> $Ty<T> {
            /// Sends what `stream` yields, when it yields it.
            pub fn new(stream: impl Stream<Item = T> + Send + 'static) -> Self {
                Self(Box::pin(stream))
            }
        }

        impl<T> std::fmt::Debug for $Ty<T> {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($Ty)).finish_non_exhaustive()
            }
        }
    };
}

streamed!(Sse);
streamed!(JsonLines);

impl<T: Serialize + JsonSchema + 'static> Reply for Sse<T> {
    fn document(operation: &mut OperationDoc<'_>) {
        let schema = operation.schema_of::<T>();
        operation.reply_of("200", "text/event-stream", Some(schema));
    }

    fn into_response(self) -> Response {
        let events = EndsAtFirstError(self.0).map(|line| Ok::<_, Infallible>(Event::default().data(line)));
        axum::response::Sse::new(events).keep_alive(KeepAlive::default()).into_response()
    }
}

impl<T: Serialize + JsonSchema + 'static> Reply for JsonLines<T> {
    fn document(operation: &mut OperationDoc<'_>) {
        let schema = operation.schema_of::<T>();
        operation.reply_of("200", "application/jsonl", Some(schema));
    }

    fn into_response(self) -> Response {
        let lines = EndsAtFirstError(self.0).map(|mut line| {
            line.push('\n');
            Ok::<_, Infallible>(Bytes::from(line))
        });
        ([(header::CONTENT_TYPE, "application/jsonl")], Body::from_stream(lines)).into_response()
    }
}

/// The values as JSON. One that cannot be JSON ends the stream: the status has been sent long before.
struct EndsAtFirstError<T>(Items<T>);

impl<T: Serialize> Stream for EndsAtFirstError<T> {
    type Item = String;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<String>> {
        self.0.as_mut().poll_next(cx).map(|item| {
            let line = serde_json::to_string(&item?);
            line.inspect_err(|error| tracing::error!(%error, "a streamed reply is no JSON")).ok()
        })
    }
}
