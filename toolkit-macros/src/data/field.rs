use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Attribute, Expr, Ident, Type, ext::IdentExt};

use crate::support::{
    attributes,
    errors::Errors,
    names::{Case, Serde},
    rules::Rules,
};

/// One field.
pub(super) struct Field {
    /// How generated code calls it: its name, or its index.
    pub(super) member: TokenStream,
    /// The variable that holds it in a pattern.
    pub(super) binding: Ident,
    /// Its name as Rust writes it, or its index.
    pub(super) label: String,
    /// What tells it from all other fields of the type, in the names of generated functions.
    pub(super) key: String,
    pub(super) wire_name: String,
    pub(super) ty: Type,
    pub(super) serde: Serde,
    pub(super) rules: Rules,
    pub(super) default: Option<Expr>,
    pub(super) example: Option<Expr>,
}

impl Field {
    /// Reads the field, and takes our attributes off it.
    ///
    /// `prefix` tells the fields of one variant from those of another.
    pub(super) fn read(
        index: usize,
        field: &mut syn::Field,
        prefix: &str,
        case: Option<Case>,
        errors: &mut Errors,
    ) -> Self {
        let serde = Serde::of(&field.attrs);
        let rules = Rules::of(&field.attrs, &field.ty, errors);
        field.attrs.retain(|attribute| !attribute.path().is_ident("validate"));
        let mut default = take_expression(&mut field.attrs, "default", "default(10)", errors);
        if serde.default
            && let Some(default) = default.take()
        {
            errors.at(default, "the field has serde's `default` already: keep one of the two");
        }
        let example = take_expression(&mut field.attrs, "example", "example(7)", errors);
        let (member, label) = match &field.ident {
            Some(name) => (quote!(#name), name.unraw().to_string()),
            None => {
                let index = syn::Index::from(index);
                (quote!(#index), index.index.to_string())
            }
        };
        let wire_name = serde.rename.clone().unwrap_or_else(|| match case {
            Some(case) => case.of_field(&label),
            None => label.clone(),
        });
        Self {
            member,
            binding: format_ident!("__field_{label}"),
            key: format!("{prefix}{index}"),
            label,
            wire_name,
            ty: field.ty.clone(),
            serde,
            rules,
            default,
            example,
        }
    }
}

/// Takes `#[name(expression)]` off, and reads it.
pub(super) fn take_expression(
    attributes: &mut Vec<Attribute>,
    name: &str,
    example: &str,
    errors: &mut Errors,
) -> Option<Expr> {
    let attribute = attributes::take(attributes, name, errors)?;
    attributes::expression(&attribute, example, errors)
}
