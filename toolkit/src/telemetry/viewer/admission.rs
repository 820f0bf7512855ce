use std::{
    borrow::Cow,
    net::{Ipv4Addr, SocketAddr},
};

use axum::extract::ConnectInfo;
use http::{HeaderMap, StatusCode, Version, header, request::Parts, uri::Authority};

use crate::problem::Problem;

/// What a proxy adds to a request that it passes on: the request came from elsewhere then.
const FORWARDED: [&str; 5] = ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via"];

/// Who may look at the traces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Admission {
    /// Only who sits at the machine that the service runs on.
    Loopback,
    /// Whoever can reach the service.
    Anyone,
}

impl Admission {
    /// Whether a request is let in; if not, the answer that says why and what to do about it.
    pub(super) fn check(self, request: &Parts) -> Result<(), Problem> {
        if let Some(origin) = other_site(&request.headers) {
            let why = format!("a page of {origin} has asked; traces are for the pages of the service itself");
            return Err(Problem::new(StatusCode::FORBIDDEN).detail(why));
        }
        match self {
            Self::Anyone => Ok(()),
            Self::Loopback => from_this_machine(request).map_err(|found| refusal(&found)),
        }
    }
}

/// The site whose page asks, if it is another one: whatever CORS allows, traces are not for it.
fn other_site(headers: &HeaderMap) -> Option<Cow<'_, str>> {
    let origin = String::from_utf8_lossy(headers.get(header::ORIGIN)?.as_bytes());
    // No page can write this one, and a proxy may have changed the host.
    let says_browser = headers.get("sec-fetch-site").is_some_and(|site| site == "same-origin");
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let is_own = says_browser || origin.split_once("://").is_some_and(|(_, site)| Some(site) == host);
    (!is_own).then_some(origin)
}

fn from_this_machine(request: &Parts) -> Result<(), String> {
    match request.extensions.get::<ConnectInfo<SocketAddr>>() {
        None => return Err("the address that the request came from is not known".to_owned()),
        Some(ConnectInfo(peer)) if !peer.ip().to_canonical().is_loopback() => {
            return Err(format!("the request came from {}", peer.ip()));
        }
        Some(_) => {}
    }
    // Browsers speak HTTP/1.1 at least; many a proxy that tells nothing of itself does not.
    if request.version < Version::HTTP_11 {
        return Err("the request came by HTTP/1.0, as proxies send it".to_owned());
    }
    if let Some(name) = FORWARDED.into_iter().find(|name| request.headers.contains_key(*name)) {
        return Err(format!("the request was passed on by a proxy, as its header `{name}` shows"));
    }
    // A page of another site can give its own name this machine's address, and would then be let in by the
    // address alone: the name stays the other site's.
    let mut names = asked_names(request.uri.authority(), &request.headers).peekable();
    if names.peek().is_none() {
        return Err("the request does not tell the host that it is for".to_owned());
    }
    match names.find(|name| !is_this_machine(name)) {
        Some(name) => Err(format!("the request is for the host `{name}`")),
        None => Ok(()),
    }
}

fn asked_names<'a>(authority: Option<&'a Authority>, headers: &'a HeaderMap) -> impl Iterator<Item = &'a str> {
    let hosts = headers.get_all(header::HOST).iter().map(|host| host.to_str().unwrap_or("?"));
    authority.map(Authority::as_str).into_iter().chain(hosts)
}

/// Whether a host, with or without a port, is this machine whoever asks.
fn is_this_machine(host: &str) -> bool {
    let Ok(authority) = host.parse::<Authority>() else { return false };
    if host.contains('@') {
        return false;
    }
    let name = authority.host().to_ascii_lowercase();
    let is_loopback = name.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback());
    is_loopback || name == "localhost" || name.ends_with(".localhost") || name == "[::1]"
}

