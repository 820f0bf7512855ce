//! A time of the day: RFC 3339's `partial-time`, kept in its units since midnight.

use std::fmt::Write as _;

use super::{
    Refused,
    scan::{Fraction, Scan},
};
use crate::schema::TimeUnit;

const FORM: &str = "must be a time such as 23:59:59.5";

/// The units since midnight.
pub(crate) fn read(text: &str, unit: TimeUnit) -> Result<i64, Refused> {
    let mut scan = Scan::new(text);
    let time = scan_time(&mut scan, unit).map_err(|problem| problem.refused(FORM, unit))?;
    if scan.is_at_end() { Ok(time) } else { Err(Refused::type_(FORM)) }
}

/// Adds the time to a text; nothing for one that no day has.
pub(crate) fn write(time: i64, unit: TimeUnit, out: &mut String) -> Option<()> {
    let (seconds, fraction) = (time.div_euclid(unit.per_second()), time.rem_euclid(unit.per_second()));
    if !(0..86_400).contains(&seconds) {
        return None;
    }
    write!(out, "{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60).ok()?;
    write_fraction(fraction, unit, out)
}

/// Adds a point and the digits of a fraction of a second, without zeros at the end, if it is not zero.
pub(super) fn write_fraction(fraction: i64, unit: TimeUnit, out: &mut String) -> Option<()> {
    if fraction != 0 {
        write!(out, ".{fraction:0width$}", width = unit.digits() as usize).ok()?;
        out.truncate(out.trim_end_matches('0').len());
    }
    Some(())
}

/// Takes a time from the start of a text.
pub(super) fn scan_time(scan: &mut Scan<'_>, unit: TimeUnit) -> Result<i64, Problem> {
    let hour = scan.digits(2).filter(|hour| *hour < 24).ok_or(Problem::Form)?;
    scan.one_of(b":").ok_or(Problem::Form)?;
    let minute = scan.digits(2).filter(|minute| *minute < 60).ok_or(Problem::Form)?;
    scan.one_of(b":").ok_or(Problem::Form)?;
    let second = scan.digits(2).filter(|second| *second < 60).ok_or(Problem::Form)?;
    let fraction = match scan.one_of(b".") {
        Some(_) => scan.fraction(unit.digits())?,
        None => 0,
    };
    Ok(((hour * 60 + minute) * 60 + second) * unit.per_second() + fraction)
}

/// Why a text is no time.
pub(super) enum Problem {
    Form,
    TooFine,
}

impl From<Fraction> for Problem {
    fn from(fraction: Fraction) -> Self {
        match fraction {
            Fraction::Missing => Self::Form,
            Fraction::TooFine => Self::TooFine,
        }
    }
}

impl Problem {
    pub(super) fn refused(self, form: &'static str, unit: TimeUnit) -> Refused {
        match self {
            Self::Form => Refused::type_(form),
            Self::TooFine => Refused::type_(match unit {
                TimeUnit::Second => "must be a whole number of seconds",
                TimeUnit::Millisecond => "must have at most 3 digits after the seconds",
                TimeUnit::Microsecond => "must have at most 6 digits after the seconds",
                TimeUnit::Nanosecond => "must have at most 9 digits after the seconds",
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_time_is_kept_in_its_units() {
        assert_eq!(read("00:00:01", TimeUnit::Second), Ok(1));
        assert_eq!(read("23:59:59.5", TimeUnit::Millisecond), Ok(86_399_500));
        assert_eq!(read("00:00:00.000000001", TimeUnit::Nanosecond), Ok(1));
    }

    #[test]
    fn digits_that_the_unit_does_not_hold_are_refused_and_zeros_are_not() {
        assert_eq!(read("10:00:00.500", TimeUnit::Second).unwrap_err().message, "must be a whole number of seconds");
        assert_eq!(read("10:00:00.000", TimeUnit::Second), Ok(36_000));
        assert!(read("10:00:00.0000000001", TimeUnit::Nanosecond).is_err());
    }

    #[test]
    fn a_time_of_another_form_is_refused() {
        for text in ["24:00:00", "23:59:60", "10:00", "10:00:00Z", "10:00:00.", "1:00:00", "10-00-00", "", "é0:00:00"]
        {
            assert_eq!(read(text, TimeUnit::Second).map_err(|refused| refused.code), Err("type"), "{text}");
        }
    }

    #[test]
    fn a_number_that_no_day_has_cannot_be_written() {
        assert_eq!(write(-1, TimeUnit::Second, &mut String::new()), None);
        assert_eq!(write(86_400, TimeUnit::Second, &mut String::new()), None);
        assert_eq!(write(i64::MIN, TimeUnit::Nanosecond, &mut String::new()), None);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(part in 0.0..1.0, unit in prop::sample::select(&TimeUnit::ALL)) {
            let time = (part * 86_400.0 * unit.per_second() as f64) as i64;
            let mut text = String::new();
            prop_assert_eq!(write(time, unit, &mut text), Some(()));
            prop_assert_eq!(read(&text, unit), Ok(time));
        }
    }
}
