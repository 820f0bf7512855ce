use std::{borrow::Cow, sync::Arc, time::Duration};

use opentelemetry::{KeyValue, trace::Status, trace::TraceId};
use opentelemetry_sdk::trace::SpanData;
use percent_encoding::percent_decode_str;

use super::{LogLine, span, trace::Trace};

/// The longest text that a field takes, in bytes.
const LONGEST: usize = 256;

/// Which traces to show and how, as a query string or a form tells it.
#[derive(Default)]
pub(super) struct Filter {
    pub(super) endpoint: Field<Endpoint>,
    pub(super) status: Field<StatusIs>,
    pub(super) min: Field<Duration>,
    pub(super) trace: Field<IdBegins>,
    pub(super) text: Field<Contains>,
    pub(super) order: Order,
}

/// One field of the form: what was typed, and what it means or why it means nothing.
pub(super) struct Field<T> {
    pub(super) typed: String,
    pub(super) fault: Option<String>,
    wanted: Option<T>,
}

/// What a trace is compared with.
pub(super) trait Condition: Sized {
    /// Reads what was typed, or says why it means nothing.
    fn read(typed: &str, endpoints: &[Arc<str>]) -> Result<Self, String>;

    /// Whether a trace, whose request has ended, is as wanted.
    fn holds(&self, trace: &Trace, request: &SpanData) -> bool;
}

/// Which traces come first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Order {
    /// Those that started last.
    #[default]
    Newest,
    /// Those that took longest.
    Slowest,
}

/// An endpoint by its whole name, or else by a part of it.
pub(super) enum Endpoint {
    Named(String),
    Containing(Contains),
}

/// A status code, all that begin with a digit, or failed requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StatusIs {
    Code(u16),
    Class(u16),
    Error,
}

/// The first digits of a trace id, in lower case.
pub(super) struct IdBegins(String);

/// A text to be found in any writing of upper and lower case.
pub(super) struct Contains(String);

impl Filter {
    /// Reads a query string; `endpoints` are the names that are known. What cannot be read filters nothing, and says so.
    pub(super) fn read(query: &str, endpoints: &[Arc<str>]) -> Self {
        let mut filter = Self::default();
        for (name, value) in pairs(query) {
            match &*name {
                "endpoint" => filter.endpoint = Field::read(&value, endpoints),
                "status" => filter.status = Field::read(&value, endpoints),
                "min" => filter.min = Field::read(&value, endpoints),
                "trace" => filter.trace = Field::read(&value, endpoints),
                "text" => filter.text = Field::read(&value, endpoints),
                "order" if value == "slowest" => filter.order = Order::Slowest,
                _ => {}
            }
        }
        filter
    }

    /// Whether the filter lets a trace through.
    pub(super) fn keeps(&self, trace: &Trace, request: &SpanData) -> bool {
        self.endpoint.keeps(trace, request)
            && self.status.keeps(trace, request)
            && self.min.keeps(trace, request)
            && self.trace.keeps(trace, request)
            && self.text.keeps(trace, request)
    }

    /// The trace that was asked for by its whole id.
    pub(super) fn whole_id(&self) -> Option<TraceId> {
        self.trace.wanted.as_ref().and_then(|IdBegins(digits)| whole_id(digits))
    }

    /// Whether nothing was typed into any field.
    pub(super) fn is_empty(&self) -> bool {
        let typed = [&self.endpoint.typed, &self.status.typed, &self.min.typed, &self.trace.typed, &self.text.typed];
        typed.into_iter().all(String::is_empty)
    }
}

/// Reads a trace id of 32 hex digits that are not all zero.
pub(super) fn whole_id(digits: &str) -> Option<TraceId> {
    let whole = digits.len() == 32 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    whole.then(|| TraceId::from_hex(digits).ok()).flatten().filter(|id| *id != TraceId::INVALID)
}

impl<T> Default for Field<T> {
    fn default() -> Self {
        Self { typed: String::new(), fault: None, wanted: None }
    }
}

