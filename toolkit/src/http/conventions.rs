//! What OpenTelemetry's semantic conventions for HTTP say about names and values.

use std::{borrow::Cow, error::Error as _};

use reqwest::{Error, Method, Url, Version};

/// The path by its template. The conventions have the name in development, so their crate does not show it.
pub(super) const URL_TEMPLATE: &str = "url.template";

/// The bounds of the buckets that durations are counted in, in seconds (metric `http.client.request.duration`).
pub(super) const DURATION_BOUNDARIES: [f64; 14] =
    [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0];

/// The parameters of a query whose values are secrets (attribute `url.full`).
const SECRET_PARAMETERS: [&str; 7] = [
    "X-Amz-Signature",
    "X-Amz-Credential",
    "X-Amz-Security-Token",
    "AWSAccessKeyId",
    "Signature",
    "sig",
    "X-Goog-Signature",
];
const REDACTED: &str = "REDACTED";

/// The value of `http.request.method` for a method that is not known.
pub(super) const OTHER_METHOD: &str = "_OTHER";

/// The value of `http.request.method`: only known methods, as there must be few.
pub(super) fn method_name(method: &Method) -> &'static str {
    const KNOWN: [&str; 10] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "CONNECT", "TRACE", "QUERY"];
    KNOWN.into_iter().find(|known| *known == method.as_str()).unwrap_or(OTHER_METHOD)
}

/// The name of a client span: `{method}`, or `{method} {template}`.
pub(super) fn span_name(method: &'static str, template: Option<&str>) -> Cow<'static, str> {
    let method = if method == OTHER_METHOD { "HTTP" } else { method };
    match template {
        Some(template) => format!("{method} {template}").into(),
        None => method.into(),
    }
}

/// The value of `server.address`: a name or an IP address, which a URL writes in brackets if it is of version 6.
pub(super) fn server_address(url: &Url) -> Option<&str> {
    url.host_str().map(|host| host.trim_start_matches('[').trim_end_matches(']'))
}

/// The value of `url.full`, without what must stay secret.
///
/// `has_credentials` says that the URL was written with a user name or password, though `url` may have lost them.
pub(super) fn full_url(url: &Url, has_credentials: bool) -> String {
    let has_secret = url.query().is_some_and(|query| query.split('&').any(is_secret));
    if !has_credentials && !has_secret {
        return url.as_str().to_owned();
    }
    let mut url = url.clone();
    if has_credentials {
        // An error means a URL without a host, which has no place for credentials either.
        let _ = url.set_username(REDACTED).and_then(|()| url.set_password(Some(REDACTED)));
    }
    if let (true, Some(query)) = (has_secret, url.query()) {
        let query = query.split('&').map(redacted).collect::<Vec<_>>().join("&");
        url.set_query(Some(&query));
    }
    url.into()
}

fn is_secret(parameter: &str) -> bool {
    parameter.split_once('=').is_some_and(|(name, _)| SECRET_PARAMETERS.contains(&name))
}

fn redacted(parameter: &str) -> String {
    match parameter.split_once('=') {
        Some((name, _)) if is_secret(parameter) => format!("{name}={REDACTED}"),
        _ => parameter.to_owned(),
    }
}

/// The value of `network.protocol.version`.
pub(super) fn protocol_version(version: Version) -> Option<&'static str> {
    match version {
        Version::HTTP_09 => Some("0.9"),
        Version::HTTP_10 => Some("1.0"),
        Version::HTTP_11 => Some("1.1"),
        Version::HTTP_2 => Some("2"),
        Version::HTTP_3 => Some("3"),
        _ => None,
    }
}

/// The value of `error.type` when no response came.
pub(super) fn error_type(error: &Error) -> &'static str {
    // The order matters: a name that is not found is a failed connection too, and either may be a timeout.
    match error {
        error if error.is_timeout() => "timeout",
        error if error.is_dns() => "dns",
        error if error.is_connect() => "connect",
        error if error.is_redirect() => "redirect",
        error if error.is_body() => "body",
        error if error.is_builder() => "builder",
        _ => "request",
    }
}

/// What happened, with all causes; `error` must be without its URL, which may hold secrets.
pub(super) fn description(error: &Error) -> String {
    let mut told = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        told = format!("{told}: {error}");
        cause = error.source();
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(url: &str) -> String {
        let url = Url::parse(url).unwrap();
        full_url(&url, !url.username().is_empty() || url.password().is_some())
    }

    #[test]
    fn a_url_without_secrets_is_told_as_it_is() {
        for url in ["http://localhost:8000/", "https://a.example/b?c=d&e&sigma=1&sig#f"] {
            assert_eq!(told(url), url);
        }
    }

    #[test]
    fn credentials_are_redacted() {
        for url in ["https://ada:secret@a.example/b", "https://ada@a.example/b", "https://:secret@a.example/b"] {
            assert_eq!(told(url), "https://REDACTED:REDACTED@a.example/b");
        }
    }

    #[test]
    fn secret_parameters_are_redacted() {
        assert_eq!(
            told("https://a.example/b?x=1&X-Amz-Signature=s&sig=a=b&Signature=&X-Goog-Signature=s#f"),
            "https://a.example/b?x=1&X-Amz-Signature=REDACTED&sig=REDACTED&Signature=REDACTED&X-Goog-Signature=REDACTED#f"
        );
    }

    #[test]
    fn an_address_is_told_without_brackets() {
        for (url, address) in [("http://a.example:8000/", "a.example"), ("http://[::1]:8000/", "::1")] {
            assert_eq!(server_address(&Url::parse(url).unwrap()), Some(address));
        }
    }

    #[test]
    fn an_unknown_method_is_named_other() {
        assert_eq!(method_name(&Method::GET), "GET");
        let unknown = method_name(&Method::from_bytes(b"get").unwrap());
        assert_eq!(unknown, "_OTHER");
        assert_eq!(span_name(unknown, None), "HTTP");
        assert_eq!(span_name(unknown, Some("/films/{id}")), "HTTP /films/{id}");
    }
}
