use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::{Attribute, Expr, Ident, LitStr, Meta, Path, Type, ext::IdentExt};

use super::{PathVariable, referent};
use crate::support::{
    docs::Docs,
    errors::{Errors, listed, nearest},
    rules::Rules,
};

const MARKS: [&str; 8] = ["path", "query", "header", "cookie", "body", "form", "multipart", "depends"];
const ATTRIBUTES: [&str; 11] =
    ["path", "query", "header", "cookie", "body", "form", "multipart", "depends", "validate", "default", "example"];

/// One parameter, as the signature declares it.
pub(crate) struct Parameter {
    /// The name in the function.
    pub(crate) name: Ident,
    /// The variable that holds its value in generated code.
    pub(crate) value: Ident,
    pub(crate) ty: Type,
    pub(crate) wire_name: String,
    pub(crate) docs: TokenStream,
    pub(crate) source: Source,
    pub(crate) rules: Rules,
    pub(crate) default: Option<Expr>,
    pub(crate) example: Option<Expr>,
}

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

impl Parameter {
    pub(super) fn read(
        name: Ident,
        value: Ident,
        ty: &Type,
        attributes: Vec<Attribute>,
        path: &[PathVariable],
        errors: &mut Errors,
    ) -> Option<Self> {
        let attributes = Attributes::read(attributes, errors);
        let plain = name.unraw().to_string();
        let plain = plain.trim_start_matches('_');
        refuse_type(ty, errors);
        let source = source(ty, plain, &attributes, path, errors)?;
        let renamed = attributes.rename.as_ref().map(LitStr::value);
        let wire_name = renamed.unwrap_or_else(|| match &source {
            Source::Named { location: "Header", .. } => plain.replace('_', "-"),
            _ => plain.to_owned(),
        });
        let parameter = Self {
            rules: Rules::of(&attributes.validate, ty, errors),
            name,
            value,
            ty: ty.clone(),
            wire_name,
            docs: attributes.docs.expression(),
            source,
            default: attributes.default,
            example: attributes.example,
        };
        parameter.refuse_what_has_no_effect(errors);
        Some(parameter)
    }

    /// A variant of `toolkit`'s `Location`, for what is read from the request.
    pub(crate) fn location(&self) -> Option<&'static str> {
        match &self.source {
            Source::Unmarked => Some("Query"),
            Source::Named { location, .. } => Some(location),
            Source::Multipart => Some("Form"),
            Source::Body => Some("Body"),
            Source::Depends(_) | Source::Resource(_) => None,
        }
    }

    pub(crate) fn is_marked_body(&self) -> bool {
        matches!(self.source, Source::Body)
    }

    /// The media type of the form that the parameter is a field of.
    pub(crate) fn form(&self) -> Option<&'static str> {
        match &self.source {
            Source::Named { location: "Form", .. } => Some("application/x-www-form-urlencoded"),
            Source::Multipart => Some("multipart/form-data"),
            _ => None,
        }
    }

    fn refuse_what_has_no_effect(&self, errors: &mut Errors) {
        let what = match &self.source {
            Source::Resource(_) => "a resource",
            Source::Depends(_) => "a dependency",
            Source::Body | Source::Named { location: "Path", .. } if self.default.is_some() => {
                return errors.at(&self.default, "this parameter is always there, so that a default has no effect");
            }
            _ => return,
        };
        if !self.rules.is_empty() || self.default.is_some() || self.example.is_some() {
            errors.at(
                &self.name,
                format!("{what} is not read from the request: `validate`, `default` and `example` have no effect"),
            );
        }
    }
}

/// The attributes of one parameter.
struct Attributes {
    docs: Docs,
    mark: Option<Ident>,
    rename: Option<LitStr>,
    depends: Option<Path>,
    validate: Vec<Attribute>,
    default: Option<Expr>,
    example: Option<Expr>,
}

impl Attributes {
    fn read(attributes: Vec<Attribute>, errors: &mut Errors) -> Self {
        let mut read = Self {
            docs: Docs::of(&attributes),
            mark: None,
            rename: None,
            depends: None,
            validate: Vec::new(),
            default: None,
            example: None,
        };
        for attribute in attributes {
            read.add(attribute, errors);
        }
        read
    }

