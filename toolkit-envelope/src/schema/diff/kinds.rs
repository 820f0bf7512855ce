use crate::schema::{Kind, scalar::number::EXACT, union::described};

/// How the values of one kind lie to those of another, both without parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Relation {
    /// Whether the new kind takes what the old one did not.
    pub(super) takes_more: bool,
    /// Whether the new kind does not take what the old one did.
    pub(super) takes_less: bool,
}

impl Relation {
    pub(super) const BOTH: Self = Self { takes_more: true, takes_less: true };

    pub(super) fn of(old: &Kind, new: &Kind) -> Self {
        Self { takes_more: !holds(old, new), takes_less: !holds(new, old) }
    }
}

/// What a person is told of a kind that became another.
pub(super) fn message(old: &Kind, new: &Kind) -> String {
    format!("is {}, was {}", described(new), described(old))
}

/// Whether `wide` takes every JSON value that `narrow` takes; what is not sure counts as no.
fn holds(wide: &Kind, narrow: &Kind) -> bool {
    if let (Some((least, greatest)), Some((inner_least, inner_greatest))) =
        (wide.integer_range(), narrow.integer_range())
    {
        return least <= inner_least && inner_greatest <= greatest;
    }
    if let (true, Some((least, greatest))) = (wide.is_float(), narrow.integer_range()) {
        let exact = match wide {
            Kind::Float16 => 2048,
            Kind::Float32 => 1 << 24,
            _ => i128::from(EXACT) + 1,
        };
        return -exact <= least && greatest <= exact;
    }
    match (wide, narrow) {
        (wide, narrow) if wide == narrow => true,
        (Kind::Float64, Kind::Float16 | Kind::Float32) | (Kind::Float32, Kind::Float16) => true,
        (Kind::Decimal { precision, scale }, Kind::Decimal { precision: inner_precision, scale: inner_scale }) => {
            scale >= inner_scale && precision.saturating_sub(*scale) >= inner_precision.saturating_sub(*inner_scale)
        }
        // A timestamp in nanoseconds reaches fewer years than the others.
        (Kind::Timestamp { unit, timezone }, Kind::Timestamp { unit: inner_unit, timezone: inner_timezone }) => {
            timezone.is_some() == inner_timezone.is_some()
                && (unit == inner_unit || (unit.digits() < 9 && unit.digits() > inner_unit.digits()))
        }
        (Kind::Time { unit }, Kind::Time { unit: inner_unit }) => unit.digits() >= inner_unit.digits(),
        (Kind::Categorical { values, .. }, Kind::Categorical { values: inner, .. }) => {
            inner.iter().all(|value| values.contains(value))
        }
        (Kind::String, Kind::Categorical { values, .. }) => values.iter().all(serde_json::Value::is_string),
        _ => false,
    }
}
