use base64::{Engine, prelude::BASE64_STANDARD};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};

use super::{Unauthorized, ViaAuthorization, authorization, same};
use crate::{
    openapi::{OperationDoc, ParameterDoc},
    request::{Found, Named, Parameter, Reading, Refusal},
};

/// A user name and password (RFC 7617): `Authorization: Basic …`. See the [guide](crate::guide::authentication).
///
/// ```
/// use toolkit::prelude::*;
///
/// /// The numbers of the month.
/// #[get("/v0/report")]
/// async fn report(credentials: Basic) -> Result<Text, Unauthorized> {
///     credentials.verify("ada", "s3cret")?;
///     Ok(Text(format!("all is well, {}", credentials.user())))
/// }
/// ```
#[derive(Clone)]
pub struct Basic {
    user: String,
    password: String,
}

impl Basic {
    const CHALLENGE: Unauthorized = Unauthorized::new("Basic realm=\"service\", charset=\"UTF-8\"");

    /// The user name.
    #[must_use]
    pub fn user(&self) -> &str {
        &self.user
    }

    /// The password, for checking it against a hash.
    #[must_use]
    pub fn password(&self) -> &str {
        &self.password
    }

    /// Compares both with the expected ones, in constant time.
    ///
    /// # Errors
    ///
    /// 401 when they differ.
    pub fn verify(&self, user: &str, password: &str) -> Result<(), Unauthorized> {
        // Both are compared, whatever the first says.
        if same(&self.user, user) & same(&self.password, password) { Ok(()) } else { Err(Self::CHALLENGE) }
    }
}

/// Never shows the password.
impl std::fmt::Debug for Basic {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Basic").field("user", &self.user).finish_non_exhaustive()
    }
}

fn read(reading: &Reading) -> Option<Basic> {
    let decoded = BASE64_STANDARD.decode(authorization(reading.headers(), "Basic")?).ok()?;
    let text = String::from_utf8(decoded).ok()?;
    let (user, password) = text.split_once(':')?;
    Some(Basic { user: user.to_owned(), password: password.to_owned() })
}

fn document(operation: &mut OperationDoc<'_>, optional: bool) {
    operation.security("basic", SecurityScheme::Http(Http::new(HttpAuthScheme::Basic)), optional);
}

#[diagnostic::do_not_recommend]
impl Named<ViaAuthorization> for Basic {
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
impl Named<ViaAuthorization> for Option<Basic> {
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
