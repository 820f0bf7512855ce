//! Numbers of JSON, and what they are exactly.

use std::cmp::Ordering;

use super::scanner::Syntax;
use crate::schema::scalar;

/// A number as it is written: `mantissa` × 10^`exponent`, unless it has too many digits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Number<'j> {
    pub(super) text: &'j str,
    negative: bool,
    mantissa: u64,
    exponent: i32,
    /// Whether `mantissa` holds all digits.
    exact: bool,
    /// Whether it is written without a point and an exponent.
    integer: bool,
}

/// Why a number is none of the kind that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unfit {
    /// It has a part behind the point.
    Fraction,
    /// It is too small or too great.
    Range,
    /// It is an integer that the floating point number does not hold exactly.
    Inexact,
}

/// So many digits always fit into 64 bits.
const DIGITS: usize = 19;

/// 10^0 to 10^22, which float64 holds exactly.
const TENS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
];

/// Reads the number that begins at `start`, with a digit or a minus; and gives where it ends.
#[inline]
pub(super) fn scan(text: &str, start: usize) -> Result<(Number<'_>, usize), Syntax> {
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).map(|byte| byte.wrapping_sub(b'0')).filter(|digit| *digit < 10);
    let negative = bytes.get(start) == Some(&b'-');
    let first = start + usize::from(negative);
    let mut at = first;
    let mut mantissa = 0_u64;
    while let Some(digit) = digit(at) {
        mantissa = mantissa.wrapping_mul(10).wrapping_add(u64::from(digit));
        at += 1;
    }
    let mut digits = at - first;
    if digits == 0 {
        return Err(Syntax { at, message: "expected a digit; NaN and Infinity are not JSON" });
    }
    if digits > 1 && bytes[first] == b'0' {
        return Err(Syntax { at: first, message: "a number does not begin with 0" });
    }
    let (mut exponent, mut integer) = (0, true);
    if bytes.get(at) == Some(&b'.') {
        integer = false;
        at += 1;
        let point = at;
        while let Some(digit) = digit(at) {
            mantissa = mantissa.wrapping_mul(10).wrapping_add(u64::from(digit));
            at += 1;
        }
        let behind = at - point;
        if behind == 0 {
            return Err(Syntax { at, message: "expected a digit behind the point" });
        }
        digits += behind;
        exponent = -i32::try_from(behind).unwrap_or(i32::MAX);
    }
    if let Some(b'e' | b'E') = bytes.get(at) {
        integer = false;
        at += 1;
        let minus = bytes.get(at) == Some(&b'-');
        at += usize::from(matches!(bytes.get(at), Some(b'+' | b'-')));
        let begin = at;
        let mut written = 0_i32;
        while let Some(digit) = digit(at) {
            written = written.saturating_mul(10).saturating_add(i32::from(digit));
            at += 1;
        }
        if at == begin {
            return Err(Syntax { at, message: "expected a digit in the exponent" });
        }
        exponent = exponent.saturating_add(if minus { -written } else { written });
    }
    let number = Number { text: &text[start..at], negative, mantissa, exponent, exact: digits <= DIGITS, integer };
    Ok((number, at))
}

