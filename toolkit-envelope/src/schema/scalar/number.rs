//! Integers and IEEE 754 numbers: in JSON as numbers.

use serde_json::Number;

use super::Refused;
use crate::schema::Kind;

/// Up to here a double holds every integer, so that a number with a point or an exponent says which one it is.
pub(crate) const EXACT: i64 = (1 << 53) - 1;

/// The greatest number that 16 bits hold.
const GREATEST_HALF: f64 = 65_504.0;

/// The integer that a number is, of any width: `2` and `2.0`, and not `2.5`.
pub(crate) fn integer(number: &Number) -> Result<i128, Refused> {
    if let Some(integer) = number.as_i128() {
        return Ok(integer);
    }
    whole(number.as_f64().unwrap_or(f64::NAN))
}

/// The integer that a double is which was read from a text with a point or an exponent.
pub(crate) fn whole(value: f64) -> Result<i128, Refused> {
    if value.fract() != 0.0 || value.is_nan() {
        Err(Refused::type_("must be an integer"))
    } else if value.abs() > EXACT as f64 {
        Err(Refused::type_("must be written without point and exponent: a double does not hold it exactly"))
    } else {
        Ok(value as i128)
    }
}

/// Checks that an integer kind holds `integer`.
pub(crate) fn fits(kind: &Kind, integer: i128) -> Result<i128, Refused> {
    match kind.integer_range() {
        Some((least, greatest)) if !(least..=greatest).contains(&integer) => {
            Err(Refused::range(format!("must be between {least} and {greatest}")))
        }
        _ => Ok(integer),
    }
}

/// The number as a float kind keeps it: an integer must be held exactly, anything else is rounded to the nearest.
pub(crate) fn float(kind: &Kind, number: &Number) -> Result<f64, Refused> {
    match number.as_i128() {
        Some(integer) => float_of_integer(kind, integer),
        None => float_of_double(kind, number.as_f64().unwrap_or(f64::NAN)),
    }
}

/// The integer as a float kind keeps it, exactly.
pub(crate) fn float_of_integer(kind: &Kind, integer: i128) -> Result<f64, Refused> {
    // Both conversions round, so that coming back tells whether anything was lost.
    let value = integer as f64;
    if value as i128 == integer && rounded(kind, value) == Some(value) {
        Ok(value)
    } else {
        Err(Refused::range(format!("must be an integer that {} holds exactly", kind.name())))
    }
}

/// The double as a float kind keeps it, rounded to the nearest.
pub(crate) fn float_of_double(kind: &Kind, value: f64) -> Result<f64, Refused> {
    rounded(kind, value).ok_or_else(|| Refused::range(format!("must be a number that {} holds", kind.name())))
}

/// The nearest number that a float kind holds; nothing if that is infinite or none.
fn rounded(kind: &Kind, value: f64) -> Option<f64> {
    match kind {
        Kind::Float16 => half(value).map(f64::from),
        Kind::Float32 => Some(f64::from(value as f32)).filter(|value| value.is_finite()),
        _ => Some(value).filter(|value| value.is_finite()),
    }
}

