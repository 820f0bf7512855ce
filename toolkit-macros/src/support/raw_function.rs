use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{
    Attribute, FnArg, ReturnType, Signature, Type, Visibility,
    parse::{Parse, ParseStream},
};

/// A function whose body is left as tokens: one that is being typed must not keep its signature from being read.
pub(crate) struct RawFunction {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    pub(crate) signature: Signature,
    pub(crate) body: TokenStream,
}

impl Parse for RawFunction {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        Ok(Self {
            attributes: input.call(Attribute::parse_outer)?,
            visibility: input.parse()?,
            signature: input.parse()?,
            body: input.parse()?,
        })
    }
}

impl RawFunction {
    /// Reads the item under `#[attribute]`; otherwise the item as it is, and what is wrong with it.
    pub(crate) fn read(item: TokenStream, attribute: &str) -> Result<Self, TokenStream> {
        syn::parse2(item.clone()).map_err(|error| {
            let is_function =
                item.clone().into_iter().any(|token| matches!(token, TokenTree::Ident(word) if word == "fn"));
            let misplaced = || syn::Error::new(error.span(), format!("`#[{attribute}]` stands on a function"));
            let error = if is_function { error } else { misplaced() }.into_compile_error();
            quote!(#item #error)
        })
    }

    /// The return type; `()` if none is written.
    pub(crate) fn output(&self) -> Type {
        match &self.signature.output {
            ReturnType::Default => syn::parse_quote!(()),
            ReturnType::Type(_, ty) => (**ty).clone(),
        }
    }

    /// Whether it takes `self`. Then it stands in an `impl`, where no other item can stand.
    pub(crate) fn is_method(&self) -> bool {
        self.signature.receiver().is_some()
    }

    /// Takes the attributes off the parameters: rustc knows neither them nor docs there.
    pub(crate) fn take_parameter_attributes(&mut self) -> Vec<Vec<Attribute>> {
        let taken = self.signature.inputs.iter_mut().map(|input| match input {
            FnArg::Receiver(receiver) => std::mem::take(&mut receiver.attrs),
            FnArg::Typed(parameter) => {
                let (lints, ours) = std::mem::take(&mut parameter.attrs).into_iter().partition(is_lint);
                parameter.attrs = lints;
                ours
            }
        });
        taken.collect()
    }
}

fn is_lint(attribute: &Attribute) -> bool {
    ["allow", "expect", "warn", "deny", "forbid"].iter().any(|lint| attribute.path().is_ident(lint))
}

impl ToTokens for RawFunction {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Self { attributes, visibility, signature, body } = self;
        tokens.extend(quote!(#(#attributes)* #visibility #signature #body));
    }
}
