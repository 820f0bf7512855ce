//! `#[data]` and `#[settings]`: a type's attributes are parsed, made into a model, and expanded to the derives of
//! serde and schemars and to our own constraints.

mod check;
mod derives;
mod expand;
mod field;

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Attribute, Data, DeriveInput, Expr, Fields, Meta, Token, ext::IdentExt, punctuated::Punctuated};

pub(crate) use self::derives::derived;
use self::field::Field;
use crate::support::{
    errors::{Errors, nearest},
    names::Serde,
    options::Options,
};

/// What the type is for.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Purpose {
    Data,
    Settings,
}

/// A type, as its declaration describes it.
struct Model {
    purpose: Purpose,
    input: DeriveInput,
    serde: Serde,
    shape: Shape,
    /// Functions of `#[validate(schema(function = …))]` on the type itself.
    whole: Vec<Expr>,
    example: Option<Expr>,
}

enum Shape {
    /// A struct with named fields.
    Object(Vec<Field>),
    /// A struct around one value.
    Newtype(Box<Field>),
    /// A struct of several values without names.
    Tuple(Vec<Field>),
    /// An enum whose variants have no fields: a scalar.
    Names,
    /// An enum of other variants.
    Variants(Vec<Variant>),
}

struct Variant {
    name: syn::Ident,
    serde: Serde,
    named: bool,
    fields: Vec<Field>,
}

