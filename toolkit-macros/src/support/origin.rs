use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};

/// An expression for where the item at `span` is written.
pub(crate) fn origin(span: Span) -> TokenStream {
    let line = quote_spanned!(span=> ::core::line!());
    quote! {
        __t::Origin {
            package: ::core::env!("CARGO_PKG_NAME"),
            module: ::core::module_path!(),
            file: ::core::file!(),
            line: #line,
        }
    }
}
