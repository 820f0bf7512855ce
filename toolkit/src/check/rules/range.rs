use std::fmt::Display;

use schemars::Schema;
use serde::Serialize;
use validator::ValidateRange;

use super::{Rule, put};
use crate::check::{Place, Violation, in_range};

/// `range(min = …, max = …, exclusive_min = …, exclusive_max = …)`: a number within bounds.
#[derive(Clone, Copy, Debug)]
pub struct Range<B> {
    /// The least value allowed.
    pub min: Option<B>,
    /// The greatest value allowed.
    pub max: Option<B>,
    /// A bound that the value must exceed.
    pub exclusive_min: Option<B>,
    /// A bound that the value must stay under.
    pub exclusive_max: Option<B>,
}

#[diagnostic::do_not_recommend]
impl<T, B> Rule<T> for Range<B>
where
    T: ValidateRange<B> + ?Sized,
    B: Copy + Display + Serialize,
{
    #[inline]
    fn check(&self, value: &T, place: &Place<'_>, violations: &mut Vec<Violation>) {
        if !value.validate_range(self.min, self.max, self.exclusive_min, self.exclusive_max) {
            Violation::note(violations, place, "range", || self.message());
        }
    }

    fn describe(&self, schema: &mut Schema) {
        for (keyword, bound) in [
            ("minimum", self.min),
            ("maximum", self.max),
            ("exclusiveMinimum", self.exclusive_min),
            ("exclusiveMaximum", self.exclusive_max),
        ] {
            if let Some(bound) = bound {
                // Numbers always serialise; infinite bounds become null, which no schema allows.
                if let Ok(value @ serde_json::Value::Number(_)) = serde_json::to_value(bound) {
                    put(schema, keyword, value, "range", &self.message());
                }
            }
        }
    }
}

impl<B: Display> Range<B> {
    #[cold]
    fn message(&self) -> std::borrow::Cow<'static, str> {
        fn shown<B: Display>(bound: Option<&B>) -> Option<&dyn Display> {
            bound.map(|bound| bound as &dyn Display)
        }
        in_range(
            shown(self.min.as_ref()),
            shown(self.max.as_ref()),
            shown(self.exclusive_min.as_ref()),
            shown(self.exclusive_max.as_ref()),
        )
    }
}
