use utoipa::openapi::security::{ApiKey as ShownKey, ApiKeyValue, SecurityScheme};

use super::{Unauthorized, same};
use crate::{
    check::Location,
    openapi::{OperationDoc, ParameterDoc},
    request::{Found, Named, Parameter, Reading, Refusal},
};

/// A key that the client sends; the parameter's mark says where: `#[header("X-Api-Key")]`, `#[query("key")]` or
/// `#[cookie("session")]`. See the [guide](crate::guide::authentication).
///
/// ```
/// use toolkit::prelude::*;
///
/// /// The numbers of the month.
/// #[get("/v0/report")]
/// async fn report(#[header("X-Api-Key")] key: ApiKey) -> Result<Text, Unauthorized> {
///     key.verify("k-1")?;
///     Ok(Text("all is well".to_owned()))
/// }
/// ```
#[derive(Clone)]
pub struct ApiKey(String);

impl ApiKey {
    const CHALLENGE: Unauthorized = Unauthorized::new("ApiKey");

    /// The key, for looking it up.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.0
    }

    /// Compares the key with the expected one, in constant time.
    ///
    /// # Errors
    ///
    /// 401 when they differ.
    pub fn verify(&self, expected: &str) -> Result<(), Unauthorized> {
        if same(&self.0, expected) { Ok(()) } else { Err(Self::CHALLENGE) }
    }
}

/// Never shows the key.
impl std::fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ApiKey(…)")
    }
}

/// A key in a header, query or cookie.
#[derive(Debug)]
pub struct ViaKey;

/// The only text under the key's name; several are as good as none.
fn read(reading: &Reading, parameter: &Parameter) -> Option<ApiKey> {
    let mut texts = Vec::new();
    reading.each_text(parameter, &mut |text| texts.push(text.ok()));
    match texts.as_slice() {
        [Some(text)] if !text.is_empty() => Some(ApiKey(text.clone().into_owned())),
        _ => None,
    }
}

fn document(operation: &mut OperationDoc<'_>, parameter: &Parameter, optional: bool) {
    let value = ApiKeyValue::new(parameter.name);
    let key = match parameter.location {
        Location::Cookie => ShownKey::Cookie(value),
        Location::Query => ShownKey::Query(value),
        _ => ShownKey::Header(value),
    };
    let name = format!("{}_{}", parameter.location, parameter.name);
    operation.security(&name, SecurityScheme::ApiKey(key), optional);
}

#[diagnostic::do_not_recommend]
impl Named<ViaKey> for ApiKey {
    fn read(reading: &mut Reading, parameter: &Parameter) -> Found<Self> {
        read(reading, parameter).map_or_else(|| Found::Refused(Refusal::declared(Self::CHALLENGE)), Found::Value)
    }

    fn absent() -> Option<Self> {
        None
    }

    fn document(operation: &mut OperationDoc<'_>, documented: &ParameterDoc<'_>) {
        document(operation, documented.parameter, false);
    }
}

#[diagnostic::do_not_recommend]
impl Named<ViaKey> for Option<ApiKey> {
    fn read(reading: &mut Reading, parameter: &Parameter) -> Found<Self> {
        Found::Value(read(reading, parameter))
    }

    fn absent() -> Option<Self> {
        Some(None)
    }

    fn document(operation: &mut OperationDoc<'_>, documented: &ParameterDoc<'_>) {
        document(operation, documented.parameter, true);
    }
}
