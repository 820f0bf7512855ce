"""The requests of which the telemetry is known beforehand, and what has to be told of each."""

from .client import FILM, RECOMMENDATIONS, ask_over_http2
from .conventions import by_asked, children

FILM_ROUTE = "/v0/api/items/{item_id}"
REMOTE = "4bf92f3577b34da6a3ce929d0e0e47"
PARENT = "00f067aa0ba902b7"

# Each stands in a place of a request that telemetry must leave alone.
SECRETS = {
    "the header authorization": "hidden-in-authorization",
    "the header cookie": "hidden-in-cookie",
    "the body": "hidden-in-body",
    "a signature": "hidden-in-signature",
}
SIGNED = ["sig", "Signature", "AWSAccessKeyId", "X-Amz-Signature", "X-Amz-Credential", "X-Amz-Security-Token",
          "X-Goog-Signature"]  # fmt: skip

# None of these names a trace (W3C Trace Context, §3.2.2).
MALFORMED = {
    "short": f"00-{REMOTE}-{PARENT}-01",
    "no-trace": f"00-{'0' * 32}-{PARENT}-01",
    "no-parent": f"00-{REMOTE}b0-{'0' * 16}-01",
    "no-hex": f"00-{REMOTE}zz-{PARENT}-01",
    "upper-case": f"00-{REMOTE.upper()}B0-{PARENT}-01",
    "version-ff": f"ff-{REMOTE}b0-{PARENT}-01",
    "too-long": f"00-{REMOTE}b0-{PARENT}-01-more",
    "words": "hello",
}


def ask_all(client, port):
    """The replies, by the name of the request."""
    replies = {}

    def ask(asked, target, *rest, **more):
        replies[asked] = client.ask(asked, target, *rest, **more)

    ask("good", f"{RECOMMENDATIONS}?customer_id=1&limit=3")
    replies["http2"] = ask_over_http2(port, "http2", FILM)
    traced = {"tracestate": "vendor=of-the-caller"}
    ask("sampled", FILM, headers={"traceparent": f"00-{REMOTE}a1-{PARENT}-01", **traced})
    ask("not-sampled", FILM, headers={"traceparent": f"00-{REMOTE}a2-{PARENT}-00"})
    ask("later-version", FILM, headers={"traceparent": f"01-{REMOTE}a3-{PARENT}-01-more"})
    for name, header in MALFORMED.items():
        ask(f"malformed/{name}", FILM, headers={"traceparent": header})
    ask("violations", f"{RECOMMENDATIONS}?customer_id=someone&limit=4711")
    ask("body", "/v0/api/ratings", "POST", {"content-type": "application/json"},
        f'[{{"customer_id": "{SECRETS["the body"]}", "item_id": 1, "rating": 4711}}]')  # fmt: skip
    ask("problem", f"{RECOMMENDATIONS}?customer_id=100000")
    ask("unknown", "/no/such/path-4711")
    ask("head", FILM, "HEAD")
    ask("options", FILM, "OPTIONS")
    ask("foo", FILM, "FOO")
    ask("foo-unknown", "/no/such/path-4711", "FOO")
    ask("secret-headers", FILM, headers={
        "authorization": f"Bearer {SECRETS['the header authorization']}",
        "cookie": f"session={SECRETS['the header cookie']}",
    })  # fmt: skip
    ask("signed", f"{FILM}?" + "&".join(f"{name}={SECRETS['a signature']}" for name in SIGNED))
    return replies


def check_all(report, replies, spans):
    server = check_counts(report, replies, spans)
    inner = {asked: children(server[asked], spans) for asked in server}
    check_names(report, replies, server)
    check_context(report, replies, server)
    check_function(report, server, inner)
    check_violations(report, server, inner)
    check_attributes(report, server)


def check_counts(report, replies, spans):
    """One server span for each request; gives them by the request."""
    found = by_asked(spans)
    counts = {asked: len(found.get(asked, [])) for asked in replies}
    expected = {asked: int(asked != "not-sampled") for asked in replies}
    report.none("each request has one server span, the one that is not sampled none", {
        asked: counts[asked] for asked in counts if counts[asked] != expected[asked]
    })  # fmt: skip
    return {asked: spans[0] for asked, spans in found.items() if asked in replies}


def check_names(report, replies, server):
    expected = {
        "good": ("GET /v0/api/recommendations", 200),
        "violations": ("GET /v0/api/recommendations", 422),
        "body": ("POST /v0/api/ratings", 422),
        "problem": ("GET /v0/api/recommendations", 404),
        "unknown": ("GET", 404),
        "head": (f"HEAD {FILM_ROUTE}", 200),
        "options": (f"OPTIONS {FILM_ROUTE}", 204),
        "foo": (f"HTTP {FILM_ROUTE}", 405),
        "foo-unknown": ("HTTP", 404),
    }
    for asked, (name, status) in expected.items():
        span = server.get(asked)
        found = span and (span.name, span.get("http.response.status_code"))
        report.check(f"{asked}: named {name!r}, with {status}", found, (name, status))
    report.none("the status of each span is the answer's", [
        (asked, replies[asked].status, span.attributes.get("http.response.status_code"))
        for asked, span in server.items() if span.get("http.response.status_code") != replies[asked].status
    ])  # fmt: skip


