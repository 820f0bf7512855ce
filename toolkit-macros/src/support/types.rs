//! What can be seen of a type without knowing what its names mean.

use quote::ToTokens;
use syn::{GenericArgument, PathArguments, Type};

/// The type inside the groups that `macro_rules!` and parentheses make.
pub(crate) fn ungrouped(ty: &Type) -> &Type {
    match ty {
        Type::Paren(paren) => ungrouped(&paren.elem),
        Type::Group(group) => ungrouped(&group.elem),
        other => other,
    }
}

/// The last name of a path: `f64`, `Option`.
pub(crate) fn last_name(ty: &Type) -> Option<String> {
    let Type::Path(path) = ungrouped(ty) else { return None };
    path.path.segments.last().map(|segment| segment.ident.to_string())
}

/// The `T` of `Option<T>`.
pub(crate) fn inside_option(ty: &Type) -> Option<&Type> {
    if last_name(ty)? == "Option" { first_argument(ty) } else { None }
}

/// The `T` of `Vec<T>`, `Option<BTreeSet<T>>` and the like.
pub(crate) fn element(ty: &Type) -> Option<&Type> {
    let list = inside_option(ty).unwrap_or(ty);
    match ungrouped(list) {
        Type::Array(array) => Some(&array.elem),
        _ => first_argument(list),
    }
}

fn first_argument(ty: &Type) -> Option<&Type> {
    let Type::Path(path) = ungrouped(ty) else { return None };
    let PathArguments::AngleBracketed(arguments) = &path.path.segments.last()?.arguments else { return None };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::Type(inside) => Some(inside),
        _ => None,
    })
}

/// Whether `impl Trait` stands anywhere in the type.
pub(crate) fn is_opaque(ty: &Type) -> bool {
    fn any(tokens: proc_macro2::TokenStream) -> bool {
        tokens.into_iter().any(|token| match token {
            proc_macro2::TokenTree::Ident(word) => word == "impl",
            proc_macro2::TokenTree::Group(group) => any(group.stream()),
            _ => false,
        })
    }
    any(ty.to_token_stream())
}
