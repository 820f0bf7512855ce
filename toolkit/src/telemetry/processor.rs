use std::{borrow::Cow, sync::Arc, time::Duration};

use opentelemetry::{Array, Context, KeyValue, StringValue, Value};
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

/// Cuts texts that are longer than the limit, which the SDK leaves as they are.
fn shorten(span: &mut SpanData, longest: usize) {
    let events = span.events.events.iter_mut().flat_map(|event| &mut event.attributes);
    let links = span.links.links.iter_mut().flat_map(|link| &mut link.attributes);
    for KeyValue { value, .. } in span.attributes.iter_mut().chain(events).chain(links) {
        match value {
            Value::String(text) => shorten_text(text, longest),
            Value::Array(Array::String(texts)) => texts.iter_mut().for_each(|text| shorten_text(text, longest)),
            _ => {}
        }
    }
}

fn shorten_text(text: &mut StringValue, longest: usize) {
    // As many bytes are at least as many characters.
    if text.as_str().len() > longest
        && let Some((end, _)) = text.as_str().char_indices().nth(longest)
    {
        *text = text.as_str()[..end].to_owned().into();
    }
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
}
