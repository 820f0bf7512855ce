"""Export: the service beside a collector, and beside collectors that fail it."""

from statistics import median

from . import cases, conventions
from .client import FILM, RECOMMENDATIONS, Client, Load
from .processes import END_WITHIN, free_port
from .receiver import Mute

ENVIRONMENT = {
    "OTEL_SERVICE_NAME": conventions.SERVICE,
    "OTEL_RESOURCE_ATTRIBUTES": "deployment.environment.name=ci",
    "OTEL_BSP_SCHEDULE_DELAY": "100",
}
LOAD = [FILM, f"{RECOMMENDATIONS}?customer_id=7&limit=3", "/no/such/path"]
# The boundaries that the conventions advise for http.server.request.duration.
BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10)
# So many requests that take too long.
LATE = 5


def environment(endpoint, protocol, **more):
    return {**ENVIRONMENT, "OTEL_EXPORTER_OTLP_ENDPOINT": endpoint, "OTEL_EXPORTER_OTLP_PROTOCOL": protocol, **more}


def judge_protocol(stage, protocol, viewer):
    """Known requests, then load, and the end in the middle of it: all of it has to arrive.

    The service's own trace viewer, if it is there, sees spans that are not sampled; they must not be sent.
    """
    report, receiver = stage.report, stage.receiver
    sending = environment(stage.collector.endpoint(protocol), protocol, TOOLKIT_TRACE_VIEWER=viewer)
    with stage.service(sending) as service:
        client = Client(service.port)
        replies = cases.ask_all(client, service.port)
        shown = client.ask("viewer", "/traces")
        report.check("the viewer is there, or it is not, as told", shown.status, 200 if viewer == "true" else 404)
        if viewer == "false":
            # Then this is a path like any other that nobody knows.
            replies["viewer"] = shown
        client.close()
        load = Load(service.port, threads=4, targets=LOAD)
        load.wait_for(500)
        check_end(report, service)
        answered = load.end()
        report.check("all connections were still asking when it ended", len(load.broken_off), 4)

        expected = len(replies) - 1 + len(answered)
        receiver.settle(lambda: len(conventions.server_spans(receiver.spans())) >= expected and receiver.points())
        spans = receiver.spans()
        check_load(report, answered, spans)
        conventions.check_all(report, spans)
        cases.check_all(report, replies, spans)
        check_metrics(report, receiver.points(), len(replies) + len(answered))
        check_records(report, receiver.records(), [*replies.values(), *answered])
        cases.check_secrets(report, "what is sent", receiver.bytes().decode("latin-1"))
        cases.check_secrets(report, "the log", service.log())
        report.none("the collector sends nothing that OTLP does not have", receiver.refused)


def check_end(report, service):
    service.terminate()
    code, seconds = service.ended()
    report.check(f"told to stop, it ends with 0 within {END_WITHIN} s ({seconds:.1f} s)", code, 0)


def check_load(report, answered, spans):
    found = {asked: spans for asked, spans in conventions.by_asked(spans).items() if str(asked).startswith("load/")}
    wrong = {reply.asked: len(found.get(reply.asked, [])) for reply in answered}
    report.none(f"under load, each of {len(answered)} answered requests has one server span", {
        asked: count for asked, count in wrong.items() if count != 1
    })  # fmt: skip
    report.none("no request has one that was not answered", sorted(set(found) - set(wrong)))
    report.none("x-trace-id is the exported trace id", [
        reply.asked for reply in answered
        if reply.asked in found and found[reply.asked][0].trace_id != reply.trace_id
    ][:5])  # fmt: skip
    by_id = {(span.trace_id, span.parent_id) for span in spans if span.kind == "INTERNAL"}
    called = [spans[0] for spans in found.values() if spans[0].get("http.response.status_code") == 200]
    report.none("each of those that called a function has its span", [
        span.name for span in called if (span.trace_id, span.span_id) not in by_id
    ])  # fmt: skip