impl<T: Condition> Field<T> {
    fn read(typed: &str, endpoints: &[Arc<str>]) -> Self {
        let typed = typed.trim();
        if typed.is_empty() {
            return Self::default();
        }
        if typed.len() > LONGEST {
            let typed = typed[..typed.floor_char_boundary(LONGEST)].to_owned();
            let fault = Some(format!("is longer than {LONGEST} bytes: not used"));
            return Self { typed, fault, wanted: None };
        }
        let (wanted, fault) = match T::read(typed, endpoints) {
            Ok(wanted) => (Some(wanted), None),
            Err(fault) => (None, Some(fault)),
        };
        Self { typed: typed.to_owned(), fault, wanted }
    }

    fn keeps(&self, trace: &Trace, request: &SpanData) -> bool {
        self.wanted.as_ref().is_none_or(|wanted| wanted.holds(trace, request))
    }
}

impl Condition for Endpoint {
    fn read(typed: &str, endpoints: &[Arc<str>]) -> Result<Self, String> {
        if endpoints.iter().any(|name| **name == *typed) {
            return Ok(Self::Named(typed.to_owned()));
        }
        Ok(Self::Containing(Contains(typed.to_lowercase())))
    }

    fn holds(&self, _: &Trace, request: &SpanData) -> bool {
        match self {
            Self::Named(name) => request.name == *name,
            Self::Containing(part) => part.is_in(&request.name),
        }
    }
}

impl Condition for StatusIs {
    fn read(typed: &str, _: &[Arc<str>]) -> Result<Self, String> {
        let lower = typed.to_ascii_lowercase();
        let class =
            lower.strip_suffix("xx").and_then(|digit| digit.parse().ok()).filter(|digit| (1..=5).contains(digit));
        let code = lower.parse().ok().filter(|code| (100..=599).contains(code));
        match (lower.as_str(), class, code) {
            ("error", ..) => Ok(Self::Error),
            (_, Some(class), _) => Ok(Self::Class(class)),
            (_, _, Some(code)) => Ok(Self::Code(code)),
            _ => Err("is no status: give a code as 500, a class as 4xx, or error".to_owned()),
        }
    }

    fn holds(&self, trace: &Trace, request: &SpanData) -> bool {
        let code = span::status_code(request);
        match self {
            Self::Code(wanted) => code == Some(*wanted),
            Self::Class(wanted) => code.is_some_and(|code| code / 100 == *wanted),
            Self::Error => trace.failed(),
        }
    }
}

impl Condition for Duration {
    fn read(typed: &str, _: &[Arc<str>]) -> Result<Self, String> {
        let units = [("ms", 1e-3), ("us", 1e-6), ("µs", 1e-6), ("s", 1.0), ("", 1e-3)];
        let read = units.into_iter().find_map(|(unit, seconds)| {
            let number = typed.strip_suffix(unit)?.trim_end();
            let plain = number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
            let number: f64 = number.parse().ok().filter(|_| plain)?;
            Self::try_from_secs_f64(number * seconds).ok()
        });
        read.ok_or_else(|| "is no duration: give milliseconds as 250 or 250ms, or seconds as 1.5s".to_owned())
    }

    fn holds(&self, _: &Trace, request: &SpanData) -> bool {
        span::duration(request) >= *self
    }
}

impl Condition for IdBegins {
    fn read(typed: &str, _: &[Arc<str>]) -> Result<Self, String> {
        let digits = typed.to_ascii_lowercase();
        let valid = digits.len() <= 32 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        valid.then_some(Self(digits)).ok_or_else(|| "is no trace id: give up to 32 digits of 0-9 and a-f".to_owned())
    }

    fn holds(&self, trace: &Trace, _: &SpanData) -> bool {
        trace.id().to_string().starts_with(&self.0)
    }
}

impl Condition for Contains {
    fn read(typed: &str, _: &[Arc<str>]) -> Result<Self, String> {
        Ok(Self(typed.to_lowercase()))
    }

