use syn::{
    Ident, LitInt, LitStr, Token, parenthesized,
    parse::{Parse, ParseStream},
    punctuated::Punctuated,
};

use crate::support::errors::{listed, nearest};

const KNOWN: [&str; 7] = ["tags", "operation_id", "timeout", "body_limit", "concurrency", "rate_limit", "inline"];

/// What stands in `#[get(…)]`.
pub(super) struct Arguments {
    pub(super) path: LitStr,
    pub(super) tags: Vec<LitStr>,
    pub(super) operation_id: Option<LitStr>,
    pub(super) timeout: Option<LitStr>,
    pub(super) body_limit: Option<LitStr>,
    pub(super) concurrency: Option<LitInt>,
    pub(super) rate_limit: Option<LitStr>,
    pub(super) inline: bool,
}

impl Parse for Arguments {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let path = input.parse().map_err(|error| {
            syn::Error::new(error.span(), "an endpoint begins with its path: `#[get(\"/v0/api/items/{item_id}\")]`")
        })?;
        let mut arguments = Self {
            path,
            tags: Vec::new(),
            operation_id: None,
            timeout: None,
            body_limit: None,
            concurrency: None,
            rate_limit: None,
            inline: false,
        };
        while !input.is_empty() {
            input.parse::<Token![,]>()?;
            if !input.is_empty() {
                arguments.add(input)?;
            }
        }
        Ok(arguments)
    }
}

impl Arguments {
    fn add(&mut self, input: ParseStream) -> syn::Result<()> {
        let name: Ident = input.parse()?;
        match name.to_string().as_str() {
            "tags" => {
                let content;
                parenthesized!(content in input);
                self.tags.extend(Punctuated::<LitStr, Token![,]>::parse_terminated(&content)?);
            }
            "operation_id" => self.operation_id = Some(value(input)?),
            "timeout" => self.timeout = Some(value(input)?),
            "body_limit" => self.body_limit = Some(value(input)?),
            "concurrency" => self.concurrency = Some(value(input)?),
            "rate_limit" => self.rate_limit = Some(value(input)?),
            "inline" => self.inline = true,
            unknown => {
                return Err(syn::Error::new(
                    name.span(),
                    format!(
                        "unknown argument `{unknown}`{}\nexpected one of {}",
                        nearest(unknown, &KNOWN),
                        listed(&KNOWN)
                    ),
                ));
            }
        }
        Ok(())
    }
}

fn value<T: Parse>(input: ParseStream) -> syn::Result<T> {
    input.parse::<Token![=]>()?;
    input.parse()
}