/// The nearest number that 16 bits hold, the even one of two; nothing if that is infinite or none.
pub(crate) fn half(value: f64) -> Option<f32> {
    // Neighbours lie a 1024th of the power of two below apart; from 2⁻¹⁴ down, they do not come closer.
    let exponent = (value.abs().to_bits() >> 52) as i32 - 1023;
    let step = 2_f64.powi(exponent.max(-14) - 10);
    let rounded = (value / step).round_ties_even() * step;
    (rounded.abs() <= GREATEST_HALF).then_some(rounded as f32)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn number(value: serde_json::Value) -> Number {
        match value {
            serde_json::Value::Number(number) => number,
            other => panic!("{other} is no number"),
        }
    }

    #[test]
    fn a_whole_number_is_an_integer_however_it_is_written() {
        for (value, wanted) in
            [(json!(2), 2), (json!(2.0), 2), (json!(-0.0), 0), (json!(1e3), 1000), (json!(u64::MAX), u64::MAX.into())]
        {
            assert_eq!(integer(&number(value)), Ok(wanted));
        }
        assert_eq!(integer(&number(json!(2.5))), Err(Refused::type_("must be an integer")));
    }

    #[test]
    fn a_double_that_may_have_been_rounded_is_no_integer() {
        assert_eq!(integer(&number(json!(9_007_199_254_740_991.0))), Ok(9_007_199_254_740_991));
        assert_eq!(integer(&number(json!(9_007_199_254_740_992.0))).unwrap_err().code, "type");
        assert_eq!(integer(&number(json!(1e300))).unwrap_err().code, "type");
    }

    #[test]
    fn an_integer_that_the_kind_does_not_hold_is_out_of_range() {
        assert_eq!(fits(&Kind::UInt8, 256).unwrap_err().message, "must be between 0 and 255");
        assert_eq!(fits(&Kind::Int64, i64::MIN.into()), Ok(i64::MIN.into()));
    }

    #[test]
    fn a_float_takes_an_integer_only_when_exact() {
        for (kind, exact, inexact) in [
            (Kind::Float64, 9_007_199_254_740_992_u64, 9_007_199_254_740_993_u64),
            (Kind::Float32, 16_777_216, 16_777_217),
            (Kind::Float16, 2048, 2049),
        ] {
            assert_eq!(float(&kind, &json!(exact).as_number().unwrap().clone()), Ok(exact as f64));
            assert_eq!(
                float(&kind, &json!(inexact).as_number().unwrap().clone()).unwrap_err().code,
                "range",
                "{kind:?}"
            );
        }
        assert_eq!(float(&Kind::Float64, &number(json!(u64::MAX))).unwrap_err().code, "range");
        assert_eq!(float(&Kind::Float16, &number(json!(65_536))).unwrap_err().code, "range");
    }

    #[test]
    fn a_float_rounds_a_fraction_and_refuses_what_would_be_infinite() {
        assert_eq!(float(&Kind::Float32, &number(json!(0.1))), Ok(f64::from(0.1_f32)));
        assert_eq!(float(&Kind::Float32, &number(json!(1e39))).unwrap_err().code, "range");
        assert_eq!(float(&Kind::Float16, &number(json!(65_520.0))).unwrap_err().code, "range");
        assert_eq!(float(&Kind::Float16, &number(json!(65_519.5))), Ok(65_504.0));
    }

    /// By IEEE 754 §3.4.
    fn half_of_bits(bits: u16) -> f64 {
        let (sign, exponent, mantissa) = (bits >> 15, i32::from(bits >> 10 & 31), f64::from(bits & 1023));
        let size =
            if exponent == 0 { mantissa * 2_f64.powi(-24) } else { (1024.0 + mantissa) * 2_f64.powi(exponent - 25) };
        if sign == 1 { -size } else { size }
    }

    #[test]
    fn every_half_is_itself_and_what_lies_between_two_goes_to_the_even_one() {
        for bits in 0..0x7bff_u16 {
            let (here, next) = (half_of_bits(bits), half_of_bits(bits + 1));
            assert_eq!(half(here).map(f64::from), Some(here), "{bits:#x}");
            assert_eq!(half(-here).map(f64::from), Some(-here), "{bits:#x}");
            let even = if bits % 2 == 0 { here } else { next };
            assert_eq!(half(f64::midpoint(here, next)).map(f64::from), Some(even), "{bits:#x}");
        }
        for value in [f64::NAN, f64::INFINITY, f64::MAX, 65_520.0] {
            assert_eq!(half(value), None);
        }
        assert_eq!(half(5e-324), Some(0.0));
    }

    proptest! {
        #[test]
        fn every_integer_of_64_bits_keeps_all_of_them(signed: i64, unsigned: u64) {
            prop_assert_eq!(integer(&signed.into()), Ok(signed.into()));
            prop_assert_eq!(integer(&unsigned.into()), Ok(unsigned.into()));
        }
    }
}
