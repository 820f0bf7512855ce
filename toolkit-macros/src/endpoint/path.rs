use syn::{Ident, LitStr, ext::IdentExt, parse::Parser};

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
            errors.at(literal, format!("a path begins with `/`: write `/{text}`"));
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
            Err(not_a_path_character(segment))
        } else if segment.starts_with(':') || segment.starts_with('*') {
            Err(format!("a path variable is written in braces: `{{{}}}`, not `{segment}`", variable_name(segment)))
        } else {
            Ok(None)
        };
    };
    let (name, rest) = match inside.strip_prefix('*') {
        Some(name) => (name, true),
        None => (inside, false),
    };
    // A keyword is a name too: `{type}` is `r#type` in the function.
    if Ident::parse_any.parse_str(name).is_err() {
        let example = "a variable is called as a parameter is, `{item_id}`";
        return Err(format!("`{{{inside}}}` names no parameter: {example}"));
    }
    if rest && !last {
        return Err(format!("`{{*{name}}}` takes the rest of the path: nothing can stand behind it"));
    }
    Ok(Some(PathVariable { name: name.to_owned(), index, rest }))
}

/// `:id` is `{id}` here, and `*rest` is `{*rest}`.
fn variable_name(segment: &str) -> &str {
    segment.strip_prefix(':').unwrap_or(segment)
}

fn not_a_path_character(segment: &str) -> String {
    match segment.split_once('?') {
        Some((path, _)) => format!(
            "the query is no part of the path: end it at `{path}`, and write a parameter for each name in the query"
        ),
        None => format!("the segment `{segment}` has characters that stand in no path (RFC 3986 §3.3): write ASCII"),
    }
}

/// RFC 3986 §3.3: unreserved, sub-delims, `:` and `@`.
fn is_path_character(character: char) -> bool {
    character.is_ascii_alphanumeric() || "-._~!$&'()*+,;=:@".contains(character)
}
