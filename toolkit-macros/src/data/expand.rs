use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::{Attribute, Data, Fields, ext::IdentExt, parse_quote};

use super::{Model, Purpose, Shape, derives, field::Field};
use crate::{
    function::literal_into,
    support::{attributes::conditions, origin::origin, spans::at},
};

impl Model {
    pub(super) fn expand(&self) -> TokenStream {
        let derives = derives::missing(self);
        let input = self.annotated();
        let support = self.field_support();
        let check = self.check();
        let kind = self.kind();
        let conditions = conditions(&self.input.attrs);
        quote! {
            #derives
            #input
            #support

            #(#conditions)*
            #[doc(hidden)]
            #[allow(clippy::all, clippy::pedantic, deprecated, single_use_lifetimes, unused_lifetimes)]
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
        let line = quote_spanned!(at(&input.ident)=> ::core::line!());
        input.attrs.push(parse_quote!(#[schemars(extend(
            "x-toolkit-origin" = ::toolkit::__private::origin::<Self>(::core::module_path!(), ::core::file!(), #line)
        ))]));
        if let Some(example) = &self.example {
            input.attrs.push(parse_quote!(#[schemars(example = ::toolkit::__private::json_of(#example))]));
        }
        if let Some(name) = self.generic_name() {
            input.attrs.push(parse_quote!(#[schemars(rename = #name)]));
        }
        match &mut input.data {
            Data::Struct(data) => self.annotate(&mut data.fields, &self.fields()),
            Data::Enum(data) => {
                if let Shape::Variants(variants) = &self.shape {
                    for (variant, model) in data.variants.iter_mut().zip(variants) {
                        let fields: Vec<_> = model.fields.iter().collect();
                        self.annotate(&mut variant.fields, &fields);
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
        (!parameters.is_empty() && !renamed)
            .then(|| format!("{}Of{}", self.input.ident.unraw(), parameters.join("And")))
    }

    fn annotate(&self, fields: &mut Fields, models: &[&Field]) {
        for (field, model) in fields.iter_mut().zip(models) {
            field.attrs.extend(self.field_attributes(model));
        }
    }

    fn field_attributes(&self, field: &Field) -> Vec<Attribute> {
        let mut attributes = Vec::new();
        if field.default.is_some() {
            let name = &self.input.ident;
            let (_, generics, _) = self.input.generics.split_for_impl();
            let turbofish = generics.as_turbofish();
            let function = default_function(field);
            let path = quote!(#name #turbofish :: #function).to_string();
            attributes.push(parse_quote!(#[serde(default = #path)]));
        }
        if !field.rules.is_empty() {
            let (function, ty) = (rules_function(field), &field.ty);
            attributes.push(parse_quote!(#[schemars(transform =
                |__schema: &mut ::toolkit::__private::schemars::Schema| {
                    ::toolkit::__private::Rule::<#ty>::describe(&Self::#function(), __schema)
                }
            )]));
        }
        if let Some(example) = &field.example {
            attributes.push(parse_quote!(#[schemars(example = ::toolkit::__private::json_of(#example))]));
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
            functions.extend(support_of(field));
        }
        if let Shape::Variants(variants) = &self.shape {
            for variant in variants {
                for field in &variant.fields {
                    functions.extend(support_of(field));
                }
            }
        }
        if functions.is_empty() {
            return functions;
        }
        let name = &self.input.ident;
        let (generics, types, clause) = self.input.generics.split_for_impl();
        let conditions = conditions(&self.input.attrs);
        quote! {
            #(#conditions)*
            #[doc(hidden)]
            #[allow(clippy::all, clippy::pedantic, deprecated, non_snake_case)]
            impl #generics #name #types #clause { #functions }
        }
    }

    /// What else the type is: a scalar, a data type, or settings.
    fn kind(&self) -> TokenStream {
        let name = &self.input.ident;
        let (_, types, clause) = self.input.generics.split_for_impl();
        match (self.purpose, &self.shape) {
            (Purpose::Settings, _) => self.settings(),
            (Purpose::Data, Shape::Names) => scalar(name),
            (Purpose::Data, Shape::Newtype(field)) => self.newtype(&field.ty),
            (Purpose::Data, _) => {
                let checkable = self.checkable_generics();
                let (checkable, _, _) = checkable.split_for_impl();
                quote!(impl #checkable __t::Data for #name #types #clause {})
            }
        }
    }

    /// What the value inside is: a scalar, a body, or neither.
    fn newtype(&self, inside: &syn::Type) -> TokenStream {
        let name = &self.input.ident;
        let (generics, types, clause) = self.input.generics.split_for_impl();
        let mut bounds: Vec<_> = clause.into_iter().flat_map(|clause| &clause.predicates).map(|p| quote!(#p)).collect();
        if !self.input.generics.params.is_empty() {
            bounds.push(quote!(Self: for<'__a> __t::serde::Deserialize<'__a>));
        }
        // The bounds over all lifetimes keep rustc from refusing them for a type that they do not hold for.
        quote! {
            impl #generics __t::Scalar for #name #types where for<'__a> #inside: __t::Scalar, #(#bounds),* {
                fn parse(__text: &str) -> ::core::result::Result<Self, __t::Expected> {
                    __t::scalar_by_serde(__text)
                }
            }

            impl #generics __t::BodyData for #name #types where for<'__a> #inside: __t::BodyData, #(#bounds),* {}
        }
    }

    fn settings(&self) -> TokenStream {
        let name = &self.input.ident;
        let text = name.to_string();
        let origin = origin(at(name));
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

fn scalar(name: &syn::Ident) -> TokenStream {
    quote! {
        impl __t::Scalar for #name {
            fn parse(__text: &str) -> ::core::result::Result<Self, __t::Expected> {
                __t::scalar_by_serde(__text)
            }
        }
    }
}

pub(super) fn rules_function(field: &Field) -> syn::Ident {
    format_ident!("__toolkit_rules_{}", field.key)
}

fn default_function(field: &Field) -> syn::Ident {
    format_ident!("__toolkit_default_{}", field.key)
}

fn support_of(field: &Field) -> TokenStream {
    let ty = &field.ty;
    let rules = (!field.rules.is_empty()).then(|| {
        let (function, expression) = (rules_function(field), field.rules.expression());
        quote_spanned! {field.rules.span()=>
            fn #function() -> impl ::toolkit::__private::Rule<#ty> {
                use ::toolkit::__private as __t;
                #expression
            }
        }
    });
    let default = field.default.as_ref().map(|expression| {
        let (function, value) = (default_function(field), literal_into(expression));
        quote_spanned!(at(ty)=> fn #function() -> #ty { #value })
    });
    quote!(#rules #default)
}
