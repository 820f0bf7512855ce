"""Services as processes: started, asked over a keep-alive connection, looked at in /proc, ended."""

import os
import socket
import subprocess
import time
from pathlib import Path

BENCHES = Path(__file__).resolve().parent.parent
PORT = 18080
RECOMMENDATIONS = "/v0/api/recommendations?customer_id=7&limit=10"
SERVER_CPU, LOAD_CPU = "0", "1"

BINARIES = BENCHES / "target" / "release"
TOOLKIT = [str(BINARIES / "service-toolkit")]
AXUM = [str(BINARIES / "service-axum")]
AXUM_LIMITED = [str(BINARIES / "service-axum"), "limited"]


class Service:
    """A running service; leaving the `with` block ends it."""

    def __init__(self, command, path=RECOMMENDATIONS, port=PORT, within=30.0, variables=None):
        environment = {**os.environ, "TOOLKIT_BIND": f"127.0.0.1:{port}", "RUST_LOG": "warn", **(variables or {})}
        self.port, self.path = port, path
        begun = time.perf_counter()
        self.process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        try:
            self.first_answer = self._first_answer(begun + within)
        except BaseException:
            self.__exit__()
            raise
        self.startup = time.perf_counter() - begun

    def _first_answer(self, until):
        while time.perf_counter() < until:
            if self.process.poll() is not None:
                told = self.process.stderr.read().decode(errors="replace")
                raise SystemExit(f"{self.process.args[0]} ended with {self.process.returncode}: {told}")
            try:
                return self.get(self.path)
            except ConnectionRefusedError:
                time.sleep(0.0005)
        raise SystemExit(f"{self.process.args[0]} gave no answer in time")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stderr.close()

    def get(self, path):
        """The body of an answer."""
        with Connection(self.port) as connection:
            return connection.get(path)

    def resident(self):
        """The resident set in bytes."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
        return int(line.split()[1]) * 1024

    def cpu_seconds(self):
        """The processor time taken so far, in user and kernel space."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Connection:
    """One keep-alive connection, on which answers come one at a time."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def get(self, path):
        """The body of a 200 answer; any other ends the measurement."""
        self.socket.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        received = b""
        while b"\r\n\r\n" not in received:
            received += self._more()
        head, body = received.split(b"\r\n\r\n", 1)
        if not head.startswith(b"HTTP/1.1 200 "):
            raise SystemExit(f"GET {path} was answered with {received.decode(errors='replace')}")
        fields = dict(line.lower().split(b":", 1) for line in head.split(b"\r\n")[1:])
        while len(body) < int(fields[b"content-length"]):
            body += self._more()
        return body

    def _more(self):
        part = self.socket.recv(65536)
        if not part:
            raise SystemExit("the service closed a connection in the middle of an answer")
        return part
