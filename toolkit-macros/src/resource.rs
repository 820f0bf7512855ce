//! `#[resource]`: a function that makes one value when the service starts.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{
    Ident, Path, Token,
    parse::{Parse, ParseStream},
    spanned::Spanned,
};

use crate::{
    function::{Function, Source},
    support::{
        errors::{Errors, listed, nearest},
        origin::origin,
        raw_function::RawFunction,
    },
};

/// What stands in `#[resource(…)]`.
#[derive(Default)]
struct Arguments {
    ready: Option<Path>,
    shutdown: Option<Path>,
}

impl Parse for Arguments {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        const KNOWN: [&str; 2] = ["ready", "shutdown"];
        let mut arguments = Self::default();
        while !input.is_empty() {
            let name: Ident = input.parse()?;
            let slot = match name.to_string().as_str() {
                "ready" => &mut arguments.ready,
                "shutdown" => &mut arguments.shutdown,
                unknown => {
                    let near = nearest(unknown, &KNOWN);
                    let message = format!("unknown argument `{unknown}`{near}\nexpected one of {}", listed(&KNOWN));
                    return Err(syn::Error::new(name.span(), message));
                }
            };
            input.parse::<Token![=]>()?;
            *slot = Some(input.parse()?);
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(arguments)
    }
}

pub(crate) fn expand(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let item = match syn::parse2::<RawFunction>(item.clone()) {
        Ok(function) => function,
        Err(error) => {
            let error = error.into_compile_error();
            return quote!(#item #error);
        }
    };
    let mut errors = Errors::default();
    let arguments = errors.keep(syn::parse2::<Arguments>(arguments)).unwrap_or_default();
    let function = Function::read(item, "a resource", &[], &mut errors);
    for parameter in &function.parameters {
        if !matches!(parameter.source, Source::Resource(_)) {
            errors.at(
                &parameter.ty,
                "a resource is made before there is a request: it borrows other resources, `settings: &Settings`",
            );
        }
    }
    let item = &function.item;
    if errors.is_empty() {
        let glue = glue(&function, &arguments);
        quote!(#item #glue)
    } else {
        let errors = errors.into_tokens();
        quote!(#item #errors)
    }
}

fn glue(function: &Function, arguments: &Arguments) -> TokenStream {
    let item = &function.item;
    let (name, output) = (&item.signature.ident, item.output());
    let text = name.to_string();
    let borrowed = function.parameters.iter().map(|parameter| match &parameter.source {
        Source::Resource(ty) => ty,
        _ => &parameter.ty,
    });
    let borrowed: Vec<_> = borrowed.collect();
    let awaited = item.signature.asyncness.map(|_| quote!(.await));
    let call = quote!(#name(#(&__resources.get::<#borrowed>()),*) #awaited);
    let span = output.span();
    let (ty, built) = if item.is_fallible() {
        (quote_spanned!(span=> <#output as __t::Produced>::Value), quote_spanned!(span=> __t::built(#call)))
    } else {
        (quote!(#output), quote_spanned!(span=> ::core::result::Result::Ok(__t::shared(#call))))
    };
    let hook = |path: &Option<Path>| match path {
        Some(path) => quote_spanned! {path.span()=>
            ::core::option::Option::Some(|__shared: __t::Shared| -> __t::Boxed<'static, _> {
                ::std::boxed::Box::pin(async move {
                    match __shared.downcast::<#ty>() {
                        ::core::result::Result::Ok(__value) => #path(&__value).await,
                        ::core::result::Result::Err(_) => ::core::unreachable!("a resource has the type of its entry"),
                    }
                })
            })
        },
        None => quote!(::core::option::Option::None),
    };
    let (ready, shutdown) = (hook(&arguments.ready), hook(&arguments.shutdown));
    let origin = origin(name.span());
    quote! {
        #[doc(hidden)]
        #[allow(clippy::all, clippy::pedantic, deprecated)]
        const _: () = {
            use ::toolkit::__private as __t;

            const __ORIGIN: __t::Origin = #origin;

            __t::inventory::submit! {
                __t::ResourceEntry {
                    name: #text,
                    origin: __ORIGIN,
                    provides: || (::core::any::TypeId::of::<#ty>(), ::core::any::type_name::<#ty>()),
                    needs: |__needs| { #(__needs.push(__t::Need::of::<#borrowed>(#text, __ORIGIN));)* },
                    build: |__resources, _| ::std::boxed::Box::pin(async move { #built }),
                    ready: #ready,
                    shutdown: #shutdown,
                }
            }
        };
    }
}
