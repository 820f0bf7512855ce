use std::{
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

impl HttpBody for TracedBody {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let this = &mut *self;
        let entered = this.exchange.as_ref().map(Exchange::enter);
        let frame = Pin::new(&mut this.inner).poll_frame(cx);
        drop(entered);
        let frame = ready!(frame);
        match &frame {
            Some(Ok(frame)) => {
                if let (Some(exchange), Some(data)) = (&mut this.exchange, frame.data_ref()) {
                    exchange.sent(data.len());
                }
                // Nobody asks for more then.
                if this.inner.is_end_stream() {
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
