//! Names on the wire, as serde's attributes make them.

use syn::{Attribute, LitStr, Token, meta::ParseNestedMeta, parenthesized};

/// What serde's attributes on a container, variant or field say about names and forms.
#[derive(Clone, Default)]
#[allow(clippy::struct_excessive_bools, reason = "each stands for one attribute of serde")]
pub(crate) struct Serde {
    pub(crate) rename: Option<String>,
    pub(crate) rename_all: Option<Case>,
    pub(crate) rename_all_fields: Option<Case>,
    pub(crate) tag: bool,
    pub(crate) content: Option<String>,
    pub(crate) untagged: bool,
    pub(crate) transparent: bool,
    pub(crate) flatten: bool,
    pub(crate) skip: bool,
    pub(crate) default: bool,
}

impl Serde {
    /// Reads the attributes; what serde itself will refuse is left to serde.
    pub(crate) fn of(attributes: &[Attribute]) -> Self {
        let mut serde = Self::default();
        for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("serde")) {
            let _ = attribute.parse_nested_meta(|meta| serde.read(&meta));
        }
        serde
    }

    fn read(&mut self, meta: &ParseNestedMeta<'_>) -> syn::Result<()> {
        let word = meta.path.get_ident().map(ToString::to_string).unwrap_or_default();
        match word.as_str() {
            "rename" => self.rename = read_name(meta)?,
            "rename_all" => self.rename_all = read_name(meta)?.and_then(|name| Case::named(&name)),
            "rename_all_fields" => self.rename_all_fields = read_name(meta)?.and_then(|name| Case::named(&name)),
            "tag" => {
                read_name(meta)?;
                self.tag = true;
            }
            "content" => self.content = read_name(meta)?,
            "untagged" => self.untagged = true,
            "transparent" => self.transparent = true,
            "flatten" => self.flatten = true,
            "skip" | "skip_deserializing" => self.skip = true,
            "default" => {
                self.default = true;
                skip_value(meta)?;
            }
            _ => skip_value(meta)?,
        }
        Ok(())
    }
}

/// `= "name"`, or the `deserialize` half of `(serialize = "…", deserialize = "…")`.
fn read_name(meta: &ParseNestedMeta<'_>) -> syn::Result<Option<String>> {
    if meta.input.peek(Token![=]) {
        return Ok(Some(meta.value()?.parse::<LitStr>()?.value()));
    }
    let mut name = None;
    meta.parse_nested_meta(|half| {
        let value = half.value()?.parse::<LitStr>()?.value();
        if half.path.is_ident("deserialize") {
            name = Some(value);
        }
        Ok(())
    })?;
    Ok(name)
}

fn skip_value(meta: &ParseNestedMeta<'_>) -> syn::Result<()> {
    if meta.input.peek(Token![=]) {
        meta.value()?.parse::<syn::Expr>()?;
    } else if meta.input.peek(syn::token::Paren) {
        let content;
        parenthesized!(content in meta.input);
        content.parse::<proc_macro2::TokenStream>()?;
    }
    Ok(())
}

/// One of serde's cases for `rename_all`.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Case {
    Lower,
    Upper,
    Pascal,
    Camel,
    Snake,
    ScreamingSnake,
    Kebab,
    ScreamingKebab,
}

impl Case {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "lowercase" => Self::Lower,
            "UPPERCASE" => Self::Upper,
            "PascalCase" => Self::Pascal,
            "camelCase" => Self::Camel,
            "snake_case" => Self::Snake,
            "SCREAMING_SNAKE_CASE" => Self::ScreamingSnake,
            "kebab-case" => Self::Kebab,
            "SCREAMING-KEBAB-CASE" => Self::ScreamingKebab,
            _ => return None,
        })
    }

    /// A field's name, which Rust writes in snake case.
    pub(crate) fn of_field(self, field: &str) -> String {
        match self {
            Self::Lower | Self::Snake => field.to_owned(),
            Self::Upper | Self::ScreamingSnake => field.to_uppercase(),
            Self::Pascal => pascal(field),
            Self::Camel => lower_first(&pascal(field)),
            Self::Kebab => field.replace('_', "-"),
            Self::ScreamingKebab => field.to_uppercase().replace('_', "-"),
        }
    }

    /// A variant's name, which Rust writes in Pascal case.
    pub(crate) fn of_variant(self, variant: &str) -> String {
        match self {
            Self::Pascal => variant.to_owned(),
            Self::Lower => variant.to_lowercase(),
            Self::Upper => variant.to_uppercase(),
            Self::Camel => lower_first(variant),
            Self::Snake => snake(variant),
            Self::ScreamingSnake => snake(variant).to_uppercase(),
            Self::Kebab => snake(variant).replace('_', "-"),
            Self::ScreamingKebab => snake(variant).to_uppercase().replace('_', "-"),
        }
    }
}

fn pascal(field: &str) -> String {
    let mut name = String::new();
    let mut capital = true;
    for character in field.chars() {
        if character == '_' {
            capital = true;
        } else if capital {
            name.extend(character.to_uppercase());
            capital = false;
        } else {
            name.push(character);
        }
    }
    name
}

fn lower_first(name: &str) -> String {
    let mut characters = name.chars();
    characters.next().map(|first| first.to_lowercase().chain(characters).collect()).unwrap_or_default()
}

/// `UnknownCustomer` to `unknown_customer`.
pub(crate) fn snake(variant: &str) -> String {
    let mut name = String::new();
    for (index, character) in variant.char_indices() {
        if index > 0 && character.is_uppercase() {
            name.push('_');
        }
        name.extend(character.to_lowercase());
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_changed_as_serde_changes_them() {
        assert_eq!(Case::Camel.of_field("price_cents"), "priceCents");
        assert_eq!(Case::ScreamingKebab.of_field("price_cents"), "PRICE-CENTS");
        assert_eq!(Case::Snake.of_variant("BestFirst"), "best_first");
        assert_eq!(Case::Camel.of_variant("BestFirst"), "bestFirst");
    }
}
