use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Attribute, Expr, ExprLit, Ident, Lit, Type, ext::IdentExt};

use crate::support::{
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
    /// Its name in generated functions.
    pub(super) label: String,
    pub(super) wire_name: String,
    pub(super) ty: Type,
    pub(super) serde: Serde,
    pub(super) rules: Rules,
    pub(super) default: Option<Expr>,
    pub(super) example: Option<Expr>,
}

impl Field {
    /// Reads the field, and takes our attributes off it.
    pub(super) fn read(index: usize, field: &mut syn::Field, case: Option<Case>, errors: &mut Errors) -> Self {
        let serde = Serde::of(&field.attrs);
        let rules = Rules::of(&field.attrs, &field.ty, errors);
        field.attrs.retain(|attribute| !attribute.path().is_ident("validate"));
        let default = take_expression(&mut field.attrs, "default", errors);
        if let (Some(default), true) = (&default, serde.default) {
            errors.at(default, "the field has serde's `default` already: keep one of the two");
        }
        let example = take_expression(&mut field.attrs, "example", errors);
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
pub(super) fn take_expression(attributes: &mut Vec<Attribute>, name: &str, errors: &mut Errors) -> Option<Expr> {
    let index = attributes.iter().position(|attribute| attribute.path().is_ident(name))?;
    errors.keep(attributes.remove(index).parse_args())
}

/// An expression, or a text with one in it, as older versions of `validator` have it.
pub(super) fn expression_or_text(expression: Expr) -> syn::Result<Expr> {
    match expression {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => text.parse(),
        other => Ok(other),
    }
}
