//! `#[resource]`: a function that makes one value when the service starts.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{
    Ident, Path, ReturnType, Token,
    ext::IdentExt,
    parse::{ParseStream, Parser},
};

use crate::{
    function::{Function, Role, Source},
    support::{
        attributes::conditions,
        errors::{Errors, listed, nearest},
        origin::origin,
        raw_function::RawFunction,
        spans::at,
        types::is_opaque,
    },
};

/// What stands in `#[resource(…)]`.
#[derive(Default)]
struct Arguments {
    ready: Option<Path>,
    shutdown: Option<Path>,
}

impl Arguments {
    fn read(tokens: TokenStream, errors: &mut Errors) -> Self {
        let mut arguments = Self::default();
        let parser = |input: ParseStream| {
            while !input.is_empty() {
                arguments.add(input, errors)?;
                if !input.is_empty() {
                    input.parse::<Token![,]>()?;
                }
            }
            Ok(())
        };
        if let Err(error) = parser.parse2(tokens) {
            errors.push(error);
        }
        arguments
    }

    fn add(&mut self, input: ParseStream, errors: &mut Errors) -> syn::Result<()> {
        const KNOWN: [&str; 2] = ["ready", "shutdown"];
        let name: Ident = input.parse()?;
        if !input.peek(Token![=]) {
            errors.at(&name, format!("`{name}` takes a function: `{name} = ping`"));
            return Ok(());
        }
        input.parse::<Token![=]>()?;
        let function: Path = input.parse()?;
        match name.to_string().as_str() {
            "ready" => self.ready = Some(function),
            "shutdown" => self.shutdown = Some(function),
            unknown => {
                let near = nearest(unknown, &KNOWN);
                errors.at(&name, format!("unknown argument `{unknown}`{near}\nexpected one of {}", listed(&KNOWN)));
            }
        }
        Ok(())
    }
}

pub(crate) fn expand(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let item = match RawFunction::read(item, "resource") {
        Ok(item) => item,
        Err(tokens) => return tokens,
    };
    let mut errors = Errors::default();
    let arguments = Arguments::read(arguments, &mut errors);
    let function = Function::read(item, Role::Resource, &mut errors);
    for parameter in &function.parameters {
        if !matches!(parameter.source, Source::Resource(_)) {
            errors.at(
                &parameter.ty,
                "a resource is made before there is a request: it borrows other resources, `settings: &Settings`",
            );
        }
    }
    refuse_output(&function.item, &mut errors);
    if errors.is_empty() {
        let glue = glue(&function, &arguments);
        quote!(#function #glue)
    } else {
        let errors = errors.into_tokens();
        quote!(#function #errors)
    }
}

fn refuse_output(item: &RawFunction, errors: &mut Errors) {
    match &item.signature.output {
        ReturnType::Default => {
            errors.at(&item.signature.ident, "a resource is what the function returns: write its type, `-> Pool`");
        }
        ReturnType::Type(_, ty) if is_opaque(ty) => {
            errors.at(ty, "a resource is found by its type: write the type out, or `Box<dyn …>`");
        }
        ReturnType::Type(..) => {}
    }
}

fn glue(function: &Function, arguments: &Arguments) -> TokenStream {
    let item = &function.item;
    let (name, output) = (&item.signature.ident, item.output());
    let text = name.unraw().to_string();
    let borrowed = function.parameters.iter().map(|parameter| match &parameter.source {
        Source::Resource(ty) => ty,
        _ => &parameter.ty,
    });
    let borrowed: Vec<_> = borrowed.collect();
    let awaited = item.signature.asyncness.map(|_| quote!(.await));
    let call = quote!(#name(#(&__resources.get::<#borrowed>()),*) #awaited);
    let span = at(&output);
    let built = quote_spanned!(span=> __t::built::<__FALLIBLE, #output>(#call));
    let conditions = conditions(&item.attributes);
    let hook = |path: &Option<Path>| match path {
        Some(path) => quote_spanned! {at(path)=>
            ::core::option::Option::Some(|__shared: __t::Shared| -> __t::Boxed<'static, _> {
                ::std::boxed::Box::pin(async move {
                    match __shared.downcast::<__Value>() {
                        ::core::result::Result::Ok(__value) => {
                            let __value: &__Value = &__value;
                            #path(__value).await
                        }
                        ::core::result::Result::Err(_) => ::core::unreachable!("a resource has the type of its entry"),
                    }
                })
            })
        },
        None => quote!(::core::option::Option::None),
    };
    let (ready, shutdown) = (hook(&arguments.ready), hook(&arguments.shutdown));
    let origin = origin(at(name));
    quote! {
        #(#conditions)*
        #[doc(hidden)]
        #[allow(clippy::all, clippy::pedantic, deprecated)]
        const _: () = {
            use ::toolkit::__private as __t;
            use __t::ReturnsValue as _;

            const __FALLIBLE: bool = <__t::Returns<#output>>::FALLIBLE;
            type __Value = <__t::Returned<__FALLIBLE> as __t::ValueIn<#output>>::Value;
            const __ORIGIN: __t::Origin = #origin;

            __t::inventory::submit! {
                __t::ResourceEntry {
                    name: #text,
                    origin: __ORIGIN,
                    provides: || (::core::any::TypeId::of::<__Value>(), ::core::any::type_name::<__Value>()),
                    needs: |__needs| { #(__needs.push(__t::Need::of::<#borrowed>(#text, __ORIGIN));)* },
                    build: |__resources, _| ::std::boxed::Box::pin(async move { #built }),
                    ready: #ready,
                    shutdown: #shutdown,
                }
            }
        };
    }
}
