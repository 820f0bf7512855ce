use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::{Ident, Path, Type, ext::IdentExt};

use super::{Function, Parameter, Source};
use crate::support::spans::{at, local};

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
        let resources = local("__resources");
        for (index, parameter) in self.parameters() {
            let (name, span) = (&parameter.value, at(&parameter.ty));
            match &parameter.source {
                Source::Resource(ty) => {
                    fields.extend(quote_spanned!(span=> #name: __t::Arc<#ty>,));
                    values.extend(quote_spanned!(span=> #name: #resources.get::<#ty>(),));
                }
                Source::Depends(path) => {
                    let dependency = dependency(index, path);
                    fields.extend(quote!(#name: __t::Arc<<#dependency as __t::Dependency>::Captures>,));
                    values
                        .extend(quote!(#name: __t::Arc::new(<#dependency as __t::Dependency>::capture(__resources)),));
                }
                _ => {}
            }
        }
        (quote!(struct __Captures { #fields }), quote!(__Captures { #values }))
    }

    /// Statements that list the borrowed resources in `__needs`.
    pub(crate) fn needs(&self) -> TokenStream {
        let name = self.function.item.signature.ident.unraw().to_string();
        let all = local("__needs");
        let needs = self.parameters().map(|(index, parameter)| match &parameter.source {
            Source::Resource(ty) => {
                quote_spanned!(at(&parameter.ty)=> #all.push(__t::Need::of::<#ty>(#name, __ORIGIN));)
            }
            Source::Depends(path) => {
                let dependency = dependency(index, path);
                quote!(<#dependency as __t::Dependency>::needs(__needs);)
            }
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

    /// Items that let only one unmarked parameter be read from the body; `marked` if another one is. Only the compiler
    /// knows which types are.
    pub(crate) fn one_body(&self, marked: bool, message: impl Fn(&Parameter) -> String) -> TokenStream {
        let mut before = vec![quote!(#marked)];
        let mut asserts = TokenStream::new();
        for (index, parameter) in self.parameters().filter(|(_, parameter)| parameter.is_found_by_type()) {
            let (way, message) = (way(index), message(parameter));
            if marked || before.len() > 1 {
                asserts.extend(quote_spanned! {at(&parameter.ty)=>
                    const _: () = ::core::assert!(!(__t::reads_body(#way) && (#(#before)||*)), #message);
                });
            }
            before.push(quote!(__t::reads_body(#way)));
        }
        asserts
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

    /// The function as its span names it, in `__FUNCTION`.
    pub(crate) fn traced_function(&self) -> TokenStream {
        let name = self.function.item.signature.ident.unraw().to_string();
        quote! {
            const __FUNCTION: __t::TracedFunction = __t::TracedFunction {
                name: #name,
                path: ::core::concat!(::core::module_path!(), "::", #name),
                origin: &__ORIGIN,
            };
        }
    }

    /// A statement that opens the function's span, as `__span`.
    pub(crate) fn span(&self) -> TokenStream {
        let traced = self.parameters().filter(|(_, parameter)| parameter.is_traced).map(|(_, parameter)| {
            let (mut value, name, values) = (parameter.value.clone(), &parameter.wire_name, local("__values"));
            // A value that cannot be taken down is told where its type stands.
            value.set_span(at(&parameter.ty));
            quote_spanned!(at(&parameter.ty)=> #values.add(#name, &#value);)
        });
        quote!(let __span = __t::FunctionSpan::open(&__FUNCTION, |__values| { #(#traced)* });)
    }

    /// The call of the function itself within `__span`, as an expression of its return type.
    pub(crate) fn call(&self) -> TokenStream {
        let name = &self.function.item.signature.ident;
        let arguments = self.parameters().map(|(_, parameter)| {
            let value = &parameter.value;
            match &parameter.source {
                Source::Resource(_) => quote!(&__captures.#value),
                _ => quote!(#value),
            }
        });
        match &self.function.item.signature.asyncness {
            Some(_) => quote!(__span.poll(#name(#(#arguments),*)).await),
            None => quote!(__span.call(|| #name(#(#arguments),*))),
        }
    }
}

fn constant(index: usize) -> Ident {
    format_ident!("__PARAMETER_{index}")
}

/// The function that knows how a parameter is read: the one place where its type has to prove that it can be.
fn way(index: usize) -> Ident {
    format_ident!("__way_{index}")
}

fn rules(index: usize) -> Ident {
    format_ident!("__rules_{index}")
}

fn default(index: usize) -> Ident {
    format_ident!("__default_{index}")
}

/// The type that stands for a dependency, see [`found_dependency`].
fn dependency(index: usize, path: &Path) -> Ident {
    format_ident!("__Dependency{index}", span = at(path))
}

fn declaration(index: usize, parameter: &Parameter) -> TokenStream {
    let location = match (&parameter.source, parameter.location()) {
        (Source::Depends(path), _) => return found_dependency(index, path),
        (_, None) => return TokenStream::new(),
        (_, Some(location)) => Ident::new(location, parameter.name.span()),
    };
    let (name, docs, ty) = (&parameter.wire_name, &parameter.docs, &parameter.ty);
    let (constant, rules, default) = (constant(index), rules(index), default(index));
    let segment = match &parameter.source {
        Source::Named { segment, .. } => segment.clone(),
        _ => quote!(__t::Segment::None),
    };
    let way = found_way(index, parameter);
    let rules = (!parameter.rules.is_empty()).then(|| {
        let expression = parameter.rules.expression();
        quote_spanned!(parameter.rules.span()=> fn #rules() -> impl __t::Rule<#ty> { #expression })
    });
    let default = parameter.default.as_ref().map(|expression| {
        let value = literal_into(expression);
        quote_spanned!(at(ty)=> fn #default() -> #ty { #value })
    });
    quote! {
        const #constant: __t::Parameter = __t::Parameter {
            name: #name,
            location: __t::Location::#location,
            description: #docs,
            segment: #segment,
        };
        #way
        #rules
        #default
    }
}

fn found_way(index: usize, parameter: &Parameter) -> TokenStream {
    let (way, ty, span) = (way(index), &parameter.ty, at(&parameter.ty));
    let (trait_, find) = match &parameter.source {
        Source::Body => ("BodyWay", "way_of_body"),
        _ if parameter.is_found_by_type() => ("ArgumentWay", "way_of_argument"),
        _ => ("NamedWay", "way_of_named"),
    };
    let (trait_, find) = (Ident::new(trait_, span), Ident::new(find, span));
    quote_spanned!(span=> fn #way() -> impl __t::#trait_<Value = #ty> { __t::#find(__t::Probe::<#ty>::new()) })
}

/// Takes in the type that stands beside a `#[dependency]` function. Beside any other function there is none: then the
/// name is that of a type of ours, which comes second, for rustc to say what is wrong.
fn found_dependency(index: usize, path: &Path) -> TokenStream {
    let dependency = dependency(index, path);
    let module = format_ident!("__no_dependency_{index}");
    quote! {
        mod #module {
            pub use ::toolkit::__private::NoDependency as #dependency;
        }
        #[allow(unused_imports)]
        use #module::*;
        #[allow(unused_imports)]
        use #path as #dependency;
        const _: fn() = __t::is_dependency::<#dependency>;
    }
}

/// A text literal becomes a `String`, or whatever else it can become.
pub(crate) fn literal_into(expression: &syn::Expr) -> TokenStream {
    match expression {
        // What `macro_rules!` passes on.
        syn::Expr::Group(group) => literal_into(&group.expr),
        syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) => {
            quote_spanned!(at(text)=> ::toolkit::__private::from_text(#text))
        }
        other => quote!(#other),
    }
}

fn document(index: usize, parameter: &Parameter) -> TokenStream {
    let (ty, span) = (&parameter.ty, at(&parameter.ty));
    let operation = local("__operation");
    let (constant, way, rules, default) = (constant(index), way(index), rules(index), default(index));
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
        Source::Unmarked if parameter.is_found_by_type() => {
            quote_spanned!(span=> __t::document_argument(#way, #operation, #documented);)
        }
        Source::Unmarked | Source::Named { .. } | Source::Multipart => {
            quote_spanned!(span=> __t::document_named(#way, #operation, #documented);)
        }
        Source::Body => quote_spanned!(span=> __t::document_body(#way, #operation, #documented);),
        Source::Depends(path) => {
            let dependency = dependency(index, path);
            quote!(__t::document_dependency::<#dependency>(__operation);)
        }
        Source::Resource(_) => TokenStream::new(),
    }
}

/// What is read before the body is touched.
fn head(index: usize, parameter: &Parameter) -> TokenStream {
    let (ty, value, span) = (&parameter.ty, &parameter.value, at(&parameter.ty));
    let (constant, way) = (constant(index), way(index));
    let [reading, captures, pool] = ["__reading", "__captures", "__pool"].map(local);
    match &parameter.source {
        Source::Unmarked if parameter.is_found_by_type() => quote_spanned! {span=>
            let #value = __t::head_of_argument(#way, &mut #reading, &#constant).await?;
        },
        Source::Named { location: "Form", .. } | Source::Multipart | Source::Body | Source::Resource(_) => {
            TokenStream::new()
        }
        Source::Unmarked | Source::Named { .. } => named(index, parameter),
        Source::Depends(path) => {
            let mut dependency = dependency(index, path);
            dependency.set_span(span);
            quote_spanned! {span=>
                let #value =
                    __t::depend::<#dependency, #ty>(&mut #reading, &#captures.#value, #pool).await?;
            }
        }
    }
}

/// What is read from the body.
fn body(index: usize, parameter: &Parameter) -> TokenStream {
    let (value, span) = (&parameter.value, at(&parameter.ty));
    let (way, reading) = (way(index), local("__reading"));
    let check = check(index, parameter);
    let rules = body_rules(index, parameter);
    match &parameter.source {
        Source::Unmarked if parameter.is_found_by_type() => quote_spanned! {span=>
            #rules
            let #value = __t::finish_argument(#way, #value, &mut #reading).await?;
            #check
        },
        Source::Named { location: "Form", .. } | Source::Multipart => named(index, parameter),
        Source::Body => quote_spanned! {span=>
            #rules
            let #value = __t::read_body(#way, &mut #reading).await?;
            #check
        },
        _ => TokenStream::new(),
    }
}

/// Lends the parameter's own rules to the search for all that is wrong, should it be the body and have a wrong type.
fn body_rules(index: usize, parameter: &Parameter) -> TokenStream {
    let (ty, rules, reading) = (&parameter.ty, rules(index), local("__reading"));
    if parameter.rules.is_empty() {
        return quote!(#reading.lend_rules(::core::option::Option::None););
    }
    quote! {
        #reading.lend_rules(::core::option::Option::Some(|__schema| {
            __t::Rule::<#ty>::describe(&#rules(), __schema);
        }));
    }
}

fn named(index: usize, parameter: &Parameter) -> TokenStream {
    let (value, constant, way) = (&parameter.value, constant(index), way(index));
    let reading = local("__reading");
    let check = check(index, parameter);
    let default_function = default(index);
    let default = match &parameter.default {
        Some(_) => quote!(::core::option::Option::Some(#default_function)),
        None => quote!(::core::option::Option::None),
    };
    quote_spanned! {at(&parameter.ty)=>
        let #value = __t::read_named(#way, &mut #reading, &#constant, #default)?;
        #check
    }
}

/// The rules on the parameter, and those of its type.
fn check(index: usize, parameter: &Parameter) -> TokenStream {
    let (value, constant, way, rules) = (&parameter.value, constant(index), way(index), rules(index));
    let ty: &Type = &parameter.ty;
    let own = (!parameter.rules.is_empty())
        .then(|| quote!(__t::Rule::<#ty>::check(&#rules(), __value, __place, __violations);));
    let place = match &parameter.source {
        Source::Unmarked if parameter.is_found_by_type() => quote!(__t::place_of_argument(#way, &#constant)),
        Source::Body => quote!(__t::Place::body()),
        _ => quote!(__t::place_of_named(#way, &#constant)),
    };
    quote! {
        __t::check_argument(#value.as_ref(), &#place, &mut __reading, |__value: &#ty, __place, __violations| {
            #own
            (&&__t::Nested(__value)).check_nested(__place, __violations);
        });
    }
}
