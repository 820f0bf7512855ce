//! The constraints of a type, as its implementation of `Validate`.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{GenericParam, ext::IdentExt, parse_quote};

use super::{Model, Shape, Variant, expand::rules_function, field::Field};
use crate::support::spans::{at, local};

impl Model {
    pub(super) fn check(&self) -> TokenStream {
        let body = match &self.shape {
            Shape::Object(fields) | Shape::Tuple(fields) => fields.iter().map(of_struct).collect(),
            Shape::Newtype(field) => {
                let (member, value) = (&field.member, quote!(__value));
                let checks = checks(field, &value);
                quote!({ let __value = &self.#member; #checks })
            }
            Shape::Names => TokenStream::new(),
            Shape::Variants(variants) => self.of_variants(variants),
        };
        let matches = self.must_match();
        let whole = self.whole.iter().map(|function| {
            let rule = quote_spanned!(at(function)=> __t::Custom(|__value: &Self| #function(__value)));
            quote!(__t::Rule::<Self>::check(&#rule, self, __place, __violations);)
        });
        let name = &self.input.ident;
        let generics = self.checkable_generics();
        let (generics, _, _) = generics.split_for_impl();
        let (_, types, clause) = self.input.generics.split_for_impl();
        quote! {
            impl #generics __t::Validate for #name #types #clause {
                #[allow(unused_variables)]
                fn check(&self, __place: &__t::Place<'_>, __violations: &mut ::std::vec::Vec<__t::Violation>) {
                    #body
                    #matches
                    #(#whole)*
                }
            }
        }
    }

    /// The generics, where every type can be checked.
    pub(super) fn checkable_generics(&self) -> syn::Generics {
        let mut generics = self.input.generics.clone();
        for parameter in &mut generics.params {
            if let GenericParam::Type(parameter) = parameter {
                parameter.bounds.push(parse_quote!(__t::Validate));
            }
        }
        generics
    }

    fn must_match(&self) -> TokenStream {
        let Shape::Object(fields) = &self.shape else { return TokenStream::new() };
        let pairs = fields.iter().filter_map(|field| Some((field, field.rules.must_match.as_ref()?)));
        let checks = pairs.map(|(field, pair)| {
            let (member, other, wire_name) = (&field.member, &pair.other, &field.wire_name);
            let shown = fields
                .iter()
                .find(|field| other.unraw() == field.label)
                .map_or_else(|| other.to_string(), |field| field.wire_name.clone());
            let message =
                pair.message.as_ref().map_or_else(|| format!("must be equal to `{shown}`"), syn::LitStr::value);
            let code = pair.code.as_ref().map_or_else(|| "must_match".to_owned(), syn::LitStr::value);
            let this = local("self");
            let differs = quote_spanned!(at(other)=> #this.#member != #this.#other);
            quote! {
                if #differs {
                    __violations.push(__t::Violation::new(&__place.field(#wire_name), #code, #message));
                }
            }
        });
        checks.collect()
    }

    fn of_variants(&self, variants: &[Variant]) -> TokenStream {
        let name = &self.input.ident;
        let arms = variants.iter().map(|variant| {
            let variant_name = &variant.name;
            let patterns = variant.fields.iter().map(|field| {
                let (member, binding) = (&field.member, &field.binding);
                quote!(#member: #binding)
            });
            let checks = self.of_variant(variant);
            quote!(#name::#variant_name { #(#patterns),* } => { #checks })
        });
        if variants.is_empty() {
            return quote!(match *self {});
        }
        quote!(match self { #(#arms)* })
    }

    fn of_variant(&self, variant: &Variant) -> TokenStream {
        let sole = variant.fields.len() == 1;
        let checks: TokenStream = variant
            .fields
            .iter()
            .filter(|field| !field.serde.skip)
            .map(|field| {
                let binding = &field.binding;
                let checks = checks(field, &quote!(#binding));
                if !variant.named && sole { checks } else { placed(field, &checks) }
            })
            .collect();
        // Where the variant's content stands: serde's four forms of an enum.
        let content = match (&self.serde, &self.serde.content) {
            (_, Some(content)) => Some(content.clone()),
            (serde, None) if serde.tag || serde.untagged || variant.serde.untagged => None,
            _ => Some(variant.wire_name(&self.serde)),
        };
        match content {
            Some(content) => quote!({ let __place = &__place.field(#content); #checks }),
            None => checks,
        }
    }
}

fn of_struct(field: &Field) -> TokenStream {
    if field.serde.skip {
        return TokenStream::new();
    }
    let member = &field.member;
    let checks = placed(field, &checks(field, &quote!(__value)));
    quote!({ let __value = &self.#member; #checks })
}

/// The checks, at the place where the field stands on the wire.
fn placed(field: &Field, checks: &TokenStream) -> TokenStream {
    if field.serde.flatten {
        return checks.clone();
    }
    match field.label.parse::<usize>() {
        Ok(index) => quote!({ let __place = &__place.item(#index); #checks }),
        Err(_) => {
            let wire_name = &field.wire_name;
            quote!({ let __place = &__place.field(#wire_name); #checks })
        }
    }
}

/// The rules on the field, and those of its type. `value` is a reference.
fn checks(field: &Field, value: &TokenStream) -> TokenStream {
    let ty = &field.ty;
    let rules = (!field.rules.is_empty()).then(|| {
        let function = rules_function(field);
        quote!(__t::Rule::<#ty>::check(&Self::#function(), #value, __place, __violations);)
    });
    quote! {
        #rules
        (&&__t::Nested(#value)).check_nested(__place, __violations);
    }
}
