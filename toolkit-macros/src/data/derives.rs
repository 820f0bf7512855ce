use proc_macro2::TokenStream;
use quote::quote;
use syn::{Attribute, Data, Path, Token, punctuated::Punctuated};

use super::{Model, Purpose, Shape};

/// The names of the traits that `#[derive(…)]` among the attributes gives already.
pub(crate) fn derived(attributes: &[Attribute]) -> Vec<String> {
    let lists = attributes.iter().filter(|attribute| attribute.path().is_ident("derive"));
    let paths = lists.filter_map(|list| list.parse_args_with(Punctuated::<Path, Token![,]>::parse_terminated).ok());
    paths.flatten().filter_map(|path| path.segments.last().map(|segment| segment.ident.to_string())).collect()
}

impl Model {
    /// The type as it is written, for one that cannot be expanded.
    pub(super) fn without_form(&self) -> TokenStream {
        let input = &self.input;
        match input.data {
            // No trait can be derived for it.
            Data::Union(_) => quote!(#input),
            _ => {
                let derives = missing(self);
                quote!(#derives #input)
            }
        }
    }
}

/// The derives that the type gets, but for those that it has.
pub(super) fn missing(model: &Model) -> TokenStream {
    let present = derived(&model.input.attrs);
    let core = |name: &str| {
        let name = syn::Ident::new(name, proc_macro2::Span::call_site());
        let path = match name.to_string().as_str() {
            "Debug" => quote!(::core::fmt::Debug),
            "Clone" | "Copy" => quote!(::core::prelude::v1::#name),
            "Hash" => quote!(::core::hash::Hash),
            _ => quote!(::core::cmp::#name),
        };
        (name.to_string(), path)
    };
    let serde = |name: &str, path| (name.to_owned(), path);
    let mut wanted = Vec::new();
    match (model.purpose, &model.shape) {
        // Settings may hold secrets, which no log should show.
        (Purpose::Settings, _) => {}
        (Purpose::Data, Shape::Names) => {
            wanted.extend(["Debug", "Clone", "Copy", "PartialEq", "Eq", "PartialOrd", "Ord", "Hash"].map(core));
        }
        (Purpose::Data, _) => wanted.extend(["Debug", "Clone"].map(core)),
    }
    if model.purpose == Purpose::Data {
        wanted.push(serde("Serialize", quote!(::toolkit::__private::serde::Serialize)));
    }
    wanted.push(serde("Deserialize", quote!(::toolkit::__private::serde::Deserialize)));
    wanted.push(serde("JsonSchema", quote!(::toolkit::__private::schemars::JsonSchema)));
    let missing = wanted.into_iter().filter(|(name, _)| !present.contains(name)).map(|(_, path)| path);
    quote! {
        #[derive(#(#missing),*)]
        #[serde(crate = "::toolkit::__private::serde")]
        #[schemars(crate = "::toolkit::__private::schemars")]
    }
}
