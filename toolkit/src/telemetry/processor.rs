use std::{borrow::Cow, sync::Arc, time::Duration};

use opentelemetry::{Array, Context, KeyValue, StringValue, Value, trace::Status};
use opentelemetry_sdk::{
    Resource,
    error::OTelSdkResult,
    trace::{BatchSpanProcessor, Span, SpanData, SpanProcessor},
};

use super::Seen;

/// What happens to a span that has ended: it is shown and sent.
///
/// There is one processor, since the SDK copies a span for each.
#[derive(Debug)]
pub(super) struct Processor {
    pub(super) seen: Option<Arc<dyn Seen>>,
    pub(super) export: Option<BatchSpanProcessor>,
    /// In characters.
    pub(super) longest_value: usize,
}

impl SpanProcessor for Processor {
    fn on_start(&self, _: &mut Span, _: &Context) {}

    fn on_end(&self, mut span: SpanData) {
        shorten(&mut span, self.longest_value);
        let export = self.export.as_ref().filter(|_| span.span_context.is_sampled());
        match (&self.seen, export) {
            (Some(seen), Some(export)) => {
                seen.span_ended(Cow::Borrowed(&span));
                export.on_end(span);
            }
            (Some(seen), None) => seen.span_ended(Cow::Owned(span)),
            (None, Some(export)) => export.on_end(span),
            (None, None) => {}
        }
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.export.as_ref().map_or(Ok(()), BatchSpanProcessor::force_flush)
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.export.as_ref().map_or(Ok(()), |export| export.shutdown_with_timeout(timeout))
    }

    fn set_resource(&mut self, resource: &Resource) {
        if let Some(export) = &mut self.export {
            export.set_resource(resource);
        }
    }
}

/// So much of one span is kept, in bytes, whatever it is made of; the rest is counted as dropped.
const MOST: usize = 256 * 1024;

/// Cuts texts that are longer than the limit, which the SDK leaves as they are, and what is too much altogether.
fn shorten(span: &mut SpanData, longest: usize) {
    let mut left = MOST;
    shorten_name(&mut span.name, longest);
    if let Status::Error { description } = &mut span.status {
        shorten_name(description, longest);
    }
    span.dropped_attributes_count += shorten_all(&mut span.attributes, longest, &mut left);
    for link in &mut span.links.links {
        link.dropped_attributes_count += shorten_all(&mut link.attributes, longest, &mut left);
    }
    let count = span.events.events.len();
    span.events.events.retain_mut(|event| {
        shorten_name(&mut event.name, longest);
        let fits = take(&mut left, event.name.len());
        event.dropped_attributes_count += shorten_all(&mut event.attributes, longest, &mut left);
        fits
    });
    span.events.dropped_count += (count - span.events.events.len()) as u32;
}

/// Cuts values, and says how many did not fit.
fn shorten_all(attributes: &mut Vec<KeyValue>, longest: usize, left: &mut usize) -> u32 {
    let count = attributes.len();
    attributes.retain_mut(|KeyValue { key, value, .. }| {
        let size = match value {
            Value::String(text) => {
                shorten_text(text, longest);
                text.as_str().len()
            }
            Value::Array(array) => shorten_array(array, longest),
            _ => size_of::<f64>(),
        };
        take(left, key.as_str().len() + size)
    });
    (count - attributes.len()) as u32
}

/// Takes from what is left, if it is enough.
fn take(left: &mut usize, bytes: usize) -> bool {
    let rest = left.checked_sub(bytes);
    *left = rest.unwrap_or(*left);
    rest.is_some()
}

/// A list is as long as a text may be; gives its size in bytes.
fn shorten_array(array: &mut Array, longest: usize) -> usize {
    match array {
        Array::Bool(values) => {
            values.truncate(longest);
            values.len()
        }
        Array::I64(values) => {
            values.truncate(longest);
            size_of_val(values.as_slice())
        }
        Array::F64(values) => {
            values.truncate(longest);
            size_of_val(values.as_slice())
        }
        Array::String(values) => {
            values.truncate(longest);
            for text in values.iter_mut() {
                shorten_text(text, longest);
            }
            values.iter().map(|text| text.as_str().len()).sum()
        }
        // There is none other yet.
        _ => 0,
    }
}

fn shorten_text(text: &mut StringValue, longest: usize) {
    if let Some(end) = end(text.as_str(), longest) {
        *text = text.as_str()[..end].to_owned().into();
    }
}

fn shorten_name(name: &mut Cow<'static, str>, longest: usize) {
    if let Some(end) = end(name, longest) {
        *name = name[..end].to_owned().into();
    }
}

/// Where a text that is too long is cut.
fn end(text: &str, longest: usize) -> Option<usize> {
    // As many bytes are at least as many characters.
    let is_long = text.len() > longest;
    is_long.then(|| text.char_indices().nth(longest)).flatten().map(|(end, _)| end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_between_characters() {
        for (text, cut) in [("žluť", "žl"), ("ab", "ab"), ("ž", "ž"), ("", "")] {
            let mut value = StringValue::from(text.to_owned());
            shorten_text(&mut value, 2);
            assert_eq!(value.as_str(), cut);
        }
    }

    #[test]
    fn a_span_is_no_larger_than_what_fits_whatever_it_is_made_of() {
        let mut attributes =
            vec![KeyValue::new("few", 1), KeyValue::new("many", Value::Array(vec![7; 1 << 20].into()))];
        attributes.extend((0..100).map(|number| KeyValue::new(format!("text{number}"), "x".repeat(10_000))));
        let mut left = MOST;
        let dropped = shorten_all(&mut attributes, 4096, &mut left);
        assert!(matches!(&attributes[1].value, Value::Array(Array::I64(values)) if values.len() == 4096));
        assert_eq!(attributes.len() + dropped as usize, 102);
        assert!((50..60).contains(&attributes.len()), "{} are left", attributes.len());
    }
}