def check_metrics(report, points, requests):
    points = [point for point in points if point.metric == "http.server.request.duration"]
    kinds = {(point.kind, point.unit, point.bounds) for point in points}
    report.check("http.server.request.duration is a histogram in seconds, with the advised bounds",
                 kinds, {("histogram", "s", BOUNDS)})  # fmt: skip
    # Each point counts from its start: the last one has all.
    last = {}
    for point in sorted(points, key=lambda point: point.time):
        last[point.start, tuple(sorted(point.attributes.items()))] = point
    report.check("it counts every request", sum(point.count for point in last.values()), requests)
    allowed = {"http.request.method", "url.scheme", "http.response.status_code", "http.route", "error.type",
               "network.protocol.name", "network.protocol.version"}  # fmt: skip
    keys = {key for point in points for key in point.attributes}
    report.none("by attributes of few values", sorted(keys - allowed))
    report.none("of this service", [p.resource for p in points if p.resource.get("service.name") != (
        "string_value", conventions.SERVICE)][:1])  # fmt: skip


def check_records(report, records, replies):
    listening = [record for record in records if "listening on http://" in str(record.body)]
    report.check("the log is sent: the line that tells the address", len(listening), 1)
    told = {record.trace_id for record in records}
    report.none("and for each request one that has its trace id", [
        reply.asked for reply in replies if reply.trace_id not in told
    ][:5])  # fmt: skip
    report.none("each line has a severity and is of this service", [
        record.body for record in records
        if not record.severity or record.resource.get("service.name") != ("string_value", conventions.SERVICE)
    ][:3])  # fmt: skip


def judge_traces_only(stage):
    """A collector that takes traces and nothing else, told by the variable for traces: they have the log's lines."""
    report, receiver = stage.report, stage.receiver
    endpoint = f"http://127.0.0.1:{receiver.port}/v1/traces"
    with stage.service({**ENVIRONMENT, "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": endpoint}) as service:
        client = Client(service.port)
        replies = cases.ask_all(client, service.port)
        client.close()
        check_end(report, service)
    receiver.settle(lambda: len(conventions.server_spans(receiver.spans())) >= len(replies) - 1)
    report.check("traces are sent, and nothing else", {path for path, _, _ in receiver.received}, {"/v1/traces"})
    spans = receiver.spans()
    conventions.check_all(report, spans)
    cases.check_all(report, replies, spans)
    cases.check_secrets(report, "what is sent", receiver.bytes().decode("latin-1"))


def judge_failures(stage):
    """Requests that take too long: the only failure that the example can be made to have."""
    report, receiver = stage.report, stage.receiver
    sending = environment(stage.collector.endpoint("http/protobuf"), "http/protobuf")
    with stage.service(sending, ["--request-timeout", "1ms"]) as service:
        client = Client(service.port)
        replies = ask_until_late(client)
        statuses = [reply.status for reply in replies]
        report.that("requests are answered with 504", statuses.count(504) == LATE and set(statuses) <= {200, 504},
                    statuses, f"{LATE} times 504, and else 200")  # fmt: skip
        check_end(report, service)
    receiver.settle(lambda: len(conventions.server_spans(receiver.spans())) >= len(replies))
    servers = conventions.server_spans(receiver.spans())
    found = sorted(
        (span.get("user_agent.original"), span.name, span.status, span.get("http.response.status_code"))
        for span in servers
    )
    outcomes = {200: "UNSET", 504: "ERROR"}
    expected = sorted((reply.asked, "GET /v0/api/items", outcomes[reply.status], reply.status) for reply in replies)
    report.check("each has one server span, an error where it took too long", found, expected)
    conventions.check_all(report, receiver.spans())


def ask_until_late(client):
    """The replies up to the last that came too late; a fast machine answers some in time."""
    replies = []
    while sum(reply.status == 504 for reply in replies) < LATE and len(replies) < 2000:
        replies.append(client.ask(f"slow/{len(replies)}", "/v0/api/items?limit=100"))
    return replies


def judge_trouble(stage):
    """No collector, and one that never answers: requests and the end must not wait for it."""
    report = stage.report
    mute = Mute()
    endpoints = {"there is no collector": free_port(), "the collector never answers": mute.port}
    with stage.service({}) as service:
        normal = measure(service)
    running = []
    for name, port in endpoints.items():
        for protocol in ("http/protobuf", "grpc"):
            service = stage.service(environment(f"http://127.0.0.1:{port}", protocol))
            running.append((f"{name}, {protocol}", service, measure(service)))
    for name, service, seconds in running:
        check_speed(report, name, seconds, normal)
        service.terminate()
    for name, service, _ in running:
        code, seconds = service.ended()
        report.check(f"{name}: told to stop, it ends with 0 within {END_WITHIN} s ({seconds:.1f} s)", code, 0)
        complaints = [line for line in service.log().splitlines() if "WARN" in line or "ERROR" in line]
        report.that(f"{name}: the log tells it ({len(complaints)} lines)", 1 <= len(complaints) <= 20,
                    complaints[:3], "from 1 to 20 warnings or errors")  # fmt: skip
    report.check("the collector that never answers was sent something", mute.read > 0)
    mute.close()


