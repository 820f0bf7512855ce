"""Prometheus: asks the service for its metrics, and is asked for what it understood."""

import json
import socket
import subprocess
import time
import urllib.parse
import urllib.request
from math import isfinite
from pathlib import Path

from .client import FILM, RECOMMENDATIONS, Client, Load
from .export import BOUNDS
from .processes import Program, free_port

METRIC = "http_server_request_duration_seconds"
CONFIGURATION = """
global:
  scrape_interval: 1s
  scrape_timeout: 1s
scrape_configs:
  - job_name: recommendations
    static_configs:
      - targets: ["127.0.0.1:{port}"]
"""
ODD_PATHS = 2000
ODD_METHODS = [f"ODD{number}" for number in range(50)]


def judge(stage):
    report = stage.report
    with stage.service({}) as service:
        configuration = Path(stage.folder) / "prometheus.yml"
        configuration.write_text(CONFIGURATION.format(port=service.port))
        prometheus = Prometheus(stage.folder, configuration)
        with prometheus:
            check_scrape(report, prometheus, service)
            client = Client(service.port)
            check_text(report, client)
            check_series(report, client)
            check_gone(report, client, service.port)


class Prometheus(Program):
    def __init__(self, folder, configuration):
        self.port = free_port()
        super().__init__("prometheus", [
            "prometheus",
            f"--config.file={configuration}",
            f"--storage.tsdb.path={folder}/prometheus",
            f"--web.listen-address=127.0.0.1:{self.port}",
        ], folder)  # fmt: skip
        self.wait_for(self.is_ready)

    def get(self, path, **query):
        url = f"http://127.0.0.1:{self.port}{path}?{urllib.parse.urlencode(query)}"
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(url, timeout=5) as answer:
            return answer.read()

    def is_ready(self):
        try:
            return self.get("/-/ready")
        except OSError:
            return None

    def target(self):
        [target] = json.loads(self.get("/api/v1/targets"))["data"]["activeTargets"]
        return target["health"], target["lastError"]

    def query(self, query):
        """The values, by the label `http_route`."""
        result = json.loads(self.get("/api/v1/query", query=query))["data"]["result"]
        return {each["metric"].get("http_route"): float(each["value"][1]) for each in result}


def check_text(report, client):
    text, kind = client.text("/metrics")
    report.that("/metrics is text that Prometheus asks for", kind.startswith("text/plain"), kind, "text/plain…")
    judged = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, text=True, timeout=30)
    report.check("promtool has nothing against it", (judged.returncode, judged.stdout + judged.stderr), (0, ""))
    lines = [line for line in text.splitlines() if line.startswith(f"{METRIC}_bucket")]
    labels = {label.split("=")[0] for line in lines for label in line[line.index("{") + 1 : line.rindex("}")].split(",")}
    allowed = {"le", "http_request_method", "url_scheme", "http_response_status_code", "http_route", "error_type",
               "network_protocol_name", "network_protocol_version"}  # fmt: skip
    report.none("the labels of the histogram have few values", sorted(labels - allowed))
    bounds = {float(line.split('le="')[1].split('"')[0]) for line in lines}
    report.check("its bounds are those of the conventions", sorted(bounds), [*BOUNDS, float("inf")])


def check_scrape(report, prometheus, service):
    quantile = f"histogram_quantile(0.95, sum by (le, http_route) (rate({METRIC}_bucket[1m])))"
    route = "/v0/api/recommendations"
    percentile, answered = None, 0

    def ask_and_query():
        nonlocal percentile, answered
        load = Load(service.port, threads=2, targets=[FILM, f"{RECOMMENDATIONS}?customer_id=7&limit=3"], each=50)
        answered += len(load.end())
        percentile = prometheus.query(quantile).get(route)
        # It is not a number while nothing happened between two scrapes.
        return percentile is not None and isfinite(percentile)

    def counted():
        found = prometheus.query(f"sum by (http_route) ({METRIC}_count)")
        return [found.get(each) for each in ("/v0/api/items/{item_id}", route)]

    wait_until(ask_and_query)
    report.within(f"the 95th percentile of {route} is a time", percentile, 1e-9, 10)
    report.check("Prometheus reaches the service", prometheus.target(), ("up", ""))
    wait_until(lambda: counted() == [answered / 2] * 2)
    report.check("Prometheus counts the requests of each route", counted(), [answered / 2] * 2)


def wait_until(done, within=15):
    deadline = time.monotonic() + within
    while not done() and time.monotonic() < deadline:
        time.sleep(0.2)


def check_series(report, client):
    # One of each kind beforehand: what is counted from now on is what the others add.
    client.ask("odd", "/no/such/path")
    client.ask("odd", FILM, "ODD")
    client.ask("odd", "/no/such/path", "ODD")
    before = series(client)
    for number in range(ODD_PATHS):
        client.ask(f"odd/{number}", f"/no/such/path/{number}")
    for method in ODD_METHODS:
        client.ask("odd", FILM, method)
        client.ask("odd", "/no/such/path", method)
    after = series(client)
    report.within(f"{ODD_PATHS} paths and {len(ODD_METHODS)} methods that nobody knows make no series",
                  len(after) - len(before), -5, 5)  # fmt: skip
    report.none("and none of them has a name in /metrics", [line for line in after if "/no/such" in line or "ODD" in line])


def check_gone(report, client, port):
    """Clients that ask and go, some before the answer is made."""
    for _ in range(50):
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(b"GET /v0/api/items?limit=100 HTTP/1.1\r\nhost: localhost\r\n\r\n")
            time.sleep(0.002)

    def active():
        text, _ = client.text("/metrics")
        lines = [line for line in text.splitlines() if line.startswith("http_server_active_requests{")]
        return sum(float(line.rsplit(" ", 1)[1]) for line in lines) if lines else None

    wait_until(lambda: active() == 0, within=5)
    report.check("clients that go leave no request active", active(), 0)


def series(client):
    text, _ = client.text("/metrics")
    return [line.rsplit(" ", 1)[0] for line in text.splitlines() if line and not line.startswith("#")]
