//! The attribute macros of `toolkit`. They are documented there, where their examples can run.

mod app;
mod data;
mod dependency;
mod endpoint;
#[cfg(test)]
mod expansion;
mod function;
mod problem;
mod resource;
mod support;

use proc_macro::TokenStream;

macro_rules! endpoint_macros {
    ($($(#[$doc:meta])* $name:ident $METHOD:literal),* $(,)?) => {$(
        $(#[$doc])*
        #[proc_macro_attribute]
        pub fn $name(arguments: TokenStream, item: TokenStream) -> TokenStream {
            endpoint::expand($METHOD, arguments.into(), item.into()).into()
        }
    )*};
}

endpoint_macros!(
    /// Makes a function the endpoint of GET requests. See the guide page "Endpoints".
    get "GET",
    /// Makes a function the endpoint of POST requests. See the guide page "Endpoints".
    post "POST",
    /// Makes a function the endpoint of PUT requests. See the guide page "Endpoints".
    put "PUT",
    /// Makes a function the endpoint of PATCH requests. See the guide page "Endpoints".
    patch "PATCH",
    /// Makes a function the endpoint of DELETE requests. See the guide page "Endpoints".
    delete "DELETE",
    /// Makes a function the endpoint of HEAD requests. See the guide page "Endpoints".
    head "HEAD",
    /// Makes a function the endpoint of OPTIONS requests. See the guide page "Endpoints".
    options "OPTIONS",
);

/// Makes a struct or enum a data type: serialised, validated, in the OpenAPI document. See the guide page "Data types".
#[proc_macro_attribute]
pub fn data(arguments: TokenStream, item: TokenStream) -> TokenStream {
    data::expand(data::Purpose::Data, arguments.into(), item.into()).into()
}

/// Makes a struct the settings of a service. See the guide page "Settings".
#[proc_macro_attribute]
pub fn settings(arguments: TokenStream, item: TokenStream) -> TokenStream {
    data::expand(data::Purpose::Settings, arguments.into(), item.into()).into()
}

/// Makes an enum the problems that an endpoint answers with. See the guide page "Problems".
#[proc_macro_attribute]
pub fn problem(arguments: TokenStream, item: TokenStream) -> TokenStream {
    problem::expand(arguments.into(), item.into()).into()
}

/// Makes a function the maker of a resource. See the guide page "Resources and dependencies".
#[proc_macro_attribute]
pub fn resource(arguments: TokenStream, item: TokenStream) -> TokenStream {
    resource::expand(arguments.into(), item.into()).into()
}

/// Makes a function one that endpoints depend on. See the guide page "Resources and dependencies".
#[proc_macro_attribute]
pub fn dependency(arguments: TokenStream, item: TokenStream) -> TokenStream {
    dependency::expand(arguments.into(), item.into()).into()
}

/// Runs an async `main`.
#[proc_macro_attribute]
pub fn main(arguments: TokenStream, item: TokenStream) -> TokenStream {
    app::expand_main(arguments.into(), item.into()).into()
}

/// Runs an async test.
#[proc_macro_attribute]
pub fn test(arguments: TokenStream, item: TokenStream) -> TokenStream {
    app::expand_test(arguments.into(), item.into()).into()
}
