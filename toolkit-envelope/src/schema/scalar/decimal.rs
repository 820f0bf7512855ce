//! A decimal number, kept in units of its last digit; in JSON as a string or as a number.

use std::fmt::Write as _;

use super::Refused;

/// The most digits that one has: those of Arrow's 128 bits.
pub(crate) const DIGITS: u8 = 38;

/// The units of the last digit, of a text of the form that JSON has for numbers.
///
/// It must be exact: `1.50` with one digit after the point, and not `1.55`.
pub(crate) fn read(text: &str, precision: u8, scale: u8) -> Result<i128, Refused> {
    let parts = Parts::of(text).ok_or_else(|| Refused::type_("must be a decimal number such as -12.50"))?;
    let Some((units, shift)) = parts.units() else { return Err(too_long(precision, scale)) };
    if units == 0 {
        return Ok(0);
    }
    let places = i64::from(scale) + shift;
    if places < 0 {
        return Err(Refused::range(format!("must have at most {scale} digits after the point")));
    }
    let factor = u32::try_from(places).ok().and_then(|places| 10_i128.checked_pow(places));
    let units = factor.and_then(|factor| units.checked_mul(factor)).ok_or_else(|| too_long(precision, scale))?;
    if units.unsigned_abs() < 10_u128.saturating_pow(precision.into()) {
        Ok(units)
    } else {
        Err(too_long(precision, scale))
    }
}

/// Adds the number to a text, with all digits after the point.
pub(crate) fn write(units: i128, scale: u8, out: &mut String) -> Option<()> {
    if units < 0 {
        out.push('-');
    }
    let one = 10_u128.checked_pow(scale.into())?;
    write!(out, "{}", units.unsigned_abs() / one).ok()?;
    if scale > 0 {
        write!(out, ".{:0width$}", units.unsigned_abs() % one, width = scale.into()).ok()?;
    }
    Some(())
}

fn too_long(precision: u8, scale: u8) -> Refused {
    Refused::range(format!("must have at most {} digits before the point", precision.saturating_sub(scale)))
}

/// The parts of a number's text.
struct Parts<'a> {
    negative: bool,
    whole: &'a [u8],
    fraction: &'a [u8],
    exponent: i64,
}

impl<'a> Parts<'a> {
    /// By RFC 8259 §6.
    fn of(text: &'a str) -> Option<Self> {
        let digits = |text: &[u8]| text.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (negative, rest) = match text.as_bytes() {
            [b'-', rest @ ..] => (true, rest),
            rest => (false, rest),
        };
        let (whole, mut rest) = rest.split_at(digits(rest));
        if whole.is_empty() || (whole.len() > 1 && whole[0] == b'0') {
            return None;
        }
        let mut fraction = &rest[..0];
        if let [b'.', after @ ..] = rest {
            (fraction, rest) = after.split_at(digits(after));
            if fraction.is_empty() {
                return None;
            }
        }
        let mut exponent = 0;
        if let [b'e' | b'E', after @ ..] = rest {
            let (sign, after) = match after {
                [b'-', after @ ..] => (-1, after),
                [b'+', after @ ..] | after => (1, after),
            };
            if after.is_empty() || digits(after) < after.len() {
                return None;
            }
            // No text has so many zeros that it would matter what the digits say beyond that.
            let digit = |size: i64, digit: &u8| (size.saturating_mul(10)).saturating_add(i64::from(digit - b'0'));
            let size = after.iter().fold(0, digit).min(i64::MAX / 2);
            (exponent, rest) = (sign * size, &[]);
        }
        rest.is_empty().then_some(Self { negative, whole, fraction, exponent })
    }

    /// The digits as one number without zeros at its end, and the power of ten that belongs to it; nothing if they are
    /// more than 128 bits hold.
    fn units(&self) -> Option<(i128, i64)> {
        let (mut units, mut zeros) = (0_i128, 0_u32);
        for digit in self.whole.iter().chain(self.fraction) {
            if *digit == b'0' {
                zeros = zeros.saturating_add(1);
                continue;
            }
            if units != 0 {
                units = units.checked_mul(10_i128.checked_pow(zeros)?)?;
            }
            units = units.checked_mul(10)?.checked_add((digit - b'0').into())?;
            zeros = 0;
        }
        let shift = i64::from(zeros) - i64::try_from(self.fraction.len()).ok()? + self.exponent;
        Some((if self.negative { -units } else { units }, shift))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_decimal_is_kept_in_units_of_its_last_digit() {
        for (text, units) in [
            ("12.5", 1250),
            ("-0.01", -1),
            ("0", 0),
            ("-0", 0),
            ("1.5000", 150),
            ("1e2", 10_000),
            ("1200e-2", 1200),
            ("0.000e999999999999", 0),
            ("999.99", 99_999),
        ] {
            assert_eq!(read(text, 5, 2), Ok(units), "{text}");
        }
    }

    #[test]
    fn a_decimal_is_never_rounded() {
        assert_eq!(read("0.005", 5, 2).unwrap_err().message, "must have at most 2 digits after the point");
        assert_eq!(read("1000", 5, 2).unwrap_err().message, "must have at most 3 digits before the point");
        assert_eq!(read("1e999999999", 5, 2).unwrap_err().code, "range");
        assert_eq!(read(&"1".repeat(500), 38, 0).unwrap_err().code, "range");
    }

    #[test]
    fn an_exponent_counts_however_many_zeros_there_are() {
        let zeros = "0".repeat(1_000_000);
        assert_eq!(read(&format!("1{zeros}e-99999999"), 5, 0).unwrap_err().code, "range");
        assert_eq!(read(&format!("1{zeros}e-1000000"), 5, 0), Ok(1));
        assert_eq!(read(&format!("0.{zeros}{zeros}1e2000001"), 5, 0), Ok(1));
        assert_eq!(read(&format!("1e{}", "9".repeat(100)), 5, 0).unwrap_err().code, "range");
    }

    #[test]
    fn a_text_that_is_no_number_is_refused() {
        for text in ["", "-", "+1", "01", "1.", ".5", "1e", "1e+", "1.5.5", "NaN", "1_000", " 1", "１"] {
            assert_eq!(read(text, 5, 2).map_err(|refused| refused.code), Err("type"), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(units in -(10_i128.pow(38) - 1)..10_i128.pow(38), scale in 0..=DIGITS) {
            let mut text = String::new();
            prop_assert_eq!(write(units, scale, &mut text), Some(()));
            prop_assert_eq!(read(&text, DIGITS, scale), Ok(units));
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in "[-+0-9.eE]{0,60}") {
            let _ = read(&text, 38, 19);
        }
    }
}
