//! A length of time: ISO 8601's duration of weeks, days of 24 hours, hours, minutes and seconds, kept in its units.
//! Years and months are refused: they are not always equally long.

use std::fmt::Write as _;

use super::{
    Refused,
    scan::Scan,
    time::{Problem, write_fraction},
};
use crate::schema::TimeUnit;

const FORM: &str = "must be a duration of days, hours, minutes and seconds, such as P1DT2H3M4.5S";

/// The units it lasts.
pub(crate) fn read(text: &str, unit: TimeUnit) -> Result<i64, Refused> {
    let mut scan = Scan::new(text);
    let negative = scan.one_of(b"-").is_some();
    let length = scan_length(&mut scan, unit).map_err(|problem| problem.refused(FORM, unit))?;
    if !scan.is_at_end() {
        return Err(Refused::type_(FORM));
    }
    let length = if negative { -length } else { length };
    i64::try_from(length).map_err(|_| Refused::range("must be a duration whose units 64 bits count"))
}

/// Adds the duration to a text, in hours, minutes and seconds.
pub(crate) fn write(length: i64, unit: TimeUnit, out: &mut String) -> Option<()> {
    let per_second = unit.per_second().unsigned_abs();
    let (seconds, fraction) = (length.unsigned_abs() / per_second, length.unsigned_abs() % per_second);
    out.push_str(if length < 0 { "-PT" } else { "PT" });
    let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 {
        write!(out, "{hours}H").ok()?;
    }
    if minutes > 0 {
        write!(out, "{minutes}M").ok()?;
    }
    if rest > 0 || fraction > 0 || length == 0 {
        write!(out, "{rest}").ok()?;
        write_fraction(fraction.cast_signed(), unit, out)?;
        out.push('S');
    }
    Some(())
}

fn scan_length(scan: &mut Scan<'_>, unit: TimeUnit) -> Result<i128, Problem> {
    scan.one_of(b"P").ok_or(Problem::Form)?;
    let mut length = 0;
    // The seconds of each letter; after one comes only what is shorter.
    let mut letters: &[(u8, i64)] = &[(b'W', 604_800), (b'D', 86_400)];
    let (mut in_time, mut parts) = (false, 0);
    while !scan.is_at_end() {
        if !in_time && scan.one_of(b"T").is_some() {
            (in_time, parts) = (true, 0);
            letters = &[(b'H', 3600), (b'M', 60), (b'S', 1)];
        }
        let number = scan.number().ok_or(Problem::Form)?;
        let fraction = match scan.one_of(b".") {
            Some(_) => Some(scan.fraction(unit.digits())?),
            None => None,
        };
        let place = letters.iter().position(|(letter, _)| scan.one_of(&[*letter]).is_some()).ok_or(Problem::Form)?;
        let (letter, seconds) = letters[place];
        if fraction.is_some() && letter != b'S' {
            return Err(Problem::Form);
        }
        letters = &letters[place + 1..];
        let units = i128::from(number) * i128::from(seconds) * i128::from(unit.per_second());
        length += units + i128::from(fraction.unwrap_or(0));
        parts += 1;
    }
    if parts == 0 { Err(Problem::Form) } else { Ok(length) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_duration_is_kept_in_its_units() {
        for (text, milliseconds) in [
            ("PT0S", 0),
            ("PT1.5S", 1500),
            ("-PT1M", -60_000),
            ("P1DT2H3M4.005S", 93_784_005),
            ("P2W", 1_209_600_000),
            ("PT36H", 129_600_000),
            ("P1D", 86_400_000),
        ] {
            assert_eq!(read(text, TimeUnit::Millisecond), Ok(milliseconds), "{text}");
        }
    }

    #[test]
    fn a_duration_of_another_form_is_refused() {
        for text in [
            "P", "PT", "P1DT", "1S", "P1Y", "P1M", "PT1S2M", "PT1H1H", "PT1.5H", "P1.5D", "PT1", "PT-1S", "PT.5S",
            "PT1.S", " PT1S", "",
        ] {
            assert_eq!(read(text, TimeUnit::Millisecond).map_err(|refused| refused.code), Err("type"), "{text}");
        }
        assert_eq!(read("PT0.5S", TimeUnit::Second).unwrap_err().message, "must be a whole number of seconds");
    }

    #[test]
    fn a_duration_that_64_bits_do_not_count_is_out_of_range() {
        assert_eq!(read("P106752D", TimeUnit::Nanosecond).unwrap_err().code, "range");
        assert_eq!(read("P9223372036854775807W", TimeUnit::Nanosecond).unwrap_err().code, "range");
        assert_eq!(read("PT99999999999999999999S", TimeUnit::Second).unwrap_err().code, "type");
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(length: i64, unit in prop::sample::select(&TimeUnit::ALL)) {
            let mut text = String::new();
            prop_assert_eq!(write(length, unit, &mut text), Some(()));
            prop_assert_eq!(read(&text, unit), Ok(length));
        }
    }
}
