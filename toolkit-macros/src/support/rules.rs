//! The rules of `#[validate(…)]`, in the words of the `validator` crate.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Attribute, Expr, ExprLit, ExprUnary, Ident, Lit, LitStr, Meta, Token, Type, UnOp, punctuated::Punctuated};

use super::{
    errors::{Errors, listed, nearest},
    options::Options,
    spans::at,
    types::{element, inside_option, last_name},
};

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

/// `toolkit` implements its rules for tuples of up to this many.
const MOST: usize = 8;

/// What `#[validate(…)]` on one parameter or field asks for.
#[derive(Default)]
pub(crate) struct Rules {
    expressions: Vec<TokenStream>,
    /// Another field that must be equal, with the rule's code and message.
    pub(crate) must_match: Option<MustMatch>,
}

pub(crate) struct MustMatch {
    pub(crate) other: Ident,
    pub(crate) message: Option<LitStr>,
    pub(crate) code: Option<LitStr>,
}

impl Rules {
    /// Reads all `#[validate(…)]` among `attributes`, for a value of type `ty`.
    pub(crate) fn of(attributes: &[Attribute], ty: &Type, errors: &mut Errors) -> Self {
        let mut rules = Self::default();
        for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("validate")) {
            match &attribute.meta {
                Meta::List(list) if !list.tokens.is_empty() => rules.read_all(list, Some(ty), errors),
                meta => errors.at(meta, "rules stand in parentheses: `#[validate(range(min = 1))]`"),
            }
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

    /// Where the first rule stands: the function that returns them has this span, since its return type is where rustc
    /// finds that a rule cannot check the type.
    pub(crate) fn span(&self) -> Span {
        let first = self.expressions.iter().flat_map(Clone::clone).next();
        first.map_or_else(Span::call_site, |token| token.span())
    }

    fn read_all(&mut self, list: &syn::MetaList, ty: Option<&Type>, errors: &mut Errors) {
        let metas = list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated);
        for meta in errors.keep(metas).into_iter().flatten() {
            let before = self.expressions.len();
            self.read(&meta, ty, errors);
            if before == MOST && self.expressions.len() > MOST {
                errors.at(meta, format!("at most {MOST} rules can stand on one value: move some into a `custom` one"));
            }
        }
    }

