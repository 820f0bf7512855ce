"""A service that runs, called over HTTP."""

import json
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request

from .commands import Failed

#: How long a service may take to be ready, in seconds.
PATIENCE = 60


class Service:
    """Runs a program in its folder, until the end of the `with` block: it must end with 0."""

    def __init__(self, program, folder, port, **environment):
        self.program, self.folder, self.port, self.environment = program, folder, port, environment

    def __enter__(self):
        refuse_taken(self.port)
        self.log = open(self.folder / "service.log", "w+")
        self.process = subprocess.Popen(
            [str(self.program)], cwd=self.folder, stderr=self.log, env={**os.environ, **self.environment}
        )
        try:
            until_answered(self.port, self.process.poll, self.told)
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, kind, *_):
        code = self.stop()
        if code != 0 and kind is None:
            raise Failed(f"{self.program} ended with {code} when it was told to stop:\n{self.told()}")

    def stop(self):
        """Tells the program to stop, and kills it if it does not; what it ended with."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()
        finally:
            self.log.close()

    def told(self):
        return (self.folder / "service.log").read_text()[-4000:]

    def call(self, method, path, body=None):
        return call(self.port, method, path, body)


def call(port, method, path, body=None):
    """The status and the body of the answer, read as JSON if it is that."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", method=method)
    if body is not None:
        request.data = json.dumps(body).encode()
        request.add_header("content-type", "application/json")
    try:
        with urllib.request.urlopen(request, timeout=30) as reply:
            status, kind, content = reply.status, reply.headers["content-type"], reply.read()
    except urllib.error.HTTPError as error:
        status, kind, content = error.code, error.headers["content-type"], error.read()
    return status, json.loads(content) if "json" in (kind or "") else content.decode(errors="replace")


def refuse_taken(port):
    with socket.socket() as taken:
        if taken.connect_ex(("127.0.0.1", port)) == 0:
            raise Failed(f"another program listens on port {port}; stop it")


def until_answered(port, ended, told, patience=PATIENCE):
    """Waits until a service is ready; fails when the program has ended before."""
    begun = time.monotonic()
    while time.monotonic() - begun < patience:
        if ended() is not None:
            raise Failed(f"the service ended before it listened:\n{told()}")
        try:
            if call(port, "GET", "/health/ready")[0] == 200:
                return
        except OSError:
            pass
        time.sleep(0.02)
    raise Failed(f"nothing answers on port {port} after {patience} s:\n{told()}")
