//! The rules of `#[validate(…)]`, in the words of the `validator` crate.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{
    Attribute, Expr, ExprLit, ExprUnary, GenericArgument, Lit, LitStr, Meta, PathArguments, Token, Type, UnOp,
    parse::Parser, punctuated::Punctuated, spanned::Spanned,
};

use super::errors::{Errors, listed, nearest};

const RULES: [&str; 14] = [
    "length",
    "range",
    "email",
    "url",
    "ip",
    "regex",
    "contains",
    "does_not_contain",
    "non_control_character",
    "must_match",
    "required",
    "custom",
    "inner",
    "nested",
];

/// What `#[validate(…)]` on one parameter or field asks for.
#[derive(Default)]
pub(crate) struct Rules {
    expressions: Vec<TokenStream>,
    /// Another field that must be equal, with the rule's code and message.
    pub(crate) must_match: Option<MustMatch>,
}

pub(crate) struct MustMatch {
    pub(crate) other: syn::Ident,
    pub(crate) message: Option<LitStr>,
    pub(crate) code: Option<LitStr>,
}

impl Rules {
    /// Reads all `#[validate(…)]` among `attributes`, for a value of type `ty`.
    pub(crate) fn of(attributes: &[Attribute], ty: &Type, errors: &mut Errors) -> Self {
        let mut rules = Self::default();
        for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("validate")) {
            let metas = attribute.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated);
            for meta in errors.keep(metas).into_iter().flatten() {
                rules.read(&meta, Some(ty), errors);
            }
        }
        if rules.expressions.len() > 8 {
            errors.at(ty, "at most 8 rules can stand on one value");
        }
        rules
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.expressions.is_empty()
    }

    /// A tuple of `toolkit`'s rule values.
    pub(crate) fn expression(&self) -> TokenStream {
        let expressions = &self.expressions;
        quote!((#(#expressions,)*))
    }

    fn read(&mut self, meta: &Meta, ty: Option<&Type>, errors: &mut Errors) {
        let word = meta.path().get_ident().map(ToString::to_string).unwrap_or_default();
        let Some(options) = errors.keep(Options::of(meta)) else { return };
        let span = meta.span();
        let rule = match word.as_str() {
            "length" => {
                let [min, max, equal] = ["min", "max", "equal"].map(|name| options.optional(name));
                options.only(&["min", "max", "equal"], errors);
                quote_spanned!(span=> __t::Length { min: #min, max: #max, equal: #equal })
            }
            "range" => {
                let names = ["min", "max", "exclusive_min", "exclusive_max"];
                let [min, max, exclusive_min, exclusive_max] = names.map(|name| options.optional(name));
                options.only(&names, errors);
                quote_spanned!(span=> __t::Range {
                    min: #min, max: #max, exclusive_min: #exclusive_min, exclusive_max: #exclusive_max
                })
            }
            "email" => quote_spanned!(span=> __t::Email),
            "url" => quote_spanned!(span=> __t::Url),
            "ip" => quote_spanned!(span=> __t::Ip),
            "non_control_character" => quote_spanned!(span=> __t::NoControlCharacters),
            "required" => quote_spanned!(span=> __t::Required),
            "contains" | "does_not_contain" => match options.text("pattern") {
                Some(text) if word == "contains" => quote_spanned!(span=> __t::Contains(#text)),
                Some(text) => quote_spanned!(span=> __t::DoesNotContain(#text)),
                None => return errors.at(meta, format!("`{word}` takes a text: `{word}(\"…\")`")),
            },
            "regex" => match pattern(&options) {
                Some(pattern) => quote_spanned!(span=> __t::Pattern(#pattern)),
                None => {
                    return errors.at(
                        meta,
                        "`regex` takes a pattern, `regex(\"^[a-z]+$\")`, or the path of a \
                                            `LazyLock<Regex>`, `regex(path = *RE)`",
                    );
                }
            },
            "custom" => match options.path("function") {
                Some(function) => custom(&function, ty),
                None => return errors.at(meta, "`custom` takes a function: `custom(function = is_even)`"),
            },
            "inner" => return self.read_inner(meta, errors),
            "must_match" => match options.path("other") {
                Some(Expr::Path(other)) if other.path.get_ident().is_some() => {
                    let other = other.path.get_ident().cloned().into_iter();
                    let (message, code) = (options.message.clone(), options.code.clone());
                    self.must_match =
                        other.map(|other| MustMatch { other, message: message.clone(), code: code.clone() }).next();
                    return;
                }
                _ => return errors.at(meta, "`must_match` takes a field: `must_match(other = password)`"),
            },
            // Types that have constraints of their own are always checked.
            "nested" => return,
            _ => {
                let near = nearest(&word, &RULES);
                return errors
                    .at(meta.path(), format!("unknown rule `{word}`{near}\nexpected one of {}", listed(&RULES)));
            }
        };
        self.expressions.push(options.worded(rule));
    }

    fn read_inner(&mut self, meta: &Meta, errors: &mut Errors) {
        let Meta::List(list) = meta else {
            return errors.at(meta, "`inner` takes rules for each element: `inner(length(max = 20))`");
        };
        let mut inner = Self::default();
        let metas = list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated);
        for meta in errors.keep(metas).into_iter().flatten() {
            inner.read(&meta, None, errors);
        }
        let rules = inner.expression();
        self.expressions.push(quote!(__t::Each(#rules)));
    }
}

/// The options of one rule: `name = value` pairs, or one value alone.
#[derive(Default)]
struct Options {
    pairs: Vec<(syn::Ident, Expr)>,
    alone: Option<Expr>,
    message: Option<LitStr>,
    code: Option<LitStr>,
}

impl Options {
    fn of(meta: &Meta) -> syn::Result<Self> {
        let mut options = Self::default();
        match meta {
            Meta::NameValue(pair) => options.alone = Some(pair.value.clone()),
            Meta::List(list) if !list.path.is_ident("inner") => {
                for option in Punctuated::<Expr, Token![,]>::parse_terminated.parse2(list.tokens.clone())? {
                    options.add(option)?;
                }
            }
            Meta::Path(_) | Meta::List(_) => {}
        }
        Ok(options)
    }

    fn add(&mut self, option: Expr) -> syn::Result<()> {
        let Expr::Assign(pair) = option else {
            self.alone = Some(option);
            return Ok(());
        };
        let name = syn::parse2::<syn::Ident>(quote::ToTokens::to_token_stream(&pair.left))?;
        if name == "message" || name == "code" {
            let text = syn::parse2::<LitStr>(quote::ToTokens::to_token_stream(&pair.right))?;
            *(if name == "code" { &mut self.code } else { &mut self.message }) = Some(text);
        } else {
            self.pairs.push((name, *pair.right));
        }
        Ok(())
    }

    fn value(&self, name: &str) -> Option<&Expr> {
        self.pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value).or(self.alone.as_ref())
    }

    fn optional(&self, name: &str) -> TokenStream {
        match self.pairs.iter().find(|(key, _)| key == name) {
            Some((_, value)) => quote!(::core::option::Option::Some(#value)),
            None => quote!(::core::option::Option::None),
        }
    }

    fn only(&self, known: &[&str], errors: &mut Errors) {
        for (name, _) in self.pairs.iter().filter(|(name, _)| !known.iter().any(|known| name == known)) {
            let near = nearest(&name.to_string(), known);
            errors.at(name, format!("unknown option `{name}`{near}"));
        }
        if let Some(alone) = &self.alone {
            errors.at(alone, format!("write which bound this is: {}", listed(known)));
        } else if self.pairs.is_empty() {
            errors.push(syn::Error::new(
                proc_macro2::Span::call_site(),
                format!("a rule without a bound allows everything: give {}", listed(known)),
            ));
        }
    }

    fn text(&self, name: &str) -> Option<LitStr> {
        match self.value(name)? {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.clone()),
            _ => None,
        }
    }

    /// A path, or a text with a path in it, as older versions of `validator` have it.
    fn path(&self, name: &str) -> Option<Expr> {
        match self.value(name)? {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => text.parse().ok(),
            path => Some(path.clone()),
        }
    }

    fn worded(&self, rule: TokenStream) -> TokenStream {
        if self.message.is_none() && self.code.is_none() {
            return rule;
        }
        let optional = |text: &Option<LitStr>| match text {
            Some(text) => quote!(::core::option::Option::Some(#text)),
            None => quote!(::core::option::Option::None),
        };
        let (message, code) = (optional(&self.message), optional(&self.code));
        quote!(__t::Worded { rule: #rule, code: #code, message: #message })
    }
}

/// A reference to a lazily compiled regular expression.
fn pattern(options: &Options) -> Option<TokenStream> {
    if let Some(text) = options.text("pattern") {
        return Some(quote!({
            static PATTERN: ::std::sync::LazyLock<__t::regex::Regex> = ::std::sync::LazyLock::new(|| {
                __t::regex::Regex::new(#text)
                    .unwrap_or_else(|error| ::core::panic!("the pattern of a rule is not valid: {error}"))
            });
            &PATTERN
        }));
    }
    match options.path("path")? {
        Expr::Unary(ExprUnary { op: UnOp::Deref(_), expr, .. }) => Some(quote!(&#expr)),
        path => Some(quote!(&#path)),
    }
}

/// The function behind a closure of the value's own type, so that `&String` may become `&str`.
fn custom(function: &Expr, ty: Option<&Type>) -> TokenStream {
    let span = function.span();
    match ty {
        None => quote_spanned!(span=> __t::Custom(#function)),
        Some(ty) => match inside_option(ty) {
            Some(inside) => quote_spanned!(span=> __t::Custom(|value: &#ty| match value {
                ::core::option::Option::Some(value) => { let value: &#inside = value; #function(value) }
                ::core::option::Option::None => ::core::result::Result::Ok(()),
            })),
            None => quote_spanned!(span=> __t::Custom(|value: &#ty| #function(value))),
        },
    }
}

fn inside_option(ty: &Type) -> Option<&Type> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last().filter(|segment| segment.ident == "Option")?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    match arguments.args.first()? {
        GenericArgument::Type(inside) => Some(inside),
        _ => None,
    }
}
