//! A function whose parameters a request brings: endpoints and dependencies. Its parameters are read into a model,
//! and the model expands into the straight line that reads, checks and documents them.

mod expand;
mod parameter;

pub(crate) use expand::{Expansion, Stage, literal_into};
pub(crate) use parameter::{Parameter, Source};

use quote::format_ident;
use syn::{FnArg, Ident, Pat, Type};

use crate::support::{errors::Errors, raw_function::RawFunction};

/// A function under one of our attributes, without the attributes of its parameters.
pub(crate) struct Function {
    pub(crate) item: RawFunction,
    pub(crate) parameters: Vec<Parameter>,
}

impl Function {
    /// Reads the signature; everything that cannot work is noted in `errors`.
    pub(crate) fn read(mut item: RawFunction, what: &str, path: &[PathVariable], errors: &mut Errors) -> Self {
        refuse_generics(&item, what, errors);
        let attributes = item.take_parameter_attributes();
        let mut parameters = Vec::new();
        for (index, (input, attributes)) in item.signature.inputs.iter().zip(attributes).enumerate() {
            match input {
                FnArg::Receiver(receiver) => {
                    errors
                        .at(receiver, format!("{what} is a free function: take no `self`, borrow a resource instead"));
                }
                FnArg::Typed(typed) => {
                    let name = plain_name(&typed.pat, what, errors);
                    let value = format_ident!("__p{index}");
                    let parameter = Parameter::read(name, value, &typed.ty, attributes, path, errors);
                    parameters.extend(parameter);
                }
            }
        }
        refuse_twice(&parameters, errors);
        Self { item, parameters }
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

fn refuse_generics(item: &RawFunction, what: &str, errors: &mut Errors) {
    let generics = &item.signature.generics;
    if !generics.params.is_empty() {
        errors.at(
            generics,
            format!("{what} cannot be generic: it is called with what one request brings, so write the types out"),
        );
    }
    if let Some(clause) = &generics.where_clause {
        errors.at(clause, format!("{what} cannot be generic: write the types out"));
    }
    if let Some(abi) = &item.signature.abi {
        errors.at(abi, format!("{what} is a plain Rust function"));
    }
    if let Some(variadic) = &item.signature.variadic {
        errors.at(variadic, format!("{what} takes a fixed number of parameters"));
    }
}

fn plain_name(pattern: &Pat, what: &str, errors: &mut Errors) -> Ident {
    match pattern {
        Pat::Ident(name) if name.subpat.is_none() && name.by_ref.is_none() => name.ident.clone(),
        other => {
            errors.at(other, format!("a parameter of {what} has a plain name, since the name is what clients send"));
            format_ident!("unnamed")
        }
    }
}

fn refuse_twice(parameters: &[Parameter], errors: &mut Errors) {
    let mut bodies = parameters.iter().filter(|parameter| parameter.is_marked_body());
    if let (Some(_), Some(second)) = (bodies.next(), bodies.next()) {
        errors.at(&second.ty, "an endpoint has one body, and another parameter is read from it already");
    }
    let mut forms = parameters.iter().filter_map(Parameter::form);
    if let Some(first) = forms.next()
        && forms.any(|form| form != first)
    {
        let parameter = parameters.iter().rfind(|parameter| parameter.form().is_some());
        errors.at(parameter.map(|parameter| &parameter.ty), "one body is either `#[form]` or `#[multipart]`");
    }
    if let (Some(_), Some(body)) =
        (parameters.iter().find_map(Parameter::form), parameters.iter().find(|parameter| parameter.is_marked_body()))
    {
        errors.at(&body.ty, "an endpoint has one body, and a form is read from it already");
    }
    for (index, parameter) in parameters.iter().enumerate() {
        let same = |other: &&Parameter| {
            other.wire_name == parameter.wire_name
                && other.location().is_some()
                && other.location() == parameter.location()
                && !other.is_marked_body()
        };
        if parameters[..index].iter().any(|other| same(&other)) {
            errors.at(&parameter.name, format!("another parameter is read from `{}` already", parameter.wire_name));
        }
    }
}

/// The type behind a shared reference.
fn referent(ty: &Type) -> Option<&syn::TypeReference> {
    match ty {
        Type::Reference(reference) => Some(reference),
        Type::Paren(paren) => referent(&paren.elem),
        Type::Group(group) => referent(&group.elem),
        _ => None,
    }
}
