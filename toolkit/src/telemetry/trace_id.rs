use std::fmt;

use http::HeaderMap;

/// The 16 bytes that everything said about one request is found by (W3C Trace Context §3.2.2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TraceId(u128);

impl TraceId {
    /// The id of the trace that the request came with, or a new one when its `traceparent` is missing or malformed.
    #[must_use]
    pub(crate) fn of_request(headers: &HeaderMap) -> Self {
        headers.get("traceparent").and_then(|value| Self::from_traceparent(value.as_bytes())).unwrap_or_else(Self::new)
    }

    fn new() -> Self {
        Self(fastrand::u128(1..))
    }

    /// Reads `version-trace_id-parent_id-flags`, all lower-case hex; an id of only zeros and version `ff` are invalid.
    fn from_traceparent(value: &[u8]) -> Option<Self> {
        let [version, id, parent, flags] = split_fields(value)?;
        let version = hex(version)?;
        let id = hex(id)?;
        let valid = version != 0xff && id != 0 && hex(parent)? != 0 && hex(flags).is_some();
        // Version 0 ends behind the flags; a later one may go on.
        (valid && (version != 0 || value.len() == 55)).then_some(Self(id))
    }
}

fn split_fields(value: &[u8]) -> Option<[&[u8]; 4]> {
    let (fields, rest) = value.split_at_checked(55)?;
    let dashes = fields[2] == b'-' && fields[35] == b'-' && fields[52] == b'-';
    let ends = rest.first().is_none_or(|next| *next == b'-');
    (dashes && ends).then(|| [&fields[..2], &fields[3..35], &fields[36..52], &fields[53..]])
}

fn hex(digits: &[u8]) -> Option<u128> {
    digits.iter().try_fold(0_u128, |number, digit| {
        let digit = match digit {
            b'0'..=b'9' => digit - b'0',
            b'a'..=b'f' => digit - b'a' + 10,
            _ => return None,
        };
        Some(number << 4 | u128::from(digit))
    })
}

impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn the_id_of_a_valid_traceparent_is_taken_over() {
        let id = TraceId::from_traceparent(PARENT.as_bytes()).map(|id| id.to_string());
        assert_eq!(id.as_deref(), Some("4bf92f3577b34da6a3ce929d0e0e4736"));
    }

    #[test]
    fn a_malformed_traceparent_starts_a_new_trace() {
        for malformed in [
            "",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
            "00-4bf92f3577b34da6a3ce929d0e0e4736",
        ] {
            assert_eq!(TraceId::from_traceparent(malformed.as_bytes()), None, "{malformed}");
        }
    }
}
