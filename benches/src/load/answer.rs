//! Where an answer ends: of HTTP/1.1, with a length or in chunks.

use anyhow::{Context, bail};

/// How much of an answer an error shows.
const SHOWN: usize = 2000;

/// The answer that is being received.
#[derive(Debug)]
pub(super) struct Answer {
    buffer: Vec<u8>,
    filled: usize,
    head: Option<Head>,
}

#[derive(Clone, Copy, Debug)]
struct Head {
    body: Body,
    closes: bool,
}

#[derive(Clone, Copy, Debug)]
enum Body {
    /// The answer ends there.
    Until(usize),
    /// The next chunk begins there.
    Chunked(usize),
}

/// A whole answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Whole {
    /// Whether the server closes the connection after it.
    pub(super) closes: bool,
}

impl Answer {
    pub(super) fn new() -> Self {
        Self { buffer: vec![0; 16 * 1024], filled: 0, head: None }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.filled == 0
    }

    /// Forgets what was received.
    pub(super) fn clear(&mut self) {
        self.filled = 0;
        self.head = None;
    }

    /// Where the next bytes go; never empty.
    pub(super) fn space(&mut self) -> &mut [u8] {
        if self.filled == self.buffer.len() {
            self.buffer.resize(2 * self.filled, 0);
        }
        &mut self.buffer[self.filled..]
    }

    /// Takes the first `count` bytes of the space; a whole answer is forgotten.
    pub(super) fn received(&mut self, count: usize) -> anyhow::Result<Option<Whole>> {
        self.filled += count;
        let whole = self.whole().with_context(|| self.shown())?;
        if whole.is_some() {
            self.clear();
        }
        Ok(whole)
    }

    /// What was received, for errors.
    pub(super) fn shown(&self) -> String {
        let shown = &self.buffer[..self.filled.min(SHOWN)];
        format!("{} bytes were received: {}", self.filled, String::from_utf8_lossy(shown))
    }

    fn whole(&mut self) -> anyhow::Result<Option<Whole>> {
        let received = &self.buffer[..self.filled];
        let mut head = match self.head {
            Some(head) => head,
            None => match end_of_head(received) {
                Some(end) => head_of(&received[..end])?,
                None => return Ok(None),
            },
        };
        let end = match &mut head.body {
            Body::Until(end) => Some(*end).filter(|end| *end <= received.len()),
            Body::Chunked(at) => end_of_chunks(received, at)?,
        };
        self.head = Some(head);
        match end {
            Some(end) if end < received.len() => bail!("more than one answer to a request"),
            end => Ok(end.map(|_| Whole { closes: head.closes })),
        }
    }
}

/// Behind the empty line.
fn end_of_head(received: &[u8]) -> Option<usize> {
    received.windows(4).position(|four| four == b"\r\n\r\n").map(|at| at + 4)
}

fn head_of(head: &[u8]) -> anyhow::Result<Head> {
    let mut lines = head.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    let status = lines.next().unwrap_or_default();
    if !(status.starts_with(b"HTTP/1.1 200") || status.starts_with(b"HTTP/1.0 200")) {
        bail!("the answer is {:?}, not 200", String::from_utf8_lossy(status));
    }
    let mut closes = status.starts_with(b"HTTP/1.0");
    let mut body = None;
    for line in lines {
        let Some(colon) = line.iter().position(|byte| *byte == b':') else { continue };
        let (name, value) = (&line[..colon], line[colon + 1..].trim_ascii());
        // Lengths first: most names are told apart by them.
        match name.len() {
            14 if name.eq_ignore_ascii_case(b"content-length") => {
                body = Some(Body::Until(head.len() + number(value, 10)?));
            }
            17 if name.eq_ignore_ascii_case(b"transfer-encoding") && value.eq_ignore_ascii_case(b"chunked") => {
                body = Some(Body::Chunked(head.len()));
            }
            10 if name.eq_ignore_ascii_case(b"connection") => closes = value.eq_ignore_ascii_case(b"close"),
            _ => {}
        }
    }
    let body = body.context("neither a content-length nor chunks: the end of the answer is not known")?;
    Ok(Head { body, closes })
}

/// Behind the last chunk, when it is there; `at` moves from chunk to chunk.
fn end_of_chunks(received: &[u8], at: &mut usize) -> anyhow::Result<Option<usize>> {
    loop {
        let rest = received.get(*at..).unwrap_or_default();
        let Some(line) = rest.windows(2).position(|two| two == b"\r\n") else { return Ok(None) };
        let size = rest[..line].split(|byte| *byte == b';').next().unwrap_or_default();
        let size = number(size.trim_ascii(), 16)?;
        if size == 0 {
            // Trailers, if any, and an empty line.
            return Ok(end_of_head(&rest[line..]).map(|end| *at + line + end));
        }
        let next = *at + line + 2 + size + 2;
        if next > received.len() {
            return Ok(None);
        }
        *at = next;
    }
}

fn number(digits: &[u8], radix: u32) -> anyhow::Result<usize> {
    let number = str::from_utf8(digits).ok().and_then(|digits| usize::from_str_radix(digits, radix).ok());
    number.with_context(|| format!("{:?} is no length", String::from_utf8_lossy(digits)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHUNKED: &str =
        "HTTP/1.1 200 OK\r\nTRANSFER-ENCODING: chunked\r\n\r\n3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\n\r\n";
    const LENGTH: &str = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\nConnection: close\r\n\r\n12\r\n3";

    fn receive(answer: &mut Answer, text: &str) -> anyhow::Result<Option<Whole>> {
        for (at, byte) in text.bytes().enumerate() {
            answer.space()[0] = byte;
            let whole = answer.received(1)?;
            if whole.is_some() || at + 1 == text.len() {
                assert_eq!(at + 1, text.len(), "it ends too soon");
                return Ok(whole);
            }
        }
        Ok(None)
    }

    #[test]
    fn answers_end_where_they_say_whatever_they_are_split_into() {
        let mut answer = Answer::new();
        assert_eq!(receive(&mut answer, CHUNKED).unwrap(), Some(Whole { closes: false }));
        assert!(answer.is_empty());
        assert_eq!(receive(&mut answer, LENGTH).unwrap(), Some(Whole { closes: true }));
        for text in [CHUNKED, LENGTH] {
            answer.space()[..text.len()].copy_from_slice(text.as_bytes());
            assert!(answer.received(text.len()).unwrap().is_some());
        }
    }

    #[test]
    fn an_answer_that_is_not_whole_is_waited_for() {
        for text in [CHUNKED, LENGTH] {
            assert_eq!(receive(&mut Answer::new(), &text[..text.len() - 1]).unwrap(), None);
        }
    }

    #[test]
    fn what_cannot_be_read_is_an_error_that_shows_it() {
        for (text, says) in [
            ("HTTP/1.1 500 Internal Server Error\r\nContent-Length: 2\r\n\r\n", "not 200"),
            ("HTTP/1.1 200 OK\r\n\r\n", "neither"),
            ("HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", "\"x\" is no length"),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nyy\r\n", "\"yy\" is no length"),
        ] {
            let error = format!("{:#}", receive(&mut Answer::new(), text).unwrap_err());
            assert!(error.contains(says) && error.contains("HTTP/1.1"), "{error}");
        }
        let mut answer = Answer::new();
        let twice = LENGTH.repeat(2);
        answer.space()[..twice.len()].copy_from_slice(twice.as_bytes());
        assert!(format!("{:#}", answer.received(twice.len()).unwrap_err()).contains("more than one answer"));
    }
}
