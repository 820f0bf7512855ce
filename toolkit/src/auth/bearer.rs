use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};

use super::{Unauthorized, ViaAuthorization, authorization, same};
use crate::{
    openapi::{OperationDoc, ParameterDoc},
    request::{Found, Named, Parameter, Reading, Refusal},
};

/// A bearer token (RFC 6750): `Authorization: Bearer …`.
///
/// ```
/// use toolkit::prelude::*;
///
/// #[settings]
/// struct Settings {
///     token: String,
/// }
///
/// /// The numbers of the month.
/// #[get("/v0/report")]
/// async fn report(token: Bearer, settings: &Settings) -> Result<String, Unauthorized> {
///     token.verify(&settings.token)?;
///     Ok("all is well".to_owned())
/// }
/// ```
#[derive(Clone)]
pub struct Bearer(String);

impl Bearer {
    const CHALLENGE: Unauthorized = Unauthorized::new("Bearer");

    /// The token, for looking it up or checking its signature.
    #[must_use]
    pub fn token(&self) -> &str {
        &self.0
    }

    /// Compares the token with the expected one, in constant time.
    ///
    /// # Errors
    ///
    /// 401 when they differ.
    pub fn verify(&self, expected: &str) -> Result<(), Unauthorized> {
        if same(&self.0, expected) { Ok(()) } else { Err(Self::CHALLENGE) }
    }
}

/// Never shows the token.
impl std::fmt::Debug for Bearer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Bearer(…)")
    }
}

fn read(reading: &Reading) -> Option<Bearer> {
    authorization(reading.headers(), "Bearer").map(|token| Bearer(token.to_owned()))
}

fn document(operation: &mut OperationDoc<'_>, optional: bool) {
    operation.security("bearer", SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)), optional);
}

#[diagnostic::do_not_recommend]
impl Named<ViaAuthorization> for Bearer {
    fn read(reading: &mut Reading, _: &Parameter) -> Found<Self> {
        read(reading).map_or_else(|| Found::Refused(Refusal::declared(Self::CHALLENGE)), Found::Value)
    }

    fn absent() -> Option<Self> {
        None
    }

    fn document(operation: &mut OperationDoc<'_>, _: &ParameterDoc<'_>) {
        document(operation, false);
    }
}

#[diagnostic::do_not_recommend]
impl Named<ViaAuthorization> for Option<Bearer> {
    fn read(reading: &mut Reading, _: &Parameter) -> Found<Self> {
        Found::Value(read(reading))
    }

    fn absent() -> Option<Self> {
        Some(None)
    }

    fn document(operation: &mut OperationDoc<'_>, _: &ParameterDoc<'_>) {
        document(operation, true);
    }
}
