//! Goldens of what the macros write: `tests/expansion/NAME.rs` becomes `tests/expansion/NAME.expanded.rs`.
//!
//! `UPDATE_GOLDENS=1 cargo test -p toolkit-macros` rewrites them.

use std::{env, fs, path::Path};

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{Attribute, Item, Meta, parse::Parser};

use crate::{app, data, dependency, endpoint, problem, resource};

fn check(name: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/expansion");
    let source = fs::read_to_string(folder.join(format!("{name}.rs"))).expect("the input is in the repository");
    let expanded = expand_file(&source);
    let golden = folder.join(format!("{name}.expanded.rs"));
    if env::var_os("UPDATE_GOLDENS").is_some() {
        fs::write(&golden, expanded).expect("the folder of the input can be written to");
        return;
    }
    let expected = fs::read_to_string(&golden).unwrap_or_default();
    assert!(expected == expanded, "{name} expands differently:\n{}", difference(&expected, &expanded));
}

fn expand_file(source: &str) -> String {
    let file = syn::parse_file(source).expect("the input is Rust");
    let tokens: TokenStream = file.items.iter().map(expand_item).collect();
    prettyplease::unparse(&syn::parse2(tokens).expect("macros write Rust"))
}

/// Expands the first of our attributes on the item, as rustc does.
fn expand_item(item: &Item) -> TokenStream {
    let (attributes, rest) = (Attribute::parse_outer, |input: syn::parse::ParseStream| input.parse::<TokenStream>());
    let split = |input: syn::parse::ParseStream| Ok((input.call(attributes)?, rest(input)?));
    let (mut attributes, rest) = split.parse2(item.to_token_stream()).expect("attributes stand first");
    let ours =
        attributes.iter().position(|attribute| expansion(&attribute.path().to_token_stream().to_string()).is_some());
    let Some(index) = ours else { return item.to_token_stream() };
    let attribute = attributes.remove(index);
    let arguments = match &attribute.meta {
        Meta::List(list) => list.tokens.clone(),
        _ => TokenStream::new(),
    };
    let expand = expansion(&attribute.path().to_token_stream().to_string()).expect("it is one of ours");
    expand(arguments, quote::quote!(#(#attributes)* #rest))
}

fn expansion(attribute: &str) -> Option<fn(TokenStream, TokenStream) -> TokenStream> {
    Some(match attribute {
        "get" => |arguments, item| endpoint::expand("GET", arguments, item),
        "post" => |arguments, item| endpoint::expand("POST", arguments, item),
        "data" => |arguments, item| data::expand(data::Purpose::Data, arguments, item),
        "problem" => problem::expand,
        "resource" => resource::expand,
        "dependency" => dependency::expand,
        "main" => app::expand_main,
        _ => return None,
    })
}

/// The lines between the first and the last that differ.
fn difference(expected: &str, found: &str) -> String {
    let (expected, found): (Vec<_>, Vec<_>) = (expected.lines().collect(), found.lines().collect());
    let same = |(a, b): &(&&str, &&str)| a == b;
    let before = expected.iter().zip(&found).take_while(same).count();
    let rest = expected.len().min(found.len()) - before;
    let after = expected.iter().rev().zip(found.iter().rev()).take(rest).take_while(same).count();
    let (context, start) = (before.saturating_sub(3), before + 1);
    let mut lines = vec![format!("from line {start}, where `-` is the golden and `+` what was found")];
    lines.extend(expected[context..before].iter().map(|line| format!("  {line}")));
    lines.extend(expected[before..expected.len() - after].iter().map(|line| format!("- {line}")));
    lines.extend(found[before..found.len() - after].iter().map(|line| format!("+ {line}")));
    lines.join("\n")
}

macro_rules! goldens {
    ($($name:ident)*) => {$(
        #[test]
        fn $name() {
            check(stringify!($name));
        }
    )*};
}

goldens!(get_with_query_and_resource post_of_json path_header_cookie_and_dependency upload data_and_problem);

#[test]
fn a_difference_shows_the_lines_that_differ() {
    let shown = difference("a\nb\nc\n", "a\nx\ny\nc\n");
    assert!(shown.ends_with("  a\n- b\n+ x\n+ y"), "{shown}");
}
