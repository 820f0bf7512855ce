use serde_json::Value;

use crate::schema::{Domain, Kind, Observed, document, scalar};

impl Domain {
    /// What either takes; nothing if that is everything.
    pub(super) fn union(self, other: Self, kind: &Kind) -> Option<Self> {
        let union = Self {
            min: self.min.zip(other.min).map(|(a, b)| lesser(kind, a, b)),
            max: self.max.zip(other.max).map(|(a, b)| greater(kind, a, b)),
            values: self.values.zip(other.values).map(|(values, others)| {
                let mut values =
                    values.iter().map(|value| document::leaf_from_document(kind, value)).collect::<Vec<_>>();
                let others = others.iter().map(|value| document::leaf_from_document(kind, value));
                let new = others
                    .filter(|other| !values.iter().any(|value| scalar::read(kind, value) == scalar::read(kind, other)));
                let new = new.collect::<Vec<_>>();
                values.extend(new);
                values
            }),
            pattern: self.pattern.filter(|pattern| other.pattern.as_ref() == Some(pattern)),
        };
        (union != Self::default()).then_some(union)
    }
}

impl Observed {
    pub(super) fn union(self, other: Self, kind: &Kind) -> Self {
        let n = self.n.saturating_add(other.n);
        let (nulls, other_nulls) = (self.nulls(), other.nulls());
        let null_fraction =
            nulls.zip(other_nulls).filter(|_| n > 0).map(|(a, b)| a.saturating_add(b) as f64 / n as f64);
        // A bound that is missing where there were values is not known; where there was none, there is none.
        let empty = nulls == Some(self.n);
        let other_empty = other_nulls == Some(other.n);
        let bound = |mine: Option<Value>, others: Option<Value>, choose: fn(&Kind, Value, Value) -> Value| {
            let bound = match (mine, others) {
                (Some(mine), Some(others)) => Some(choose(kind, mine, others)),
                (mine, None) if other_empty => mine,
                (None, others) if empty => others,
                _ => None,
            };
            bound.map(|bound| document::leaf_from_document(kind, &bound))
        };
        let distinct = match (other.n, self.n) {
            (0, _) => self.distinct,
            (_, 0) => other.distinct,
            _ => None,
        };
        Self {
            min: bound(self.min, other.min, lesser),
            max: bound(self.max, other.max, greater),
            null_fraction,
            distinct,
            n,
        }
    }

    /// How many of the values were null, if that is known.
    #[expect(clippy::cast_sign_loss, reason = "a fraction is from 0 on")]
    fn nulls(&self) -> Option<u64> {
        if self.n == 0 { Some(0) } else { self.null_fraction.map(|fraction| (fraction * self.n as f64).round() as u64) }
    }
}

fn lesser(kind: &Kind, a: Value, b: Value) -> Value {
    let b_is_less = scalar::read(kind, &b).ok() < scalar::read(kind, &a).ok();
    document::leaf_from_document(kind, if b_is_less { &b } else { &a })
}

fn greater(kind: &Kind, a: Value, b: Value) -> Value {
    let b_is_greater = scalar::read(kind, &b).ok() > scalar::read(kind, &a).ok();
    document::leaf_from_document(kind, if b_is_greater { &b } else { &a })
}
