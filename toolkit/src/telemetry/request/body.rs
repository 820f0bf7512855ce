use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    task::{Context, Poll, ready},
};

use axum::{
    Error,
    body::{Body, HttpBody},
};
use bytes::Bytes;
use hyper::body::{Frame, SizeHint};

use super::exchange::{End, Exchange};
use crate::problem::panic_message;

/// An answer's body whose parts are made within the request's trace. The exchange ends with it.
#[derive(Debug)]
pub(super) struct TracedBody {
    inner: Body,
    exchange: Option<Exchange>,
}

impl TracedBody {
    pub(super) fn new(inner: Body, exchange: Exchange) -> Self {
        Self { inner, exchange: Some(exchange) }
    }

    fn end(&mut self, end: End) {
        if let Some(exchange) = self.exchange.take() {
            exchange.end(end);
        }
    }
}

impl Drop for TracedBody {
    /// What is logged on the way out belongs to the request.
    fn drop(&mut self) {
        let _entered = self.exchange.as_ref().map(Exchange::enter);
        drop(std::mem::take(&mut self.inner));
    }
}

impl HttpBody for TracedBody {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let this = &mut *self;
        let entered = this.exchange.as_ref().map(Exchange::enter);
        let frame = catch_unwind(AssertUnwindSafe(|| Pin::new(&mut this.inner).poll_frame(cx)));
        let frame = match frame {
            Ok(frame) => ready!(frame),
            Err(panic) => {
                tracing::error!(error = panic_message(&*panic), "what makes the answer panicked; it is broken off");
                this.end(End::Panicked);
                return Poll::Ready(Some(Err(Error::new("the answer broke off"))));
            }
        };
        drop(entered);
        match &frame {
            Some(Ok(frame)) => {
                let sent = frame.data_ref().map_or(0, Bytes::len);
                let is_last = this.exchange.as_mut().is_some_and(|exchange| exchange.sent(sent));
                if is_last || this.inner.is_end_stream() {
                    this.end(End::Sent);
                }
            }
            Some(Err(_)) => this.end(End::Failed),
            None => this.end(End::Sent),
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
