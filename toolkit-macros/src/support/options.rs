use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Expr, ExprLit, Lit, LitStr, Meta, Token, parse::Parser, punctuated::Punctuated};

use super::errors::{Errors, listed, nearest};

/// The options of one rule: `name = value` pairs, or one value alone.
#[derive(Default)]
pub(crate) struct Options {
    pairs: Vec<(syn::Ident, Expr)>,
    alone: Option<Expr>,
    pub(crate) message: Option<LitStr>,
    pub(crate) code: Option<LitStr>,
}

impl Options {
    pub(crate) fn of(meta: &Meta, errors: &mut Errors) -> Option<Self> {
        let mut options = Self::default();
        match meta {
            Meta::NameValue(pair) => options.alone = Some(pair.value.clone()),
            Meta::List(list) if !list.path.is_ident("inner") => {
                let parsed = Punctuated::<Expr, Token![,]>::parse_terminated.parse2(list.tokens.clone());
                for option in errors.keep(parsed)? {
                    options.add(option, errors);
                }
            }
            Meta::Path(_) | Meta::List(_) => {}
        }
        Some(options)
    }

    fn add(&mut self, option: Expr, errors: &mut Errors) {
        let Expr::Assign(pair) = option else {
            self.alone = Some(option);
            return;
        };
        let Ok(name) = syn::parse2::<syn::Ident>(pair.left.to_token_stream()) else {
            return errors.at(&pair.left, "an option is written `name = value`");
        };
        if name != "message" && name != "code" {
            self.pairs.push((name, *pair.right));
            return;
        }
        match text(&pair.right) {
            Some(text) if name == "code" => self.code = Some(text),
            Some(text) => self.message = Some(text),
            None => errors.at(&pair.right, format!("`{name}` is a text: `{name} = \"…\"`")),
        }
    }

    /// The value of the option `name`, or the one that stands alone.
    fn value(&self, name: &str) -> Option<&Expr> {
        self.pair(name).or(self.alone.as_ref())
    }

    fn pair(&self, name: &str) -> Option<&Expr> {
        self.pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// An `Option` of the value, with `number` to change how it is written.
    pub(crate) fn bound(&self, name: &str, number: impl Fn(&Expr) -> TokenStream) -> TokenStream {
        match self.pair(name) {
            Some(value) => {
                let value = number(value);
                quote!(::core::option::Option::Some(#value))
            }
            None => quote!(::core::option::Option::None),
        }
    }

    /// Refuses options that the rule does not have.
    pub(crate) fn only(&self, known: &[&str], errors: &mut Errors) {
        for (name, _) in self.pairs.iter().filter(|(name, _)| !known.iter().any(|known| name == known)) {
            let known: Vec<_> = known.iter().chain(&["message", "code"]).collect();
            let near = nearest(&name.to_string(), &known);
            errors.at(name, format!("unknown option `{name}`{near}\nexpected one of {}", listed(&known)));
        }
    }

    /// Refuses bounds that the rule does not have, a value that does not say which bound it is, and no bound at all.
    pub(crate) fn bounds(&self, meta: &Meta, known: &[&str], errors: &mut Errors) {
        self.only(known, errors);
        if let Some(alone) = &self.alone {
            errors.at(alone, format!("write which bound this is: one of {}", listed(known)));
        } else if self.pairs.is_empty() {
            errors.at(meta, format!("a rule without a bound allows everything: give one of {}", listed(known)));
        }
    }

    /// Refuses every option but a message and a code.
    pub(crate) fn none(&self, errors: &mut Errors) {
        self.only(&[], errors);
        if let Some(alone) = &self.alone {
            errors.at(alone, "this rule takes nothing but a `message` and a `code`");
        }
    }

    pub(crate) fn text(&self, name: &str) -> Option<LitStr> {
        text(self.value(name)?)
    }

    /// A path, or a text with a path in it, as older versions of `validator` have it.
    pub(crate) fn path(&self, name: &str) -> Option<Expr> {
        match self.value(name)? {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => text.parse().ok(),
            path => Some(path.clone()),
        }
    }

    /// The rule with the message and code that it was given.
    pub(crate) fn worded(&self, rule: TokenStream) -> TokenStream {
        if self.message.is_none() && self.code.is_none() {
            return rule;
        }
        let optional = |text: &Option<LitStr>| match text {
            Some(text) => quote!(::core::option::Option::Some(#text)),
            None => quote!(::core::option::Option::None),
        };
        let (message, code) = (optional(&self.message), optional(&self.code));
        let span = rule.clone().into_iter().next().map_or_else(Span::call_site, |token| token.span());
        quote_spanned!(span=> __t::Worded { rule: #rule, code: #code, message: #message })
    }
}

fn text(value: &Expr) -> Option<LitStr> {
    match value {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.clone()),
        Expr::Group(group) => text(&group.expr),
        _ => None,
    }
}
