use opentelemetry::trace::{SpanContext, SpanId, TraceFlags, TraceId, TraceState};

/// Reads `version-trace_id-parent_id-flags` (W3C Trace Context §3.2), all lower-case hex.
///
/// Ids of only zeros and version `ff` are invalid. Of the flags, the one that says that the caller sampled is kept.
/// The SDK's propagator takes shorter ids too, so this is read here.
pub(super) fn read(value: &[u8], state: TraceState) -> Option<SpanContext> {
    let [version, trace_id, span_id, flags] = split_fields(value)?;
    let (version, flags) = (hex(version)?, hex(flags)?);
    // Version 0 ends behind the flags; a later one may go on.
    let valid = version != 0xff && (version != 0 || value.len() == 55);
    let (trace_id, span_id) = (TraceId::from(hex(trace_id)?), SpanId::from(u64::try_from(hex(span_id)?).ok()?));
    let flags = TraceFlags::new(flags as u8) & TraceFlags::SAMPLED;
    let context = SpanContext::new(trace_id, span_id, flags, true, state);
    (valid && context.is_valid()).then_some(context)
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

#[cfg(test)]
mod tests {
    use super::*;

    const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn a_valid_traceparent_is_taken_over() {
        let context = read(PARENT.as_bytes(), TraceState::NONE).expect("it is valid");
        assert_eq!(context.trace_id().to_string(), "4bf92f3577b34da6a3ce929d0e0e4736");
        assert_eq!(context.span_id().to_string(), "00f067aa0ba902b7");
        assert!(context.is_sampled() && context.is_remote());
    }

    #[test]
    fn a_flag_that_is_not_known_is_left_out_and_a_later_version_may_go_on() {
        let later = "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-02-more";
        let context = read(later.as_bytes(), TraceState::NONE).expect("it is valid");
        assert_eq!(context.trace_flags(), TraceFlags::NOT_SAMPLED);
    }

    #[test]
    fn a_malformed_traceparent_is_none() {
        for malformed in [
            "",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
            "00-4bf92f3577b34da6a3ce929d0e0e4736",
            "00-4bf92f3577b34da6-00f067aa0ba902b7-01",
        ] {
            assert_eq!(read(malformed.as_bytes(), TraceState::NONE), None, "{malformed}");
        }
    }
}
