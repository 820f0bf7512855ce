"""What has to hold of every span of the toolkit.

Source: the semantic conventions of OpenTelemetry for HTTP spans (opentelemetry.io/docs/specs/semconv/http/http-spans).
"""

SCOPE = "toolkit"
SERVICE = "recommendations"
INTEGERS = {"http.response.status_code", "server.port", "client.port", "network.peer.port", "code.line.number"}
REQUIRED = {
    "http.request.method",
    "url.path",
    "url.scheme",
    "http.response.status_code",
    "server.address",
    "server.port",
    "client.address",
    "network.peer.address",
    "network.protocol.version",
    "user_agent.original",
}
RESOURCE = {
    "service.name": ("string_value", SERVICE),
    "deployment.environment.name": ("string_value", "ci"),
    "telemetry.sdk.language": ("string_value", "rust"),
    "telemetry.sdk.name": ("string_value", "opentelemetry"),
}


def server_spans(spans):
    return [span for span in spans if span.kind == "SERVER"]


def by_asked(spans):
    """The server spans by the request that they are of."""
    found = {}
    for span in server_spans(spans):
        found.setdefault(span.get("user_agent.original"), []).append(span)
    return found


def children(server, spans):
    return [span for span in spans if span.parent_id == server.span_id and span.trace_id == server.trace_id]


def check_all(report, spans):
    """What holds whatever was asked."""
    servers = server_spans(spans)
    report.none("every span is of the service, of this environment, from a Rust SDK", [
        (key, span.resource.get(key)) for key in RESOURCE for span in spans if span.resource.get(key) != RESOURCE[key]
    ][:3])  # fmt: skip
    scopes = {span.scope for span in servers}
    report.check(f"the scope of server spans is {SCOPE!r}", scopes, {SCOPE})
    report.none("every server span has a schema URL", [
        span.name for span in servers if not span.schema_url.startswith("https://opentelemetry.io/schemas/")
    ])  # fmt: skip
    ids = [(span.trace_id, span.span_id) for span in spans]
    report.check("no span comes twice", len(set(ids)), len(ids))
    report.none("no span has an attribute twice", [(span.name, span.repeated) for span in spans if span.repeated])
    report.none("every span ends no earlier than it starts", [s.name for s in spans if not 0 < s.start <= s.end])
    report.none("every event lies within its span", sorted({
        (span.name, event.name) for span in spans for event in span.events if not span.start <= event.time <= span.end
    }))  # fmt: skip
    report.none("kinds are SERVER and INTERNAL", sorted({s.kind for s in spans} - {"SERVER", "INTERNAL"}))
    report.none("every inner span has its parent, in its trace", orphans(spans))
    report.none("every server span has the required attributes", [
        (span.name, sorted(missing)) for span in servers if (missing := REQUIRED - set(span.attributes))
    ][:5])  # fmt: skip
    report.none("integers are integers, all else of HTTP is text", sorted({
        (key, kind) for span in spans for key, (kind, _) in span.attributes.items()
        if key.split(".")[0] in {"http", "url", "server", "client", "network", "user_agent", "error"} | {"code"}
        if kind != ("int_value" if key in INTEGERS else "string_value")
    }))  # fmt: skip
    report.none("no span has a header", sorted({
        key for span in spans for key in span.attributes if ".header." in key or key in {"authorization", "cookie"}
    }))  # fmt: skip
    report.none("an error has a type and no description; what is no error has neither", [
        (span.name, span.status, span.status_message, span.attributes.get("error.type"))
        for span in servers if not is_status_right(span)
    ][:5])  # fmt: skip


def orphans(spans):
    ids = {(span.trace_id, span.span_id) for span in spans}
    inner = [span for span in spans if span.kind != "SERVER"]
    return [span.name for span in inner if (span.trace_id, span.parent_id) not in ids][:5]


def is_status_right(span):
    failed = str(span.get("http.response.status_code")).startswith("5")
    if failed:
        return span.status == "ERROR" and not span.status_message and bool(span.get("error.type"))
    return span.status == "UNSET" and not span.status_message and "error.type" not in span.attributes
