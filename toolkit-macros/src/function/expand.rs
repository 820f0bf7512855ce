use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::{Ident, Type, spanned::Spanned};

use super::{Function, Parameter, Source};

/// The parts of the straight line that a request travels to a function.
pub(crate) struct Expansion<'a> {
    function: &'a Function,
}

/// Whether a function that is not async runs on the pool or in place.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Stage {
    Async,
    Pool,
    Inline,
}

impl<'a> Expansion<'a> {
    pub(crate) fn new(function: &'a Function) -> Self {
        Self { function }
    }

    fn parameters(&self) -> impl Iterator<Item = (usize, &'a Parameter)> {
        self.function.parameters.iter().enumerate()
    }

    pub(crate) fn stage(&self, inline: bool) -> Stage {
        match (&self.function.item.signature.asyncness, inline) {
            (Some(_), _) => Stage::Async,
            (None, true) => Stage::Inline,
            (None, false) => Stage::Pool,
        }
    }

    /// Constants and functions that stand for the declarations: names, rules, defaults.
    pub(crate) fn declarations(&self) -> TokenStream {
        self.parameters().map(|(index, parameter)| declaration(index, parameter)).collect()
    }

    /// The struct of what is borrowed from the service, and how it is filled.
    pub(crate) fn captures(&self) -> (TokenStream, TokenStream) {
        let mut fields = TokenStream::new();
        let mut values = TokenStream::new();
        for (_, parameter) in self.parameters() {
            let (name, span) = (&parameter.value, parameter.ty.span());
            match &parameter.source {
                Source::Resource(ty) => {
                    fields.extend(quote_spanned!(span=> #name: __t::Arc<#ty>,));
                    values.extend(quote_spanned!(span=> #name: __resources.get::<#ty>(),));
                }
                Source::Depends(path) => {
                    fields.extend(quote!(#name: __t::Arc<<#path as __t::Dependency>::Captures>,));
                    values.extend(quote!(#name: __t::Arc::new(<#path as __t::Dependency>::capture(__resources)),));
                }
                _ => {}
            }
        }
        (quote!(struct __Captures { #fields }), quote!(__Captures { #values }))
    }

    /// Statements that list the borrowed resources in `__needs`.
    pub(crate) fn needs(&self) -> TokenStream {
        let name = self.function.item.signature.ident.to_string();
        let needs = self.parameters().map(|(_, parameter)| match &parameter.source {
            Source::Resource(ty) => {
                quote_spanned!(parameter.ty.span()=> __needs.push(__t::Need::of::<#ty>(#name, __ORIGIN));)
            }
            Source::Depends(path) => quote!(<#path as __t::Dependency>::needs(__needs);),
            _ => TokenStream::new(),
        });
        needs.collect()
    }

    /// Statements that add the parameters to `__operation`.
    pub(crate) fn document(&self) -> TokenStream {
        let form = self.function.parameters.iter().find_map(Parameter::form);
        let form = form.map(|media_type| quote!(__operation.form(#media_type);));
        let documented = self.parameters().map(|(index, parameter)| document(index, parameter));
        quote!(#form #(#documented)*)
    }

    /// Statements that read everything out of `__reading` into variables named as [`Parameter::value`].
    ///
    /// What is borrowed is in `__captures`, the pool in `__pool`.
    pub(crate) fn reading(&self) -> TokenStream {
        let heads = self.parameters().map(|(index, parameter)| head(index, parameter));
        let form = self.function.parameters.iter().find_map(Parameter::form).map(|media_type| match media_type {
            "multipart/form-data" => quote!(__reading.load_multipart().await?;),
            _ => quote!(__reading.load_form().await?;),
        });
        let bodies = self.parameters().map(|(index, parameter)| body(index, parameter));
        quote!(#(#heads)* #form #(#bodies)*)
    }

    /// Statements that take the values out of their options.
    pub(crate) fn taking(&self) -> TokenStream {
        let taking = self.parameters().filter(|(_, parameter)| !matches!(parameter.source, Source::Resource(_)));
        taking
            .map(|(_, parameter)| {
                let value = &parameter.value;
                quote!(let #value = __t::present(#value);)
            })
            .collect()
    }

    /// The call of the function itself, as an expression of its return type.
    pub(crate) fn call(&self) -> TokenStream {
        let name = &self.function.item.signature.ident;
        let arguments = self.parameters().map(|(_, parameter)| {
            let value = &parameter.value;
            match &parameter.source {
                Source::Resource(_) => quote!(&__captures.#value),
                _ => quote!(#value),
            }
        });
        let awaited = self.function.item.signature.asyncness.map(|_| quote!(.await));
        quote!(#name(#(#arguments),*) #awaited)
    }
}

fn constant(index: usize) -> Ident {
    format_ident!("__PARAMETER_{index}")
}

fn rules(index: usize) -> Ident {
    format_ident!("__rules_{index}")
}

fn default(index: usize) -> Ident {
    format_ident!("__default_{index}")
}

fn declaration(index: usize, parameter: &Parameter) -> TokenStream {
    let Some(location) = parameter.location() else { return TokenStream::new() };
    let location = Ident::new(location, parameter.name.span());
    let (name, docs, ty) = (&parameter.wire_name, &parameter.docs, &parameter.ty);
    let (constant, rules, default) = (constant(index), rules(index), default(index));
    let segment = match &parameter.source {
        Source::Named { segment, .. } => segment.clone(),
        _ => quote!(__t::Segment::None),
    };
    let rules = (!parameter.rules.is_empty()).then(|| {
        let expression = parameter.rules.expression();
        quote_spanned!(ty.span()=> fn #rules() -> impl __t::Rule<#ty> { #expression })
    });
    let default = parameter.default.as_ref().map(|expression| {
        let value = literal_into(expression);
        quote_spanned!(expression.span()=> fn #default() -> #ty { #value })
    });
    quote! {
        const #constant: __t::Parameter = __t::Parameter {
            name: #name,
            location: __t::Location::#location,
            description: #docs,
            segment: #segment,
        };
        #rules
        #default
    }
}

/// A text literal becomes a `String`, or whatever else it can become.
pub(crate) fn literal_into(expression: &syn::Expr) -> TokenStream {
    match expression {
        syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(_), .. }) => quote!(::core::convert::Into::into(#expression)),
        other => quote!(#other),
    }
}

fn document(index: usize, parameter: &Parameter) -> TokenStream {
    let (ty, span) = (&parameter.ty, parameter.ty.span());
    let (constant, rules, default) = (constant(index), rules(index), default(index));
    let refine = if parameter.rules.is_empty() {
        quote!(&|_| {})
    } else {
        quote!(&|__schema| __t::Rule::<#ty>::describe(&#rules(), __schema))
    };
    let default = match &parameter.default {
        Some(_) => quote!(__t::json_of(#default())),
        None => quote!(::core::option::Option::None),
    };
    let example = match &parameter.example {
        Some(example) => quote!(__t::json_of(#example)),
        None => quote!(::core::option::Option::None),
    };
    let documented = quote! {
        &__t::ParameterDoc { parameter: &#constant, refine: #refine, default: #default, example: #example }
    };
    match &parameter.source {
        Source::Unmarked if parameter.default.is_none() => {
            quote_spanned!(span=> __t::document_argument::<#ty, _>(__operation, #documented);)
        }
        Source::Unmarked | Source::Named { .. } | Source::Multipart => {
            quote_spanned!(span=> __t::document_named::<#ty, _>(__operation, #documented);)
        }
        Source::Body => quote_spanned!(span=> __t::document_body::<#ty, _>(__operation, #documented);),
        Source::Depends(path) => quote!(__t::document_dependency::<#path>(__operation);),
        Source::Resource(_) => TokenStream::new(),
    }
}

/// What is read before the body is touched.
fn head(index: usize, parameter: &Parameter) -> TokenStream {
    let (ty, value, span) = (&parameter.ty, &parameter.value, parameter.ty.span());
    let constant = constant(index);
    match &parameter.source {
        Source::Unmarked if parameter.default.is_none() => quote_spanned! {span=>
            let #value = __t::head_of_argument::<#ty, _>(&mut __reading, &#constant).await?;
        },
        Source::Named { location: "Form", .. } | Source::Multipart | Source::Body | Source::Resource(_) => {
            TokenStream::new()
        }
        Source::Unmarked | Source::Named { .. } => named(index, parameter),
        Source::Depends(path) => quote_spanned! {span=>
            let #value = __t::depend::<#path, #ty>(&mut __reading, &__captures.#value, __pool).await?;
        },
    }
}

/// What is read from the body.
fn body(index: usize, parameter: &Parameter) -> TokenStream {
    let (ty, value, span) = (&parameter.ty, &parameter.value, parameter.ty.span());
    let check = check(index, parameter);
    match &parameter.source {
        Source::Unmarked if parameter.default.is_none() => quote_spanned! {span=>
            let #value = __t::finish_argument::<#ty, _>(#value, &mut __reading).await?;
            #check
        },
        Source::Named { location: "Form", .. } | Source::Multipart => named(index, parameter),
        Source::Body => quote_spanned! {span=>
            let #value = __t::read_body::<#ty, _>(&mut __reading).await?;
            #check
        },
        _ => TokenStream::new(),
    }
}

fn named(index: usize, parameter: &Parameter) -> TokenStream {
    let (ty, value, constant) = (&parameter.ty, &parameter.value, constant(index));
    let check = check(index, parameter);
    let default_function = default(index);
    let default = match &parameter.default {
        Some(_) => quote!(::core::option::Option::Some(#default_function as fn() -> #ty)),
        None => quote!(::core::option::Option::None),
    };
    quote_spanned! {parameter.ty.span()=>
        let #value = __t::read_named::<#ty, _>(&mut __reading, &#constant, #default)?;
        #check
    }
}

/// The rules on the parameter, and those of its type.
fn check(index: usize, parameter: &Parameter) -> TokenStream {
    let (value, constant, rules) = (&parameter.value, constant(index), rules(index));
    let ty: &Type = &parameter.ty;
    let own = (!parameter.rules.is_empty())
        .then(|| quote!(__t::Rule::<#ty>::check(&#rules(), __value, __place, __violations);));
    let place = match &parameter.source {
        Source::Unmarked if parameter.default.is_none() => {
            quote_spanned!(ty.span()=> __t::place_of_argument::<#ty, _>(&#constant))
        }
        Source::Body => quote!(__t::Place::body()),
        _ => quote_spanned!(ty.span()=> __t::place_of_named::<#ty, _>(&#constant)),
    };
    quote! {
        __t::check_argument(#value.as_ref(), &#place, &mut __reading, |__value, __place, __violations| {
            #own
            (&&__t::Nested(__value)).check_nested(__place, __violations);
        });
    }
}
