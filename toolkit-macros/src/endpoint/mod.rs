//! `#[get]` and its like: arguments and signature are parsed, made into a model, and expanded.

mod arguments;
mod expand;
mod path;

use proc_macro2::TokenStream;
use quote::quote;

use self::{arguments::Arguments, path::Template};
use crate::{
    function::{Function, Source},
    support::{docs::Docs, errors::Errors, raw_function::RawFunction},
};

/// An endpoint, as its attribute and signature declare it.
struct Endpoint {
    method: &'static str,
    arguments: Arguments,
    template: Template,
    function: Function,
    docs: Docs,
}

pub(crate) fn expand(method: &'static str, arguments: TokenStream, item: TokenStream) -> TokenStream {
    let mut item = match syn::parse2::<RawFunction>(item.clone()) {
        Ok(function) => function,
        Err(error) => {
            let error = error.into_compile_error();
            return quote!(#item #error);
        }
    };
    let mut errors = Errors::default();
    let arguments = errors.keep(syn::parse2::<Arguments>(arguments));
    let template = arguments.as_ref().map(|arguments| Template::read(&arguments.path, &mut errors));
    let docs = Docs::of(&item.attributes);
    let (Some(arguments), Some(template)) = (arguments, template) else {
        item.take_parameter_attributes();
        let errors = errors.into_tokens();
        return quote!(#item #errors);
    };
    let function = Function::read(item, "an endpoint", &template.variables, &mut errors);
    refuse_unread_variables(&template, &function, &mut errors);
    let endpoint = Endpoint { method, arguments, template, function, docs };
    let item = &endpoint.function.item;
    if errors.is_empty() {
        let glue = endpoint.glue();
        // A function has as many parameters as its clients need.
        quote!(#[allow(clippy::too_many_arguments)] #item #glue)
    } else {
        let errors = errors.into_tokens();
        quote!(#item #errors)
    }
}

fn refuse_unread_variables(template: &Template, function: &Function, errors: &mut Errors) {
    for variable in &template.variables {
        let reads = |parameter: &crate::function::Parameter| {
            matches!(parameter.source, Source::Named { location: "Path", .. }) && parameter.wire_name == variable.name
        };
        let depends = function.parameters.iter().any(|parameter| matches!(parameter.source, Source::Depends(_)));
        if !depends && !function.parameters.iter().any(reads) {
            errors.at(
                &template.literal,
                format!("the path variable `{{{0}}}` has no parameter: add `{0}: …` to the function", variable.name),
            );
        }
    }
}
