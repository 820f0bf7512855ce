use std::borrow::Cow;

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
        let parts: Option<Vec<_>> = self.parts.iter().map(literal).collect();
        Some(unindented(&parts?))
    }

    /// An expression for the text, `include_str!` and the like included.
    pub(crate) fn expression(&self) -> TokenStream {
        if let Some(text) = self.text() {
            return quote!(#text);
        }
        let parts = self.parts.iter().map(|part| match literal(part) {
            Some(line) => {
                let line = unindented(&[line]);
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
        Expr::Group(group) => literal(&group.expr),
        _ => None,
    }
}

/// Takes away the indentation that all lines share, as rustdoc does: the space behind `///`, the margin of `/** … */`.
fn unindented(parts: &[String]) -> String {
    let comments: Vec<_> = parts.iter().map(|part| without_stars(part)).collect();
    let shared = comments.iter().map(|lines| margin(lines)).min().unwrap_or(0);
    let lines = comments.iter().flat_map(|lines| {
        // Beside a `#[doc = "…"]`, which has no margin, a line comment has its one space.
        let margin = if shared == 0 { margin(lines).min(1) } else { shared };
        lines.iter().map(move |line| line.get(margin..).unwrap_or("").trim_end())
    });
    lines.collect::<Vec<_>>().join("\n").trim_matches('\n').to_owned()
}

fn margin(lines: &[Cow<'_, str>]) -> usize {
    let written = lines.iter().filter(|line| !line.trim().is_empty());
    written.map(|line| indentation(line)).min().unwrap_or(usize::MAX)
}

fn indentation(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// The lines of one comment, without the stars down the margin of a block. A list's stars stay.
fn without_stars(comment: &str) -> Vec<Cow<'_, str>> {
    let mut lines = comment.lines();
    let Some(first) = lines.next() else { return vec!["".into()] };
    let rest: Vec<_> = lines.collect();
    if rest.is_empty() {
        return vec![first.into()];
    }
    let starred = |line: &&str| line.trim().is_empty() || line.trim_start().starts_with('*');
    let rest: Vec<_> = if rest.iter().all(starred) {
        rest.iter().map(|line| line.trim_start().strip_prefix('*').unwrap_or("")).collect()
    } else {
        rest
    };
    // What stands behind `/**` has its own distance from the margin: that of the line below.
    let below = rest.iter().find(|line| !line.trim().is_empty()).copied().unwrap_or("");
    let first = first.trim_start();
    let first = if first.is_empty() { String::new() } else { format!("{:1$}{first}", "", indentation(below)) };
    std::iter::once(first.into()).chain(rest.into_iter().map(Cow::from)).collect()
}

/// The first paragraph in one line, without its full stop.
pub(crate) fn first_paragraph(text: &str) -> String {
    let first = text.split("\n\n").next().unwrap_or(text);
    let line = first.split_whitespace().collect::<Vec<_>>().join(" ");
    line.strip_suffix('.').unwrap_or(&line).to_owned()
}

#[cfg(test)]
mod tests {
    use syn::parse::Parser;

    use super::*;

    fn text(source: &str) -> String {
        let attributes = Attribute::parse_outer.parse_str(source).expect("the attributes are written below");
        Docs::of(&attributes).text().expect("all of it is written out")
    }

    #[test]
    fn a_list_in_a_line_comment_keeps_its_stars() {
        assert_eq!(text("/// Either:\n///\n/// * a film\n/// * a book"), "Either:\n\n* a film\n* a book");
    }

    #[test]
    fn code_in_a_comment_keeps_its_indentation() {
        assert_eq!(text("/// Call it:\n///\n///     curl /items"), "Call it:\n\n    curl /items");
    }

    #[test]
    fn a_block_comment_loses_the_stars_of_its_margin() {
        assert_eq!(text("/**\n * Lists items.\n *\n * * one\n * * two\n */"), "Lists items.\n\n* one\n* two");
        assert_eq!(text("/** Lists items. */"), "Lists items.");
        assert_eq!(text("/** Lists items.\n\n    Best first.\n*/"), "Lists items.\n\nBest first.");
    }

    #[test]
    fn a_doc_attribute_is_a_doc_comment() {
        assert_eq!(text("#[doc = \"Lists items.\"]\n#[doc = \"\"]\n/// Best first."), "Lists items.\n\nBest first.");
    }
}
