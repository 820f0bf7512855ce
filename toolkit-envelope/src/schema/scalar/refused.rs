use std::borrow::Cow;

/// Why a value is none of its kind. It never says which value it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refused {
    /// `type` for another type of JSON, or a text of another form; `range` for one that does not fit; `enum` for none of
    /// a list.
    pub(crate) code: &'static str,
    /// What it must be, for a person.
    pub(crate) message: Cow<'static, str>,
}

impl Refused {
    pub(crate) fn type_(message: impl Into<Cow<'static, str>>) -> Self {
        Self { code: "type", message: message.into() }
    }

    pub(crate) fn range(message: impl Into<Cow<'static, str>>) -> Self {
        Self { code: "range", message: message.into() }
    }

    pub(crate) fn enum_(message: impl Into<Cow<'static, str>>) -> Self {
        Self { code: "enum", message: message.into() }
    }
}
