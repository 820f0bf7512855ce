//! A function whose parameters a request brings: endpoints and dependencies. Its parameters are read into a model,
//! and the model expands into the straight line that reads, checks and documents them.

mod attributes;
mod expand;
mod parameter;
mod source;

pub(crate) use expand::{Expansion, Stage, literal_into};
pub(crate) use parameter::Parameter;
pub(crate) use source::Source;

use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};
use syn::{FnArg, Ident, Pat, PatType, Safety, Type};

use crate::support::{errors::Errors, raw_function::RawFunction, types::ungrouped};

/// A function under one of our attributes, without the attributes of its parameters.
pub(crate) struct Function {
    pub(crate) item: RawFunction,
    pub(crate) parameters: Vec<Parameter>,
}

/// What the attribute makes of the function.
#[derive(Clone, Copy)]
pub(crate) enum Role<'a> {
    /// An endpoint, with the variables of its path, if that could be read.
    Endpoint(Option<&'a [PathVariable]>),
    Dependency,
    Resource,
}

impl Role<'_> {
    /// For messages.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Endpoint(_) => "an endpoint",
            Self::Dependency => "a dependency",
            Self::Resource => "a resource",
        }
    }
}

impl Function {
    /// Reads the signature; everything that cannot work is noted in `errors`.
    pub(crate) fn read(mut item: RawFunction, role: Role<'_>, errors: &mut Errors) -> Self {
        refuse_signature(&item, role, errors);
        let attributes = item.take_parameter_attributes();
        let mut parameters = Vec::new();
        for (index, (input, attributes)) in item.signature.inputs.iter().zip(attributes).enumerate() {
            match input {
                FnArg::Receiver(receiver) => errors.at(
                    receiver,
                    format!("{} is a free function: take no `self`, borrow a resource instead", role.name()),
                ),
                FnArg::Typed(typed) => {
                    let name = plain_name(typed, role, errors);
                    let value = format_ident!("__p{index}");
                    let parameter = Parameter::read(name, value, &typed.ty, attributes, role, errors);
                    parameters.extend(parameter);
                }
            }
        }
        refuse_twice(&parameters, errors);
        Self { item, parameters }
    }
}

/// The function, free of lints on what the request and the service decide, not who writes it.
impl ToTokens for Function {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let item = &self.item;
        tokens.extend(quote! {
            #[allow(
                clippy::fn_params_excessive_bools,
                clippy::missing_errors_doc,
                clippy::must_use_candidate,
                clippy::needless_pass_by_value,
                clippy::too_many_arguments,
                clippy::trivially_copy_pass_by_ref,
                clippy::unused_async
            )]
            #item
        });
    }
}

/// A variable of a path template.
pub(crate) struct PathVariable {
    pub(crate) name: String,
    /// The index of its segment, from 0.
    pub(crate) index: usize,
    /// Whether it takes the rest of the path.
    pub(crate) rest: bool,
}

fn refuse_signature(item: &RawFunction, role: Role<'_>, errors: &mut Errors) {
    let (signature, role) = (&item.signature, role.name());
    let generics = &signature.generics;
    if !generics.params.is_empty() {
        let why = if generics.lifetimes().count() == generics.params.len() {
            "what it borrows it borrows for one request, so leave the lifetimes away"
        } else {
            "it is called for any request, so write the types out"
        };
        errors.at(generics, format!("{role} cannot be generic: {why}"));
    } else if let Some(clause) = &generics.where_clause {
        errors
            .at(clause, format!("{role} cannot be generic, so that a `where` has nothing to say: write the types out"));
    }
    if let Some(abi) = &signature.abi {
        errors.at(abi, format!("{role} is a plain Rust function: leave `extern` away"));
    }
    if let Safety::Unsafe(unsafety) = &signature.safety {
        errors.at(unsafety, format!("{role} is called for any request, so it must be safe: leave `unsafe` away"));
    }
    if let Some(variadic) = &signature.variadic {
        errors.at(variadic, format!("{role} takes a fixed number of parameters"));
    }
}

fn plain_name(parameter: &PatType, role: Role<'_>, errors: &mut Errors) -> Ident {
    match &*parameter.pat {
        Pat::Ident(name) if name.subpat.is_none() && name.by_ref.is_none() => name.ident.clone(),
        // Nobody sends a resource by its name.
        Pat::Wild(wild) if matches!(ungrouped(&parameter.ty), Type::Reference(_)) => {
            Ident::new("_unused", wild.underscore_token.span)
        }
        other => {
            let message = format!(
                "a parameter of {} has a plain name, as clients send it: take it apart in the function's body",
                role.name()
            );
            errors.at(other, message);
            format_ident!("unnamed")
        }
    }
}

fn refuse_twice(parameters: &[Parameter], errors: &mut Errors) {
    refuse_second_body(parameters, errors);
    for (index, parameter) in parameters.iter().enumerate() {
        let same = |other: &Parameter| {
            other.wire_name == parameter.wire_name
                && other.location().is_some()
                && other.location() == parameter.location()
                && !other.is_marked_body()
        };
        if let Some(other) = parameters[..index].iter().find(|other| same(other)) {
            let message = format!(
                "`{}` is read from `{}` already: give one of the two another name",
                other.name, other.wire_name
            );
            errors.at(&parameter.name, message);
        }
    }
}

fn refuse_second_body(parameters: &[Parameter], errors: &mut Errors) {
    let mut bodies = parameters.iter().filter(|parameter| parameter.is_marked_body() || parameter.form().is_some());
    let Some(first) = bodies.next() else { return };
    let mark = |parameter: &Parameter| match parameter.form() {
        Some("multipart/form-data") => "#[multipart]",
        Some(_) => "#[form]",
        None => "#[body]",
    };
    for second in bodies.filter(|second| second.is_marked_body() || second.form() != first.form()) {
        let message = match (mark(first), mark(second)) {
            ("#[body]", "#[body]") => {
                format!("an endpoint has one body, and `{}` is it: put both into one `#[data]` struct", first.name)
            }
            (first_mark, second_mark) => format!(
                "an endpoint has one body, and `{}` is read from it as `{first_mark}`: it cannot be `{second_mark}` too",
                first.name
            ),
        };
        errors.at(second.ty.to_token_stream(), message);
    }
}
