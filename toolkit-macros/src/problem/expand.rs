use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{DeriveInput, ext::IdentExt};

use super::Variant;
use crate::support::{
    attributes::conditions,
    spans::{at, local},
};

/// The enum, and what it is as problems.
pub(super) fn expand(input: &DeriveInput, variants: &[Variant]) -> TokenStream {
    let name = &input.ident;
    let derive_debug = (!derives(input, "Debug")).then(|| quote!(#[derive(::core::fmt::Debug)]));
    let answers = variants.iter().map(|variant| answer(name, variant));
    let documents = variants.iter().map(document);
    let titles = variants.iter().map(|variant| {
        let (variant_name, title) = (&variant.name, &variant.title);
        quote!(#name::#variant_name { .. } => #title,)
    });
    let conversion = conversion(name, variants);
    let conditions = conditions(&input.attrs);
    quote! {
        #derive_debug
        #input

        #(#conditions)*
        #[doc(hidden)]
        #[allow(clippy::all, clippy::pedantic, deprecated)]
        const _: () = {
            use ::toolkit::__private as __t;

            impl __t::ProblemReply for #name {
                fn into_problem(self) -> __t::Problem {
                    match self { #(#answers)* }
                }

                fn document(__operation: &mut __t::OperationDoc<'_>) {
                    #(#documents)*
                }
            }

            impl ::core::fmt::Display for #name {
                fn fmt(&self, __f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                    __f.write_str(match self { #(#titles)* })
                }
            }

            #conversion
        };
    }
}

/// In the place of a problem that is wrong: what answers with it, or makes it with `?`, is not wrong too.
pub(super) fn stand_in(input: &DeriveInput, variants: &[Variant]) -> TokenStream {
    let name = &input.ident;
    let (generics, types, clause) = input.generics.split_for_impl();
    let internal = variants.iter().any(|variant| variant.internal).then(|| {
        quote! {
            impl<__E: ::core::convert::Into<::toolkit::Error>> ::core::convert::From<__E> for #name {
                fn from(_: __E) -> Self {
                    ::core::unreachable!("the problem did not compile")
                }
            }
        }
    });
    let conditions = conditions(&input.attrs);
    quote! {
        #(#conditions)*
        const _: () = {
            impl #generics ::toolkit::__private::ProblemReply for #name #types #clause {
                fn into_problem(self) -> ::toolkit::__private::Problem {
                    ::core::unreachable!("the problem did not compile")
                }

                fn document(_: &mut ::toolkit::__private::OperationDoc<'_>) {}
            }

            #internal
        };
    }
}

fn answer(name: &syn::Ident, variant: &Variant) -> TokenStream {
    let Variant { name: variant_name, status, title, code, .. } = variant;
    if variant.internal {
        return quote!(#name::#variant_name(__cause) => __t::Problem::internal(__cause),);
    }
    let fields: Vec<_> = variant.fields.iter().map(|(field, _)| field).collect();
    let members = fields.iter().map(|field| {
        let text = field.unraw().to_string();
        if text == "detail" { quote!(.detail(detail)) } else { quote!(.with(#text, #field)) }
    });
    let type_uri = variant.type_uri.as_ref().map(|uri| quote!(.type_uri(#uri)));
    quote! {
        #name::#variant_name { #(#fields),* } => {
            __t::problem_of(#status).title(#title) #type_uri .with("code", #code) #(#members)*
        }
    }
}

fn document(variant: &Variant) -> TokenStream {
    let Variant { status, title, code, .. } = variant;
    let operation = local("__operation");
    let members = variant.fields.iter().filter(|(field, _)| field != "detail").map(|(field, ty)| {
        let text = field.unraw().to_string();
        quote_spanned!(at(ty)=> (#text, #operation.schema_of::<#ty>()))
    });
    let code = if variant.internal {
        quote!(::core::option::Option::None)
    } else {
        quote!(::core::option::Option::Some(#code))
    };
    quote! {
        {
            let __members = ::std::vec![#(#members),*];
            __operation.declared_problem(__t::ProblemSchema {
                status: #status,
                title: ::std::string::String::from(#title),
                code: #code,
                members: __members,
            });
        }
    }
}

/// With an internal variant, `?` takes any error; without one, the enum is an error itself.
fn conversion(name: &syn::Ident, variants: &[Variant]) -> TokenStream {
    match variants.iter().find(|variant| variant.internal) {
        Some(Variant { name: variant, .. }) => quote! {
            impl<__E: ::core::convert::Into<::toolkit::Error>> ::core::convert::From<__E> for #name {
                fn from(__error: __E) -> Self {
                    #name::#variant(::core::convert::Into::into(__error))
                }
            }
        },
        None => quote!(impl ::std::error::Error for #name {}),
    }
}

fn derives(input: &DeriveInput, name: &str) -> bool {
    crate::data::derived(&input.attrs).iter().any(|derived| derived == name)
}
