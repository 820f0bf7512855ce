//! The words of the violations that two ways lead to: a typed check, and a schema that finds type errors.

use std::{borrow::Cow, fmt::Display};

/// What a number within bounds must be.
pub(crate) fn in_range(
    min: Option<&dyn Display>,
    max: Option<&dyn Display>,
    exclusive_min: Option<&dyn Display>,
    exclusive_max: Option<&dyn Display>,
) -> Cow<'static, str> {
    if let (Some(min), Some(max), None, None) = (min, max, exclusive_min, exclusive_max) {
        return format!("must be between {min} and {max}").into();
    }
    let bounds = [
        min.map(|bound| format!("at least {bound}")),
        exclusive_min.map(|bound| format!("greater than {bound}")),
        max.map(|bound| format!("at most {bound}")),
        exclusive_max.map(|bound| format!("less than {bound}")),
    ];
    format!("must be {}", bounds.into_iter().flatten().collect::<Vec<_>>().join(" and ")).into()
}

/// What the length of a text (in characters), list (in elements) or map (in members) must be.
pub(crate) fn of_length(min: Option<u64>, max: Option<u64>) -> Cow<'static, str> {
    match (min, max) {
        (Some(min), Some(max)) if min == max => format!("length must be {min}").into(),
        (Some(min), Some(max)) => format!("length must be between {min} and {max}").into(),
        (Some(min), None) => format!("length must be at least {min}").into(),
        (None, Some(max)) => format!("length must be at most {max}").into(),
        (None, None) => "length is not valid".into(),
    }
}
