use proc_macro2::TokenStream;
use quote::quote;
use syn::{Attribute, Expr, ExprLit, Lit, Meta};

/// The text of doc comments, as an expression of type `&'static str`.
pub(crate) struct Docs {
    parts: Vec<Expr>,
}

impl Docs {
    /// Reads the doc comments among `attributes`.
    pub(crate) fn of(attributes: &[Attribute]) -> Self {
        let parts = attributes.iter().filter_map(|attribute| match &attribute.meta {
            Meta::NameValue(pair) if pair.path.is_ident("doc") => Some(pair.value.clone()),
            _ => None,
        });
        Self { parts: parts.collect() }
    }

    /// The text, if all of it is written out.
    pub(crate) fn text(&self) -> Option<String> {
        let lines: Option<Vec<_>> = self.parts.iter().map(literal).collect();
        Some(unindented(&lines?.join("\n")))
    }

    /// An expression for the text, `include_str!` and the like included.
    pub(crate) fn expression(&self) -> TokenStream {
        if let Some(text) = self.text() {
            return quote!(#text);
        }
        let parts = self.parts.iter().map(|part| match literal(part) {
            Some(line) => {
                let line = unindented(&line);
                quote!(#line)
            }
            None => quote!(#part),
        });
        quote!(::core::concat!(#(#parts, "\n"),*))
    }
}

fn literal(expression: &Expr) -> Option<String> {
    match expression {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
        _ => None,
    }
}

/// Takes away the space that stands behind `///`, and the stars of `/** … */`.
fn unindented(text: &str) -> String {
    let lines = text.lines().map(|line| {
        let line = line.trim_end();
        let line = line.trim_start().strip_prefix("* ").unwrap_or(line);
        line.strip_prefix(' ').unwrap_or(line)
    });
    lines.collect::<Vec<_>>().join("\n").trim().to_owned()
}

/// The first paragraph in one line, without its full stop.
pub(crate) fn first_paragraph(text: &str) -> String {
    let first = text.split("\n\n").next().unwrap_or(text);
    let line = first.split_whitespace().collect::<Vec<_>>().join(" ");
    line.strip_suffix('.').unwrap_or(&line).to_owned()
}
