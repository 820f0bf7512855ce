//! A socket with at most one request under way.

use std::io::{ErrorKind, Read, Write};
use std::net::SocketAddr;
use std::time::Instant;

use anyhow::{Context, bail};
use mio::net::TcpStream;
use mio::{Interest, Registry, Token};

use super::answer::Answer;

#[derive(Debug)]
pub(super) struct Connection {
    address: SocketAddr,
    token: Token,
    stream: TcpStream,
    /// When the request under way was due.
    due: Option<Instant>,
    /// How many of its bytes were written.
    written: usize,
    answer: Answer,
    /// Whether this socket ever carried an answer: the first one may not be closed without one.
    proven: bool,
    /// How many requests were sent again.
    resent: u64,
}

impl Connection {
    pub(super) fn open(address: SocketAddr, token: Token, registry: &Registry) -> anyhow::Result<Self> {
        let stream = connect(address, token, registry)?;
        Ok(Self { address, token, stream, due: None, written: 0, answer: Answer::new(), proven: false, resent: 0 })
    }

    /// Whether a request is under way, and since when it was due.
    pub(super) fn due(&self) -> Option<Instant> {
        self.due
    }

    /// How many requests were sent again, because the server had closed the connection.
    pub(super) fn resent(&self) -> u64 {
        self.resent
    }

    /// Sends a request that was due at `due`.
    pub(super) fn send(&mut self, request: &[u8], due: Instant, registry: &Registry) -> anyhow::Result<()> {
        self.due = Some(due);
        self.written = 0;
        self.write(request, registry)
    }

    /// Writes what is left of the request under way, as far as the socket takes it.
    pub(super) fn write(&mut self, request: &[u8], registry: &Registry) -> anyhow::Result<()> {
        while self.due.is_some() && self.written < request.len() {
            match self.stream.write(&request[self.written..]) {
                Ok(count) => self.written += count,
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if is_closed(error.kind()) => return self.closed(request, registry),
                Err(error) => return Err(error).context("the request cannot be sent"),
            }
        }
        Ok(())
    }

    /// Reads what came, and says when the request was due whose answer is whole now.
    pub(super) fn read(&mut self, request: &[u8], registry: &Registry) -> anyhow::Result<Option<Instant>> {
        loop {
            let space = self.answer.space();
            let most = space.len();
            match self.stream.read(space) {
                Ok(0) => return self.closed(request, registry).map(|()| None),
                Ok(count) => {
                    if let Some(whole) = self.answer.received(count)? {
                        if self.written < request.len() {
                            bail!("an answer before the request was sent to its end");
                        }
                        self.proven = true;
                        if whole.closes {
                            self.reopen(registry)?;
                        }
                        return self.due.take().map(Some).context("an answer without a request");
                    }
                    // Not filled, there is no more; the next bytes are an event of their own.
                    if count < most {
                        return Ok(None);
                    }
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(None),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if is_closed(error.kind()) => return self.closed(request, registry).map(|()| None),
                Err(error) => return Err(error).context("the answer cannot be received"),
            }
        }
    }

    /// The server closed the socket: between requests it may, and what was sent meanwhile is sent again.
    fn closed(&mut self, request: &[u8], registry: &Registry) -> anyhow::Result<()> {
        if !self.answer.is_empty() {
            bail!("the connection was closed in the middle of an answer; {}", self.answer.shown());
        }
        if self.due.is_some() && !self.proven {
            bail!("the connection was closed without an answer");
        }
        self.resent += u64::from(self.due.is_some());
        self.reopen(registry)?;
        self.write(request, registry)
    }

    fn reopen(&mut self, registry: &Registry) -> anyhow::Result<()> {
        registry.deregister(&mut self.stream)?;
        self.stream = connect(self.address, self.token, registry)?;
        self.written = 0;
        self.proven = false;
        self.answer.clear();
        Ok(())
    }
}

fn connect(address: SocketAddr, token: Token, registry: &Registry) -> anyhow::Result<TcpStream> {
    let stream = std::net::TcpStream::connect(address).with_context(|| format!("{address} cannot be connected to"))?;
    stream.set_nodelay(true)?;
    stream.set_nonblocking(true)?;
    let mut stream = TcpStream::from_std(stream);
    registry.register(&mut stream, token, Interest::READABLE | Interest::WRITABLE)?;
    Ok(stream)
}

fn is_closed(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::BrokenPipe | ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted)
}