def measure(service):
    """How long requests take, in seconds, one after the other."""
    client = Client(service.port)
    replies = [client.ask(f"trouble/{number}", FILM) for number in range(300)]
    client.close()
    return [reply.seconds for reply in replies if reply.status == 200]


def check_speed(report, name, seconds, normal):
    report.check(f"{name}: all requests are answered", len(seconds), len(normal))
    # Sending costs a little, and machines of CI stutter: what waits for a collector takes a hundred times as long.
    report.within(f"{name}: half of them as fast as ever", median(seconds), 0, 3 * median(normal) + 0.002)
    report.within(f"{name}: and none waits for it", max(seconds), 0, 0.8)


def judge_disabled(stage):
    """What is switched off is not sent."""
    report, receiver = stage.report, stage.receiver
    straight = environment(
        f"http://127.0.0.1:{receiver.port}", "http/protobuf",
        OTEL_METRIC_EXPORT_INTERVAL="200", OTEL_EXPORTER_OTLP_HEADERS="x-key=of-ci", OTEL_EXPORTER_OTLP_COMPRESSION="gzip",
    )  # fmt: skip
    for variables, expected in {
        ("OTEL_SDK_DISABLED", "true"): set(),
        ("OTEL_TRACES_EXPORTER", "none"): {"/v1/metrics", "/v1/logs"},
        ("OTEL_METRICS_EXPORTER", "none"): {"/v1/traces", "/v1/logs"},
        ("OTEL_LOGS_EXPORTER", "none"): {"/v1/traces", "/v1/metrics"},
    }.items():
        receiver.forget()
        with stage.service({**straight, variables[0]: variables[1]}) as service:
            client = Client(service.port)
            statuses = {client.ask(f"disabled/{number}", FILM).status for number in range(20)}
            report.check(f"{'='.join(variables)}: requests are answered", statuses, {200})
            check_end(report, service)
        receiver.settle(lambda: True)
        report.check("what is sent", {path for path, _, _ in receiver.received}, expected)
        if expected:
            found = {(headers.get("x-key"), headers.get("content-encoding")) for headers in receiver.headers}
            report.check("it is compressed, and has the header for the collector", found, {("of-ci", "gzip")})
        else:
            report.check("no connection is made", receiver.connections, 0)


def judge_sampling(stage, viewer):
    """A share of the traces, and all of the metrics; compressed."""
    report, receiver = stage.report, stage.receiver
    sampled = environment(
        stage.collector.endpoint("grpc"), "grpc", OTEL_EXPORTER_OTLP_COMPRESSION="gzip", TOOLKIT_TRACE_VIEWER=viewer,
        OTEL_TRACES_SAMPLER="traceidratio", OTEL_TRACES_SAMPLER_ARG="0.1",
    )  # fmt: skip
    requests = 2000
    with stage.service(sampled) as service:
        load = Load(service.port, threads=4, targets=[FILM], each=requests // 4)
        answered = load.end()
        report.none("no connection breaks off", load.broken_off)
        report.check("all requests are answered", len(answered), requests)
        check_end(report, service)
    receiver.settle(lambda: receiver.points() and receiver.spans())
    spans = receiver.spans()
    # The standard deviation is 0.7 points: one run in 100,000 is outside by chance.
    share = len(conventions.server_spans(spans)) / requests
    report.within("a tenth of them has a server span, give or take 3 points", share, 0.07, 0.13)
    report.check("those that have one have the function's", len(spans), 2 * len(conventions.server_spans(spans)))
    report.none("with its parent", conventions.orphans(spans))
    told = {reply.asked: reply.trace_id for reply in answered}
    report.none("x-trace-id is the exported trace id", [
        span.trace_id for span in conventions.server_spans(spans)
        if told.get(span.get("user_agent.original")) != span.trace_id
    ][:5])  # fmt: skip
    report.check("all answers tell a trace id, each another", len(set(told.values()) - {None}), requests)
    check_metrics(report, receiver.points(), requests)
