use syn::LitStr;

use crate::{function::PathVariable, support::errors::Errors};

/// A path template: `/customers/{customer_id}/orders`, `/files/{*path}`.
pub(super) struct Template {
    pub(super) literal: LitStr,
    pub(super) variables: Vec<PathVariable>,
}

impl Template {
    pub(super) fn read(literal: &LitStr, errors: &mut Errors) -> Self {
        let text = literal.value();
        let mut variables = Vec::new();
        if !text.starts_with('/') {
            errors.at(literal, "a path begins with `/`");
        }
        let segments: Vec<_> = text.trim_start_matches('/').split('/').collect();
        for (index, segment) in segments.iter().enumerate() {
            let last = index + 1 == segments.len();
            match variable(segment, index, last) {
                Ok(variable) => variables.extend(variable),
                Err(message) => errors.at(literal, message),
            }
        }
        for (index, variable) in variables.iter().enumerate() {
            if variables[..index].iter().any(|other: &PathVariable| other.name == variable.name) {
                errors.at(literal, format!("the path has the variable `{{{}}}` twice", variable.name));
            }
        }
        Self { literal: literal.clone(), variables }
    }
}

fn variable(segment: &str, index: usize, last: bool) -> Result<Option<PathVariable>, String> {
    let inside = segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
    let Some(inside) = inside else {
        return if segment.contains(['{', '}']) {
            Err(format!("a variable takes a whole segment of the path: `{{name}}` between slashes, not `{segment}`"))
        } else if segment.contains(|character: char| !is_path_character(character)) {
            Err(format!(
                "the segment `{segment}` has characters that stand in no path; write it as clients see it decoded, in ASCII"
            ))
        } else if segment.starts_with(':') || segment.starts_with('*') {
            Err(format!("a variable is written `{{{}}}`", &segment[1..]))
        } else {
            Ok(None)
        };
    };
    let (name, rest) = match inside.strip_prefix('*') {
        Some(name) => (name, true),
        None => (inside, false),
    };
    if syn::parse_str::<syn::Ident>(name).is_err() {
        return Err(format!("`{{{inside}}}` names no parameter: a variable is called as a parameter is"));
    }
    if rest && !last {
        return Err(format!("`{{*{name}}}` takes the rest of the path and stands at its end"));
    }
    Ok(Some(PathVariable { name: name.to_owned(), index, rest }))
}

/// RFC 3986 §3.3: unreserved, sub-delims, `:` and `@`.
fn is_path_character(character: char) -> bool {
    character.is_ascii_alphanumeric() || "-._~!$&'()*+,;=:@".contains(character)
}
