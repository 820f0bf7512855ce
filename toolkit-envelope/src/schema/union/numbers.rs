use serde_json::Value;

use crate::schema::{
    Kind, Schema,
    scalar::{self, number::EXACT},
};

/// A kind of number that holds all of both, if they are two kinds of numbers that have one.
pub(super) fn number_of_both(a: &Schema, b: &Schema) -> Option<Kind> {
    match (&a.kind, &b.kind) {
        (Kind::Decimal { precision, scale }, Kind::Decimal { precision: other_precision, scale: other_scale }) => {
            let whole = precision.saturating_sub(*scale).max(other_precision.saturating_sub(*other_scale));
            let scale = *scale.max(other_scale);
            let precision = whole.saturating_add(scale);
            (precision <= scalar::decimal::DIGITS).then_some(Kind::Decimal { precision, scale })
        }
        (kind, other) if kind.is_float() && other.is_float() => {
            Some(if width(kind) > width(other) { kind.clone() } else { other.clone() })
        }
        (float, _) if float.is_float() => is_exact(b).then_some(Kind::Float64),
        (_, float) if float.is_float() => is_exact(a).then_some(Kind::Float64),
        _ => integer_of_both(a, b),
    }
}

/// The narrowest kind of integer that holds all of both, the one without a sign before the other.
fn integer_of_both(a: &Schema, b: &Schema) -> Option<Kind> {
    use Kind::{Int8, Int16, Int32, Int64, UInt8, UInt16, UInt32, UInt64};
    let ((least, greatest), (other_least, other_greatest)) = (a.kind.integer_range()?, b.kind.integer_range()?);
    let all = (least.min(other_least), greatest.max(other_greatest));
    let holds = |kind: &Kind| kind.integer_range().is_some_and(|(least, greatest)| least <= all.0 && all.1 <= greatest);
    // One may be `uint64` and the other have a sign: if that was never used, they still meet.
    let unsigned = || (is_never_negative(a) && is_never_negative(b)).then_some(UInt64);
    [UInt8, Int8, UInt16, Int16, UInt32, Int32, UInt64, Int64].into_iter().find(holds).or_else(unsigned)
}

fn width(float: &Kind) -> u8 {
    match float {
        Kind::Float16 => 16,
        Kind::Float32 => 32,
        _ => 64,
    }
}

/// Whether a double holds every integer that the schema takes, or that was seen where it was made.
fn is_exact(schema: &Schema) -> bool {
    let exact = |least: i128, greatest: i128| least >= -i128::from(EXACT) - 1 && greatest <= i128::from(EXACT) + 1;
    schema.kind.integer_range().is_some_and(|(least, greatest)| exact(least, greatest))
        || observed_range(schema).is_some_and(|(least, greatest)| exact(least, greatest))
}

fn is_never_negative(schema: &Schema) -> bool {
    schema.kind.integer_range().is_some_and(|(least, _)| least == 0)
        || observed_range(schema).is_some_and(|(least, _)| least >= 0)
}

fn observed_range(schema: &Schema) -> Option<(i128, i128)> {
    let observed = schema.observed.as_ref()?;
    let integer = |bound: &Option<Value>| bound.as_ref()?.as_number()?.as_i128();
    integer(&observed.min).zip(integer(&observed.max))
}
