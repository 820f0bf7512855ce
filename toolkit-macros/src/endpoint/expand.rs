use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{Attribute, Meta, Type, ext::IdentExt};

use super::{Arguments, Endpoint};
use crate::{
    function::{Expansion, Stage},
    support::{
        attributes::conditions,
        origin::origin,
        spans::{at, local},
        types::is_opaque,
    },
};

impl Endpoint {
    /// What stands beside the function: a type of the same name, which knows all that was declared.
    pub(super) fn glue(&self) -> TokenStream {
        let signature = &self.function.item.signature;
        let (name, visibility) = (&signature.ident, &self.function.item.visibility);
        let expansion = Expansion::new(&self.function);
        let declaration = self.declaration(&expansion);
        let (declarations, function) = (expansion.declarations(), expansion.traced_function());
        let (captures, captured) = expansion.captures();
        let (needs, document) = (expansion.needs(), expansion.document());
        let document_reply = self.document_reply();
        let one_body = self.one_body(&expansion);
        let limits = self.limit_checks();
        let mounting = local("__mounting");
        let mount = quote_spanned!(at(name)=> __t::mount(&__DECLARED, #mounting, #captured, __answer));
        let answer = self.answer(&expansion);
        let doc = format!("The endpoint [`{name}`](fn@{name}), for `App::route`.");
        let conditions = conditions(&self.function.item.attributes);
        quote! {
            #(#conditions)*
            #[doc = #doc]
            #[allow(non_camel_case_types, missing_debug_implementations)]
            #visibility struct #name {}

            #(#conditions)*
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
                #function
                #declarations
                #captures
                #one_body
                #limits

                fn __needs(__needs: &mut ::std::vec::Vec<__t::Need>) {
                    #needs
                }

                fn __document(__operation: &mut __t::OperationDoc<'_>) {
                    #document
                    #document_reply
                }

                fn __mount(__mounting: &__t::Mounting) -> __t::MethodRouter {
                    let __resources = &*__mounting.resources;
                    #mount
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
        let function = self.function.item.signature.ident.unraw().to_string();
        let operation_id = arguments.operation_id.as_ref().map_or_else(|| function.clone(), syn::LitStr::value);
        let docs = self.docs.expression();
        let deprecated = deprecation(&self.function.item.attributes);
        let pooled = expansion.stage(arguments.inline) == Stage::Pool;
        let limits = self.limits();
        let origin = origin(at(&self.function.item.signature.ident));
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
        let read = |text: &Option<syn::LitStr>, reader: &str| match text {
            Some(text) => {
                let reader = Ident::new(reader, at(text));
                quote!(__t::#reader(#text))
            }
            None => quote!(::core::option::Option::None),
        };
        let timeout = read(&arguments.timeout, "duration");
        let body_limit = read(&arguments.body_limit, "bytes");
        let rate = read(&arguments.rate_limit, "rate");
        let concurrency = match &arguments.concurrency {
            Some(concurrency) => quote!(::core::option::Option::Some(#concurrency)),
            None => quote!(::core::option::Option::None),
        };
        quote! {
            __t::DeclaredLimits { timeout: #timeout, body_limit: #body_limit, concurrency: #concurrency, rate: #rate }
        }
    }

    /// Items that do not compile if a limit cannot be read: only `toolkit` knows how one is written.
    fn limit_checks(&self) -> TokenStream {
        let Arguments { timeout, body_limit, rate_limit, .. } = &self.arguments;
        let checks = [
            (timeout, "duration", "`timeout` is a duration, as in `500ms`, `2s` or `1m`"),
            (body_limit, "bytes", "`body_limit` is a size, as in `500 kB` or `1 MiB`"),
            (rate_limit, "rate", "`rate_limit` is a rate, as in `100/s`, `60/m` or `1000/h`"),
        ];
        let checks = checks.into_iter().filter_map(|(text, reader, message)| {
            let text = text.as_ref()?;
            let reader = Ident::new(reader, at(text));
            Some(quote_spanned!(at(text)=> const _: () = ::core::assert!(__t::#reader(#text).is_some(), #message);))
        });
        checks.collect()
    }

    fn one_body(&self, expansion: &Expansion<'_>) -> TokenStream {
        let marked = self.function.parameters.iter().any(|p| p.is_marked_body() || p.form().is_some());
        expansion.one_body(marked, |parameter| {
            format!(
                "an endpoint has one body, and `{}` would be a second one: put both into one `#[data]` struct, or mark \
                 one of them `#[query]`",
                parameter.name
            )
        })
    }

    fn document_reply(&self) -> TokenStream {
        let Some(ty) = self.named_output() else { return quote!(__operation.empty_reply("default");) };
        let (kind, replying) = (kind(&ty), replying(&ty));
        quote! {
            #kind
            (#replying.document)(__operation);
        }
    }

    /// The straight line from a request to its response.
    fn answer(&self, expansion: &Expansion<'_>) -> TokenStream {
        let (reading, taking) = (expansion.reading(), expansion.taking());
        let (span, call) = (expansion.span(), expansion.call());
        let (kind, replying) = match self.named_output() {
            Some(ty) => (kind(&ty), replying(&ty)),
            None => (quote!(let __kind = __t::Axum;), quote!(__t::reply(__kind, __t::Probe::new()))),
        };
        let respond = quote!((#replying.respond)(__reply));
        let run = match expansion.stage(self.arguments.inline) {
            Stage::Async | Stage::Inline => quote! {
                #span
                let __reply = #call;
                ::core::result::Result::Ok(__span.close(#respond))
            },
            Stage::Pool => quote! {
                let __lent = ::core::clone::Clone::clone(&__mounted);
                __t::run_in_pool(__pool, move || {
                    let __captures = &__lent.captures;
                    #span
                    let __reply = #call;
                    __span.close(#respond)
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
        (!is_opaque(&output)).then_some(output)
    }
}

/// Finds which kind of reply the type is, as `__kind`.
fn kind(ty: &Type) -> TokenStream {
    quote! {
        let __kind = {
            let (__probe, __wrapping) = __t::Probe::<#ty>::new().inner();
            __wrapping.wrap((&&&&__probe).kind())
        };
    }
}

/// How a type of the kind `__kind` becomes a response. It has to be one and the same expression wherever it is asked,
/// for rustc to say once that a type cannot.
fn replying(ty: &Type) -> TokenStream {
    let kind = local("__kind");
    quote_spanned!(at(ty)=> __t::reply(#kind, __t::Probe::<#ty>::new()))
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
