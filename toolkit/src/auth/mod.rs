//! Who is asking: credentials as parameters. Their absence is answered with 401, and the document shows them as
//! security schemes, because the parameter's type does both. Whether they are right is compared in constant time.

mod api_key;
mod basic;
mod bearer;
mod unauthorized;

pub use api_key::ApiKey;
pub use basic::Basic;
pub use bearer::Bearer;
pub use unauthorized::Unauthorized;

use subtle::ConstantTimeEq;

/// Credentials in the `Authorization` header.
#[derive(Debug)]
pub struct ViaAuthorization;

impl crate::request::ReadByItself<ViaAuthorization> for Bearer {}
impl crate::request::ReadByItself<ViaAuthorization> for Option<Bearer> {}
impl crate::request::ReadByItself<ViaAuthorization> for Basic {}
impl crate::request::ReadByItself<ViaAuthorization> for Option<Basic> {}

/// Compares without telling by the time it takes where the two differ.
fn same(given: &str, expected: &str) -> bool {
    given.as_bytes().ct_eq(expected.as_bytes()).into()
}

/// What follows `scheme` in the `Authorization` header (RFC 9110 §11.4); schemes are compared without case.
fn authorization<'a>(headers: &'a http::HeaderMap, scheme: &str) -> Option<&'a str> {
    let value = headers.get(http::header::AUTHORIZATION)?.to_str().ok()?;
    let (given, credentials) = value.split_once(' ')?;
    given.eq_ignore_ascii_case(scheme).then(|| credentials.trim()).filter(|credentials| !credentials.is_empty())
}
