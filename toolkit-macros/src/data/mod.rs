//! `#[data]` and `#[settings]`: a type's attributes are parsed, made into a model, and expanded to the derives of
//! serde and schemars and to our own constraints.

mod check;
mod derives;
mod expand;
mod field;

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Attribute, Data, DeriveInput, Expr, Fields};

pub(crate) use self::derives::derived;
use self::field::Field;
use crate::support::{errors::Errors, names::Serde};

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
            let error = error.into_compile_error();
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
    let model = Model::read(purpose, input, &mut errors);
    if errors.is_empty() {
        model.expand()
    } else {
        // Without our attributes, and without derives that would only repeat what is wrong.
        let (input, errors) = (&model.input, errors.into_tokens());
        let derives = derives::missing(&model);
        quote!(#derives #input #errors)
    }
}

impl Model {
    fn read(purpose: Purpose, mut input: DeriveInput, errors: &mut Errors) -> Self {
        let serde = Serde::of(&input.attrs);
        if let Some(lifetime) = input.generics.lifetimes().next() {
            errors.at(lifetime, "a data type owns what it holds: use `String` and `Vec` instead of references");
        }
        let whole = whole(&mut input.attrs, errors);
        let example = field::take_expression(&mut input.attrs, "example", errors);
        let shape = Shape::read(&mut input, &serde, errors);
        if purpose == Purpose::Settings && !matches!(shape, Shape::Object(_)) {
            errors.at(&input.ident, "settings are a struct with named fields");
        }
        Self { purpose, input, serde, shape, whole, example }
    }
}

impl Shape {
    fn read(input: &mut DeriveInput, serde: &Serde, errors: &mut Errors) -> Self {
        match &mut input.data {
            Data::Struct(data) => match &mut data.fields {
                Fields::Named(named) => {
                    let fields = named.named.iter_mut().enumerate();
                    Self::Object(fields.map(|(i, field)| Field::read(i, field, serde.rename_all, errors)).collect())
                }
                Fields::Unnamed(unnamed) if unnamed.unnamed.len() == 1 => {
                    Self::Newtype(Box::new(Field::read(0, &mut unnamed.unnamed[0], None, errors)))
                }
                Fields::Unnamed(unnamed) => {
                    let fields = unnamed.unnamed.iter_mut().enumerate();
                    Self::Tuple(fields.map(|(i, field)| Field::read(i, field, None, errors)).collect())
                }
                Fields::Unit => Self::Object(Vec::new()),
            },
            Data::Enum(data) => {
                let fieldless = data.variants.iter().all(|variant| variant.fields.is_empty());
                let plain = !serde.tag && !serde.untagged;
                if fieldless && plain && !data.variants.is_empty() {
                    return Self::Names;
                }
                Self::Variants(data.variants.iter_mut().map(|v| Variant::read(v, serde, errors)).collect())
            }
            Data::Union(data) => {
                errors.at(data.union_token, "a union cannot cross an API: use an enum");
                Self::Object(Vec::new())
            }
        }
    }
}

impl Variant {
    fn read(variant: &mut syn::Variant, container: &Serde, errors: &mut Errors) -> Self {
        let serde = Serde::of(&variant.attrs);
        let case = serde.rename_all.or(container.rename_all_fields);
        let named = matches!(variant.fields, Fields::Named(_));
        let fields = variant.fields.iter_mut().enumerate();
        let fields = fields.map(|(i, field)| Field::read(i, field, case, errors)).collect();
        Self { name: variant.ident.clone(), serde, named, fields }
    }

    /// The variant's name on the wire.
    fn wire_name(&self, container: &Serde) -> String {
        let name = self.name.to_string();
        self.serde.rename.clone().unwrap_or_else(|| match container.rename_all {
            Some(case) => case.of_variant(&name),
            None => name,
        })
    }
}

/// The functions of `#[validate(schema(function = …))]`, which look at a whole value.
fn whole(attributes: &mut Vec<Attribute>, errors: &mut Errors) -> Vec<Expr> {
    let mut functions = Vec::new();
    attributes.retain(|attribute| {
        if !attribute.path().is_ident("validate") {
            return true;
        }
        let read = attribute.parse_nested_meta(|meta| {
            if !meta.path.is_ident("schema") {
                return Err(meta.error("on a whole type, the rule is `schema(function = …)`"));
            }
            meta.parse_nested_meta(|option| {
                if option.path.is_ident("function") {
                    functions.push(field::expression_or_text(option.value()?.parse()?)?);
                } else {
                    let _: Expr = option.value()?.parse()?;
                }
                Ok(())
            })
        });
        errors.keep(read);
        false
    });
    functions
}
