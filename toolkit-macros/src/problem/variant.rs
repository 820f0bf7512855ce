use quote::ToTokens;
use syn::{Attribute, Fields, Ident, LitInt, LitStr, Type, ext::IdentExt};

use crate::support::{
    attributes,
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
        let mut ours = |name| attributes::take(&mut variant.attrs, name, errors);
        let [status, title, type_uri, internal] = ["status", "title", "type_uri", "internal"].map(&mut ours);
        let internal = internal.is_some();
        let (has_title, title) = (title.is_some(), text(title.as_ref(), errors).map(|title| title.value()));
        let title = title.or_else(|| Some(first_paragraph(&docs)).filter(|title| !title.is_empty()));
        if title.is_none() && !internal && !has_title {
            errors.at(&name, "a problem is named by its doc comment: `/// No customer has this id.`");
        }
        let fields = fields(variant, internal, errors);
        let status = match (status, internal) {
            (Some(status), true) => {
                errors.at(status, "an internal problem is always 500: leave the status away");
                None
            }
            (None, true) => Some(500),
            (status, false) => read_status(status.as_ref(), &name, errors),
        };
        Some(Self {
            status: status?,
            title: title.unwrap_or_else(|| "Internal Server Error".to_owned()),
            type_uri: text(type_uri.as_ref(), errors),
            code: snake(&name.unraw().to_string()),
            fields,
            name,
            internal,
        })
    }
}

fn read_status(attribute: Option<&Attribute>, name: &Ident, errors: &mut Errors) -> Option<u16> {
    let Some(attribute) = attribute else {
        errors.at(name, "a problem has a status: `#[status(404)]` on the variant");
        return None;
    };
    let number = attribute.parse_args::<LitInt>().ok().and_then(|literal| literal.base10_parse::<u16>().ok());
    match number {
        Some(status) if (400..=599).contains(&status) => return Some(status),
        Some(status) => {
            errors.at(&attribute.meta, format!("a problem's status is between 400 and 599, and {status} is not"));
        }
        None => errors.at(&attribute.meta, "a problem's status is its number: `#[status(404)]`"),
    }
    None
}

fn text(attribute: Option<&Attribute>, errors: &mut Errors) -> Option<LitStr> {
    let attribute = attribute?;
    let text = attribute.parse_args().ok();
    if text.is_none() {
        let name = attribute.path().to_token_stream();
        errors.at(&attribute.meta, format!("`{name}` takes a text: `#[{name}(\"…\")]`"));
    }
    text
}

fn fields(variant: &syn::Variant, internal: bool, errors: &mut Errors) -> Vec<(Ident, Type)> {
    match &variant.fields {
        Fields::Unnamed(unnamed) if internal && unnamed.unnamed.len() == 1 => Vec::new(),
        _ if internal => {
            let message = format!("an internal problem holds its cause alone: `{}(toolkit::Error)`", variant.ident);
            errors.at(variant, message);
            Vec::new()
        }
        Fields::Unit => Vec::new(),
        Fields::Unnamed(unnamed) => {
            errors.at(
                unnamed,
                "the fields of a problem are members of its document, and need names: `{ customer_id: i64 }`",
            );
            Vec::new()
        }
        Fields::Named(named) => {
            let fields = named.named.iter().filter_map(|field| Some((field.ident.clone()?, field.ty.clone())));
            let fields: Vec<_> = fields.collect();
            for (name, _) in &fields {
                if RESERVED.iter().any(|reserved| name.unraw() == reserved) {
                    errors
                        .at(name, format!("every problem has a member `{}` already: take another name", name.unraw()));
                }
            }
            fields
        }
    }
}