    fn add(&mut self, attribute: Attribute, errors: &mut Errors) {
        let path = attribute.path().clone();
        let word = path.get_ident().map_or_else(|| path.to_token_stream().to_string(), ToString::to_string);
        match word.as_str() {
            "doc" => {}
            "cfg" | "cfg_attr" => errors.at(
                &attribute,
                "`#[cfg]` on a parameter would change the endpoint for its clients: write two functions under `#[cfg]`",
            ),
            "validate" => self.validate.push(attribute),
            "default" => self.default = errors.keep(attribute.parse_args()),
            "example" => self.example = errors.keep(attribute.parse_args()),
            "depends" => {
                self.mark_as(&path, errors);
                self.depends =
                    errors.keep(attribute.parse_args::<Path>().map_err(|error| {
                        syn::Error::new(error.span(), "name the function: `#[depends(current_user)]`")
                    }));
            }
            mark if MARKS.contains(&mark) => {
                self.mark_as(&path, errors);
                if !matches!(attribute.meta, Meta::Path(_)) {
                    self.rename = errors.keep(attribute.parse_args::<LitStr>().map_err(|error| {
                        syn::Error::new(
                            error.span(),
                            format!("a mark takes the name on the wire: `#[{mark}(\"name\")]`"),
                        )
                    }));
                }
            }
            unknown => errors.at(
                &path,
                format!(
                    "unknown mark `{unknown}`{}\nexpected one of {}",
                    nearest(unknown, &ATTRIBUTES),
                    listed(&ATTRIBUTES)
                ),
            ),
        }
    }

    fn mark_as(&mut self, path: &Path, errors: &mut Errors) {
        let word = path.get_ident().cloned();
        if let Some(first) = &self.mark {
            errors.at(path, format!("the parameter is marked `{first}` already: it comes from one place"));
        }
        self.mark = word;
    }
}

fn source(
    ty: &Type,
    name: &str,
    attributes: &Attributes,
    path: &[PathVariable],
    errors: &mut Errors,
) -> Option<Source> {
    let mark = attributes.mark.as_ref().map(ToString::to_string);
    if let Some(reference) = referent(ty) {
        return resource(reference, attributes, errors);
    }
    let named = |location| Source::Named { location, segment: quote!(__t::Segment::None) };
    let in_path = attributes.rename.as_ref().map_or_else(|| name.to_owned(), LitStr::value);
    let variable = path.iter().find(|variable| variable.name == in_path);
    Some(match mark.as_deref() {
        None => match variable {
            Some(variable) => Source::Named { location: "Path", segment: segment(variable) },
            None => Source::Unmarked,
        },
        Some("path") => match variable {
            Some(variable) => Source::Named { location: "Path", segment: segment(variable) },
            None => {
                let at = attributes.rename.as_ref().map_or(Span::call_site(), LitStr::span);
                let at =
                    if attributes.rename.is_some() { at } else { attributes.mark.as_ref().map_or(at, Ident::span) };
                errors.push(syn::Error::new(at, format!("the path has no variable `{{{in_path}}}`")));
                return None;
            }
        },
        Some("query") => named("Query"),
        Some("header") => named("Header"),
        Some("cookie") => named("Cookie"),
        Some("form") => named("Form"),
        Some("multipart") => Source::Multipart,
        Some("depends") => Source::Depends(attributes.depends.clone()?),
        Some(_) => Source::Body,
    })
}

fn segment(variable: &PathVariable) -> TokenStream {
    let index = variable.index;
    if variable.rest { quote!(__t::Segment::From(#index)) } else { quote!(__t::Segment::At(#index)) }
}

fn resource(reference: &syn::TypeReference, attributes: &Attributes, errors: &mut Errors) -> Option<Source> {
    let inside = &*reference.elem;
    let told = inside.to_token_stream().to_string();
    if let Some(mark) = &attributes.mark {
        errors.at(mark, format!("a reference is a resource, which the service lends: take `{told}` by value"));
    } else if let Some(mutable) = &reference.mutability {
        errors.at(
            mutable,
            "a resource is shared by all requests: borrow it with `&`, and put what changes behind a lock",
        );
    } else if told == "str" {
        errors.at(inside, "a reference is a resource: take a `String` to read a text from the request");
    } else if matches!(inside, Type::Slice(_)) {
        errors.at(inside, "a reference is a resource: take a `Vec` to read a list from the request");
    } else {
        return Some(Source::Resource(inside.clone()));
    }
    None
}

fn refuse_type(ty: &Type, errors: &mut Errors) {
    if let Type::ImplTrait(opaque) = ty {
        errors.at(opaque, "an endpoint cannot be generic, and `impl Trait` is: write the type out");
    }
}
