//! A moment, kept in its units since 1970-01-01T00:00:00: RFC 3339's `date-time` if it has a time zone, and the same
//! without the offset if it has none.

use super::{
    Refused, date,
    scan::Scan,
    time::{self, Problem},
};
use crate::schema::TimeUnit;

const ZONED: &str = "must be a date and time with an offset, such as 2024-02-29T23:59:59Z";
const LOCAL: &str = "must be a date and time without an offset, such as 2024-02-29T23:59:59";

/// The seconds of the years 0000 to 9999, which are all that has a text.
const YEARS: std::ops::RangeInclusive<i128> = -62_167_219_200..=253_402_300_799;

/// The units since 1970-01-01T00:00:00: of UTC if it is `zoned`, else of the clock on the wall.
pub(crate) fn read(text: &str, unit: TimeUnit, zoned: bool) -> Result<i64, Refused> {
    let form = if zoned { ZONED } else { LOCAL };
    let mut scan = Scan::new(text);
    let days = date::scan_days(&mut scan).ok_or_else(|| Refused::type_(form))?;
    // RFC 3339 §5.6 lets letters be small, and a space stand for the `T`.
    scan.one_of(b"Tt ").ok_or_else(|| Refused::type_(form))?;
    let time = time::scan_time(&mut scan, unit).map_err(|problem: Problem| problem.refused(form, unit))?;
    let offset = if zoned { scan_offset(&mut scan).ok_or_else(|| Refused::type_(form))? } else { 0 };
    if !scan.is_at_end() {
        return Err(Refused::type_(form));
    }
    let per_second = i128::from(unit.per_second());
    let moment = (i128::from(days) * 86_400 - i128::from(offset)) * per_second + i128::from(time);
    if !YEARS.contains(&moment.div_euclid(per_second)) {
        return Err(Refused::range("must be a moment whose year in UTC is from 0000 to 9999"));
    }
    // Only nanoseconds do not reach all years of four digits.
    let reach = "must be from 1677-09-21T00:12:43.145224192 to 2262-04-11T23:47:16.854775807 in UTC";
    i64::try_from(moment).map_err(|_| Refused::range(reach))
}

/// Adds the moment to a text, in UTC if it is `zoned`; nothing for one outside of the years 0000 to 9999.
pub(crate) fn write(moment: i64, unit: TimeUnit, zoned: bool, out: &mut String) -> Option<()> {
    let day = 86_400 * unit.per_second();
    let days = i32::try_from(moment.div_euclid(day)).ok()?;
    date::write(days, out)?;
    out.push('T');
    time::write(moment.rem_euclid(day), unit, out)?;
    if zoned {
        out.push('Z');
    }
    Some(())
}

/// Takes an offset from UTC in seconds.
fn scan_offset(scan: &mut Scan<'_>) -> Option<i64> {
    let sign = match scan.one_of(b"Zz+-")? {
        b'+' => 1,
        b'-' => -1,
        _ => return Some(0),
    };
    let hours = scan.digits(2).filter(|hours| *hours < 24)?;
    scan.one_of(b":")?;
    let minutes = scan.digits(2).filter(|minutes| *minutes < 60)?;
    Some(sign * (hours * 60 + minutes) * 60)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_moment_is_normalised_to_utc() {
        assert_eq!(read("2020-01-01T00:00:00+02:00", TimeUnit::Second, true), Ok(1_577_829_600));
        assert_eq!(read("1970-01-01t00:00:00.25z", TimeUnit::Millisecond, true), Ok(250));
        assert_eq!(read("1969-12-31 23:59:59-00:00", TimeUnit::Second, true), Ok(-1));
    }

    #[test]
    fn an_offset_is_needed_with_a_time_zone_and_refused_without() {
        assert_eq!(read("2020-01-01T00:00:00", TimeUnit::Second, true), Err(Refused::type_(ZONED)));
        assert_eq!(read("2020-01-01T00:00:00Z", TimeUnit::Second, false), Err(Refused::type_(LOCAL)));
        assert_eq!(read("2020-01-01T00:00:00", TimeUnit::Second, false), Ok(1_577_836_800));
    }

    #[test]
    fn a_moment_that_nanoseconds_do_not_reach_is_out_of_range() {
        assert_eq!(read("2262-04-12T00:00:00Z", TimeUnit::Nanosecond, true).unwrap_err().code, "range");
        assert_eq!(read("9999-12-31T23:59:59Z", TimeUnit::Microsecond, true), Ok(253_402_300_799_000_000));
    }

    #[test]
    fn a_moment_that_has_no_text_in_utc_is_out_of_range() {
        for text in ["9999-12-31T23:59:59-01:00", "0000-01-01T00:00:00+01:00"] {
            assert_eq!(read(text, TimeUnit::Second, true).unwrap_err().code, "range", "{text}");
        }
        for text in ["9999-12-31T23:59:59.999Z", "0000-01-01T00:00:00Z"] {
            let moment = read(text, TimeUnit::Millisecond, true).unwrap();
            assert_eq!(write(moment, TimeUnit::Millisecond, true, &mut String::new()), Some(()), "{text}");
        }
    }

    #[test]
    fn a_moment_of_another_form_is_refused() {
        for text in [
            "2020-01-01",
            "2020-01-01T00:00Z",
            "2020-01-01T00:00:00+0200",
            "2020-01-01T00:00:00+24:00",
            "2020-01-01T00:00:00Z[UTC]",
            "1577836800",
        ] {
            assert_eq!(read(text, TimeUnit::Second, true).map_err(|refused| refused.code), Err("type"), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(seconds in -62_167_219_200_i64..=253_402_300_799, part in 0.0..1.0, unit in prop::sample::select(&TimeUnit::ALL), zoned: bool) {
            let moment = seconds.saturating_mul(unit.per_second()).saturating_add((part * unit.per_second() as f64) as i64);
            let mut text = String::new();
            prop_assert_eq!(write(moment, unit, zoned, &mut text), Some(()));
            prop_assert_eq!(read(&text, unit, zoned), Ok(moment));
        }

        #[test]
        fn no_moment_makes_the_writer_panic(moment: i64, unit in prop::sample::select(&TimeUnit::ALL)) {
            let _ = write(moment, unit, true, &mut String::new());
        }
    }
}
