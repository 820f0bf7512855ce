use proc_macro2::{Span, TokenStream};
use quote::ToTokens;

/// Errors on their way to the compiler: collected, and reported together.
#[derive(Default)]
pub(crate) struct Errors(Option<syn::Error>);

impl Errors {
    /// Adds an error on the tokens of `at`.
    pub(crate) fn at(&mut self, at: impl ToTokens, message: impl std::fmt::Display) {
        self.push(syn::Error::new_spanned(at, message));
    }

    /// Adds an error on the attribute itself.
    pub(crate) fn at_attribute(&mut self, message: impl std::fmt::Display) {
        self.push(syn::Error::new(Span::call_site(), message));
    }

    pub(crate) fn push(&mut self, error: syn::Error) {
        match &mut self.0 {
            Some(errors) => errors.combine(error),
            None => self.0 = Some(error),
        }
    }

    pub(crate) fn extend(&mut self, others: Self) {
        if let Some(others) = others.0 {
            self.push(others);
        }
    }

    /// The value, unless reading it failed: then the error is kept.
    pub(crate) fn keep<T>(&mut self, result: syn::Result<T>) -> Option<T> {
        result.map_err(|error| self.push(error)).ok()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// The errors as `compile_error!`s; nothing if there are none.
    pub(crate) fn into_tokens(self) -> TokenStream {
        self.0.map(syn::Error::into_compile_error).unwrap_or_default()
    }
}

/// `; did you mean …?` if one of the known words is near.
pub(crate) fn nearest(word: &str, known: &[impl AsRef<str>]) -> String {
    let known = known.iter().map(AsRef::as_ref);
    let best = known.map(|known| (strsim::damerau_levenshtein(word, known), known)).min();
    // Three letters more or less are near for a long word, and another word for a short one.
    best.filter(|(distance, known)| *distance <= known.len().div_ceil(4))
        .map(|(_, known)| format!("; did you mean `{known}`?"))
        .unwrap_or_default()
}

/// Words between backticks and commas.
pub(crate) fn listed(words: &[impl AsRef<str>]) -> String {
    words.iter().map(|word| format!("`{}`", word.as_ref())).collect::<Vec<_>>().join(", ")
}
