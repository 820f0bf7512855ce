"""The programs that take part: started, waited for, ended."""

import os
import re
import signal
import socket
import subprocess
import time
from pathlib import Path
from threading import Thread

# How long the service may take to end, with what it still has to send.
END_WITHIN = 10


class Program:
    """A process with its output in a file."""

    def __init__(self, name, command, folder, environment=None):
        self.name = name
        self.code, self.seconds = None, None
        self.log_file = Path(folder) / f"{name}.log"
        with self.log_file.open("wb") as log:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env={**os.environ, **(environment or {})}
            )

    def log(self):
        return self.log_file.read_text(errors="replace")

    def tail(self, lines=15, width=400):
        return "\n".join(f"        | {line[:width]}" for line in self.log().splitlines()[-lines:])

    def wait_for(self, ready, within=60):
        """What `ready` gives, as soon as it gives something."""
        deadline = time.monotonic() + within
        while time.monotonic() < deadline:
            if found := ready():
                return found
            if self.process.poll() is not None:
                raise SystemExit(f"{self.name} ended with {self.process.returncode} at start:\n{self.tail()}")
            time.sleep(0.02)
        raise SystemExit(f"{self.name} was not ready after {within} s:\n{self.tail()}")

    def terminate(self):
        told = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.end = Thread(target=self.await_end, args=(told,))
        self.end.start()

    def await_end(self, told):
        try:
            self.code = self.process.wait(END_WITHIN)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.seconds = time.monotonic() - told

    def ended(self):
        """The exit code after `terminate`, and the seconds that it took; `None` if the process had to be killed."""
        self.end.join()
        return self.code, self.seconds

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


class Service(Program):
    """The example service, on a free port."""

    def __init__(self, binary, folder, name, environment=None, arguments=()):
        super().__init__(name, [binary, "--bind", "127.0.0.1:0", *arguments], folder, environment)
        self.port = None

    def started(self):
        """The same, once it listens."""
        listening = re.compile(r"listening on http://127\.0\.0\.1:(\d+)")
        self.port = int(self.wait_for(lambda: listening.search(self.log()))[1])
        return self


class Collector(Program):
    """rotel, which takes in OTLP over gRPC and over HTTP, decodes it and sends it on as its own."""

    def __init__(self, folder, receiver_port):
        import rotel

        binary = Path(rotel.__file__).parent / "rotel-agent"
        binary.chmod(0o755)
        self.ports = {"grpc": free_port(), "http/protobuf": free_port()}
        super().__init__("rotel", [
            binary, "start",
            "--pid-file", Path(folder) / "rotel.pid",
            "--otlp-grpc-endpoint", f"127.0.0.1:{self.ports['grpc']}",
            "--otlp-http-endpoint", f"127.0.0.1:{self.ports['http/protobuf']}",
            "--exporter", "otlp",
            "--otlp-exporter-protocol", "http",
            "--otlp-exporter-endpoint", f"http://127.0.0.1:{receiver_port}",
        ], folder)  # fmt: skip
        for port in self.ports.values():
            self.wait_for(lambda port=port: accepts(port))

    def endpoint(self, protocol):
        return f"http://127.0.0.1:{self.ports[protocol]}"


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def accepts(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
