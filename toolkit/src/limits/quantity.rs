//! Quantities as people write them: `2s`, `1 MiB`, `100/s`. One reader serves attributes, where it runs while the
//! crate compiles, and settings.

use std::time::Duration;

/// So many requests in so much time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// How many requests, from 1.
    pub requests: u32,
    /// In how much time.
    pub per: Duration,
}

/// Reads a duration: a whole number and `ms`, `s`, `m` or `h`.
#[must_use]
pub const fn duration(text: &str) -> Option<Duration> {
    let Some((number, unit)) = split(text) else { return None };
    match unit {
        b"ms" => Some(Duration::from_millis(number)),
        b"s" => Some(Duration::from_secs(number)),
        b"m" => in_seconds(number, 60),
        b"h" => in_seconds(number, 3600),
        _ => None,
    }
}

/// Reads a size in bytes: a whole number and `B`, `kB`, `KiB`, `MB`, `MiB`, `GB` or `GiB`.
#[must_use]
pub const fn bytes(text: &str) -> Option<usize> {
    let Some((number, unit)) = split(text) else { return None };
    let factor: u64 = match unit {
        b"B" => 1,
        b"kB" => 1000,
        b"KiB" => 1 << 10,
        b"MB" => 1_000_000,
        b"MiB" => 1 << 20,
        b"GB" => 1_000_000_000,
        b"GiB" => 1 << 30,
        _ => return None,
    };
    match number.checked_mul(factor) {
        Some(bytes) if bytes <= usize::MAX as u64 => Some(bytes as usize),
        _ => None,
    }
}

/// Reads a rate: a whole number from 1, `/`, and `s`, `m` or `h`.
#[must_use]
pub const fn rate(text: &str) -> Option<Rate> {
    let Some((number, unit)) = split(text) else { return None };
    let seconds = match unit {
        b"/s" => 1,
        b"/m" => 60,
        b"/h" => 3600,
        _ => return None,
    };
    if number == 0 || number > u32::MAX as u64 {
        return None;
    }
    Some(Rate { requests: number as u32, per: Duration::from_secs(seconds) })
}

const fn in_seconds(number: u64, factor: u64) -> Option<Duration> {
    match number.checked_mul(factor) {
        Some(seconds) => Some(Duration::from_secs(seconds)),
        None => None,
    }
}

/// Splits a whole number from the unit behind it, with or without one space between.
const fn split(text: &str) -> Option<(u64, &[u8])> {
    let mut rest = text.as_bytes();
    let mut number: u64 = 0;
    let mut digits = 0;
    while let [digit @ b'0'..=b'9', tail @ ..] = rest {
        number = match number.checked_mul(10) {
            Some(tens) => match tens.checked_add((*digit - b'0') as u64) {
                Some(sum) => sum,
                None => return None,
            },
            None => return None,
        };
        digits += 1;
        rest = tail;
    }
    if let [b' ', tail @ ..] = rest {
        rest = tail;
    }
    if digits == 0 { None } else { Some((number, rest)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_are_read_as_people_write_them() {
        assert_eq!(duration("2s"), Some(Duration::from_secs(2)));
        assert_eq!(duration("500ms"), Some(Duration::from_millis(500)));
        assert_eq!(bytes("1 MiB"), Some(1 << 20));
        assert_eq!(bytes("10kB"), Some(10_000));
        assert_eq!(rate("100/s"), Some(Rate { requests: 100, per: Duration::from_secs(1) }));
    }

    #[test]
    fn what_is_no_quantity_is_refused() {
        for text in ["", "s", "2", "2 days", "-1s", "99999999999999999999s", "18446744073709551615h"] {
            assert_eq!(duration(text), None, "{text}");
        }
        assert_eq!(bytes("1 mib"), None);
        assert_eq!(bytes("18446744073709551615 GiB"), None);
        assert_eq!(rate("0/s"), None);
        assert_eq!(rate("1/day"), None);
    }
}