fn refusal(found: &str) -> Problem {
    Problem::new(StatusCode::FORBIDDEN).title("The trace viewer answers this machine only").detail(format!(
        "{found}; traces hold what requests and their log lines say, so they are shown only to who asks for them on the \
         machine that the service runs on, directly and at the name `localhost` or a loopback address. To show them to \
         everyone who can reach the service, set `trace_viewer_from = \"anywhere\"`",
    ))
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    fn admits(peer: Option<&str>, uri: &str, headers: &[(&str, &str)]) -> bool {
        let request = headers.iter().fold(Request::get(uri), |request, (name, value)| request.header(*name, *value));
        let mut request = request.body(()).unwrap();
        if let Some(peer) = peer {
            request.extensions_mut().insert(ConnectInfo(peer.parse::<SocketAddr>().unwrap()));
        }
        Admission::Loopback.check(&request.into_parts().0).is_ok()
    }

    #[test]
    fn a_request_from_this_machine_for_this_machine_is_let_in() {
        for (peer, host) in [
            ("127.0.0.1:4000", "localhost"),
            ("127.0.0.1:4000", "LOCALHOST:8000"),
            ("127.8.9.1:4000", "127.0.0.1:8000"),
            ("[::1]:4000", "[::1]:8000"),
            ("[::ffff:127.0.0.1]:4000", "shop.localhost:8000"),
            ("127.0.0.1:4000", "127.255.0.1"),
        ] {
            assert!(admits(Some(peer), "/traces", &[("host", host)]), "{peer} {host}");
            assert!(admits(Some(peer), &format!("http://{host}/traces"), &[]), "{peer} {host} over HTTP/2");
        }
    }

    #[test]
    fn a_page_of_the_service_itself_may_say_where_it_is_from() {
        let local = Some("127.0.0.1:4000");
        assert!(admits(local, "/traces", &[("host", "localhost:8000"), ("origin", "http://localhost:8000")]));
        assert!(admits(
            local,
            "/traces",
            &[("host", "localhost"), ("origin", "null"), ("sec-fetch-site", "same-origin")]
        ));
    }

    #[test]
    fn a_request_from_elsewhere_or_for_another_name_is_refused() {
        let local = Some("127.0.0.1:4000");
        for (peer, uri, headers) in [
            (None, "/traces", &[("host", "localhost")][..]),
            (Some("192.168.0.7:4000"), "/traces", &[("host", "localhost")]),
            (Some("[fe80::1]:4000"), "/traces", &[("host", "localhost")]),
            (local, "/traces", &[]),
            (local, "/traces", &[("host", "")]),
            (local, "/traces", &[("host", "evil.example:8000")]),
            (local, "/traces", &[("host", "127.0.0.1.evil.example")]),
            (local, "/traces", &[("host", "127.1")]),
            (local, "/traces", &[("host", "10.0.0.1")]),
            (local, "/traces", &[("host", "notlocalhost")]),
            (local, "/traces", &[("host", "evil@localhost")]),
            (local, "/traces", &[("host", "localhost"), ("host", "evil.example")]),
            (local, "http://evil.example/traces", &[("host", "localhost")]),
            (local, "http://localhost/traces", &[("host", "evil.example")]),
            (local, "/traces", &[("host", "localhost"), ("forwarded", "for=192.0.2.1")]),
            (local, "/traces", &[("host", "localhost"), ("x-forwarded-for", "127.0.0.1")]),
            (local, "/traces", &[("host", "localhost"), ("x-forwarded-host", "localhost")]),
            (local, "/traces", &[("host", "localhost"), ("x-real-ip", "127.0.0.1")]),
            (local, "/traces", &[("host", "localhost"), ("via", "1.1 proxy")]),
            (local, "/traces", &[("host", "localhost"), ("origin", "https://evil.example")]),
            (local, "/traces", &[("host", "localhost:8000"), ("origin", "http://localhost")]),
            (local, "/traces", &[("host", "localhost"), ("origin", "null")]),
            (local, "/traces", &[("host", "localhost"), ("origin", "null"), ("sec-fetch-site", "cross-site")]),
        ] {
            assert!(!admits(peer, uri, headers), "{peer:?} {uri} {headers:?}");
        }
    }
}
