//! `#[dependency]`: a function that endpoints depend on, called at most once for a request.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

use crate::{
    function::{Expansion, Function, Parameter, Role, Source, Stage},
    support::{
        attributes::conditions, errors::Errors, origin::origin, raw_function::RawFunction, spans::at, types::is_opaque,
    },
};

pub(crate) fn expand(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let item = match RawFunction::read(item, "dependency") {
        Ok(item) => item,
        Err(tokens) => return tokens,
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
    let function = Function::read(item, Role::Dependency, &mut errors);
    refuse_body(&function, &mut errors);
    let output = function.item.output();
    if is_opaque(&output) {
        errors.at(&output, "a dependency's value is kept for the whole request: write its type out");
    }
    if errors.is_empty() {
        let glue = glue(&function, inline);
        quote!(#function #glue)
    } else {
        failed(&function, errors)
    }
}

const NO_BODY: &str = "the body is the endpoint's: a dependency reads the query, headers and cookies";

fn refuse_body(function: &Function, errors: &mut Errors) {
    for parameter in &function.parameters {
        if parameter.is_marked_body() || parameter.form().is_some() {
            errors.at(&parameter.ty, NO_BODY);
        }
    }
}

/// The type that stands beside the function, under the same name.
fn stand_in(function: &Function) -> TokenStream {
    let (name, visibility) = (&function.item.signature.ident, &function.item.visibility);
    let doc = format!("The dependency [`{name}`](fn@{name}), for `#[depends({name})]`.");
    let conditions = conditions(&function.item.attributes);
    quote! {
        #(#conditions)*
        #[doc = #doc]
        #[allow(non_camel_case_types, missing_debug_implementations)]
        #visibility struct #name {}
    }
}

/// The function, what is wrong with it, and a dependency without parameters in its place: what depends on it is not
/// wrong too.
fn failed(function: &Function, errors: Errors) -> TokenStream {
    let errors = errors.into_tokens();
    let (name, output) = (&function.item.signature.ident, function.item.output());
    if function.item.is_method() || !function.item.signature.generics.params.is_empty() || is_opaque(&output) {
        return quote!(#function #errors);
    }
    let (stand_in, conditions) = (stand_in(function), conditions(&function.item.attributes));
    quote! {
        #function
        #errors
        #stand_in

        #(#conditions)*
        const _: () = {
            use ::toolkit::__private as __t;
            use __t::ReturnsValue as _;

            impl __t::DependencyFunction for #name {}

            impl __t::Dependency for #name {
                type Value = <__t::Returned<{ <__t::Returns<#output>>::FALLIBLE }> as __t::ValueIn<#output>>::Value;
                type Captures = ();

                fn needs(_: &mut ::std::vec::Vec<__t::Need>) {}
                fn capture(_: &__t::Resources) {}
                fn document(_: &mut __t::OperationDoc<'_>) {}
                async fn call(
                    _: &mut __t::Reading,
                    _: &__t::Arc<()>,
                    _: &__t::Pool,
                ) -> ::core::result::Result<::core::option::Option<Self::Value>, __t::Refusal> {
                    ::core::unreachable!("the dependency did not compile")
                }
            }
        };
    }
}

fn glue(function: &Function, inline: bool) -> TokenStream {
    let item = &function.item;
    let (name, output) = (&item.signature.ident, item.output());
    let span = at(&output);
    let expansion = Expansion::new(function);
    let (declarations, one_body) = (expansion.declarations(), expansion.one_body(true, |_| NO_BODY.to_owned()));
    let (captures, captured) = expansion.captures();
    let (needs, document, reading) = (expansion.needs(), expansion.document(), expansion.reading());
    let (taking, traced) = (expansion.taking(), expansion.traced_function());
    let returned = returned(&expansion, inline);
    let document_pool = (expansion.stage(inline) == Stage::Pool).then(|| quote!(__operation.pooled();));
    let is_read = |parameter: &&Parameter| !matches!(parameter.source, Source::Resource(_));
    let values = function.parameters.iter().filter(is_read).map(|parameter| &parameter.value);
    let (origin, stand_in) = (origin(at(name)), stand_in(function));
    let settling = quote_spanned!(span=> __t::settling::<__FALLIBLE, #output>());
    let value = quote_spanned!(span=> <__t::Returned<__FALLIBLE> as __t::ValueIn<#output>>::Value);
    let conditions = conditions(&item.attributes);
    quote! {
        #stand_in

        #(#conditions)*
        #[doc(hidden)]
        #[allow(clippy::all, clippy::pedantic, deprecated, non_snake_case, unreachable_pub)]
        #[allow(missing_debug_implementations, missing_docs, unused_mut, unused_qualifications, unused_variables)]
        const _: () = {
            use ::toolkit::__private as __t;
            use __t::{AnyNested as _, ReturnsValue as _, ValidatedNested as _};

            const __ORIGIN: __t::Origin = #origin;
            const __FALLIBLE: bool = <__t::Returns<#output>>::FALLIBLE;
            #traced
            #declarations
            #one_body
            pub #captures

            impl __t::DependencyFunction for #name {}

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
                    #document_pool
                    (#settling.document)(__operation);
                }

                async fn call(
                    mut __reading: &mut __t::Reading,
                    __captures: &__t::Arc<__Captures>,
                    __pool: &__t::Pool,
                ) -> ::core::result::Result<::core::option::Option<Self::Value>, __t::Refusal> {
                    let __before = __reading.violation_count();
                    #reading
                    // A value that could be read may still break a rule.
                    if __reading.violation_count() > __before #(|| #values.is_none())* {
                        return ::core::result::Result::Ok(::core::option::Option::None);
                    }
                    #taking
                    #returned
                    ::core::result::Result::Ok(::core::option::Option::Some((#settling.settle)(__returned)?))
                }
            }
        };
    }
}

/// A statement that calls the function where it runs.
fn returned(expansion: &Expansion<'_>, inline: bool) -> TokenStream {
    let (span, call) = (expansion.span(), expansion.call());
    match expansion.stage(inline) {
        Stage::Async | Stage::Inline => quote! {
            #span
            let __returned = #call;
            let __returned = __span.end(__returned);
        },
        Stage::Pool => quote! {
            let __lent = ::core::clone::Clone::clone(__captures);
            let __returned = __t::run_in_pool(__pool, move || {
                let __captures = &__lent;
                #span
                let __returned = #call;
                __span.end(__returned)
            })
            .await?;
        },
    }
}
