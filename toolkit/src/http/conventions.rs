//! What OpenTelemetry's semantic conventions for HTTP say of the caller's end of a request.

use std::{borrow::Cow, error::Error as _};

use reqwest::{Error, Url};

use crate::telemetry::conventions::query;

/// The path by its template. The conventions have the name in development, so their crate does not show it.
pub(super) const URL_TEMPLATE: &str = "url.template";

const REDACTED: &str = "REDACTED";

/// The value of `server.address`: a name or an IP address, which a URL writes in brackets if it is of version 6.
pub(super) fn server_address(url: &Url) -> Option<&str> {
    url.host_str().map(|host| host.trim_start_matches('[').trim_end_matches(']'))
}

/// The value of `url.full`, without what must stay secret.
///
/// `has_credentials` says that the URL was written with a user name or password, though `url` may have lost them.
pub(super) fn full_url(url: &Url, has_credentials: bool) -> String {
    let query = url.query().map(query);
    let query = query.filter(|query| matches!(query, Cow::Owned(_))).map(Cow::into_owned);
    if !has_credentials && query.is_none() {
        return url.as_str().to_owned();
    }
    let mut url = url.clone();
    if has_credentials {
        // An error means a URL without a host, which has no place for credentials either.
        let _ = url.set_username(REDACTED).and_then(|()| url.set_password(Some(REDACTED)));
    }
    if let Some(query) = query {
        url.set_query(Some(&query));
    }
    url.into()
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
}
