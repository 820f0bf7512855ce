use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::{Attribute, Data, Fields, parse_quote, spanned::Spanned};

use super::{Model, Purpose, Shape, derives, field::Field};
use crate::{function::literal_into, support::origin::origin};

impl Model {
    pub(super) fn expand(&self) -> TokenStream {
        let derives = derives::missing(self);
        let input = self.annotated();
        let support = self.field_support();
        let check = self.check();
        let kind = self.kind();
        quote! {
            #derives
            #input
            #support

            #[doc(hidden)]
            #[allow(clippy::all, clippy::pedantic, deprecated)]
            const _: () = {
                use ::toolkit::__private as __t;
                use __t::{AnyNested as _, ValidatedNested as _};
                #check
                #kind
            };
        }
    }

    /// The type with attributes for serde and schemars in the place of ours.
    fn annotated(&self) -> syn::DeriveInput {
        let mut input = self.input.clone();
        let line = quote_spanned!(input.ident.span()=> ::core::line!());
        input.attrs.push(parse_quote!(#[schemars(extend(
            "x-toolkit-origin" = ::toolkit::__private::origin::<Self>(::core::module_path!(), ::core::file!(), #line)
        ))]));
        if let Some(example) = &self.example {
            input.attrs.push(parse_quote!(#[schemars(example = #example)]));
        }
        if let Some(name) = self.generic_name() {
            input.attrs.push(parse_quote!(#[schemars(rename = #name)]));
        }
        match &mut input.data {
            Data::Struct(data) => self.annotate(&mut data.fields, &self.fields(), ""),
            Data::Enum(data) => {
                if let Shape::Variants(variants) = &self.shape {
                    for (variant, model) in data.variants.iter_mut().zip(variants) {
                        let fields: Vec<_> = model.fields.iter().collect();
                        self.annotate(&mut variant.fields, &fields, &model.name.to_string());
                    }
                }
            }
            Data::Union(_) => {}
        }
        input
    }

    /// The schema name of a generic type, in schemars' form: `PageOf{T}`. Each use of the type is a schema of its own.
    fn generic_name(&self) -> Option<String> {
        let parameters: Vec<_> =
            self.input.generics.type_params().map(|parameter| format!("{{{}}}", parameter.ident)).collect();
        let renames = |attribute: &Attribute| {
            attribute.path().is_ident("schemars") && quote!(#attribute).to_string().contains("rename =")
        };
        let renamed = self.input.attrs.iter().any(renames);
        (!parameters.is_empty() && !renamed).then(|| format!("{}Of{}", self.input.ident, parameters.join("And")))
    }

    fn annotate(&self, fields: &mut Fields, models: &[&Field], variant: &str) {
        for (field, model) in fields.iter_mut().zip(models) {
            field.attrs.extend(self.field_attributes(model, variant));
        }
    }

    fn field_attributes(&self, field: &Field, variant: &str) -> Vec<Attribute> {
        let mut attributes = Vec::new();
        if field.default.is_some() {
            let name = &self.input.ident;
            let (_, generics, _) = self.input.generics.split_for_impl();
            let turbofish = generics.as_turbofish();
            let function = default_function(field, variant);
            let path = quote!(#name #turbofish :: #function).to_string();
            attributes.push(parse_quote!(#[serde(default = #path)]));
        }
        if !field.rules.is_empty() {
            let (function, ty) = (rules_function(field, variant), &field.ty);
            attributes.push(parse_quote!(#[schemars(transform =
                |__schema: &mut ::toolkit::__private::schemars::Schema| {
                    ::toolkit::__private::Rule::<#ty>::describe(&Self::#function(), __schema)
                }
            )]));
        }
        if let Some(example) = &field.example {
            attributes.push(parse_quote!(#[schemars(example = #example)]));
        }
        attributes
    }

    fn fields(&self) -> Vec<&Field> {
        match &self.shape {
            Shape::Object(fields) | Shape::Tuple(fields) => fields.iter().collect(),
            Shape::Newtype(field) => vec![field],
            Shape::Names | Shape::Variants(_) => Vec::new(),
        }
    }

    /// Functions for the rules and defaults of the fields.
    fn field_support(&self) -> TokenStream {
        let mut functions = TokenStream::new();
        for field in self.fields() {
            functions.extend(support_of(field, ""));
        }
        if let Shape::Variants(variants) = &self.shape {
            for variant in variants {
                for field in &variant.fields {
                    functions.extend(support_of(field, &variant.name.to_string()));
                }
            }
        }
        if functions.is_empty() {
            return functions;
        }
        let name = &self.input.ident;
        let (generics, types, clause) = self.input.generics.split_for_impl();
        quote! {
            #[doc(hidden)]
            #[allow(clippy::all, clippy::pedantic, non_snake_case)]
            impl #generics #name #types #clause { #functions }
        }
    }

    /// What else the type is: a scalar, a data type, or settings.
    fn kind(&self) -> TokenStream {
        let name = &self.input.ident;
        let (generics, types, clause) = self.input.generics.split_for_impl();
        match (self.purpose, &self.shape) {
            (Purpose::Settings, _) => self.settings(),
            (Purpose::Data, Shape::Names) => scalar(name, &TokenStream::new()),
            (Purpose::Data, Shape::Newtype(field)) if self.input.generics.params.is_empty() => {
                // The bound over all lifetimes keeps rustc from refusing it for a type that is no scalar.
                let inside = &field.ty;
                scalar(name, &quote!(where for<'__a> #inside: __t::Scalar))
            }
            (Purpose::Data, Shape::Newtype(_)) => TokenStream::new(),
            (Purpose::Data, _) => quote!(impl #generics __t::Data for #name #types #clause {}),
        }
    }

    fn settings(&self) -> TokenStream {
        let name = &self.input.ident;
        let text = name.to_string();
        let origin = origin(name.span());
        // A secret among the settings must not reach a log by accident.
        let debug = (!derives::derived(&self.input.attrs).iter().any(|name| name == "Debug")).then(|| {
            quote! {
                impl ::core::fmt::Debug for #name {
                    fn fmt(&self, __f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                        __f.debug_struct(#text).finish_non_exhaustive()
                    }
                }
            }
        });
        quote! {
            #debug
            __t::inventory::submit! {
                __t::SettingsEntry { name: #text, origin: #origin, fields: __t::settings_fields::<#name> }
            }
            __t::inventory::submit! {
                __t::ResourceEntry {
                    name: #text,
                    origin: #origin,
                    provides: || (::core::any::TypeId::of::<#name>(), ::core::any::type_name::<#name>()),
                    needs: |_| {},
                    build: |_, __sources| ::std::boxed::Box::pin(async move {
                        __sources
                            .read::<#name>(|__settings, __violations| {
                                __t::Validate::check(__settings, &__t::Place::body(), __violations)
                            })
                            .map(__t::shared)
                    }),
                    ready: ::core::option::Option::None,
                    shutdown: ::core::option::Option::None,
                }
            }
        }
    }
}

fn scalar(name: &syn::Ident, clause: &TokenStream) -> TokenStream {
    quote! {
        impl __t::Scalar for #name #clause {
            fn parse(__text: &str) -> ::core::result::Result<Self, __t::Expected> {
                __t::scalar_by_serde(__text)
            }
        }
    }
}

pub(super) fn rules_function(field: &Field, variant: &str) -> syn::Ident {
    format_ident!("__toolkit_rules_{variant}_{}", field.label)
}

fn default_function(field: &Field, variant: &str) -> syn::Ident {
    format_ident!("__toolkit_default_{variant}_{}", field.label)
}

fn support_of(field: &Field, variant: &str) -> TokenStream {
    let ty = &field.ty;
    let rules = (!field.rules.is_empty()).then(|| {
        let (function, expression) = (rules_function(field, variant), field.rules.expression());
        quote_spanned! {ty.span()=>
            fn #function() -> impl ::toolkit::__private::Rule<#ty> {
                use ::toolkit::__private as __t;
                #expression
            }
        }
    });
    let default = field.default.as_ref().map(|expression| {
        let (function, value) = (default_function(field, variant), literal_into(expression));
        quote_spanned!(expression.span()=> fn #function() -> #ty { #value })
    });
    quote!(#rules #default)
}
