use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{
    Expr, ExprLit, Ident, Lit, LitInt, LitStr, Token, parenthesized,
    parse::{ParseStream, Parser},
    punctuated::Punctuated,
};

use crate::support::errors::{Errors, listed, nearest};

const KNOWN: [&str; 7] = ["tags", "operation_id", "timeout", "body_limit", "concurrency", "rate_limit", "inline"];

/// What stands in `#[get(…)]`.
#[derive(Default)]
pub(super) struct Arguments {
    pub(super) path: Option<LitStr>,
    pub(super) tags: Vec<LitStr>,
    pub(super) operation_id: Option<LitStr>,
    pub(super) timeout: Option<LitStr>,
    pub(super) body_limit: Option<LitStr>,
    pub(super) concurrency: Option<LitInt>,
    pub(super) rate_limit: Option<LitStr>,
    pub(super) inline: bool,
}

impl Arguments {
    /// Reads them all; what is wrong with one does not keep the others from being read.
    pub(super) fn read(tokens: TokenStream, attribute: &str, errors: &mut Errors) -> Self {
        let mut arguments = Self::default();
        let begins = format!("an endpoint begins with its path: `#[{attribute}(\"/v0/api/items/{{item_id}}\")]`");
        if tokens.is_empty() {
            errors.at_attribute(begins);
            return arguments;
        }
        let parser = |input: ParseStream| {
            if input.peek(LitStr) {
                arguments.path = Some(input.parse()?);
            } else {
                let found: Expr = input.parse()?;
                errors.at(found, begins);
            }
            let mut seen = Vec::new();
            while !input.is_empty() {
                input.parse::<Token![,]>()?;
                if !input.is_empty() {
                    arguments.add(input, &mut seen, errors)?;
                }
            }
            Ok(())
        };
        if let Err(error) = parser.parse2(tokens) {
            errors.push(error);
        }
        arguments
    }

    fn add(&mut self, input: ParseStream, seen: &mut Vec<Ident>, errors: &mut Errors) -> syn::Result<()> {
        let name: Ident = input.parse()?;
        if seen.contains(&name) {
            errors.at(&name, format!("`{name}` is set twice: keep one"));
        }
        match name.to_string().as_str() {
            "tags" => self.add_tags(&name, input, errors)?,
            "operation_id" => self.operation_id = text(&name, "list_items", input, errors)?,
            "timeout" => self.timeout = text(&name, "2s", input, errors)?,
            "body_limit" => self.body_limit = text(&name, "1 MiB", input, errors)?,
            "rate_limit" => self.rate_limit = text(&name, "100/s", input, errors)?,
            "concurrency" => self.concurrency = count(&name, input, errors)?,
            "inline" => {
                self.inline = true;
                if let Some(value) = value(input)? {
                    errors.at(value, "`inline` takes nothing: it is there or not");
                }
            }
            unknown => {
                let near = nearest(unknown, &KNOWN);
                errors.at(&name, format!("unknown argument `{unknown}`{near}\nexpected one of {}", listed(&KNOWN)));
                value(input)?;
            }
        }
        seen.push(name);
        Ok(())
    }

    fn add_tags(&mut self, name: &Ident, input: ParseStream, errors: &mut Errors) -> syn::Result<()> {
        let example = "`tags` takes texts in parentheses: `tags(\"items\")`";
        if !input.peek(syn::token::Paren) {
            let found = value(input)?.unwrap_or_else(|| name.to_token_stream());
            errors.at(found, example);
            return Ok(());
        }
        let content;
        parenthesized!(content in input);
        for tag in Punctuated::<Expr, Token![,]>::parse_terminated(&content)? {
            match tag {
                Expr::Lit(ExprLit { lit: Lit::Str(tag), .. }) => self.tags.push(tag),
                other => errors.at(other, example),
            }
        }
        Ok(())
    }
}

/// What stands behind a name: `= value`, or `(…)`.
fn value(input: ParseStream) -> syn::Result<Option<TokenStream>> {
    if input.peek(Token![=]) {
        input.parse::<Token![=]>()?;
        return input.parse::<Expr>().map(|value| Some(value.to_token_stream()));
    }
    if input.peek(syn::token::Paren) {
        let content;
        parenthesized!(content in input);
        return content.parse().map(Some);
    }
    Ok(None)
}

fn text(name: &Ident, example: &str, input: ParseStream, errors: &mut Errors) -> syn::Result<Option<LitStr>> {
    let found = value(input)?.unwrap_or_else(|| name.to_token_stream());
    let text = syn::parse2(found.clone()).ok();
    if text.is_none() {
        errors.at(found, format!("`{name}` takes a text: `{name} = \"{example}\"`"));
    }
    Ok(text)
}

fn count(name: &Ident, input: ParseStream, errors: &mut Errors) -> syn::Result<Option<LitInt>> {
    let found = value(input)?.unwrap_or_else(|| name.to_token_stream());
    let count = syn::parse2::<LitInt>(found.clone()).ok();
    let count = count.filter(|count| count.base10_parse::<usize>().is_ok_and(|count| count > 0));
    if count.is_none() {
        errors.at(found, format!("`{name}` takes how many requests may run at once, from 1: `{name} = 64`"));
    }
    Ok(count)
}
