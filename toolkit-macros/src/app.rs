//! `#[main]` and `#[test]`: async functions on a runtime of their own.

use proc_macro2::TokenStream;
use quote::quote;

use crate::support::{errors::Errors, raw_function::RawFunction};

pub(crate) fn expand_main(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let output = quote!(-> ::toolkit::__private::ExitCode);
    blocking(arguments, item, "main", &quote!(), &quote!(::toolkit::__private::run_main), Some(output))
}

pub(crate) fn expand_test(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let attribute = quote!(#[::core::prelude::v1::test]);
    blocking(arguments, item, "test", &attribute, &quote!(::toolkit::__private::block_on_test), None)
}

fn blocking(
    arguments: TokenStream,
    item: TokenStream,
    what: &str,
    attribute: &TokenStream,
    block_on: &TokenStream,
    output: Option<TokenStream>,
) -> TokenStream {
    let mut function = match syn::parse2::<RawFunction>(item.clone()) {
        Ok(function) => function,
        Err(error) => {
            let error = error.into_compile_error();
            return quote!(#item #error);
        }
    };
    let mut errors = Errors::default();
    if !arguments.is_empty() {
        errors.at(&arguments, format!("`#[toolkit::{what}]` takes nothing"));
    }
    if function.signature.asyncness.is_none() {
        errors.at(function.signature.fn_token, format!("`#[toolkit::{what}]` runs an `async fn`"));
    }
    if !function.signature.inputs.is_empty() {
        errors.at(&function.signature.inputs, format!("`{what}` takes no parameters"));
    }
    let errors = errors.into_tokens();
    function.signature.asyncness = None;
    let returned = function.output();
    if output.is_some() {
        function.signature.output = syn::ReturnType::Default;
    }
    let RawFunction { attributes, visibility, signature, body } = &function;
    quote! {
        #attribute
        #(#attributes)*
        #visibility #signature #output {
            #errors
            #block_on(async {
                let __outcome: #returned = async #body.await;
                __outcome
            })
        }
    }
}
