use std::borrow::Cow;

use schemars::Schema;
use validator::ValidationError;

use super::{Rule, TOLD, put};
use crate::check::{Place, Violation};

/// `custom(function = …)`: a function of one's own, `fn(&T) -> Result<(), ValidationError>`.
///
/// The error's code and message become the violation's; its parameters stay unshown, since they may echo the value.
#[derive(Clone, Copy, Debug)]
pub struct Custom<F>(pub F);

#[diagnostic::do_not_recommend]
impl<T, F: Fn(&T) -> Result<(), ValidationError>> Rule<T> for Custom<F> {
    fn check(&self, value: &T, place: &Place<'_>, violations: &mut Vec<Violation>) {
        if let Err(error) = (self.0)(value) {
            let message = error.message.unwrap_or(Cow::Borrowed("is not valid"));
            Violation::note(violations, place, error.code, || message);
        }
    }

    fn describe(&self, _: &mut Schema) {}
}

/// A rule whose violation has a code or message of its own: `range(min = 1, message = "…")`.
#[derive(Clone, Copy, Debug)]
pub struct Worded<R> {
    /// The rule itself.
    pub rule: R,
    /// What stands under `code` instead.
    pub code: Option<&'static str>,
    /// What stands under `message` instead.
    pub message: Option<&'static str>,
}

#[diagnostic::do_not_recommend]
impl<T: ?Sized, R: Rule<T>> Rule<T> for Worded<R> {
    fn check(&self, value: &T, place: &Place<'_>, violations: &mut Vec<Violation>) {
        let before = violations.len();
        self.rule.check(value, place, violations);
        for violation in &mut violations[before..] {
            if let Some(code) = self.code {
                violation.code = code.into();
            }
            if let Some(message) = self.message {
                violation.message = message.into();
            }
        }
    }

    fn describe(&self, schema: &mut Schema) {
        // Described alone first, so that only this rule's words are changed.
        let mut alone = Schema::default();
        if let Some(ty) = schema.get("type") {
            alone.insert("type".to_owned(), ty.clone());
        }
        self.rule.describe(&mut alone);
        let keywords = alone.as_object().into_iter().flatten();
        let keywords = keywords.filter(|(keyword, _)| *keyword != "type" && *keyword != TOLD);
        for (keyword, value) in keywords {
            let told = |index: usize| alone.get(TOLD)?.get(keyword)?.get(index)?.as_str();
            let code = self.code.or(told(0)).unwrap_or_default();
            let message = self.message.or(told(1)).unwrap_or_default();
            put(schema, keyword, value.clone(), code, message);
        }
    }
}
