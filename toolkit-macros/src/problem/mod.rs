//! `#[problem]`: an enum whose variants are the problems that an endpoint answers with.

mod expand;
mod variant;

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput};

use self::variant::Variant;
use crate::support::errors::Errors;

const MISPLACED: &str = "`#[problem]` stands on an enum, with a variant for each problem";

pub(crate) fn expand(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let mut input = match syn::parse2::<DeriveInput>(item.clone()) {
        Ok(input) => input,
        Err(error) => {
            let misplaced = error.to_string().starts_with("expected one of");
            let error = if misplaced { syn::Error::new(error.span(), MISPLACED) } else { error }.into_compile_error();
            return quote!(#item #error);
        }
    };
    let mut errors = Errors::default();
    if !arguments.is_empty() {
        errors.at(&arguments, "`#[problem]` takes nothing: a variant's status stands on the variant, `#[status(404)]`");
    }
    if !input.generics.params.is_empty() {
        errors.at(&input.generics, "problems cannot be generic: write the types out");
    }
    let mut variants = Vec::new();
    match &mut input.data {
        Data::Enum(data) => {
            variants.extend(data.variants.iter_mut().filter_map(|variant| Variant::read(variant, &mut errors)));
        }
        _ => errors.at(&input.ident, MISPLACED),
    }
    if matches!(&input.data, Data::Enum(data) if data.variants.is_empty()) {
        errors.at(&input.ident, "there is no problem in it: write a variant for each, or return no `Result`");
    }
    for second in variants.iter().filter(|variant| variant.internal).skip(1) {
        errors.at(&second.name, "another variant is `#[internal]` already: `?` has to know which one it makes");
    }
    if errors.is_empty() {
        expand::expand(&input, &variants)
    } else {
        let (errors, stand_in) = (errors.into_tokens(), expand::stand_in(&input, &variants));
        quote!(#input #errors #stand_in)
    }
}
