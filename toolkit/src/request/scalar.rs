use std::{borrow::Cow, str::FromStr};

use serde::de::DeserializeOwned;

use super::text_deserializer::TextDeserializer;

/// A value that one text of a path, query, header, cookie or form can be read as.
///
/// Integers, floats, `bool`, `char`, `String`, the dates and times of `jiff`, `Uuid`, `Decimal`, every `#[data]` enum
/// whose variants have no fields, and every `#[data]` newtype around one of them. See the
/// [guide](crate::guide::parameters).
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be read from the text of one parameter",
    label = "not a scalar",
    note = "a scalar is a number, `bool`, `char`, `String`, a date or time of `jiff`, `Uuid`, `Decimal`, or a `#[data]` \
            enum without fields"
)]
pub trait Scalar: Sized + Send {
    /// Reads the text.
    ///
    /// # Errors
    ///
    /// What the text must be instead.
    fn parse(text: &str) -> Result<Self, Expected>;
}

/// What a text must be, and the code that a violation of it has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    /// `type`, `range` or `enum`.
    pub code: &'static str,
    /// For a person: `must be an integer`.
    pub message: Cow<'static, str>,
}

impl Expected {
    /// Another type is expected.
    #[must_use]
    pub const fn of_type(message: &'static str) -> Self {
        Self { code: "type", message: Cow::Borrowed(message) }
    }
}

macro_rules! integer_scalar {
    ($($ty:ty),*) => {$(
        impl Scalar for $ty {
            #[inline]
            fn parse(text: &str) -> Result<Self, Expected> {
                text.parse().map_err(|error: std::num::ParseIntError| {
                    use std::num::IntErrorKind::{NegOverflow, PosOverflow};
                    let negative = text.starts_with('-') && text[1..].bytes().all(|digit| digit.is_ascii_digit());
                    match error.kind() {
                        PosOverflow | NegOverflow => out_of_range(&Self::MIN, &Self::MAX),
                        _ if negative && text.len() > 1 => out_of_range(&Self::MIN, &Self::MAX),
                        _ => Expected::of_type("must be an integer"),
                    }
                })
            }
        }
    )*};
}

integer_scalar!(i8, i16, i32, i64, i128, isize, u8, u16, u32, u64, u128, usize);

#[cold]
fn out_of_range(min: &dyn std::fmt::Display, max: &dyn std::fmt::Display) -> Expected {
    Expected { code: "range", message: crate::check::in_range(Some(min), Some(max), None, None) }
}

macro_rules! float_scalar {
    ($($ty:ty),*) => {$(
        impl Scalar for $ty {
            fn parse(text: &str) -> Result<Self, Expected> {
                // `inf`, `NaN` and the like parse in Rust, and are no numbers in JSON.
                let spelled = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E'));
                match text.parse::<$ty>() {
                    Ok(number) if spelled && number.is_finite() => Ok(number),
                    Ok(_) if spelled => Err(out_of_range(&<$ty>::MIN, &<$ty>::MAX)),
                    _ => Err(Expected::of_type("must be a finite number")),
                }
            }
        }
    )*};
}

float_scalar!(f32, f64);

impl Scalar for String {
    #[inline]
    fn parse(text: &str) -> Result<Self, Expected> {
        Ok(text.to_owned())
    }
}

fn by_from_str<T: FromStr>(text: &str, expected: &'static str) -> Result<T, Expected> {
    text.parse().map_err(|_| Expected::of_type(expected))
}

macro_rules! scalar_by_from_str {
    ($($ty:ty: $expected:literal),* $(,)?) => {$(
        impl Scalar for $ty {
            fn parse(text: &str) -> Result<Self, Expected> {
                by_from_str(text, $expected)
            }
        }
    )*};
}

scalar_by_from_str! {
    bool: "must be true or false",
    char: "must be one character",
    uuid::Uuid: "must be a UUID",
    rust_decimal::Decimal: "must be a decimal number",
    jiff::Timestamp: "must be a date and time with offset, as in 2026-01-31T12:00:00Z",
    jiff::Zoned: "must be a date and time with time zone, as in 2026-01-31T12:00:00+01:00[Europe/Berlin]",
    jiff::civil::Date: "must be a date, as in 2026-01-31",
    jiff::civil::DateTime: "must be a date and time without offset, as in 2026-01-31T12:00:00",
    jiff::civil::Time: "must be a time, as in 12:00:00",
}

/// Reads a text by the type's `Deserialize`, with all its serde attributes.
///
/// # Errors
///
/// What the text must be instead.
pub fn scalar_by_serde<T: DeserializeOwned>(text: &str) -> Result<T, Expected> {
    T::deserialize(TextDeserializer(text)).map_err(|error| error.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_finite_number_is_refused() {
        for text in ["NaN", "inf", "-Infinity", "infinity", "", "1,5", "0x10", "one"] {
            assert_eq!(f64::parse(text).map_err(|expected| expected.code), Err("type"), "{text}");
        }
        assert_eq!(f64::parse("1e999").map_err(|expected| expected.code), Err("range"));
        assert_eq!(f64::parse("-1.5e3"), Ok(-1500.0));
    }

    #[test]
    fn an_integer_beyond_its_type_is_out_of_range_and_not_of_a_wrong_type() {
        assert_eq!(u8::parse("256").map_err(|expected| expected.code), Err("range"));
        assert_eq!(u8::parse("-1").map_err(|expected| expected.code), Err("range"));
        assert_eq!(i64::parse("9223372036854775808").map_err(|expected| expected.code), Err("range"));
        for text in ["", "-", "1.0", "1e3", "٣", " 1"] {
            assert_eq!(i64::parse(text).map_err(|expected| expected.code), Err("type"), "{text}");
        }
    }
}
