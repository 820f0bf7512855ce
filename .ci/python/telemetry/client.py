"""The requests, and what was answered to each."""

import http.client
import subprocess
import threading
import time
from dataclasses import dataclass

FILM = "/v0/api/items/1"
RECOMMENDATIONS = "/v0/api/recommendations"


@dataclass
class Reply:
    """An answer that came to its end. `asked` names the request: its user agent, and so an attribute of its span."""

    asked: str
    status: int
    headers: dict
    seconds: float

    @property
    def trace_id(self):
        return self.headers.get("x-trace-id")


class Client:
    """One connection that is kept open, as far as the service lets it."""

    def __init__(self, port):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def ask(self, asked, target, method="GET", headers=None, body=None):
        begin = time.monotonic()
        self.connection.request(method, target, body, {"user-agent": asked, **(headers or {})})
        answer = self.connection.getresponse()
        answer.read()
        seconds = time.monotonic() - begin
        return Reply(asked, answer.status, {name.lower(): value for name, value in answer.getheaders()}, seconds)

    def text(self, target):
        self.connection.request("GET", target)
        answer = self.connection.getresponse()
        return answer.read().decode(), answer.headers.get("content-type", "")

    def close(self):
        self.connection.close()


def ask_over_http2(port, asked, target):
    """The same by curl, with HTTP/2 from the first byte (h2c)."""
    begin = time.monotonic()
    shown = subprocess.run(
        ["curl", "--silent", "--show-error", "--noproxy", "*", "--http2-prior-knowledge", "--user-agent", asked,
         "--dump-header", "-", "--output", "/dev/null", f"http://127.0.0.1:{port}{target}"],
        check=True, capture_output=True, text=True, timeout=30,
    ).stdout  # fmt: skip
    status, *lines = shown.strip().splitlines()
    headers = dict(line.lower().split(": ", 1) for line in lines if ": " in line)
    return Reply(asked, int(status.split()[1]), headers, time.monotonic() - begin)


class Load:
    """Threads that ask, each on a connection of its own, until they have asked enough or the service goes."""

    def __init__(self, port, threads, targets, name="load", each=None):
        self.port, self.targets, self.name, self.each = port, targets, name, each
        self.replies = []
        self.broken_off = []
        self.threads = [threading.Thread(target=self.run, args=(number,), daemon=True) for number in range(threads)]
        for thread in self.threads:
            thread.start()

    def run(self, number):
        client = Client(self.port)
        count = 0
        while self.each is None or count < self.each:
            target = self.targets[count % len(self.targets)]
            try:
                self.replies.append(client.ask(f"{self.name}/{number}.{count}", target))
            except (OSError, http.client.HTTPException) as error:
                self.broken_off.append((f"{self.name}/{number}.{count}", repr(error)))
                return
            count += 1
        client.close()

    def wait_for(self, replies):
        while len(self.replies) < replies and any(thread.is_alive() for thread in self.threads):
            time.sleep(0.005)

    def end(self):
        for thread in self.threads:
            thread.join(60)
        return self.replies
