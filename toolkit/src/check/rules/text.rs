//! Rules on texts that have no options of their own, or a single word.

use std::borrow::Cow;

use schemars::Schema;
use serde_json::json;
use validator::{
    ValidateContains, ValidateDoesNotContain, ValidateEmail, ValidateIp, ValidateNonControlCharacter, ValidateRequired,
    ValidateUrl,
};

use super::{Rule, put};
use crate::check::{Place, Violation};

macro_rules! plain_rule {
    ($(#[$doc:meta])* $Rule:ident, $Trait:ident::$valid:ident, $code:literal, $message:literal, $keyword:literal: $value:expr) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $Rule;

        #[diagnostic::do_not_recommend]
        impl<T: $Trait> Rule<T> for $Rule {
            fn check(&self, value: &T, place: &Place<'_>, violations: &mut Vec<Violation>) {
                if !value.$valid() {
                    violations.push(Violation::new(place, $code, $message));
                }
            }

            fn describe(&self, schema: &mut Schema) {
                put(schema, $keyword, $value, $code, $message);
            }
        }
    };
}

/// A text, or one that may be missing.
pub trait MaybeText {
    /// The text, if it is there.
    fn maybe_text(&self) -> Option<&str>;

    /// Whether it is missing or an IP address.
    fn is_ip(&self) -> bool {
        self.maybe_text().is_none_or(|text| text.validate_ip())
    }

    /// Whether it is missing or has no control characters.
    fn is_printable(&self) -> bool {
        self.maybe_text().is_none_or(|text| text.validate_non_control_character())
    }
}

macro_rules! text {
    ($($ty:ty),*) => {$(
        impl MaybeText for $ty {
            fn maybe_text(&self) -> Option<&str> {
                Some(self)
            }
        }
    )*};
}

text!(String, &str, Box<str>, Cow<'_, str>);

impl<T: MaybeText> MaybeText for Option<T> {
    fn maybe_text(&self) -> Option<&str> {
        self.as_ref()?.maybe_text()
    }
}

plain_rule!(
    /// `email`: an address as HTML's `<input type=email>` takes it.
    Email, ValidateEmail::validate_email, "email", "must be an email address", "format": "email"
);
plain_rule!(
    /// `url`: an absolute URL.
    Url, ValidateUrl::validate_url, "url", "must be a URL", "format": "uri"
);
plain_rule!(
    /// `ip`: an IPv4 or IPv6 address.
    Ip, MaybeText::is_ip, "ip", "must be an IP address",
    "anyOf": json!([{ "format": "ipv4" }, { "format": "ipv6" }])
);
plain_rule!(
    /// `non_control_character`: no control characters.
    NoControlCharacters, MaybeText::is_printable, "non_control_character",
    "must have no control characters", "pattern": r"^[^\u0000-\u001f\u007f-\u009f]*$"
);

/// `required`: an `Option` that must be there.
#[derive(Clone, Copy, Debug)]
pub struct Required;

#[diagnostic::do_not_recommend]
impl<T: ValidateRequired> Rule<T> for Required {
    fn check(&self, value: &T, place: &Place<'_>, violations: &mut Vec<Violation>) {
        if !value.validate_required() {
            Violation::note(violations, place, "required", || "is required".into());
        }
    }

    fn describe(&self, _: &mut Schema) {}
}

/// `contains("…")`: a text with that part in it, or a map with that key.
#[derive(Clone, Copy, Debug)]
pub struct Contains(pub &'static str);

#[diagnostic::do_not_recommend]
impl<T: ValidateContains> Rule<T> for Contains {
    fn check(&self, value: &T, place: &Place<'_>, violations: &mut Vec<Violation>) {
        if !value.validate_contains(self.0) {
            Violation::note(violations, place, "contains", || self.message().into());
        }
    }

    fn describe(&self, schema: &mut Schema) {
        put(schema, "pattern", regex::escape(self.0), "contains", &self.message());
    }
}

impl Contains {
    fn message(self) -> String {
        format!("must contain `{}`", self.0)
    }
}

/// `does_not_contain("…")`: a text without that part, or a map without that key.
#[derive(Clone, Copy, Debug)]
pub struct DoesNotContain(pub &'static str);

#[diagnostic::do_not_recommend]
impl<T: ValidateDoesNotContain> Rule<T> for DoesNotContain {
    fn check(&self, value: &T, place: &Place<'_>, violations: &mut Vec<Violation>) {
        if !value.validate_does_not_contain(self.0) {
            Violation::note(violations, place, "does_not_contain", || self.message().into());
        }
    }

    fn describe(&self, schema: &mut Schema) {
        put(schema, "not", json!({ "pattern": regex::escape(self.0) }), "does_not_contain", &self.message());
    }
}

impl DoesNotContain {
    fn message(self) -> String {
        format!("must not contain `{}`", self.0)
    }
}
