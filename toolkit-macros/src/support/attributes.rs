use syn::{Attribute, Expr, Meta};

use super::errors::Errors;

/// Takes every `#[name(…)]` off; there may be one.
pub(crate) fn take(attributes: &mut Vec<Attribute>, name: &str, errors: &mut Errors) -> Option<Attribute> {
    let is_it = |attribute: &Attribute| attribute.path().is_ident(name);
    let (taken, others) = std::mem::take(attributes).into_iter().partition::<Vec<_>, _>(is_it);
    *attributes = others;
    for second in taken.iter().skip(1) {
        errors.at(second.path(), format!("`{name}` stands here twice: keep one"));
    }
    taken.into_iter().next()
}

/// Reads the one expression of `#[default(…)]` and the like.
pub(crate) fn expression(attribute: &Attribute, example: &str, errors: &mut Errors) -> Option<Expr> {
    match &attribute.meta {
        Meta::List(list) if !list.tokens.is_empty() => errors.keep(attribute.parse_args()),
        _ => {
            errors.at(&attribute.meta, format!("a value stands in parentheses: `#[{example}]`"));
            None
        }
    }
}

/// The `#[cfg(…)]` among the attributes: what stands beside the item comes and goes with it.
pub(crate) fn conditions(attributes: &[Attribute]) -> Vec<&Attribute> {
    attributes.iter().filter(|attribute| attribute.path().is_ident("cfg")).collect()
}