pub(crate) fn expand(purpose: Purpose, arguments: TokenStream, item: TokenStream) -> TokenStream {
    let input = match syn::parse2::<DeriveInput>(item.clone()) {
        Ok(input) => input,
        Err(error) => {
            let error = purpose.misplaced(error).into_compile_error();
            return quote!(#item #error);
        }
    };
    let mut errors = Errors::default();
    if !arguments.is_empty() {
        errors.at(
            &arguments,
            "nothing is taken here: names and forms are serde's, `#[serde(rename_all = \"camelCase\")]`",
        );
    }
    let has_form = has_form(purpose, &input, &mut errors);
    let model = Model::read(purpose, input, &mut errors);
    // With what is wrong left out, so that what names the type is not wrong too.
    let expanded = if has_form { model.expand() } else { model.without_form() };
    let errors = errors.into_tokens();
    quote!(#expanded #errors)
}

impl Purpose {
    fn misplaced(self, error: syn::Error) -> syn::Error {
        if !error.to_string().starts_with("expected one of") {
            return error;
        }
        let message = match self {
            Self::Data => "`#[data]` stands on a struct or an enum",
            Self::Settings => "`#[settings]` stands on a struct",
        };
        syn::Error::new(error.span(), message)
    }
}

/// Whether the type is one that can be expanded.
fn has_form(purpose: Purpose, input: &DeriveInput, errors: &mut Errors) -> bool {
    let mut faults = Errors::default();
    if let Some(lifetime) = input.generics.lifetimes().next() {
        faults.at(lifetime, "a data type owns what it holds: use `String` and `Vec` instead of references");
    }
    if let Data::Union(data) = &input.data {
        faults.at(data.union_token, "a union cannot cross an API: use an enum");
    }
    if purpose == Purpose::Settings {
        if !matches!(&input.data, Data::Struct(data) if matches!(data.fields, Fields::Named(_))) {
            faults.at(&input.ident, "settings are a struct with named fields: each is set by its name");
        }
        if !input.generics.params.is_empty() {
            faults
                .at(&input.generics, "settings cannot be generic: there is one value of them, so write the types out");
        }
    }
    let has_form = faults.is_empty();
    errors.extend(faults);
    has_form
}

impl Model {
    fn read(purpose: Purpose, mut input: DeriveInput, errors: &mut Errors) -> Self {
        let serde = Serde::of(&input.attrs);
        let whole = whole(&mut input.attrs, errors);
        let example = field::take_expression(&mut input.attrs, "example", "example(Order { … })", errors);
        let mut shape = Shape::read(&mut input, &serde, errors);
        shape.refuse_unknown_matches(errors);
        Self { purpose, input, serde, shape, whole, example }
    }
}

impl Shape {
    fn read(input: &mut DeriveInput, serde: &Serde, errors: &mut Errors) -> Self {
        match &mut input.data {
            Data::Struct(data) => match &mut data.fields {
                // serde writes it as what it holds.
                Fields::Named(named) if serde.transparent && named.named.len() == 1 => {
                    Self::Newtype(Box::new(Field::read(0, &mut named.named[0], "", None, errors)))
                }
                Fields::Named(named) => {
                    let fields = named.named.iter_mut().enumerate();
                    Self::Object(fields.map(|(i, field)| Field::read(i, field, "", serde.rename_all, errors)).collect())
                }
                Fields::Unnamed(unnamed) if unnamed.unnamed.len() == 1 => {
                    Self::Newtype(Box::new(Field::read(0, &mut unnamed.unnamed[0], "", None, errors)))
                }
                Fields::Unnamed(unnamed) => {
                    let fields = unnamed.unnamed.iter_mut().enumerate();
                    Self::Tuple(fields.map(|(i, field)| Field::read(i, field, "", None, errors)).collect())
                }
                Fields::Unit => Self::Object(Vec::new()),
            },
            Data::Enum(data) => {
                let fieldless = data.variants.iter().all(|variant| variant.fields.is_empty());
                let plain = !serde.tag && !serde.untagged;
                if fieldless && plain && !data.variants.is_empty() {
                    return Self::Names;
                }
                let variants = data.variants.iter_mut().enumerate();
                Self::Variants(variants.map(|(i, variant)| Variant::read(i, variant, serde, errors)).collect())
            }
            Data::Union(_) => Self::Object(Vec::new()),
        }
    }
}

impl Shape {
    /// Refuses `must_match` where there is no such field.
    fn refuse_unknown_matches(&mut self, errors: &mut Errors) {
        let (fields, object): (Vec<&mut Field>, bool) = match self {
            Self::Object(fields) => (fields.iter_mut().collect(), true),
            Self::Tuple(fields) => (fields.iter_mut().collect(), false),
            Self::Newtype(field) => (vec![field], false),
            Self::Variants(variants) => (variants.iter_mut().flat_map(|variant| &mut variant.fields).collect(), false),
            Self::Names => return,
        };
        let labels: Vec<_> = fields.iter().map(|field| field.label.clone()).collect();
        for field in fields {
            let Some(other) = field.rules.must_match.as_ref().map(|must_match| &must_match.other) else { continue };
            let name = other.unraw().to_string();
            if !object {
                errors
                    .at(other, "`must_match` compares two fields of a struct: write a `schema(function = …)` for this");
            } else if !labels.contains(&name) {
                errors.at(other, format!("the struct has no field `{name}`{}", nearest(&name, &labels)));
            } else {
                continue;
            }
            field.rules.must_match = None;
        }
    }
}

impl Variant {
    fn read(index: usize, variant: &mut syn::Variant, container: &Serde, errors: &mut Errors) -> Self {
        let serde = Serde::of(&variant.attrs);
        let case = serde.rename_all.or(container.rename_all_fields);
        let named = matches!(variant.fields, Fields::Named(_));
        let prefix = format!("{index}_");
        let fields = variant.fields.iter_mut().enumerate();
        let fields = fields.map(|(i, field)| Field::read(i, field, &prefix, case, errors)).collect();
        Self { name: variant.ident.clone(), serde, named, fields }
    }

    /// The variant's name on the wire.
    fn wire_name(&self, container: &Serde) -> String {
        let name = self.name.unraw().to_string();
        self.serde.rename.clone().unwrap_or_else(|| match container.rename_all {
            Some(case) => case.of_variant(&name),
            None => name,
        })
    }
}

/// The functions of `#[validate(schema(function = …))]`, which look at a whole value.
fn whole(attributes: &mut Vec<Attribute>, errors: &mut Errors) -> Vec<Expr> {
    const EXPECTED: &str = "on a whole type the rule is a function: `schema(function = in_order)`";
    let mut functions = Vec::new();
    attributes.retain(|attribute| {
        if !attribute.path().is_ident("validate") {
            return true;
        }
        let metas = attribute.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated);
        for meta in errors.keep(metas).into_iter().flatten() {
            let options = meta.path().is_ident("schema").then(|| Options::of(&meta, errors)).flatten();
            match options.as_ref().and_then(|options| options.path("function")) {
                Some(function) => functions.push(function),
                None => errors.at(&meta, EXPECTED),
            }
            if let Some(options) = options {
                options.only(&["function"], errors);
            }
        }
        false
    });
    functions
}
