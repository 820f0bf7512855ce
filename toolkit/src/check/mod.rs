//! Constraints and what breaks them: rules that both check a value and describe themselves in its schema, the
//! violations they find, and where in the request each one stands.

mod messages;
mod nested;
mod place;
mod rules;
mod validate;
mod violation;

pub(crate) use messages::{in_range, of_length};
pub use nested::{AnyNested, Nested, ValidatedNested};
pub(crate) use place::push_token;
pub use place::{Location, Place};
pub(crate) use rules::TOLD;
pub use rules::{
    Contains, Custom, DoesNotContain, Each, Email, Ip, Length, NoControlCharacters, Pattern, Range, Required, Rule,
    Url, Worded,
};
pub use validate::{Validate, Violations};
pub use violation::Violation;
pub(crate) use violation::bounded;
