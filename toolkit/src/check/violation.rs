use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::{Location, Place};

/// One thing that is wrong with a request, and where.
///
/// It never carries the value that was sent: problems end up in logs and on screens.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(rename = "ProblemViolation")]
pub struct Violation {
    /// The part of the request.
    #[serde(rename = "in")]
    pub location: Location,
    /// The parameter's name on the wire; absent for the body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Where inside the body or the parameter, as a JSON Pointer (RFC 6901); absent for the whole of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
    /// Which row of a model's arguments, from 0 on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub row: Option<usize>,
    /// Which column of a model's arguments.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// What kind of rule is broken: `required`, `type`, `range`, `length`, …
    pub code: Cow<'static, str>,
    /// What the value must be, for a person.
    pub message: Cow<'static, str>,
}

impl Violation {
    /// So many are told of one request; more would make a small request's answer a large one.
    pub const MOST: usize = 1000;

    /// A violation of the rule `code` at `place`.
    #[must_use]
    pub fn new(place: &Place<'_>, code: impl Into<Cow<'static, str>>, message: impl Into<Cow<'static, str>>) -> Self {
        let (location, name) = place.root();
        Self {
            location,
            pointer: Some(bounded(place.pointer())).filter(|p| !p.is_empty() || location == Location::Body),
            name: name.map(Cow::into_owned),
            row: None,
            column: None,
            code: code.into(),
            message: message.into(),
        }
    }

    /// Notes a violation of the rule `code` at `place`, unless [`Violation::MOST`] are noted already.
    pub fn note(
        violations: &mut Vec<Self>,
        place: &Place<'_>,
        code: impl Into<Cow<'static, str>>,
        message: impl FnOnce() -> Cow<'static, str>,
    ) {
        if violations.len() < Self::MOST {
            violations.push(Self::new(place, code, message()));
        }
    }

    /// A value that should be there and is not.
    #[must_use]
    pub fn required(place: &Place<'_>) -> Self {
        Self::new(place, "required", "is required")
    }
}

/// A pointer that is no longer than a person reads: it repeats what the client has named, for each violation below it.
pub(crate) fn bounded(mut pointer: String) -> String {
    const LONGEST: usize = 512;
    if pointer.len() > LONGEST {
        pointer.truncate(pointer.floor_char_boundary(LONGEST));
        pointer.push('…');
    }
    pointer
}
