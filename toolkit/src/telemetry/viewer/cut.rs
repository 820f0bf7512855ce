//! What is kept of a span, a log line and a problem. Long texts are cut, long lists shortened, and what remains is
//! weighed, so that no request can fill the memory.

use std::{borrow::Cow, fmt::Write as _};

use bytes::Bytes;
use opentelemetry::{Array, KeyValue, StringValue, Value, trace::SpanContext, trace::TraceState};
use opentelemetry_sdk::trace::SpanData;

use super::LogLine;

/// The longest text that is kept whole, in bytes.
pub(super) const TEXT: usize = 4 << 10;
/// The longest name that is kept whole, in bytes.
const NAME: usize = 256;
/// The longest problem document that is kept whole, in bytes.
pub(super) const PROBLEM: usize = 16 << 10;
/// Attributes and events past so many bytes of one span are left out and counted as dropped.
pub(super) const SPAN: usize = 64 << 10;
/// The longest `tracestate` that the W3C asks everyone to pass on (Trace Context §3.3.1.5).
const TRACE_STATE: usize = 512;
/// What the allocator takes for itself with each piece of memory.
const PIECE: usize = 16;
/// So many links of a span are kept.
const LINKS: usize = 32;
/// So many fields of a log line are kept.
const FIELDS: usize = 64;

/// Cuts a span and gives the memory that it takes.
pub(super) fn span(span: &mut SpanData) -> usize {
    cow(&mut span.name, NAME);
    trace_state(&mut span.span_context);
    if let opentelemetry::trace::Status::Error { description } = &mut span.status {
        cow(description, TEXT);
    }
    let mut room = Room { left: SPAN };
    span.dropped_attributes_count += room.attributes(&mut span.attributes);
    events(span, &mut room);
    links(span, &mut room);
    size_of::<SpanData>() + 3 * PIECE + span.name.len() + (SPAN - room.left)
}

/// As much of a name as is kept.
pub(super) fn name(name: &str) -> &str {
    &name[..name.floor_char_boundary(NAME)]
}

/// Cuts a log line and gives the memory that it takes.
pub(super) fn line(line: &mut LogLine) -> usize {
    cow(&mut line.target, NAME);
    string(&mut line.message, TEXT);
    line.fields.truncate(FIELDS);
    let mut fields = 0;
    for (_, value) in &mut line.fields {
        string(value, TEXT.min(SPAN.saturating_sub(fields)));
        fields += size_of::<(&str, String)>() + PIECE + value.len();
    }
    size_of::<LogLine>() + 3 * PIECE + line.target.len() + line.message.len() + fields
}

/// The part of a problem document that is kept, in memory of its own.
pub(super) fn problem(document: &Bytes) -> Bytes {
    Bytes::copy_from_slice(document.get(..PROBLEM).unwrap_or(document))
}

/// What a span's attributes, events and links may still take.
struct Room {
    left: usize,
}

impl Room {
    /// Cuts attributes to the room that is left, and says how many had none.
    fn attributes(&mut self, attributes: &mut Vec<KeyValue>) -> u32 {
        let fitting = attributes.iter_mut().position(|attribute| !self.attribute(attribute));
        let Some(fitting) = fitting else { return 0 };
        let dropped = attributes.len() - fitting;
        attributes.truncate(fitting);
        attributes.shrink_to_fit();
        dropped as u32
    }

    fn attribute(&mut self, attribute: &mut KeyValue) -> bool {
        if attribute.key.as_str().len() > NAME {
            attribute.key = shortened(attribute.key.as_str(), NAME).into();
        }
        let value = value(&mut attribute.value);
        self.take(size_of::<KeyValue>() + PIECE + attribute.key.as_str().len() + value)
    }

    fn take(&mut self, bytes: usize) -> bool {
        let fits = bytes <= self.left;
        self.left -= if fits { bytes } else { 0 };
        fits
    }
}

fn events(span: &mut SpanData, room: &mut Room) {
    let events = &mut span.events;
    let fitting = events.events.iter_mut().position(|event| {
        cow(&mut event.name, NAME);
        event.dropped_attributes_count += room.attributes(&mut event.attributes);
        !room.take(size_of_val(event) + PIECE + event.name.len())
    });
    if let Some(fitting) = fitting {
        events.dropped_count += (events.events.len() - fitting) as u32;
        events.events.truncate(fitting);
        events.events.shrink_to_fit();
    }
}

