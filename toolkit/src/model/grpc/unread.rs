//! An inference request that is not read yet.
//!
//! What stands in two bytes of a message may be hundreds in memory, and a large message takes long to read. So the frame
//! of the service hands on the bytes: [`Unread::head`] looks at what is to be known first, and bounds how much there is to
//! read; [`Unread::read`] is called where there is time for it.

use std::str;

use bytes::{Buf, BufMut, Bytes};
use http::StatusCode;
use prost::{
    DecodeError, Message,
    encoding::{DecodeContext, WireType, decode_key, decode_varint, skip_field},
};

use super::generated::ModelInferRequest;
use crate::{model::protocol::bad_request, problem::Problem};

/// So many fields are read, those of each tensor and the axes of their shapes among them.
const MOST_FIELDS: usize = 32_768;

/// So many texts are read that are no raw contents: an empty one is two bytes of the message, and 32 in memory.
const MOST_TEXTS: usize = 1_000_000;

/// The bytes of a request. As a message, it takes whatever comes, and leaves it as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Unread(Bytes);

/// Which model is asked.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Head<'m> {
    pub(super) model: &'m str,
    pub(super) version: &'m str,
}

impl Unread {
    /// How many bytes there are.
    pub(super) fn size(&self) -> usize {
        self.0.len()
    }

    /// Which model is asked, once it is known that the rest can be read into little memory.
    ///
    /// # Errors
    ///
    /// 400 for what is no such message, and 413 for more fields than are read.
    pub(super) fn head(&self) -> Result<Head<'_>, Problem> {
        let mut walk = Walk { left: MOST_FIELDS, texts: MOST_TEXTS };
        let mut head = Head::default();
        walk.fields(&self.0, |walk, tag, content| {
            match (tag, content) {
                (1, Some(text)) => head.model = str::from_utf8(text).map_err(unreadable)?,
                (2, Some(text)) => head.version = str::from_utf8(text).map_err(unreadable)?,
                (1 | 2, None) => return Err(unreadable("the model's name and version are strings")),
                (INPUTS, Some(tensor)) => walk.tensor(tensor)?,
                // The fields of an output are its name and its parameters.
                (OUTPUTS, Some(output)) => walk.fields(output, |_, _, _| Ok(()))?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(head)
    }

    /// The message.
    ///
    /// # Errors
    ///
    /// 400 for what is no such message.
    pub(super) fn read(self) -> Result<ModelInferRequest, Problem> {
        ModelInferRequest::decode(self.0).map_err(unreadable)
    }
}

/// Where the tensors stand in a request.
const INPUTS: u32 = 5;
/// Where the wanted outputs stand in a request.
const OUTPUTS: u32 = 6;
/// Where its shape stands in a tensor.
const SHAPE: u32 = 3;
/// Where its elements stand in a tensor, if they are no raw contents.
const CONTENTS: u32 = 5;
/// Where texts stand among the elements.
const TEXTS: u32 = 8;

/// How much may still come.
struct Walk {
    /// Fields.
    left: usize,
    /// Texts.
    texts: usize,
}

impl Walk {
    /// Looks at each field, and counts it: its tag, and its content if it has a length.
    fn fields<'m>(
        &mut self,
        bytes: &'m [u8],
        mut look: impl FnMut(&mut Self, u32, Option<&'m [u8]>) -> Result<(), Problem>,
    ) -> Result<(), Problem> {
        self.each(bytes, |walk, tag, content| {
            walk.take(1)?;
            look(walk, tag, content)
        })
    }

    fn each<'m>(
        &mut self,
        mut bytes: &'m [u8],
        mut look: impl FnMut(&mut Self, u32, Option<&'m [u8]>) -> Result<(), Problem>,
    ) -> Result<(), Problem> {
        while !bytes.is_empty() {
            let (tag, wire_type) = decode_key(&mut bytes).map_err(unreadable)?;
            let content = match wire_type {
                WireType::LengthDelimited => Some(content(&mut bytes)?),
                WireType::StartGroup | WireType::EndGroup => return Err(unreadable("it has groups")),
                _ => {
                    skip_field(wire_type, tag, &mut bytes, DecodeContext::default()).map_err(unreadable)?;
                    None
                }
            };
            look(self, tag, content)?;
        }
        Ok(())
    }

    /// Looks at the fields of a tensor. Numbers among its elements take at most eight times their bytes.
    fn tensor(&mut self, tensor: &[u8]) -> Result<(), Problem> {
        self.fields(tensor, |walk, tag, content| match (tag, content) {
            // Packed: each axis takes a byte or more.
            (SHAPE, Some(axes)) => walk.take(axes.len()),
            (CONTENTS, Some(elements)) => walk.each(elements, |walk, tag, _| walk.text(tag)),
            _ => Ok(()),
        })
    }

    /// Counts an element that is a text.
    fn text(&mut self, tag: u32) -> Result<(), Problem> {
        if tag == TEXTS {
            self.texts = self.texts.checked_sub(1).ok_or_else(|| {
                Problem::new(StatusCode::PAYLOAD_TOO_LARGE).detail(format!(
                    "the message has more than {MOST_TEXTS} texts, the most that are read; send them as raw contents"
                ))
            })?;
        }
        Ok(())
    }

    fn take(&mut self, fields: usize) -> Result<(), Problem> {
        self.left = self.left.checked_sub(fields).ok_or_else(|| {
            Problem::new(StatusCode::PAYLOAD_TOO_LARGE)
                .detail(format!("the message has more than {MOST_FIELDS} fields, the most that are read"))
        })?;
        Ok(())
    }
}

/// What stands behind its length.
fn content<'m>(bytes: &mut &'m [u8]) -> Result<&'m [u8], Problem> {
    let length = decode_varint(bytes).map_err(unreadable)?;
    let parts = usize::try_from(length).ok().and_then(|length| bytes.split_at_checked(length));
    let (content, rest) = parts.ok_or_else(|| unreadable("it ends within a field"))?;
    *bytes = rest;
    Ok(content)
}

