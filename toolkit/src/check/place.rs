use std::{
    borrow::Cow,
    fmt::{self, Write as _},
};

use serde::{Deserialize, Serialize};

/// The part of a request that a parameter is read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
#[non_exhaustive]
pub enum Location {
    /// A variable of the path template.
    Path,
    /// The query string.
    Query,
    /// A header field.
    Header,
    /// A cookie.
    Cookie,
    /// The request body.
    Body,
    /// A field of a form: `application/x-www-form-urlencoded` or `multipart/form-data`.
    Form,
}

impl Location {
    /// The word that stands under `in` in a violation and in the OpenAPI document.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Path => "path",
            Self::Query => "query",
            Self::Header => "header",
            Self::Cookie => "cookie",
            Self::Body => "body",
            Self::Form => "form",
        }
    }

    /// The name of the parameter that a struct's field is: a header's words are joined by dashes.
    pub(crate) fn wire_name(self, field: &str) -> Cow<'_, str> {
        match self {
            Self::Header => Cow::Owned(field.replace('_', "-")),
            _ => Cow::Borrowed(field),
        }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Where a value stands in a request: its parameter, and the way from there down to the value.
///
/// A place lives on the stack and is only written out, as a JSON Pointer (RFC 6901), when something is wrong there.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    parent: Option<&'a Place<'a>>,
    step: Step<'a>,
}

#[derive(Clone, Copy, Debug)]
enum Step<'a> {
    Root(Location, Option<&'a str>),
    /// A struct whose fields are parameters of their own.
    Spread(Location),
    Field(&'a str),
    Item(usize),
}

impl<'a> Place<'a> {
    /// The request body.
    #[must_use]
    pub const fn body() -> Self {
        Self { parent: None, step: Step::Root(Location::Body, None) }
    }

    /// The parameter `name` of `location`.
    #[must_use]
    pub const fn parameter(location: Location, name: &'a str) -> Self {
        Self { parent: None, step: Step::Root(location, Some(name)) }
    }

    /// A struct that spreads into one parameter of `location` for each field.
    #[must_use]
    pub const fn spread(location: Location) -> Self {
        Self { parent: None, step: Step::Spread(location) }
    }

    /// The member `name` of the object at this place.
    #[must_use]
    pub const fn field<'b>(&'b self, name: &'b str) -> Place<'b>
    where
        'a: 'b,
    {
        Place { parent: Some(self), step: Step::Field(name) }
    }

    /// The element `index`, from 0, of the list at this place.
    #[must_use]
    pub const fn item<'b>(&'b self, index: usize) -> Place<'b>
    where
        'a: 'b,
    {
        Place { parent: Some(self), step: Step::Item(index) }
    }

    /// The parameter's location and, outside the body, its name on the wire.
    pub(crate) fn root(&self) -> (Location, Option<Cow<'a, str>>) {
        match (self.step, self.parent) {
            (Step::Root(location, name), _) => (location, name.map(Cow::Borrowed)),
            (Step::Spread(location), _) => (location, None),
            (Step::Field(field), Some(Place { step: Step::Spread(location), .. })) => {
                (*location, Some(location.wire_name(field)))
            }
            (_, Some(parent)) => parent.root(),
            (_, None) => (Location::Body, None),
        }
    }

    /// The way from the parameter to this place as a JSON Pointer; empty at the parameter itself.
    #[must_use]
    pub fn pointer(&self) -> String {
        let mut pointer = String::new();
        self.write_pointer(&mut pointer);
        pointer
    }

    fn write_pointer(&self, pointer: &mut String) {
        if let Some(parent) = self.parent {
            parent.write_pointer(pointer);
        }
        match self.step {
            Step::Root(..) | Step::Spread(_) => {}
            // The field of a struct that spreads is the parameter itself.
            Step::Field(_) if matches!(self.parent, Some(Place { step: Step::Spread(_), .. })) => {}
            Step::Field(name) => push_token(pointer, name),
            Step::Item(index) => {
                // Writing into a `String` cannot fail.
                let _ = write!(pointer, "/{index}");
            }
        }
    }
}

/// Appends one reference token, escaped as RFC 6901 §3 asks.
pub(crate) fn push_token(pointer: &mut String, token: &str) {
    pointer.push('/');
    for character in token.chars() {
        match character {
            '~' => pointer.push_str("~0"),
            '/' => pointer.push_str("~1"),
            other => pointer.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_escapes_tilde_and_slash() {
        let body = Place::body();
        let field = body.field("a/b~c");
        assert_eq!(field.item(3).pointer(), "/a~1b~0c/3");
    }

    #[test]
    fn the_root_of_a_nested_place_is_its_parameter() {
        let parameter = Place::parameter(Location::Query, "style");
        assert_eq!(parameter.item(1).root(), (Location::Query, Some("style".into())));
        assert_eq!(parameter.pointer(), "");
    }

    #[test]
    fn the_field_of_a_struct_that_spreads_is_a_parameter() {
        let headers = Place::spread(Location::Header);
        let field = headers.field("x_tags");
        assert_eq!(field.item(2).root(), (Location::Header, Some("x-tags".into())));
        assert_eq!(field.item(2).pointer(), "/2");
    }
}
