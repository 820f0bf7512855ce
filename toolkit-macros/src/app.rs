//! `#[main]` and `#[test]`: async functions on a runtime of their own.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use crate::support::{errors::Errors, raw_function::RawFunction};

pub(crate) fn expand_main(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let output = quote!(-> ::toolkit::__private::ExitCode);
    blocking(&arguments, item, "toolkit::main", &quote!(), &quote!(::toolkit::__private::run_main), Some(output))
}

pub(crate) fn expand_test(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let attribute = quote!(#[::core::prelude::v1::test]);
    blocking(&arguments, item, "toolkit::test", &attribute, &quote!(::toolkit::__private::block_on_test), None)
}

fn blocking(
    arguments: &TokenStream,
    item: TokenStream,
    name: &str,
    attribute: &TokenStream,
    block_on: &TokenStream,
    output: Option<TokenStream>,
) -> TokenStream {
    let function = match RawFunction::read(item, name) {
        Ok(function) => function,
        Err(tokens) => return tokens,
    };
    let mut errors = Errors::default();
    if !arguments.is_empty() {
        errors.at(arguments, format!("`#[{name}]` takes nothing"));
    }
    if function.signature.asyncness.is_none() {
        errors.at(function.signature.fn_token, format!("`#[{name}]` runs an `async fn`: write `async` before `fn`"));
    }
    if !function.signature.inputs.is_empty() {
        errors.at(&function.signature.inputs, format!("nothing calls `{}` with parameters", function.signature.ident));
    }
    if !function.signature.generics.params.is_empty() {
        errors.at(&function.signature.generics, format!("nothing calls `{}` with types", function.signature.ident));
    }
    let RawFunction { attributes, visibility, signature, body } = &function;
    let name = &signature.ident;
    let output = output.unwrap_or_else(|| signature.output.to_token_stream());
    if !errors.is_empty() {
        // Without its parameters, so that rustc does not refuse it for the same reason.
        let errors = errors.into_tokens();
        let stub = quote!(#visibility fn #name() #output { ::core::unreachable!() });
        return quote!(#(#attributes)* #[allow(dead_code)] #stub #errors);
    }
    // The function stays one, so that rustc speaks of its return type where it speaks of its body.
    quote! {
        #attribute
        #(#attributes)*
        #visibility fn #name() #output {
            #[allow(clippy::unused_async)]
            #signature #body
            #block_on(#name())
        }
    }
}
