//! A JSON body, in two ways: serde alone while all is well; and when that fails, the schema over the whole document,
//! which finds every type error where serde stops at the first.

use bytes::Bytes;
use schemars::{JsonSchema, Schema};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Reading, Refusal, SchemaCheck, reading::unsupported};
use crate::{
    check::{Place, Violation},
    problem::Problem,
};
use http::StatusCode;

/// A type that a JSON body can be read as.
pub trait JsonBody: DeserializeOwned + JsonSchema + Send + 'static {}

#[diagnostic::do_not_recommend]
impl<T: DeserializeOwned + JsonSchema + Send + 'static> JsonBody for T {}

impl Reading {
    /// The whole body, which says that it is JSON.
    ///
    /// # Errors
    ///
    /// 415 for another media type, 413 over the limit, 400 when the client breaks off.
    pub(crate) async fn json_bytes(&mut self) -> Result<Bytes, Refusal> {
        if !self.media_type().is_some_and(|media_type| is_json(&media_type)) {
            return Err(unsupported("application/json"));
        }
        self.body_bytes().await
    }
}

/// Reads the body.
///
/// # Errors
///
/// 415 for another media type, 413 over the limit, 400 for what is no JSON.
pub(super) async fn read<T: JsonBody>(reading: &mut Reading) -> Result<Option<T>, Refusal> {
    let body = reading.json_bytes().await?;
    match serde_json::from_slice(&body) {
        Ok(value) => Ok(Some(value)),
        Err(_) => {
            reading.violations.append(&mut all_wrong::<T>(&body, reading.body_rules)?);
            Ok(None)
        }
    }
}

/// `application/json` and every type whose structured syntax is JSON (RFC 6839 §3.1).
pub(crate) fn is_json(media_type: &str) -> bool {
    media_type == "application/json" || (media_type.contains('/') && media_type.ends_with("+json"))
}

/// Bodies up to this size, in bytes, are searched for everything that is wrong; of larger ones the first is told.
const SEARCHED: usize = 256 << 10;

fn all_wrong<T: JsonBody>(body: &[u8], rules: Option<fn(&mut Schema)>) -> Result<Vec<Violation>, Refusal> {
    if body.len() > SEARCHED {
        serde_json::from_slice::<serde::de::IgnoredAny>(body).map_err(|error| malformed(&error))?;
        return Ok(vec![first_wrong::<T>(body)]);
    }
    let value: Value = serde_json::from_slice(body).map_err(|error| malformed(&error))?;
    let violations = match rules {
        Some(rules) => SchemaCheck::with_rules::<T>(rules).violations(&value),
        None => SchemaCheck::of::<T>().violations(&value),
    };
    if violations.is_empty() { Ok(vec![first_wrong::<T>(body)]) } else { Ok(violations) }
}

fn malformed(error: &serde_json::Error) -> Refusal {
    Problem::new(StatusCode::BAD_REQUEST)
        .title("The body cannot be read as JSON")
        // Messages about syntax name what was expected, never what was sent.
        .detail(error.to_string())
        .with("line", error.line())
        .with("column", error.column())
        .into()
}

/// What serde finds wrong and no schema can say: a member given twice, `1.0` for an integer.
fn first_wrong<T: JsonBody>(body: &[u8]) -> Violation {
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let root = Place::body();
    let Err(error) = serde_path_to_error::deserialize::<_, T>(&mut deserializer) else {
        return Violation::new(&root, "type", "is not valid");
    };
    let message = error.inner().to_string();
    let (code, told) = if message.starts_with("duplicate field") {
        ("duplicate", "has a member twice")
    } else if INTEGERS.iter().any(|ty| message.contains(&format!("expected {ty}"))) {
        ("type", "must be an integer")
    } else {
        ("type", "is not valid")
    };
    let mut violation = Violation::new(&root, code, told);
    violation.pointer = Some(pointer(error.path()));
    violation
}

const INTEGERS: [&str; 12] = ["i8", "i16", "i32", "i64", "i128", "isize", "u8", "u16", "u32", "u64", "u128", "usize"];

fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    let mut pointer = String::new();
    for segment in path {
        match segment {
            Segment::Seq { index } => crate::check::push_token(&mut pointer, &index.to_string()),
            Segment::Map { key } => crate::check::push_token(&mut pointer, key),
            Segment::Enum { .. } | Segment::Unknown => {}
        }
    }
    pointer
}
