//! The attributes that a server span starts with (OpenTelemetry HTTP spans, "HTTP server semantic conventions").

use std::{borrow::Cow, net::SocketAddr};

use axum::{body::Body, extract::ConnectInfo};
use http::{Request, header};
use opentelemetry::KeyValue;
use opentelemetry_semantic_conventions::attribute;

use super::{
    super::{
        conventions::{self, OTHER_METHOD},
        routes::Route,
    },
    forwarded,
};

/// What is known of a request before it is answered. No header but `User-Agent` is taken over, and no body.
pub(super) fn of(
    request: &Request<Body>,
    route: &'static Route,
    scheme: &'static str,
    trusts_proxy: bool,
) -> Vec<KeyValue> {
    let (uri, headers) = (request.uri(), request.headers());
    let mut attributes = Vec::with_capacity(16);
    attributes.push(KeyValue::new(attribute::HTTP_REQUEST_METHOD, route.method));
    // A request to connect has none.
    let path = if uri.path().is_empty() { "/" } else { uri.path() };
    attributes.push(KeyValue::new(attribute::URL_PATH, path.to_owned()));
    attributes.push(KeyValue::new(attribute::URL_SCHEME, scheme));
    attributes.push(KeyValue::new(attribute::NETWORK_PROTOCOL_VERSION, conventions::version(request.version())));
    if route.method == OTHER_METHOD {
        let original = request.method().as_str().to_owned();
        attributes.push(KeyValue::new(attribute::HTTP_REQUEST_METHOD_ORIGINAL, original));
    }
    attributes.extend(route.template.map(|template| KeyValue::new(attribute::HTTP_ROUTE, template)));
    if let Some(query) = uri.query() {
        attributes.push(KeyValue::new(attribute::URL_QUERY, conventions::query(query).into_owned()));
    }
    let forwarded_host = trusts_proxy.then(|| forwarded::host(headers)).flatten();
    let host = forwarded_host.or_else(|| Some(uri.authority()?.as_str()));
    let host = host.or_else(|| headers.get(header::HOST)?.to_str().ok());
    if let Some((address, port)) = host.and_then(|host| address_and_port(host, scheme)) {
        attributes.push(KeyValue::new(attribute::SERVER_ADDRESS, address.to_owned()));
        attributes.push(KeyValue::new(attribute::SERVER_PORT, i64::from(port)));
    }
    if let Some(agent) = headers.get(header::USER_AGENT) {
        let agent = String::from_utf8_lossy(agent.as_bytes()).into_owned();
        attributes.push(KeyValue::new(attribute::USER_AGENT_ORIGINAL, agent));
    }
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0);
    let client = trusts_proxy.then(|| forwarded::client(headers)).flatten().map(Cow::Borrowed);
    if let Some(client) = client.or_else(|| Some(Cow::Owned(peer?.ip().to_string()))) {
        attributes.push(KeyValue::new(attribute::CLIENT_ADDRESS, client.into_owned()));
    }
    if let Some(peer) = peer {
        attributes.push(KeyValue::new(attribute::NETWORK_PEER_ADDRESS, peer.ip().to_string()));
        attributes.push(KeyValue::new(attribute::NETWORK_PEER_PORT, i64::from(peer.port())));
    }
    attributes
}

/// A host and its port, or the scheme's own one. None when it is no host.
fn address_and_port<'a>(host: &'a str, scheme: &str) -> Option<(&'a str, u16)> {
    let default = if scheme == "https" { 443 } else { 80 };
    // RFC 3986 §3.2: whoever is named before an `@` is no part of the host.
    let host = host.rsplit('@').next().unwrap_or(host);
    let after_bracket = host.rfind(']').map_or(0, |end| end + 1);
    let (address, port) = match host[after_bracket..].split_once(':') {
        Some((_, port)) => (&host[..host.len() - port.len() - 1], port.parse().ok()?),
        None => (host, default),
    };
    let address = address.strip_prefix('[').and_then(|inner| inner.strip_suffix(']')).unwrap_or(address);
    (!address.is_empty()).then_some((address, port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_taken_apart() {
        for (host, expected) in [
            ("shop.example", Some(("shop.example", 443))),
            ("shop.example:8000", Some(("shop.example", 8000))),
            ("[2001:db8::1]:8000", Some(("2001:db8::1", 8000))),
            ("[2001:db8::1]", Some(("2001:db8::1", 443))),
            ("ada:secret@shop.example", Some(("shop.example", 443))),
            ("shop.example:99999", None),
            (":80", None),
            ("", None),
        ] {
            assert_eq!(address_and_port(host, "https"), expected, "{host}");
        }
    }
}
