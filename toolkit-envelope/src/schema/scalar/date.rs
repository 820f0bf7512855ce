//! A day of the calendar: RFC 3339's `full-date`, kept in days since 1970-01-01.

use std::fmt::Write as _;

use jiff::{Span, civil::Date};

use super::{Refused, scan::Scan};

const EPOCH: Date = Date::constant(1970, 1, 1);
const SECONDS: i64 = 86_400;
const FORM: &str = "must be a date such as 2024-02-29";

/// The days since 1970-01-01.
pub(crate) fn read(text: &str) -> Result<i32, Refused> {
    let mut scan = Scan::new(text);
    let days = scan_days(&mut scan).filter(|_| scan.is_at_end());
    days.ok_or_else(|| Refused::type_(FORM))
}

/// Adds the day to a text; nothing for one outside of the years 0000 to 9999, which RFC 3339 cannot write.
pub(crate) fn write(days: i32, out: &mut String) -> Option<()> {
    let date = EPOCH.checked_add(Span::new().try_days(days).ok()?).ok()?;
    let year = date.year();
    if !(0..=9999).contains(&year) {
        return None;
    }
    write!(out, "{year:04}-{:02}-{:02}", date.month(), date.day()).ok()
}

/// Takes a date from the start of a text.
pub(super) fn scan_days(scan: &mut Scan<'_>) -> Option<i32> {
    let year = scan.digits(4)?;
    scan.one_of(b"-")?;
    let month = scan.digits(2)?;
    scan.one_of(b"-")?;
    let day = scan.digits(2)?;
    // At most four digits, at most two: they fit.
    let date = Date::new(year as i16, month as i8, day as i8).ok()?;
    Some((date.duration_since(EPOCH).as_secs() / SECONDS) as i32)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn days_are_counted_from_1970() {
        for (text, days) in [("1970-01-01", 0), ("1969-12-31", -1), ("2000-02-29", 11_016), ("0000-01-01", -719_528)] {
            assert_eq!(read(text), Ok(days), "{text}");
        }
    }

    #[test]
    fn a_day_that_the_calendar_does_not_have_is_refused() {
        for text in [
            "2023-02-29",
            "2024-13-01",
            "2024-00-10",
            "20240101",
            "2024-1-1",
            "2024-01-01T00:00:00",
            "",
            "+002024-01-01",
        ] {
            assert_eq!(read(text).map_err(|refused| refused.code), Err("type"), "{text}");
        }
    }

    #[test]
    fn a_year_of_five_digits_cannot_be_written() {
        assert_eq!(write(2_932_897, &mut String::new()), None);
        assert_eq!(write(i32::MAX, &mut String::new()), None);
        assert_eq!(write(i32::MIN, &mut String::new()), None);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(days in -719_528..=2_932_896) {
            let mut text = String::new();
            prop_assert_eq!(write(days, &mut text), Some(()));
            prop_assert_eq!(read(&text), Ok(days));
        }
    }
}
