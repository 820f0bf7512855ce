use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Attribute, Meta, ReturnType, Type, spanned::Spanned};

use super::Endpoint;
use crate::{
    function::{Expansion, Source, Stage},
    support::origin::origin,
};

impl Endpoint {
    /// What stands beside the function: a type of the same name, which knows all that was declared.
    pub(super) fn glue(&self) -> TokenStream {
        let signature = &self.function.item.signature;
        let (name, visibility) = (&signature.ident, &self.function.item.visibility);
        let expansion = Expansion::new(&self.function);
        let declaration = self.declaration(&expansion);
        let declarations = expansion.declarations();
        let (captures, captured) = expansion.captures();
        let (needs, document) = (expansion.needs(), expansion.document());
        let document_reply = self.document_reply();
        let one_body = self.assert_one_body();
        let answer = self.answer(&expansion);
        let doc = format!("The endpoint [`{name}`](fn@{name}), for `App::route`.");
        let cfgs = self.function.item.attributes.iter().filter(|attribute| attribute.path().is_ident("cfg"));
        let cfgs: Vec<_> = cfgs.collect();
        quote! {
            #(#cfgs)*
            #[doc = #doc]
            #[allow(non_camel_case_types, missing_debug_implementations)]
            #visibility struct #name {}

            #(#cfgs)*
            #[doc(hidden)]
            #[allow(clippy::all, clippy::pedantic, deprecated, non_snake_case)]
            #[allow(unused_mut, unused_qualifications, unused_variables)]
            const _: () = {
                use ::toolkit::__private as __t;
                use __t::{AnyNested as _, ProbeAxum as _, ProbeDeclared as _, ProbeInner as _, ProbeJson as _};
                use __t::{ProbeUnknown as _, ValidatedNested as _};

                const __ORIGIN: __t::Origin = __DECLARATION.origin;
                static __DECLARED: __t::Declaration = __DECLARATION;
                const __DECLARATION: __t::Declaration = #declaration;
                #declarations
                #captures
                #one_body

                fn __needs(__needs: &mut ::std::vec::Vec<__t::Need>) {
                    #needs
                }

                fn __document(__operation: &mut __t::OperationDoc<'_>) {
                    #document
                    #document_reply
                }

                fn __mount(__mounting: &__t::Mounting) -> __t::MethodRouter {
                    let __resources = &*__mounting.resources;
                    __t::mount(&__DECLARED, __mounting, #captured, __answer)
                }

                #answer

                impl __t::Endpoint for #name {
                    const ENTRY: __t::EndpointEntry = __t::EndpointEntry {
                        declaration: &__DECLARED,
                        needs: __needs,
                        document: __document,
                        mount: __mount,
                    };
                }

                __t::inventory::submit! { <#name as __t::Endpoint>::ENTRY }
            };
        }
    }

    fn declaration(&self, expansion: &Expansion<'_>) -> TokenStream {
        let method = Ident::new(self.method, Span::call_site());
        let arguments = &self.arguments;
        let (path, tags) = (&self.template.literal, &arguments.tags);
        let function = self.function.item.signature.ident.to_string();
        let operation_id = arguments.operation_id.as_ref().map_or_else(|| function.clone(), syn::LitStr::value);
        let docs = self.docs.expression();
        let deprecated = deprecation(&self.function.item.attributes);
        let pooled = expansion.stage(arguments.inline) == Stage::Pool;
        let limits = self.limits();
        let origin = origin(self.function.item.signature.ident.span());
        quote! {
            __t::Declaration {
                method: __t::Method::#method,
                path: #path,
                operation_id: #operation_id,
                function: #function,
                docs: #docs,
                tags: &[#(#tags),*],
                deprecated: #deprecated,
                limits: #limits,
                pooled: #pooled,
                origin: #origin,
            }
        }
    }

    fn limits(&self) -> TokenStream {
        let arguments = &self.arguments;
        let read = |text: &Option<syn::LitStr>, reader: &str, otherwise: &str| match text {
            Some(text) => {
                let reader = Ident::new(reader, text.span());
                quote_spanned!(text.span()=> __t::declared(__t::#reader(#text), #otherwise))
            }
            None => quote!(::core::option::Option::None),
        };
        let timeout = read(&arguments.timeout, "duration", "`timeout` is a duration, as in `500ms`, `2s` or `1m`");
        let body_limit = read(&arguments.body_limit, "bytes", "`body_limit` is a size, as in `500 kB` or `1 MiB`");
        let rate = read(&arguments.rate_limit, "rate", "`rate_limit` is a rate, as in `100/s`, `60/m` or `1000/h`");
        let concurrency = match &arguments.concurrency {
            Some(concurrency) => quote!(::core::option::Option::Some(#concurrency)),
            None => quote!(::core::option::Option::None),
        };
        quote! {
            __t::DeclaredLimits { timeout: #timeout, body_limit: #body_limit, concurrency: #concurrency, rate: #rate }
        }
    }

    /// Two unmarked parameters whose types are both read from the body: only the compiler knows the types.
    fn assert_one_body(&self) -> TokenStream {
        let unmarked: Vec<_> =
            self.function.parameters.iter().filter(|parameter| matches!(parameter.source, Source::Unmarked)).collect();
        let taken = self.function.parameters.iter().any(|p| p.is_marked_body() || p.form().is_some());
        let mut asserts = TokenStream::new();
        for (index, parameter) in unmarked.iter().enumerate() {
            let before: Vec<_> = unmarked[..index].iter().map(|before| &before.ty).collect();
            if parameter.default.is_some() || (before.is_empty() && !taken) {
                continue;
            }
            let ty = &parameter.ty;
            let message = format!(
                "an endpoint has one body, and `{}` would be a second one: put both into one `#[data]` struct, or mark one \
                 of them `#[query]`",
                parameter.name
            );
            asserts.extend(quote_spanned! {ty.span()=>
                const _: () = ::core::assert!(
                    !(__t::reads_body::<#ty, _>() && (#taken #(|| __t::reads_body::<#before, _>())*)),
                    #message
                );
            });
        }
        asserts
    }

    fn document_reply(&self) -> TokenStream {
        let Some(ty) = self.named_output() else { return quote!(__operation.empty_reply("default");) };
        let span = ty.span();
        let kind = kind(&ty);
        quote_spanned! {span=>
            #kind
            __t::document_reply::<#ty, _>(__kind, __operation);
        }
    }

    /// The straight line from a request to its response.
    fn answer(&self, expansion: &Expansion<'_>) -> TokenStream {
        let (reading, taking, call) = (expansion.reading(), expansion.taking(), expansion.call());
        let span = self.named_output().map_or_else(Span::call_site, |ty| ty.span());
        let kind = match self.named_output() {
            Some(ty) => kind(&ty),
            None => quote!(let __kind = __t::Axum;),
        };
        let respond = quote_spanned!(span=> __t::respond(__kind, __reply));
        let run = match expansion.stage(self.arguments.inline) {
            Stage::Async | Stage::Inline => quote! {
                let __reply = #call;
                ::core::result::Result::Ok(#respond)
            },
            Stage::Pool => quote! {
                let __lent = ::core::clone::Clone::clone(&__mounted);
                __t::run_in_pool(__pool, move || {
                    let __captures = &__lent.captures;
                    let __reply = #call;
                    #respond
                })
                .await
            },
        };
        quote! {
            async fn __answer(
                mut __reading: __t::Reading,
                __mounted: __t::Arc<__t::Mounted<__Captures>>,
            ) -> ::core::result::Result<__t::Response, __t::Refusal> {
                #kind
                let __pool = &__mounted.pool;
                let __captures = &__mounted.captures;
                #reading
                __reading.finish()?;
                #taking
                #run
            }
        }
    }

    /// The return type, unless it is one that cannot be named.
    fn named_output(&self) -> Option<Type> {
        let output = self.function.item.output();
        let opaque = matches!(&self.function.item.signature.output, ReturnType::Type(_, ty) if has_impl(ty));
        (!opaque).then_some(output)
    }
}

/// Finds which kind of reply the type is, as `__kind`.
fn kind(ty: &Type) -> TokenStream {
    quote_spanned! {ty.span()=>
        let __kind = {
            let (__probe, __wrapping) = __t::Probe::<#ty>::new().inner();
            __wrapping.wrap((&&&&__probe).kind())
        };
    }
}

fn has_impl(ty: &Type) -> bool {
    ty.to_token_stream().into_iter().any(|token| token.to_string() == "impl")
}

/// The texts of Rust's own `#[deprecated]`: one of them may hold a date.
fn deprecation(attributes: &[Attribute]) -> TokenStream {
    let Some(attribute) = attributes.iter().find(|attribute| attribute.path().is_ident("deprecated")) else {
        return quote!(::core::option::Option::None);
    };
    let mut texts = Vec::new();
    if matches!(attribute.meta, Meta::List(_)) {
        // rustc checks the attribute itself.
        let _ = attribute.parse_nested_meta(|meta| {
            texts.push(meta.value()?.parse::<syn::LitStr>()?.value());
            Ok(())
        });
    }
    let texts = texts.join(" ");
    quote!(::core::option::Option::Some(#texts))
}
