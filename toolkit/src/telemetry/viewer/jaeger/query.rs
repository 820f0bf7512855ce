use std::time::{Duration, SystemTime, UNIX_EPOCH};

use opentelemetry::trace::TraceId;
use opentelemetry_sdk::trace::SpanData;
use serde_json::{Map, Value as Json};

use super::{
    super::{
        filter::{pairs, whole_id},
        span,
        trace::Trace,
    },
    model,
};

/// What a search without a service is told.
pub(super) const SERVICE_IS_MISSING: &str = "parameter 'service' is required";
/// So many traces are found when a search does not say how many.
const LIMIT: usize = 100;
const DAY: f64 = 86_400.0;
/// The units of a duration in seconds; each before those that it begins with.
const UNITS: [(&str, f64); 8] =
    [("ns", 1e-9), ("us", 1e-6), ("µs", 1e-6), ("ms", 1e-3), ("s", 1.0), ("m", 60.0), ("h", 3600.0), ("d", DAY)];

/// What a search looks for: traces that have a span with all that is asked for, or the traces of some ids.
#[derive(Debug, Default)]
pub(super) struct Query {
    pub(super) limit: usize,
    ids: Vec<TraceId>,
    service: String,
    operation: String,
    start: Option<SystemTime>,
    end: Option<SystemTime>,
    min: Option<Duration>,
    max: Option<Duration>,
    tags: Vec<(String, String)>,
}

impl Query {
    /// Reads a query string, or says what is wrong with it. What was left empty asks for nothing.
    pub(super) fn read(query: &str, now: SystemTime) -> Result<Self, String> {
        let mut read = Self { limit: LIMIT, ..Self::default() };
        let mut lookback = None;
        for (name, value) in pairs(query).filter(|(_, value)| !value.is_empty()) {
            match &*name {
                "service" => read.service = value,
                "operation" => read.operation = value,
                "traceID" => read.ids.push(trace_id(&value).ok_or_else(|| no_trace_id(&value))?),
                "limit" => read.limit = value.parse().map_err(|_| wrong(&name, &value, "a number"))?,
                "start" => read.start = Some(time(&name, &value)?),
                "end" => read.end = Some(time(&name, &value)?),
                // The UI says so when it gives the start and the end.
                "lookback" if value == "custom" => {}
                "lookback" => lookback = Some(duration(&name, &value)?),
                "minDuration" => read.min = Some(duration(&name, &value)?),
                "maxDuration" => read.max = Some(duration(&name, &value)?),
                "tags" => read.tags.extend(tags(&value)?),
                "tag" => read.tags.push(tag(&value)?),
                _ => {}
            }
        }
        if read.service.is_empty() && read.ids.is_empty() {
            return Err(SERVICE_IS_MISSING.to_owned());
        }
        if let (Some(min), Some(max)) = (read.min, read.max)
            && max < min
        {
            return Err("'maxDuration' should be greater than 'minDuration'".to_owned());
        }
        if let (None, Some(lookback)) = (read.start, lookback) {
            read.start = read.end.unwrap_or(now).checked_sub(lookback);
        }
        Ok(read)
    }

    /// Whether a trace of a service is looked for.
    pub(super) fn finds(&self, trace: &Trace, service: &str) -> bool {
        if !self.ids.is_empty() {
            return self.ids.contains(&trace.id()) && !trace.spans().is_empty();
        }
        self.service == service && trace.spans().iter().any(|span| self.is_met(span, trace))
    }

    fn is_met(&self, span: &SpanData, trace: &Trace) -> bool {
        let took = span::duration(span);
        (self.operation.is_empty() || span.name == self.operation)
            && self.start.is_none_or(|start| span.start_time >= start)
            && self.end.is_none_or(|end| span.start_time <= end)
            && self.min.is_none_or(|min| took >= min)
            && self.max.is_none_or(|max| took <= max)
            && self.has_tags(span, trace)
    }

    /// A tag is looked for among those of the span and in its logs, as Jaeger does.
    fn has_tags(&self, span: &SpanData, trace: &Trace) -> bool {
        if self.tags.is_empty() {
            return true;
        }
        let found = model::searched(span, trace);
        self.tags.iter().all(|(key, value)| found.iter().any(|tag| tag.is(key, value)))
    }
}