def check_context(report, replies, server):
    """W3C Trace Context, and the trace id that the answer tells."""
    sent = {asked: (span.trace_id, replies[asked].trace_id) for asked, span in server.items()}
    report.none("x-trace-id is the exported trace id", {asked: ids for asked, ids in sent.items() if len(set(ids)) > 1})
    for asked, trace_id in {"sampled": f"{REMOTE}a1", "later-version": f"{REMOTE}a3"}.items():
        span = server.get(asked)
        report.check(f"{asked}: the caller's trace, under the caller's span",
                     span and (span.trace_id, span.parent_id), (trace_id, PARENT))  # fmt: skip
    span = server.get("sampled")
    report.check("sampled: the caller's tracestate is kept", span and span.trace_state, "vendor=of-the-caller")
    report.check("not-sampled: the answer tells the caller's trace id", replies["not-sampled"].trace_id, f"{REMOTE}a2")
    without = {asked: span for asked, span in server.items() if asked not in {"sampled", "later-version"}}
    report.none("without a caller's trace, or with a malformed one, a trace begins", {
        asked: (span.trace_id, span.parent_id) for asked, span in without.items()
        if span.parent_id or span.trace_id.startswith(REMOTE)
    })  # fmt: skip
    trace_ids = [span.trace_id for span in without.values()]
    report.check("each of its own", len(set(trace_ids)), len(trace_ids))


def check_function(report, server, inner):
    for asked, function in {"good": "get_recommendations", "sampled": "get_item", "http2": "get_item"}.items():
        found = [(span.kind, span.name, span.get("code.function.name")) for span in inner.get(asked, [])]
        expected = ("INTERNAL", function, f"recommendations::endpoints::{function}")
        report.check(f"{asked}: one inner span, for the function", found, [expected])
    report.none("an inner span lies within its parent", [
        asked for asked, parent in server.items() for span in inner[asked]
        if not parent.start <= span.start <= span.end <= parent.end
    ])  # fmt: skip
    report.none("where the function was not called, it has no span", [
        (asked, [span.name for span in inner[asked]])
        for asked in ("violations", "body", "unknown", "options", "foo") if inner.get(asked)
    ])  # fmt: skip


# What a violation tells: where, which parameter or which place in the body, and what.
PLACE = [("violation.in",), ("violation.name", "violation.pointer"), ("violation.code",)]


def told(event, *keys):
    """The value of the first of these attributes that is there."""
    return next((event.attributes[key][1] for key in keys if key in event.attributes), None)


def check_violations(report, server, inner):
    expected = {
        "violations": [("query", "customer_id", "type"), ("query", "limit", "range")],
        "body": [("body", "/0/customer_id", "type"), ("body", "/0/rating", "range")],
        "good": [],
    }
    for asked, violations in expected.items():
        spans = [server[asked], *inner[asked]] if asked in server else []
        events = [event for span in spans for event in span.events if event.name == "violation"]
        found = [tuple(told(event, *keys) for keys in PLACE) for event in events]
        report.check(f"{asked}: {len(violations)} violations are told", sorted(found, key=str), violations)
        values = [event.attributes for event in events if "4711" in str(event) or "someone" in str(event)]
        report.none(f"{asked}: no violation tells the value", values)


def check_attributes(report, server):
    expected = {
        "good": {
            "http.request.method": "GET", "http.route": "/v0/api/recommendations",
            "url.path": "/v0/api/recommendations", "url.query": "customer_id=1&limit=3", "url.scheme": "http",
            "server.address": "127.0.0.1", "client.address": "127.0.0.1", "network.peer.address": "127.0.0.1",
            "network.protocol.version": "1.1",
        },
        "http2": {"network.protocol.version": "2", "http.route": FILM_ROUTE, "url.path": FILM, "url.query": None},
        "unknown": {"http.route": None, "url.path": "/no/such/path-4711"},
        "foo": {"http.request.method": "_OTHER", "http.request.method_original": "FOO", "http.route": FILM_ROUTE},
        "signed": {"url.query": "&".join(f"{name}=REDACTED" for name in SIGNED)},
    }  # fmt: skip
    for asked, attributes in expected.items():
        span = server.get(asked)
        report.check(f"{asked}: " + ", ".join(f"{key}={value}" for key, value in attributes.items()),
                     span and {key: span.get(key) for key in attributes}, attributes)  # fmt: skip


def check_secrets(report, name, text):
    found = [place for place, secret in SECRETS.items() if secret in text]
    report.none(f"{name}: nothing of {', '.join(SECRETS)}", found)
