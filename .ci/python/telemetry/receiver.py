"""A receiver of OTLP over HTTP (opentelemetry.io/docs/specs/otlp) that keeps what it gets, and reads it."""

import gzip
import socket
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.logs.v1 import logs_service_pb2 as logs
from opentelemetry.proto.collector.metrics.v1 import metrics_service_pb2 as metrics
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2 as traces
from opentelemetry.proto.trace.v1 import trace_pb2

SIGNALS = {
    "/v1/traces": (traces.ExportTraceServiceRequest, traces.ExportTraceServiceResponse),
    "/v1/metrics": (metrics.ExportMetricsServiceRequest, metrics.ExportMetricsServiceResponse),
    "/v1/logs": (logs.ExportLogsServiceRequest, logs.ExportLogsServiceResponse),
}


@dataclass
class Event:
    name: str
    time: int
    attributes: dict


@dataclass
class Span:
    """A span, with what it stands in. A value of an attribute is `(type, value)`, as in `("int_value", 200)`."""

    name: str
    kind: str
    trace_id: str
    span_id: str
    parent_id: str
    trace_state: str
    start: int
    end: int
    status: str
    status_message: str
    attributes: dict
    repeated: list
    events: list[Event]
    scope: str
    schema_url: str
    resource: dict = field(repr=False)

    def get(self, key):
        return self.attributes.get(key, (None, None))[1]

    def type_of(self, key):
        return self.attributes.get(key, (None, None))[0]


@dataclass
class Point:
    """A data point of a metric that has been added up since `start`."""

    metric: str
    unit: str
    kind: str
    attributes: dict
    start: int
    time: int
    count: int
    bounds: tuple
    resource: dict


@dataclass
class Record:
    """A line of the log."""

    body: str
    severity: int
    trace_id: str
    span_id: str
    attributes: dict
    resource: dict


class Receiver:
    """Listens on a free port of this machine until it is closed."""

    def __init__(self):
        self.connections = 0
        self.received = []
        self.headers = []
        self.refused = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self):
                receiver.connections += 1
                super().setup()

            def do_POST(self):
                receiver.take(self)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def take(self, request):
        self.headers.append({name.lower(): value for name, value in request.headers.items()})
        body = request.rfile.read(int(request.headers["content-length"]))
        if request.headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        if request.path not in SIGNALS or request.headers.get("content-type") != "application/x-protobuf":
            self.refused.append((request.path, request.headers.get("content-type")))
            request.send_response(415)
            request.send_header("content-length", "0")
            request.end_headers()
            return
        message, reply = SIGNALS[request.path]
        self.received.append((request.path, body, message.FromString(body)))
        answer = reply().SerializeToString()
        request.send_response(200)
        request.send_header("content-type", "application/x-protobuf")
        request.send_header("content-length", str(len(answer)))
        request.end_headers()
        request.wfile.write(answer)

    def forget(self):
        self.received.clear()
        self.headers.clear()
        self.connections = 0

    def bytes(self):
        return b"\n".join(body for _, body, _ in list(self.received))

    def messages(self, path):
        return [message for at, _, message in list(self.received) if at == path]

    def spans(self):
        return [span for message in self.messages("/v1/traces") for span in spans_of(message)]

    def points(self):
        return [point for message in self.messages("/v1/metrics") for point in points_of(message)]

    def records(self):
        return [record for message in self.messages("/v1/logs") for record in records_of(message)]

    def settle(self, enough, within=10, quiet=0.7):
        """Waits until there is enough, and then until nothing more comes; what is in excess shows, too."""
        deadline = time.monotonic() + within
        while time.monotonic() < deadline and not enough():
            time.sleep(0.05)
        count = -1
        while count != len(self.received):
            count = len(self.received)
            time.sleep(quiet)

    def close(self):
        self.server.shutdown()


class Mute:
    """A collector that accepts connections, reads, and never answers."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.read = 0
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.swallow, args=(connection,), daemon=True).start()

    def swallow(self, connection):
        try:
            while taken := connection.recv(65536):
                self.read += len(taken)
        except OSError:
            pass

    def close(self):
        self.listener.close()


def spans_of(message):
    for of_resource in message.resource_spans:
        resource = attributes(of_resource.resource.attributes)
        for of_scope in of_resource.scope_spans:
            for span in of_scope.spans:
                yield Span(
                    name=span.name,
                    kind=trace_pb2.Span.SpanKind.Name(span.kind).removeprefix("SPAN_KIND_"),
                    trace_id=span.trace_id.hex(),
                    span_id=span.span_id.hex(),
                    parent_id=span.parent_span_id.hex(),
                    trace_state=span.trace_state,
                    start=span.start_time_unix_nano,
                    end=span.end_time_unix_nano,
                    status=trace_pb2.Status.StatusCode.Name(span.status.code).removeprefix("STATUS_CODE_"),
                    status_message=span.status.message,
                    attributes=attributes(span.attributes),
                    repeated=repeated(span.attributes),
                    events=[Event(event.name, event.time_unix_nano, attributes(event.attributes)) for event in span.events],
                    scope=of_scope.scope.name,
                    schema_url=of_scope.schema_url or of_resource.schema_url,
                    resource=resource,
                )


def points_of(message):
    for of_resource in message.resource_metrics:
        resource = attributes(of_resource.resource.attributes)
        for of_scope in of_resource.scope_metrics:
            for metric in of_scope.metrics:
                kind = metric.WhichOneof("data")
                for point in getattr(metric, kind).data_points:
                    yield Point(
                        metric=metric.name,
                        unit=metric.unit,
                        kind=kind,
                        attributes=attributes(point.attributes),
                        start=point.start_time_unix_nano,
                        time=point.time_unix_nano,
                        count=getattr(point, "count", 0),
                        bounds=tuple(getattr(point, "explicit_bounds", ())),
                        resource=resource,
                    )


def records_of(message):
    for of_resource in message.resource_logs:
        resource = attributes(of_resource.resource.attributes)
        for of_scope in of_resource.scope_logs:
            for record in of_scope.log_records:
                yield Record(
                    body=value(record.body)[1],
                    severity=record.severity_number,
                    trace_id=record.trace_id.hex(),
                    span_id=record.span_id.hex(),
                    attributes=attributes(record.attributes),
                    resource=resource,
                )


def attributes(pairs):
    return {pair.key: value(pair.value) for pair in pairs}


def repeated(pairs):
    keys = [pair.key for pair in pairs]
    return sorted({key for key in keys if keys.count(key) > 1})


def value(any_value):
    """The type and the value of an `AnyValue`."""
    kind = any_value.WhichOneof("value")
    if kind is None:
        return None, None
    if kind == "array_value":
        return kind, [value(each) for each in any_value.array_value.values]
    return kind, getattr(any_value, kind)
