//! What a reverse proxy says of the request that it passes on: RFC 7239, and the older `X-Forwarded-*`.
//!
//! Only for services that are told that they stand behind one: anybody can send these headers.

use http::HeaderMap;

/// `https` or `http`.
pub(super) fn scheme(headers: &HeaderMap) -> &'static str {
    let proto = parameter(headers, "proto").or_else(|| first(headers, "x-forwarded-proto"));
    if proto.is_some_and(|proto| proto.eq_ignore_ascii_case("https")) { "https" } else { "http" }
}

/// The host that the client asked for, with its port if it named one.
pub(super) fn host(headers: &HeaderMap) -> Option<&str> {
    parameter(headers, "host").or_else(|| first(headers, "x-forwarded-host"))
}

/// The client's address, without its port.
pub(super) fn client(headers: &HeaderMap) -> Option<&str> {
    let client = parameter(headers, "for").or_else(|| first(headers, "x-forwarded-for"))?;
    // RFC 7239 §6: an IPv6 address stands in brackets.
    match client.strip_prefix('[') {
        Some(rest) => rest.split(']').next(),
        None if client.matches(':').count() == 1 => client.split(':').next(),
        None => Some(client),
    }
}

/// A parameter of the first element of `Forwarded`: what the proxy nearest to the client says.
fn parameter<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let element = first(headers, "forwarded")?;
    let mut pairs = element.split(';').filter_map(|pair| pair.trim().split_once('='));
    let (_, value) = pairs.find(|(known, _)| known.eq_ignore_ascii_case(name))?;
    Some(value.trim_matches('"')).filter(|value| !value.is_empty())
}

fn first<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let list = headers.get(name)?.to_str().ok()?;
    list.split(',').next().map(str::trim).filter(|first| !first.is_empty())
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| ((*name).parse().expect("a name"), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn the_standard_s_header_goes_before_the_older_ones() {
        let headers = headers(&[
            ("forwarded", r#"for="[2001:db8::1]:4711";Proto=HTTPS;host=shop.example:8443, for=10.0.0.1"#),
            ("x-forwarded-for", "192.0.2.1"),
            ("x-forwarded-proto", "http"),
        ]);
        assert_eq!(scheme(&headers), "https");
        assert_eq!(host(&headers), Some("shop.example:8443"));
        assert_eq!(client(&headers), Some("2001:db8::1"));
    }

    #[test]
    fn the_older_headers_are_read() {
        let headers = headers(&[
            ("x-forwarded-for", "192.0.2.1:80, 10.0.0.1"),
            ("x-forwarded-proto", "https"),
            ("x-forwarded-host", "shop.example"),
        ]);
        assert_eq!(
            (scheme(&headers), host(&headers), client(&headers)),
            ("https", Some("shop.example"), Some("192.0.2.1"))
        );
        assert_eq!(client(&self::headers(&[("x-forwarded-for", "2001:db8::1")])), Some("2001:db8::1"));
    }

    #[test]
    fn headers_that_say_nothing_are_none() {
        for value in ["", ",", ";;", "for=", "proto"] {
            let headers = headers(&[("forwarded", value)]);
            assert_eq!((scheme(&headers), host(&headers), client(&headers)), ("http", None, None), "{value}");
        }
    }
}
