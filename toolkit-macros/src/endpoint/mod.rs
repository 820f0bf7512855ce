//! `#[get]` and its like: arguments and signature are parsed, made into a model, and expanded.

mod arguments;
mod expand;
mod path;

use proc_macro2::TokenStream;
use quote::quote;

use self::{arguments::Arguments, path::Template};
use crate::{
    function::{Function, Parameter, Role, Source},
    support::{
        attributes::conditions,
        docs::Docs,
        errors::{Errors, nearest},
        raw_function::RawFunction,
        types::last_name,
    },
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
    let attribute = method.to_lowercase();
    let item = match RawFunction::read(item, &attribute) {
        Ok(item) => item,
        Err(tokens) => return tokens,
    };
    let mut errors = Errors::default();
    let arguments = Arguments::read(arguments, &attribute, &mut errors);
    let template = arguments.path.as_ref().map(|path| Template::read(path, &mut errors));
    let docs = Docs::of(&item.attributes);
    let variables = template.as_ref().map(|template| template.variables.as_slice());
    let function = Function::read(item, Role::Endpoint(variables), &mut errors);
    match template {
        Some(template) => {
            refuse_unread_variables(&template, &function, &mut errors);
            if errors.is_empty() {
                let endpoint = Endpoint { method, arguments, template, function, docs };
                let (item, glue) = (&endpoint.function, endpoint.glue());
                return quote!(#item #glue);
            }
            failed(&function, errors)
        }
        None => failed(&function, errors),
    }
}

/// The function, what is wrong with it, and a type in the place of the endpoint's: what names it is not wrong too.
fn failed(function: &Function, errors: Errors) -> TokenStream {
    let errors = errors.into_tokens();
    if function.item.is_method() {
        return quote!(#function #errors);
    }
    let (name, visibility) = (&function.item.signature.ident, &function.item.visibility);
    let conditions = conditions(&function.item.attributes);
    quote! {
        #function
        #errors

        #(#conditions)*
        #[doc(hidden)]
        #[allow(non_camel_case_types, missing_debug_implementations)]
        #visibility struct #name {}

        #(#conditions)*
        impl ::toolkit::__private::Endpoint for #name {
            const ENTRY: ::toolkit::__private::EndpointEntry = ::core::panic!("the endpoint did not compile");
        }
    }
}

fn refuse_unread_variables(template: &Template, function: &Function, errors: &mut Errors) {
    // Dependencies and axum's own extractors may read the path in their way.
    let reads_any = |parameter: &Parameter| {
        matches!(parameter.source, Source::Depends(_))
            || matches!(last_name(&parameter.ty).as_deref(), Some("Path" | "RawPathParams"))
    };
    if function.parameters.iter().any(reads_any) {
        return;
    }
    for variable in &template.variables {
        let name = &variable.name;
        let reads = |parameter: &Parameter| {
            matches!(parameter.source, Source::Named { location: "Path", .. }) && parameter.wire_name == *name
        };
        if function.parameters.iter().any(reads) {
            continue;
        }
        let elsewhere = function.parameters.iter().find(|parameter| parameter.wire_name == *name);
        if let Some(parameter) = elsewhere {
            let message = format!(
                "`{{{name}}}` stands in the path, and `{name}` is marked to come from elsewhere: drop the mark"
            );
            errors.at(&parameter.name, message);
            continue;
        }
        let names: Vec<_> = function.parameters.iter().map(|parameter| &parameter.wire_name).collect();
        let near = nearest(name, &names).replace("did you mean", "is it");
        let message = format!("the path variable `{{{name}}}` has no parameter{near}\nadd `{name}: …` to the function");
        errors.at(&template.literal, message);
    }
}