/// Reads a trace id, whose leading zeros may be missing.
pub(super) fn trace_id(digits: &str) -> Option<TraceId> {
    whole_id(&format!("{digits:0>32}"))
}

/// What is wrong with a text that is no trace id.
pub(super) fn no_trace_id(found: &str) -> String {
    wrong("traceID", found, "a trace id of up to 32 hex digits")
}

fn wrong(name: &str, found: &str, expected: &str) -> String {
    format!("malformed parameter '{name}': '{found}' is not {expected}")
}

/// Reads microseconds after the beginning of 1970.
fn time(name: &str, value: &str) -> Result<SystemTime, String> {
    let micros = value.parse().ok();
    let time = micros.and_then(|micros| UNIX_EPOCH.checked_add(Duration::from_micros(micros)));
    time.ok_or_else(|| wrong(name, value, "a time in microseconds"))
}

/// Reads a duration as Go writes it: `1h2m`, `1.5s`, `300us`.
fn duration(name: &str, value: &str) -> Result<Duration, String> {
    let read = if value.is_empty() { None } else { sum(value) };
    read.ok_or_else(|| wrong(name, value, "a duration such as 1.2s, 100ms or 500us"))
}

fn sum(mut rest: &str) -> Option<Duration> {
    let mut sum = Duration::ZERO;
    while !rest.is_empty() {
        let (number, after) = rest.split_at(rest.find(|found: char| !found.is_ascii_digit() && found != '.')?);
        let (unit, seconds) = UNITS.into_iter().find(|(unit, _)| after.starts_with(unit))?;
        let part = Duration::try_from_secs_f64(number.parse::<f64>().ok()? * seconds).ok()?;
        sum = sum.checked_add(part)?;
        rest = &after[unit.len()..];
    }
    Some(sum)
}

/// Reads tags as a JSON object. Their values are compared as texts, so that a number may be given as one.
fn tags(value: &str) -> Result<Vec<(String, String)>, String> {
    let expected = || wrong("tags", value, "a JSON object of texts, as {\"http.route\":\"/items\"}");
    let object: Map<String, Json> = serde_json::from_str(value).map_err(|_| expected())?;
    object
        .into_iter()
        .map(|(key, value)| Some((key, model::plain(&value)?)))
        .collect::<Option<_>>()
        .ok_or_else(expected)
}

/// Reads one tag as `key:value`.
fn tag(value: &str) -> Result<(String, String), String> {
    let (key, wanted) = value.split_once(':').ok_or_else(|| wrong("tag", value, "key:value"))?;
    Ok((key.to_owned(), wanted.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_go_writes_them() {
        for (text, micros) in [("1.2s", 1_200_000), ("100ms", 100_000), ("7us", 7), ("7µs", 7), ("1h2m", 3_720_000_000)]
        {
            assert_eq!(duration("minDuration", text), Ok(Duration::from_micros(micros)), "{text}");
        }
        for text in ["5", "ms", "-1s", ".s", "1..5s", "1 s", "5m5", "9999999999999999999999h", "inf", "1é"] {
            assert!(duration("minDuration", text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_trace_id_may_lack_its_leading_zeros() {
        assert_eq!(trace_id("1a"), Some(TraceId::from(0x1a)));
        for digits in ["", "0", "x", "+1", "-1", "é", "1234567890123456789012345678901234"] {
            assert_eq!(trace_id(digits), None, "{digits}");
        }
    }

    #[test]
    fn a_lookback_ends_at_the_end_or_now() {
        let now = UNIX_EPOCH + Duration::from_secs(10_000);
        let start = |query: &str| Query::read(query, now).unwrap().start;
        assert_eq!(start("service=shop&lookback=1h"), Some(UNIX_EPOCH + Duration::from_secs(6_400)));
        assert_eq!(start("service=shop&lookback=1h&end=5000000000"), Some(UNIX_EPOCH + Duration::from_secs(1_400)));
        assert_eq!(start("service=shop&lookback=1h&start=5"), Some(UNIX_EPOCH + Duration::from_micros(5)));
        assert_eq!(start("service=shop&lookback=custom"), None);
    }
}