fn unreadable(why: impl std::fmt::Display) -> Problem {
    bad_request(format!("the message cannot be read: {why}"))
}

impl Message for Unread {
    fn merge(&mut self, mut buf: impl Buf) -> Result<(), DecodeError> {
        self.0 = buf.copy_to_bytes(buf.remaining());
        Ok(())
    }

    fn merge_field(
        &mut self,
        tag: u32,
        wire_type: WireType,
        buf: &mut impl Buf,
        context: DecodeContext,
    ) -> Result<(), DecodeError> {
        // It has no fields of its own.
        skip_field(wire_type, tag, buf, context)
    }

    fn encode_raw(&self, buf: &mut impl BufMut) {
        buf.put_slice(&self.0);
    }

    fn encoded_len(&self) -> usize {
        self.size()
    }

    fn clear(&mut self) {
        self.0.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::grpc::generated::{InferTensorContents, model_infer_request::InferInputTensor};

    fn message(start: &[u8], field: &[u8], times: usize) -> Unread {
        Unread([start, &field.repeat(times)].concat().into())
    }

    #[test]
    fn the_head_names_the_model_and_the_rest_is_read_later() {
        let tensor = InferInputTensor { name: "x".to_owned(), shape: vec![2, -1], ..InferInputTensor::default() };
        let request = ModelInferRequest {
            model_name: "churn".to_owned(),
            model_version: "sha256:0".to_owned(),
            inputs: vec![tensor],
            raw_input_contents: vec![vec![7; 100_000].into()],
            ..ModelInferRequest::default()
        };
        let unread = Unread::decode(request.encode_to_vec().as_slice()).unwrap();
        assert_eq!(unread.size(), request.encoded_len());
        assert_eq!(unread.head().unwrap(), Head { model: "churn", version: "sha256:0" });
        assert_eq!(unread.read().unwrap(), request);
    }

    #[test]
    fn more_fields_than_are_read_are_refused_wherever_they_stand() {
        let name = b"\x0a\x05churn";
        let tensor = |field: &[u8], times: usize| {
            let mut bytes = vec![0x2a];
            prost::encoding::encode_varint((field.len() * times) as u64, &mut bytes);
            bytes
        };
        for (field, place) in [
            (&b"\x2a\0"[..], "inputs"),
            (b"\x32\0", "outputs"),
            (b"\x3a\0", "raw contents"),
            (b"\x22\x02\x0a\0", "parameters"),
            (b"\xa0\x06\0", "what is not known"),
        ] {
            assert!(message(name, field, MOST_FIELDS - 1).head().is_ok(), "{place}");
            let problem = message(name, field, MOST_FIELDS).head().unwrap_err();
            assert_eq!(problem.status(), StatusCode::PAYLOAD_TOO_LARGE, "{place}");
        }
        for (field, place) in [(&b"\x22\x02\x0a\0"[..], "parameters of a tensor"), (b"\x18\x01", "axes")] {
            let start = tensor(field, MOST_FIELDS);
            let problem = message(&start, field, MOST_FIELDS).head().unwrap_err();
            assert_eq!(problem.status(), StatusCode::PAYLOAD_TOO_LARGE, "{place}");
        }
        let axes = InferInputTensor { shape: vec![1; MOST_FIELDS], ..InferInputTensor::default() };
        let request = ModelInferRequest { inputs: vec![axes], ..ModelInferRequest::default() };
        let problem = Unread(request.encode_to_vec().into()).head().unwrap_err();
        assert_eq!(problem.status(), StatusCode::PAYLOAD_TOO_LARGE, "packed axes");
    }

    #[test]
    fn more_texts_than_are_read_are_refused_before_they_take_memory() {
        let request = |texts: usize| {
            let contents = InferTensorContents { bytes_contents: vec![Bytes::new(); texts], ..Default::default() };
            let tensor = InferInputTensor { contents: Some(contents), ..InferInputTensor::default() };
            let request = ModelInferRequest { inputs: vec![tensor], ..ModelInferRequest::default() };
            Unread(request.encode_to_vec().into())
        };
        assert!(request(MOST_TEXTS).head().is_ok());
        assert_eq!(request(MOST_TEXTS + 1).head().unwrap_err().status(), StatusCode::PAYLOAD_TOO_LARGE);
    }

    #[test]
    fn what_is_no_message_is_the_clients_fault() {
        for bytes in [&b"\xff"[..], b"\x0a\x05ch", b"\x0a\x01\xff", b"\x08\x01", b"\x3b\x3c", b"\x2a\x02\x0a\x05"] {
            let problem = Unread(bytes.into()).head().unwrap_err();
            assert_eq!(problem.status(), StatusCode::BAD_REQUEST, "{bytes:?}");
        }
        // A shape that is none: it is found when it is read.
        let unread = Unread(b"\x2a\x02\x1d\0".as_slice().into());
        assert_eq!(unread.clone().read().unwrap_err().status(), StatusCode::BAD_REQUEST);
    }
}