    /// Looks into names, attributes, events, log lines and the problem.
    fn holds(&self, trace: &Trace, _: &SpanData) -> bool {
        trace.spans().iter().any(|span| self.is_in_span(span))
            || trace.lines().iter().any(|line| self.is_in_line(line))
            || trace.problem().is_some_and(|problem| self.is_in(&String::from_utf8_lossy(problem)))
    }
}

impl Contains {
    fn is_in(&self, text: &str) -> bool {
        text.to_lowercase().contains(&self.0)
    }

    fn is_in_span(&self, span: &SpanData) -> bool {
        let description = match &span.status {
            Status::Error { description } => &**description,
            _ => "",
        };
        let mut events = span.events.events.iter();
        self.is_in(&span.name)
            || self.is_in(description)
            || self.is_in_attributes(&span.attributes)
            || events.any(|event| self.is_in(&event.name) || self.is_in_attributes(&event.attributes))
    }

    fn is_in_attributes(&self, attributes: &[KeyValue]) -> bool {
        attributes.iter().any(|each| self.is_in(each.key.as_str()) || self.is_in(&each.value.as_str()))
    }

    fn is_in_line(&self, line: &LogLine) -> bool {
        let mut fields = line.fields.iter();
        self.is_in(&line.message)
            || self.is_in(&line.target)
            || fields.any(|(name, value)| self.is_in(name) || self.is_in(value))
    }
}

/// The names and values of a query string. What is broken in it is shown as it is: a person typed it.
pub(super) fn pairs(query: &str) -> impl Iterator<Item = (String, String)> {
    query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decoded(name), decoded(value))
    })
}

fn decoded(text: &str) -> String {
    let text = text.replace('+', " ");
    let decoded: Cow<'_, str> = percent_decode_str(&text).decode_utf8_lossy();
    decoded.into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_milliseconds_unless_they_say_otherwise() {
        let read = |typed| Duration::read(typed, &[]).ok().map(|duration| duration.as_micros());
        for (typed, micros) in
            [("250", 250_000), ("250ms", 250_000), ("1.5s", 1_500_000), ("2 s", 2_000_000), ("7us", 7)]
        {
            assert_eq!(read(typed), Some(micros), "{typed}");
        }
        for typed in ["", "ms", "-1", "1e3", "inf", "NaN", "1..5", "5m", "250 cats", "99999999999999999999999s"] {
            assert_eq!(read(typed), None, "{typed}");
        }
    }

    #[test]
    fn a_status_is_a_code_a_class_or_error() {
        let read = |typed| StatusIs::read(typed, &[]).ok();
        assert_eq!(read("500"), Some(StatusIs::Code(500)));
        assert_eq!(read("4XX"), Some(StatusIs::Class(4)));
        assert_eq!(read("error"), Some(StatusIs::Error));
        for typed in ["99", "600", "9xx", "xx", "4x", "ok", "-500"] {
            assert_eq!(read(typed), None, "{typed}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_told_and_filters_nothing() {
        let filter = Filter::read("status=teapot&min=soon&trace=xyz&%zz=%ff&&=&text=%F0%9F%8E%89", &[]);
        assert!(filter.status.fault.is_some() && filter.min.fault.is_some() && filter.trace.fault.is_some());
        assert!(filter.status.wanted.is_none() && filter.min.wanted.is_none() && filter.trace.wanted.is_none());
        assert_eq!(filter.text.typed, "🎉");
    }

    #[test]
    fn an_endpoint_s_whole_name_means_only_that_endpoint() {
        let known = ["GET /a".into(), "GET /a/b".into()];
        assert!(matches!(Endpoint::read("GET /a", &known), Ok(Endpoint::Named(_))));
        assert!(matches!(Endpoint::read("/A", &known), Ok(Endpoint::Containing(_))));
    }

    #[test]
    fn a_trace_id_has_32_digits_that_are_not_all_zero() {
        assert!(whole_id("4bf92f3577b34da6a3ce929d0e0e4736").is_some());
        for digits in ["", "4bf9", "+bf92f3577b34da6a3ce929d0e0e4736", "00000000000000000000000000000000"] {
            assert_eq!(whole_id(digits), None, "{digits}");
        }
    }
}
