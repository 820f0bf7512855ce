use schemars::Schema;
use validator::ValidateLength;

use super::{Rule, put};
use crate::check::{Place, Violation, of_length};

/// `length(min = …, max = …, equal = …)`: characters of a text, elements of a list, members of a map.
#[derive(Clone, Copy, Debug)]
pub struct Length {
    /// The least length allowed.
    pub min: Option<u64>,
    /// The greatest length allowed.
    pub max: Option<u64>,
    /// The only length allowed.
    pub equal: Option<u64>,
}

#[diagnostic::do_not_recommend]
impl<T: ValidateLength<u64> + ?Sized> Rule<T> for Length {
    #[inline]
    fn check(&self, value: &T, place: &Place<'_>, violations: &mut Vec<Violation>) {
        if !value.validate_length(self.min, self.max, self.equal) {
            let (min, max) = self.bounds();
            Violation::note(violations, place, "length", || of_length(min, max));
        }
    }

    fn describe(&self, schema: &mut Schema) {
        let (min, max) = self.bounds();
        for kind in kinds(schema) {
            for (bound, prefix) in [(min, "min"), (max, "max")] {
                if let Some(bound) = bound {
                    put(schema, &format!("{prefix}{kind}"), bound, "length", &of_length(min, max));
                }
            }
        }
    }
}

impl Length {
    fn bounds(&self) -> (Option<u64>, Option<u64>) {
        (self.equal.or(self.min), self.equal.or(self.max))
    }
}

/// What a length counts for the schema's type. A reference does not show its type; a keyword of another type is
/// without effect there (JSON Schema 2020-12 validation §6).
fn kinds(schema: &Schema) -> Vec<&'static str> {
    let has = |name: &str| match schema.get("type") {
        Some(serde_json::Value::String(ty)) => ty == name,
        Some(serde_json::Value::Array(types)) => types.iter().any(|ty| ty == name),
        _ => true,
    };
    let typed = schema.get("type").is_some();
    let mut kinds = Vec::new();
    if has("string") {
        kinds.push("Length");
    }
    if has("array") {
        kinds.push("Items");
    }
    if typed && has("object") {
        kinds.push("Properties");
    }
    kinds
}
