//! What OpenTelemetry's semantic conventions for HTTP say of both ends of a request: names, values, and what must not
//! be told.

use std::borrow::Cow;

use http::{Method, Version};
use percent_encoding::percent_decode_str;

/// The buckets that durations are counted in, in seconds (`http.server.request.duration`).
pub(crate) const DURATIONS: [f64; 14] =
    [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0];

/// What stands for all methods that are not known.
pub(crate) const OTHER_METHOD: &str = "_OTHER";

/// The value of `http.request.method`: the methods of RFC 9110 and RFC 5789, and QUERY; there must be few.
pub(crate) fn method(method: &Method) -> &'static str {
    const KNOWN: [&str; 10] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "CONNECT", "TRACE", "QUERY"];
    KNOWN.into_iter().find(|known| *known == method.as_str()).unwrap_or(OTHER_METHOD)
}

/// A span's name: the method, and the template of the path if it is known.
pub(crate) fn span_name(method: &'static str, template: Option<&str>) -> Cow<'static, str> {
    let method = if method == OTHER_METHOD { "HTTP" } else { method };
    match template {
        Some(template) => format!("{method} {template}").into(),
        None => method.into(),
    }
}

/// The value of `network.protocol.version`.
pub(crate) fn version(version: Version) -> &'static str {
    match version {
        Version::HTTP_09 => "0.9",
        Version::HTTP_10 => "1.0",
        Version::HTTP_2 => "2",
        Version::HTTP_3 => "3",
        _ => "1.1",
    }
}

/// Parameters of a query whose values are secrets (`url.query`, `url.full`).
const SECRETS: [&str; 7] = [
    "AWSAccessKeyId",
    "Signature",
    "sig",
    "X-Goog-Signature",
    "X-Amz-Signature",
    "X-Amz-Credential",
    "X-Amz-Security-Token",
];

/// A query with the values of secrets replaced.
pub(crate) fn query(query: &str) -> Cow<'_, str> {
    let is_secret = |pair: &str| {
        let name = pair.split_once('=').map(|(name, _)| percent_decode_str(name).decode_utf8_lossy());
        name.is_some_and(|name| SECRETS.contains(&&*name))
    };
    if !query.split('&').any(is_secret) {
        return Cow::Borrowed(query);
    }
    let redacted = query.split('&').map(|pair| match pair.split_once('=') {
        Some((name, _)) if is_secret(pair) => format!("{name}=REDACTED"),
        _ => pair.to_owned(),
    });
    Cow::Owned(redacted.collect::<Vec<_>>().join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_replaced_and_the_rest_is_kept() {
        assert_eq!(query("a=1&sig=s3cret&b&X-Amz-Signature=x=y"), "a=1&sig=REDACTED&b&X-Amz-Signature=REDACTED");
        assert_eq!(query("s%69g=s3cret"), "s%69g=REDACTED");
        assert_eq!(query("signature_of=me"), "signature_of=me");
    }

    #[test]
    fn an_unknown_method_is_named_other() {
        assert_eq!(method(&Method::GET), "GET");
        let unknown = method(&Method::from_bytes(b"get").expect("a token"));
        assert_eq!(unknown, "_OTHER");
        assert_eq!(span_name(unknown, None), "HTTP");
        assert_eq!(span_name(unknown, Some("/films/{id}")), "HTTP /films/{id}");
    }
}
