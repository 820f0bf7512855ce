use std::sync::LazyLock;

use regex::Regex;
use schemars::Schema;
use validator::ValidateRegex;

use super::{Rule, put};
use crate::check::{Place, Violation};

/// `regex("…")`: a text that a regular expression matches.
#[derive(Clone, Copy, Debug)]
pub struct Pattern(pub &'static LazyLock<Regex>);

#[diagnostic::do_not_recommend]
impl<T: ValidateRegex + ?Sized> Rule<T> for Pattern {
    fn check(&self, value: &T, place: &Place<'_>, violations: &mut Vec<Violation>) {
        let regex: &Regex = self.0;
        if !value.validate_regex(regex) {
            Violation::note(violations, place, "regex", || self.message().into());
        }
    }

    fn describe(&self, schema: &mut Schema) {
        put(schema, "pattern", self.0.as_str(), "regex", &self.message());
    }
}

impl Pattern {
    fn message(self) -> String {
        format!("must match the pattern {}", self.0.as_str())
    }
}
