"""A collector that takes everything and keeps nothing."""

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Accept(BaseHTTPRequestHandler):
    """Answers every export with an empty message, which says that all was taken."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.send_header("content-type", "application/x-protobuf")
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


class Collector(ThreadingHTTPServer):
    """Goes on when a service ends in the middle of a connection."""

    def handle_error(self, *_):
        pass


@contextmanager
def sink():
    """The address of a running collector for OTLP over HTTP."""
    with Collector(("127.0.0.1", 0), Accept) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