    fn read(&mut self, meta: &Meta, ty: Option<&Type>, errors: &mut Errors) {
        let word = meta.path().to_token_stream().to_string();
        let Some(options) = Options::of(meta, errors) else { return };
        let span = at(meta);
        let rule = match word.as_str() {
            "length" => {
                let names = ["min", "max", "equal"];
                options.bounds(meta, &names, errors);
                let [min, max, equal] = names.map(|name| options.bound(name, ToTokens::to_token_stream));
                quote_spanned!(span=> __t::Length { min: #min, max: #max, equal: #equal })
            }
            "range" => {
                let names = ["min", "max", "exclusive_min", "exclusive_max"];
                options.bounds(meta, &names, errors);
                let number = |value: &Expr| as_number_of(value, ty);
                let [min, max, exclusive_min, exclusive_max] = names.map(|name| options.bound(name, number));
                quote_spanned!(span=> __t::Range {
                    min: #min, max: #max, exclusive_min: #exclusive_min, exclusive_max: #exclusive_max
                })
            }
            "email" | "url" | "ip" | "non_control_character" | "required" => {
                options.none(errors);
                plain(&word, span)
            }
            "contains" | "does_not_contain" => {
                options.only(&["pattern"], errors);
                match options.text("pattern") {
                    Some(text) if word == "contains" => quote_spanned!(span=> __t::Contains(#text)),
                    Some(text) => quote_spanned!(span=> __t::DoesNotContain(#text)),
                    None => return errors.at(meta, format!("`{word}` takes a text: `{word}(\"…\")`")),
                }
            }
            "regex" => {
                options.only(&["pattern", "path"], errors);
                match pattern(&options) {
                    Some(pattern) => quote_spanned!(span=> __t::Pattern(#pattern)),
                    None => return errors.at(meta, REGEX),
                }
            }
            "custom" => {
                options.only(&["function"], errors);
                match options.path("function") {
                    Some(function) => custom(&function, ty),
                    None => return errors.at(meta, "`custom` takes a function: `custom(function = is_even)`"),
                }
            }
            "inner" => return self.read_inner(meta, ty, errors),
            "must_match" => return self.read_must_match(meta, &options, errors),
            // Types that have constraints of their own are always checked.
            "nested" => return options.none(errors),
            _ => {
                let near = nearest(&word, &RULES);
                return errors
                    .at(meta.path(), format!("unknown rule `{word}`{near}\nexpected one of {}", listed(&RULES)));
            }
        };
        self.expressions.push(options.worded(rule));
    }

    fn read_inner(&mut self, meta: &Meta, ty: Option<&Type>, errors: &mut Errors) {
        let Meta::List(list) = meta else {
            return errors.at(meta, "`inner` takes rules for each element: `inner(length(max = 20))`");
        };
        let mut inner = Self::default();
        inner.read_all(list, ty.and_then(element), errors);
        if let Some(must_match) = &inner.must_match {
            errors.at(&must_match.other, "`must_match` compares two fields: it cannot stand in `inner`");
        }
        let (rules, span) = (inner.expressions, at(meta));
        self.expressions.push(quote_spanned!(span=> __t::Each((#(#rules,)*))));
    }

    fn read_must_match(&mut self, meta: &Meta, options: &Options, errors: &mut Errors) {
        options.only(&["other"], errors);
        let other = match options.path("other") {
            Some(Expr::Path(path)) => path.path.get_ident().cloned(),
            _ => None,
        };
        match other {
            Some(other) => {
                let (message, code) = (options.message.clone(), options.code.clone());
                self.must_match = Some(MustMatch { other, message, code });
            }
            None => errors.at(meta, "`must_match` takes a field: `must_match(other = password)`"),
        }
    }
}

const REGEX: &str = "`regex` takes a pattern, `regex(\"^[a-z]+$\")`, or the path of a `LazyLock<Regex>`, \
                     `regex(path = *RE)`";

/// The rules without options.
fn plain(word: &str, span: Span) -> TokenStream {
    match word {
        "email" => quote_spanned!(span=> __t::Email),
        "url" => quote_spanned!(span=> __t::Url),
        "ip" => quote_spanned!(span=> __t::Ip),
        "required" => quote_spanned!(span=> __t::Required),
        _ => quote_spanned!(span=> __t::NoControlCharacters),
    }
}

/// `1` is a bound of floats too, where the type says so.
fn as_number_of(value: &Expr, ty: Option<&Type>) -> TokenStream {
    let name = ty.and_then(|ty| last_name(inside_option(ty).unwrap_or(ty)));
    if !matches!(name.as_deref(), Some("f32" | "f64")) {
        return value.to_token_stream();
    }
    match value {
        Expr::Lit(ExprLit { lit: Lit::Int(integer), .. }) if integer.suffix().is_empty() => {
            let mut float = proc_macro2::Literal::f64_unsuffixed(integer.base10_parse().unwrap_or_default());
            float.set_span(integer.span());
            quote!(#float)
        }
        Expr::Unary(ExprUnary { op: UnOp::Neg(minus), expr, .. }) => {
            let positive = as_number_of(expr, ty);
            quote!(#minus #positive)
        }
        other => other.to_token_stream(),
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
        Expr::Lit(_) => None,
        path => Some(quote!(&#path)),
    }
}

/// The function behind a closure of the value's own type, so that `&String` may become `&str`.
fn custom(function: &Expr, ty: Option<&Type>) -> TokenStream {
    let span = at(function);
    let function = match function {
        Expr::Path(_) => quote!(#function),
        other => quote!((#other)),
    };
    match ty {
        None => quote_spanned!(span=> __t::Custom(#function)),
        Some(ty) => match inside_option(ty) {
            Some(inside) => quote_spanned!(span=> __t::Custom(|__value: &#ty| match __value {
                ::core::option::Option::Some(__value) => { let __value: &#inside = __value; #function(__value) }
                ::core::option::Option::None => ::core::result::Result::Ok(()),
            })),
            None => quote_spanned!(span=> __t::Custom(|__value: &#ty| #function(__value))),
        },
    }
}