fn links(span: &mut SpanData, room: &mut Room) {
    let links = &mut span.links;
    let fitting = links.links.iter_mut().take(LINKS).position(|link| {
        trace_state(&mut link.span_context);
        link.dropped_attributes_count += room.attributes(&mut link.attributes);
        !room.take(size_of_val(link))
    });
    let fitting = fitting.unwrap_or(links.links.len().min(LINKS));
    if fitting < links.links.len() {
        links.dropped_count += (links.links.len() - fitting) as u32;
        links.links.truncate(fitting);
        links.links.shrink_to_fit();
    }
}

fn trace_state(context: &mut SpanContext) {
    if *context.trace_state() != TraceState::NONE && context.trace_state().header().len() > TRACE_STATE {
        *context = SpanContext::new(
            context.trace_id(),
            context.span_id(),
            context.trace_flags(),
            context.is_remote(),
            TraceState::NONE,
        );
    }
}

/// Cuts a value and gives the memory behind it.
fn value(value: &mut Value) -> usize {
    match value {
        Value::String(text) if text.as_str().len() > TEXT => *value = shortened(text.as_str(), TEXT).into(),
        Value::Array(array) if weight(array) > TEXT => *value = listed(array).into(),
        _ => {}
    }
    match value {
        Value::String(text) => text.as_str().len(),
        Value::Array(array) => weight(array),
        _ => 0,
    }
}

fn weight(array: &Array) -> usize {
    match array {
        Array::Bool(values) => values.len(),
        Array::I64(values) => size_of_val(values.as_slice()),
        Array::F64(values) => size_of_val(values.as_slice()),
        Array::String(values) => values.iter().map(|value| size_of::<StringValue>() + value.as_str().len()).sum(),
        _ => 0,
    }
}

/// The first values of a list as text, which unlike the list can say how many there were.
fn listed(array: &Array) -> String {
    match array {
        Array::Bool(values) => list(values.iter().map(|value| Cow::Borrowed(if *value { "true" } else { "false" }))),
        Array::I64(values) => list(values.iter().map(|value| value.to_string().into())),
        Array::F64(values) => list(values.iter().map(|value| value.to_string().into())),
        Array::String(values) => list(values.iter().map(|value| value.as_str().into())),
        _ => String::new(),
    }
}

fn list<'a>(mut values: impl ExactSizeIterator<Item = Cow<'a, str>>) -> String {
    let count = values.len();
    let mut text = String::from("[");
    while text.len() < TEXT
        && let Some(value) = values.next()
    {
        text.push_str(&shortened(&value, TEXT - text.len()));
        text.push_str(", ");
    }
    // To write to a string cannot fail.
    let _ = write!(text, "… {count} values]");
    text
}

fn cow(text: &mut Cow<'static, str>, longest: usize) {
    if text.len() > longest {
        *text = shortened(text, longest).into();
    }
}

fn string(text: &mut String, longest: usize) {
    if text.len() > longest {
        *text = shortened(text, longest);
    }
}

/// The beginning of a text, with a note of how long it was when that is not the whole of it.
fn shortened(text: &str, longest: usize) -> String {
    if text.len() <= longest {
        return text.to_owned();
    }
    let beginning = &text[..text.floor_char_boundary(longest)];
    format!("{beginning}… (cut, {} bytes in all)", text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_between_characters_and_tells_its_length() {
        assert_eq!(shortened("ää", 3), "ä… (cut, 4 bytes in all)");
        assert_eq!(shortened("ää", 4), "ää");
    }

    #[test]
    fn a_long_list_becomes_a_text_that_tells_its_length() {
        let mut numbers = Value::Array(Array::I64(vec![7; 100_000]));
        assert!(value(&mut numbers) < 2 * TEXT);
        let text = numbers.as_str().into_owned();
        assert!(text.starts_with("[7, 7, ") && text.ends_with("… 100000 values]"), "{text}");
    }

    #[test]
    fn a_short_list_stays_a_list() {
        let mut names = Value::Array(Array::String(vec!["a".into(), "b".into()]));
        value(&mut names);
        assert_eq!(names, Value::Array(Array::String(vec!["a".into(), "b".into()])));
    }
}
