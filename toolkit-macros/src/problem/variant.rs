use proc_macro2::Span;
use syn::{Attribute, Fields, Ident, LitInt, LitStr, Type, spanned::Spanned};

use crate::support::{
    docs::{Docs, first_paragraph},
    errors::Errors,
    names::snake,
};

/// The members that every problem document has; `detail` may be given by a field.
const RESERVED: [&str; 7] = ["type", "title", "status", "instance", "trace_id", "violations", "code"];

/// One problem.
pub(super) struct Variant {
    pub(super) name: Ident,
    pub(super) status: u16,
    pub(super) title: String,
    pub(super) type_uri: Option<LitStr>,
    pub(super) code: String,
    pub(super) fields: Vec<(Ident, Type)>,
    /// Whether it stands for any error of the service itself.
    pub(super) internal: bool,
}

impl Variant {
    /// Reads the variant, and takes our attributes off it.
    pub(super) fn read(variant: &mut syn::Variant, errors: &mut Errors) -> Option<Self> {
        let name = variant.ident.clone();
        let docs = Docs::of(&variant.attrs).text().unwrap_or_default();
        let attributes = take_ours(&mut variant.attrs);
        let internal = attributes.iter().any(|attribute| attribute.path().is_ident("internal"));
        let status = if internal { Some(500) } else { status(&attributes, &name, errors) };
        let title = text(&attributes, "title", errors).map(|title| title.value());
        let title = title.or_else(|| Some(first_paragraph(&docs)).filter(|title| !title.is_empty()));
        if title.is_none() && !internal {
            errors.at(&name, "a problem is named by its doc comment: `/// No customer has this id.`");
        }
        Some(Self {
            status: status?,
            title: title.unwrap_or_else(|| "Internal Server Error".to_owned()),
            type_uri: text(&attributes, "type_uri", errors),
            code: snake(&name.to_string()),
            fields: fields(&variant.fields, internal, errors),
            name,
            internal,
        })
    }
}

fn take_ours(attributes: &mut Vec<Attribute>) -> Vec<Attribute> {
    const OURS: [&str; 4] = ["status", "title", "type_uri", "internal"];
    let is_ours = |attribute: &Attribute| OURS.iter().any(|ours| attribute.path().is_ident(ours));
    let (ours, others) = std::mem::take(attributes).into_iter().partition(is_ours);
    *attributes = others;
    ours
}

fn status(attributes: &[Attribute], name: &Ident, errors: &mut Errors) -> Option<u16> {
    let Some(attribute) = attributes.iter().find(|attribute| attribute.path().is_ident("status")) else {
        errors.at(name, "a problem has a status: `#[status(404)]` on the variant");
        return None;
    };
    let literal = errors.keep(attribute.parse_args::<LitInt>())?;
    let status = errors.keep(literal.base10_parse::<u16>())?;
    if !(400..=599).contains(&status) {
        errors.at(&literal, "the status of a problem is between 400 and 599");
    }
    Some(status)
}

fn text(attributes: &[Attribute], name: &str, errors: &mut Errors) -> Option<LitStr> {
    let attribute = attributes.iter().find(|attribute| attribute.path().is_ident(name))?;
    errors.keep(attribute.parse_args())
}

fn fields(fields: &Fields, internal: bool, errors: &mut Errors) -> Vec<(Ident, Type)> {
    match fields {
        Fields::Unit if internal => {
            errors.push(syn::Error::new(
                Span::call_site(),
                "an internal problem holds its cause: `Internal(toolkit::Error)`",
            ));
            Vec::new()
        }
        Fields::Unit => Vec::new(),
        Fields::Unnamed(unnamed) if internal && unnamed.unnamed.len() == 1 => Vec::new(),
        Fields::Unnamed(unnamed) => {
            errors.at(
                unnamed,
                "the fields of a problem are members of its document, and need names: `{ customer_id: i64 }`",
            );
            Vec::new()
        }
        Fields::Named(named) => {
            let mut read = Vec::new();
            for field in &named.named {
                let Some(name) = &field.ident else { continue };
                if RESERVED.iter().any(|reserved| name == reserved) {
                    errors.push(syn::Error::new(name.span(), format!("every problem has a member `{name}` already")));
                }
                read.push((name.clone(), field.ty.clone()));
            }
            if internal {
                errors.push(syn::Error::new(
                    fields.span(),
                    "an internal problem holds only its cause: `Internal(toolkit::Error)`",
                ));
            }
            read
        }
    }
}
