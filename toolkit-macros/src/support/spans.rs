use proc_macro2::{Ident, Span};
use quote::ToTokens;
use syn::spanned::Spanned;

/// Where the tokens stand: what is generated with this span, rustc complains of there.
pub(crate) fn at(tokens: impl ToTokens) -> Span {
    tokens.span()
}

/// A variable of generated code, to be named within code that has a user's span.
///
/// With that span itself, a function that `macro_rules!` writes would not find the variable: those are hygienic.
pub(crate) fn local(name: &str) -> Ident {
    Ident::new(name, Span::call_site())
}
