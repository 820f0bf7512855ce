use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{Attribute, Expr, Ident, LitStr, Type, ext::IdentExt};

use super::{Role, Source, attributes::Attributes};
use crate::support::{errors::Errors, rules::Rules, types::inside_option};

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
    /// Whether its value is recorded in the function's span.
    pub(crate) is_traced: bool,
}

impl Parameter {
    pub(super) fn read(
        name: Ident,
        value: Ident,
        ty: &Type,
        attributes: Vec<Attribute>,
        role: Role<'_>,
        errors: &mut Errors,
    ) -> Option<Self> {
        let attributes = Attributes::read(attributes, errors);
        let plain = name.unraw().to_string();
        let plain = plain.trim_start_matches('_');
        let rules = Rules::of(&attributes.validate, ty, errors);
        let source = Source::find(ty, plain, &attributes, role, errors)?;
        let renamed = attributes.rename.as_ref().map(LitStr::value);
        let wire_name = renamed.unwrap_or_else(|| match &source {
            Source::Named { location: "Header", .. } => plain.replace('_', "-"),
            _ => plain.to_owned(),
        });
        let parameter = Self {
            rules,
            name,
            value,
            ty: ty.clone(),
            wire_name,
            docs: attributes.docs.expression(),
            source,
            default: attributes.default,
            example: attributes.example,
            is_traced: attributes.is_traced,
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

    /// Whether its type alone says where it comes from. A default makes it one that is read by name.
    pub(crate) fn is_found_by_type(&self) -> bool {
        matches!(self.source, Source::Unmarked) && self.default.is_none()
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
        if let Some(must_match) = &self.rules.must_match {
            let message =
                "`must_match` compares two fields of one `#[data]` struct: compare parameters in the function";
            errors.at(&must_match.other, message);
        }
        match &self.source {
            Source::Resource(_) => {
                const LENT: &str = "a resource is lent by the service";
                self.refuse_all(LENT, errors);
                if self.is_traced {
                    errors.at(&self.name, format!("{LENT}, so that `trace` has no effect: leave it away"));
                }
            }
            Source::Depends(_) => self.refuse_all("a dependency is computed by its function", errors),
            Source::Body | Source::Named { location: "Path", .. } => {
                let always = "is there whenever the endpoint is called, so that a default has no effect";
                let message = format!("`{}` {always}: leave it away", self.name);
                self.default.iter().for_each(|default| errors.at(default, &message));
            }
            _ => {
                let (Some(default), Some(inside)) = (&self.default, inside_option(&self.ty)) else { return };
                let inside = inside.to_token_stream();
                errors.at(default, format!("with a default the parameter is never missing: make it `{inside}`"));
            }
        }
    }

    fn refuse_all(&self, why: &str, errors: &mut Errors) {
        let written = [
            (!self.rules.is_empty()).then_some("validate"),
            self.default.as_ref().map(|_| "default"),
            self.example.as_ref().map(|_| "example"),
        ];
        for attribute in written.into_iter().flatten() {
            errors.at(&self.name, format!("{why}, so that `{attribute}` has no effect: leave it away"));
        }
    }
}
