//! `#[dependency]`: a function that endpoints depend on, called at most once for a request.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use crate::{
    function::{Expansion, Function, Source, Stage},
    support::{errors::Errors, origin::origin, raw_function::RawFunction},
};

pub(crate) fn expand(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let item = match syn::parse2::<RawFunction>(item.clone()) {
        Ok(function) => function,
        Err(error) => {
            let error = error.into_compile_error();
            return quote!(#item #error);
        }
    };
    let mut errors = Errors::default();
    let inline = match arguments.to_string().as_str() {
        "" => false,
        "inline" => true,
        _ => {
            errors.at(&arguments, "`#[dependency]` takes nothing, or `inline`");
            false
        }
    };
    let function = Function::read(item, "a dependency", &[], &mut errors);
    refuse_body(&function, &mut errors);
    let item = &function.item;
    if errors.is_empty() {
        let glue = glue(&function, inline);
        quote!(#item #glue)
    } else {
        let errors = errors.into_tokens();
        quote!(#item #errors)
    }
}

fn refuse_body(function: &Function, errors: &mut Errors) {
    for parameter in &function.parameters {
        if parameter.is_marked_body() || parameter.form().is_some() {
            errors.at(
                &parameter.ty,
                "the body is the endpoint's: a dependency reads the path, query, headers and cookies",
            );
        }
    }
}

fn glue(function: &Function, inline: bool) -> TokenStream {
    let item = &function.item;
    let (name, visibility, output) = (&item.signature.ident, &item.visibility, item.output());
    let expansion = Expansion::new(function);
    let declarations = expansion.declarations();
    let (captures, captured) = expansion.captures();
    let (needs, document, reading) = (expansion.needs(), expansion.document(), expansion.reading());
    let (taking, call) = (expansion.taking(), expansion.call());
    let origin = origin(name.span());
    let span = output.span();
    let (value, documented, settled) = if item.is_fallible() {
        (
            quote_spanned!(span=> <#output as __t::Outcome>::Value),
            quote_spanned!(span=> <#output as __t::Outcome>::document(__operation);),
            quote_spanned!(span=> __t::Outcome::settle(__outcome)?),
        )
    } else {
        (quote!(#output), TokenStream::new(), quote!(__outcome))
    };
    let run = match expansion.stage(inline) {
        Stage::Async | Stage::Inline => quote!(let __outcome = #call;),
        Stage::Pool => quote! {
            let __lent = ::core::clone::Clone::clone(__captures);
            let __outcome = __t::run_in_pool(__pool, move || {
                let __captures = &__lent;
                #call
            })
            .await?;
        },
    };
    let missing = function.parameters.iter().filter(|parameter| !matches!(parameter.source, Source::Resource(_)));
    let missing = missing.map(|parameter| &parameter.value);
    let doc = format!("The dependency [`{name}`](fn@{name}), for `#[depends({name})]`.");
    quote! {
        #[doc = #doc]
        #[allow(non_camel_case_types, missing_debug_implementations)]
        #visibility struct #name {}

        #[doc(hidden)]
        #[allow(clippy::all, clippy::pedantic, deprecated, non_snake_case)]
        #[allow(unused_mut, unused_qualifications, unused_variables)]
        const _: () = {
            use ::toolkit::__private as __t;
            use __t::{AnyNested as _, ValidatedNested as _};

            const __ORIGIN: __t::Origin = #origin;
            #declarations
            #[doc(hidden)]
            pub #captures

            impl __t::Dependency for #name {
                type Value = #value;
                type Captures = __Captures;

                fn needs(__needs: &mut ::std::vec::Vec<__t::Need>) {
                    #needs
                }

                fn capture(__resources: &__t::Resources) -> __Captures {
                    #captured
                }

                fn document(__operation: &mut __t::OperationDoc<'_>) {
                    #document
                    #documented
                }

                async fn call(
                    mut __reading: &mut __t::Reading,
                    __captures: &__t::Arc<__Captures>,
                    __pool: &__t::Pool,
                ) -> ::core::result::Result<::core::option::Option<#value>, __t::Refusal> {
                    let __before = __reading.violation_count();
                    #reading
                    // A value that could be read may still break a rule.
                    if __reading.violation_count() > __before #(|| #missing.is_none())* {
                        return ::core::result::Result::Ok(::core::option::Option::None);
                    }
                    #taking
                    #run
                    ::core::result::Result::Ok(::core::option::Option::Some(#settled))
                }
            }
        };
    }
}
