use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{LitStr, Path, Type, TypeReference};

use super::{PathVariable, Role, attributes::Attributes};
use crate::support::{
    errors::{Errors, nearest},
    types::{is_opaque, ungrouped},
};

/// Where a parameter comes from.
pub(crate) enum Source {
    /// Its type decides: query, body or extractor.
    Unmarked,
    /// A part of the request that is read by name: a variant of `toolkit`'s `Location`.
    Named {
        location: &'static str,
        segment: TokenStream,
    },
    /// A field of a `multipart/form-data` body.
    Multipart,
    Body,
    /// Another function.
    Depends(Path),
    /// A resource, of the type behind the reference.
    Resource(Type),
}

impl Source {
    /// Finds where a parameter of this name and type comes from.
    pub(super) fn find(
        ty: &Type,
        name: &str,
        attributes: &Attributes,
        role: Role<'_>,
        errors: &mut Errors,
    ) -> Option<Self> {
        if is_opaque(ty) {
            errors.at(ty, format!("{} cannot be generic, and `impl Trait` is: write the type out", role.name()));
            return None;
        }
        if let Type::Reference(reference) = ungrouped(ty) {
            return resource(reference, attributes, errors);
        }
        let mark = attributes.mark.as_ref().map(ToString::to_string);
        let named = |location| Self::Named { location, segment: quote!(__t::Segment::None) };
        Some(match mark.as_deref() {
            None => in_path(name, attributes, role).unwrap_or(Self::Unmarked),
            Some("path") => match in_path(name, attributes, role) {
                Some(source) => source,
                None => {
                    refuse_path_mark(name, attributes, role, errors);
                    return None;
                }
            },
            Some("query") => named("Query"),
            Some("header") => named("Header"),
            Some("cookie") => named("Cookie"),
            Some("form") => named("Form"),
            Some("multipart") => Self::Multipart,
            Some("depends") => Self::Depends(attributes.depends.clone()?),
            Some(_) => Self::Body,
        })
    }
}

fn in_path(name: &str, attributes: &Attributes, role: Role<'_>) -> Option<Source> {
    let Role::Endpoint(Some(path)) = role else { return None };
    let name = attributes.rename.as_ref().map_or_else(|| name.to_owned(), LitStr::value);
    let variable = path.iter().find(|variable| variable.name == name)?;
    Some(Source::Named { location: "Path", segment: segment(variable) })
}

fn segment(variable: &PathVariable) -> TokenStream {
    let index = variable.index;
    if variable.rest { quote!(__t::Segment::From(#index)) } else { quote!(__t::Segment::At(#index)) }
}

fn refuse_path_mark(name: &str, attributes: &Attributes, role: Role<'_>, errors: &mut Errors) {
    let (at, name) = match (&attributes.rename, &attributes.mark) {
        (Some(rename), _) => (rename.to_token_stream(), rename.value()),
        (None, mark) => (mark.to_token_stream(), name.to_owned()),
    };
    match role {
        Role::Endpoint(Some(path)) => {
            let variables: Vec<_> = path.iter().map(|variable| &variable.name).collect();
            let near = nearest(&name, &variables);
            errors.at(at, format!("the path has no variable `{{{name}}}`{near}"));
        }
        // The path itself is what is wrong.
        Role::Endpoint(None) => {}
        _ => errors.at(
            at,
            "a dependency serves endpoints of different paths, so it reads no path variable: read it in the endpoint",
        ),
    }
}

fn resource(reference: &TypeReference, attributes: &Attributes, errors: &mut Errors) -> Option<Source> {
    let inside = ungrouped(&reference.elem);
    let told = inside.to_token_stream().to_string();
    if told == "str" {
        errors.at(reference, "a reference is a resource: take a `String` to read a text from the request");
    } else if let Type::Slice(slice) = inside {
        let element = slice.elem.to_token_stream();
        let message = format!("a reference is a resource: take a `Vec<{element}>` to read a list from the request");
        errors.at(reference, message);
    } else if let Some(mark) = &attributes.mark {
        let message = format!("a reference is a resource, which the service lends: take `{told}` by value, or no mark");
        errors.at(mark, message);
    } else if let Some(mutable) = &reference.mutability {
        errors.at(
            mutable,
            "a resource is shared by all requests: borrow it with `&`, and put what changes behind a lock",
        );
    } else if let Some(lifetime) = &reference.lifetime {
        errors.at(lifetime, format!("a resource is lent for one request: borrow it as `&{told}`"));
    } else if let Type::TraitObject(_) = inside {
        let message = format!("a resource is found by its type: borrow what a `#[resource]` makes, `&Box<{told}>`");
        errors.at(reference, message);
    } else {
        return Some(Source::Resource(inside.clone()));
    }
    None
}