impl Number<'_> {
    /// The integer that it is; `2.0` and `2e3` are integers as well.
    #[inline]
    pub(super) fn integer<T: TryFrom<i128>>(&self) -> Result<T, Unfit> {
        let value = match self.exponent {
            0 if self.exact => u128::from(self.mantissa),
            // As in `2.0`, which some writers make of an integer.
            -1 if self.exact && self.mantissa.is_multiple_of(10) => u128::from(self.mantissa / 10),
            _ => self.any_integer()?,
        };
        let value = i128::try_from(value).map_err(|_| Unfit::Range)?;
        T::try_from(if self.negative { -value } else { value }).map_err(|_| Unfit::Range)
    }

    /// The integer without its sign, however it is written.
    #[cold]
    fn any_integer(&self) -> Result<u128, Unfit> {
        let (number, _) = self.text.split_once(['e', 'E']).unwrap_or((self.text, ""));
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        // `exponent` counts from the last digit that is written.
        let mut zeros = i64::from(self.exponent);
        let mut digits: Vec<u8> = whole.trim_start_matches('-').bytes().chain(fraction.bytes()).collect();
        while digits.last() == Some(&b'0') {
            digits.pop();
            zeros += 1;
        }
        if digits.is_empty() {
            return Ok(0);
        }
        if zeros < 0 {
            return Err(Unfit::Fraction);
        }
        let zeros = (0..zeros).map(|_| b'0');
        let value = digits
            .into_iter()
            .chain(zeros)
            .try_fold(0_u128, |value, digit| value.checked_mul(10)?.checked_add(u128::from(digit - b'0')));
        value.ok_or(Unfit::Range)
    }

    /// The nearest float64; for an integer only if it is that integer.
    #[inline]
    pub(super) fn float64(&self) -> Result<f64, Unfit> {
        // Both numbers are exact, so the one rounding of the operation is the right one (Clinger).
        if self.exact && self.mantissa <= 1 << 53 {
            let value = self.mantissa as f64;
            let value = match self.exponent {
                exponent @ 0..=22 => value * TENS[exponent.unsigned_abs() as usize],
                exponent @ -22..0 => value / TENS[exponent.unsigned_abs() as usize],
                _ => return self.any_float64(),
            };
            return Ok(if self.negative { -value } else { value });
        }
        self.any_float64()
    }

    #[cold]
    fn any_float64(&self) -> Result<f64, Unfit> {
        if self.integer && self.exact {
            let value = self.mantissa as f64;
            let same = value as i128 == i128::from(self.mantissa);
            return if same { Ok(if self.negative { -value } else { value }) } else { Err(Unfit::Inexact) };
        }
        // What JSON calls a number, Rust reads as well.
        let value: f64 = self.text.parse().map_err(|_| Unfit::Range)?;
        if !value.is_finite() {
            return Err(Unfit::Range);
        }
        // Written out without exponent, a float shows all digits of the integer that it is.
        if self.integer && format!("{value:.0}") != self.text { Err(Unfit::Inexact) } else { Ok(value) }
    }

    /// The nearest float32; for an integer only if it is that integer.
    #[inline]
    pub(super) fn float32(&self) -> Result<f32, Unfit> {
        if self.exact && self.mantissa <= 1 << 53 && (-22..=22).contains(&self.exponent) && !self.integer {
            let tens = TENS[self.exponent.unsigned_abs() as usize];
            let value = self.mantissa as f64;
            let value = if self.exponent < 0 { value / tens } else { value * tens };
            // The float64 nearest to the number lies on the same side of each point halfway between two float32 as the
            // number itself, unless it is that point: then its last 29 bits are a one and zeros.
            let halfway = value.to_bits() & 0x1fff_ffff == 0x1000_0000;
            if !halfway && (f64::from(f32::MIN_POSITIVE)..f64::from(f32::MAX)).contains(&value) {
                let value = value as f32;
                return Ok(if self.negative { -value } else { value });
            }
        }
        self.any_float32()
    }

    #[cold]
    fn any_float32(&self) -> Result<f32, Unfit> {
        if self.integer && self.exact {
            let value = self.mantissa as f32;
            let same = value as i128 == i128::from(self.mantissa);
            return if same { Ok(if self.negative { -value } else { value }) } else { Err(Unfit::Inexact) };
        }
        let value: f32 = self.text.parse().map_err(|_| Unfit::Range)?;
        if !value.is_finite() {
            return Err(Unfit::Range);
        }
        if self.integer && format!("{value:.0}") != self.text { Err(Unfit::Inexact) } else { Ok(value) }
    }

    /// The nearest float16; for an integer only if it is that integer.
    pub(super) fn float16(&self) -> Result<f32, Unfit> {
        let value = self.float64()?;
        let half = scalar::number::half(self.beside_halfway(value)).ok_or(Unfit::Range)?;
        #[allow(clippy::float_cmp, reason = "whether it is the very same number is the question")]
        let same = f64::from(half) == value;
        if self.integer && !same { Err(Unfit::Inexact) } else { Ok(half) }
    }

    /// `value`, the float64 nearest to the number; or if it lies halfway between two float16 and the number beside it,
    /// the float64 next to it on the number's side: a second rounding does not know what the first one took away.
    fn beside_halfway(&self, value: f64) -> f64 {
        let (below, above) = (value.next_down(), value.next_up());
        if scalar::number::half(below) == scalar::number::half(above) {
            return value;
        }
        match magnitude(self.text).cmp(&magnitude(&format!("{value:.30}"))) {
            Ordering::Equal => value,
            order if (order == Ordering::Less) != self.negative => below,
            _ => above,
        }
    }
}

/// The place of the first digit that is no zero, as a power of ten, and the digits from there on, without zeros at the
/// end: so numbers are compared by how far they are from zero. None but zero has no digits.
fn magnitude(text: &str) -> (i64, Vec<u8>) {
    let (number, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let whole = whole.trim_start_matches('-');
    let digits: Vec<u8> = whole.bytes().chain(fraction.bytes()).collect();
    let zeros = digits.iter().take_while(|digit| **digit == b'0').count();
    let end = digits.iter().rposition(|digit| *digit != b'0').map_or(zeros, |last| last + 1);
    // Of a number near a float16, the exponent is about as large as the text is long.
    let exponent: i64 = exponent.parse().unwrap_or_default();
    let count = |digits: usize| i64::try_from(digits).unwrap_or(i64::MAX);
    (exponent.saturating_add(count(whole.len()) - count(zeros)), digits[zeros..end].to_vec())
}
