use proc_macro2::TokenStream;
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
    /// The return type; `()` if none is written.
    pub(crate) fn output(&self) -> Type {
        match &self.signature.output {
            ReturnType::Default => syn::parse_quote!(()),
            ReturnType::Type(_, ty) => (**ty).clone(),
        }
    }

    /// Whether the return type is a `Result`, or an alias that says so in its name.
    pub(crate) fn is_fallible(&self) -> bool {
        let Type::Path(path) = self.output() else { return false };
        path.path.segments.last().is_some_and(|segment| segment.ident.to_string().ends_with("Result"))
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
