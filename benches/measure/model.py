"""The churn model over HTTP: beside an endpoint without a model, beside other model servers, in large, under swaps."""

import hashlib
import http.client
import json
import os
import subprocess
import tarfile
import tempfile
import threading
import time
from pathlib import Path
from statistics import median

from .load import wrk
from .service import BENCHES, BINARIES, SERVER_CPU, Service

CHURN = BENCHES.parent / "examples" / "churn" / "churn.envelope"
PEERS = BENCHES / "target" / "peers"
STARTS = 21
CONNECTIONS = 16
CUSTOMER = {
    "female": 1, "senior_citizen": 0, "partner": 1, "dependents": 0, "tenure": 3, "phone_service": 1,
    "multiple_lines": "No", "internet_service": "Fiber optic", "online_security": "No", "online_backup": "Yes",
    "device_protection": "No", "tech_support": "No", "streaming_tv": "Yes", "streaming_movies": "No",
    "contract": "Month-to-month", "paperless_billing": 1, "payment_method": "Electronic check",
    "monthly_charges": 84.6, "total_charges": 254.5,
}
WORDS = {name for name, value in CUSTOMER.items() if isinstance(value, str)}
REALS = {"monthly_charges", "total_charges"}
# Server, its command (which is run in its model's folder), port, path, body, and what it has to be faster than.
SERVERS = [
    ("MLServer", ["mlserver", "start", "."], 18082, "/v2/models/churn/infer", "mlserver", "> 30"),
    ("mlflow models serve", ["mlflow", "models", "serve", "-m", "churn", "-p", "18085", "--env-manager", "local",
                             "--workers", "1"], 18085, "/invocations", "mlflow", "> 100"),
    ("mosec", ["python", str(BENCHES / "peers" / "mosec" / "service.py"), "--port", "18086"], 18086, "/inference",
     "mosec", "> 10"),
]


def measure(table, pairs, seconds):
    subprocess.run([BENCHES / "peers" / "prepare", PEERS], check=True)
    with ours() as service:
        beside_plain(table, service, pairs, seconds)
        beside_servers(table, service, seconds)
        many_rows(table, service)
    starts = []
    for _ in range(STARTS):
        with ours() as service:
            starts.append(service.startup)
    table.single("churn, start to first answer", median(starts), "ms", 1e3, "< 200 ms",
                 f"verified, loaded, replayed and warmed; median of {STARTS} starts, 1 core")
    under_swaps(table, pairs, seconds)


def ours(envelope=CHURN, **variables):
    command = ["taskset", "-c", SERVER_CPU, str(BINARIES / "service-model")]
    return Service(command, "/health/ready", variables={"CHURN_ENVELOPE": str(envelope), **variables})


def beside_plain(table, service, pairs, seconds):
    body = rows_body(1)
    for path in ("/plain", "/churn/predict_proba"):
        post(service, path, body, 2, CONNECTIONS)
    runs = [(post(service, "/plain", body, seconds, CONNECTIONS),
             post(service, "/churn/predict_proba", body, seconds, CONNECTIONS)) for _ in range(pairs)]
    more = [predicting.cpu_per_request - plain.cpu_per_request for plain, predicting in runs]
    how = f"{CONNECTIONS} connections; {pairs} pairs of {seconds} s, median"
    table.single("churn over HTTP, 1 row, requests per second", median(run.per_second for _, run in runs), "", 1,
                 "", how)
    table.single("churn over HTTP, 1 row, processor time", median(run.cpu_per_request for _, run in runs), "µs", 1e6, "", how)
    table.single("the same over a plain JSON endpoint of the same body", median(more), "µs", 1e6, "< 12 µs", how)


def beside_servers(table, service, seconds):
    for connections in (1, CONNECTIONS):
        own = post(service, "/churn/predict_proba", rows_body(1), seconds, connections)
        for name, command, port, path, folder, target in SERVERS:
            place = PEERS / folder
            program = str(place / "python" / "bin" / command[0])
            environment = {**os.environ, "MODEL": "churn.joblib", "PATH": f"{place}/python/bin:{os.environ['PATH']}"}
            log = open(place / "log", "wb")
            process = subprocess.Popen(["taskset", "-c", SERVER_CPU, program, *command[1:]], cwd=place / "model",
                                       env=environment, stdout=log, stderr=log, start_new_session=True)
            try:
                other = Other(process, port)
                other.wait(path, PEER_BODIES[folder])
                run = post(other, path, PEER_BODIES[folder], seconds, connections)
            finally:
                os.killpg(process.pid, 15)
                process.wait()
                log.close()
            table.compare(f"1 row, {connections} connection{'s' if connections > 1 else ''}, requests per second / {name}",
                          run.per_second, own.per_second, "", 1,
                          f"server on 1 core, load on another; target {target}", own.per_second / run.per_second)


class Other:
    """Another server, asked as ours is."""

    def __init__(self, process, port):
        self.process, self.port = process, port

    def cpu_seconds(self):
        """The processor time of the process; of what it has started, nothing."""
        return 0.0

    def wait(self, path, body):
        """Until it answers well."""
        last = b""
        for _ in range(240):
            if self.process.poll() is not None:
                raise SystemExit(f"the server on port {self.port} has ended; its log is under {PEERS}")
            asked = subprocess.run(["curl", "--silent", "--write-out", "%{http_code}", "--output", "-", "--header",
                                    "Content-Type: application/json", "--data-binary", "@-",
                                    f"http://127.0.0.1:{self.port}{path}"], input=body, capture_output=True)
            last = asked.stdout
            if last.endswith(b"200"):
                return
            time.sleep(0.5)
        raise SystemExit(f"the server on port {self.port} did not answer well within two minutes: {last[:500]!r}")


def many_rows(table, service):
    sizes = {}
    for rows in (1_000, 10_000):
        body = rows_body(rows)
        with Poster(service.port, "/churn/predict_proba", body) as poster:
            for _ in range(3):
                poster.ask()
            before, count = service.cpu_seconds(), 200_000 // rows
            begun = time.perf_counter()
            for _ in range(count):
                poster.ask()
            sizes[rows] = rows * count / (service.cpu_seconds() - before), rows * count / (time.perf_counter() - begun)
    table.single("churn over HTTP, 10,000 rows in a request", sizes[10_000][0], "rows/s", 1, "> 200,000",
                 "rows per second of processor time, JSON included; one request at a time")
    table.single("the same by the clock", sizes[10_000][1], "rows/s", 1, "", "server on 1 core")
    table.single("10,000 rows beside 1,000, time per row", sizes[1_000][0] / sizes[10_000][0], "", 1, "about 1",
                 "processor time; linear is 1")
    table.single("resident after that", service.resident(), "MiB", 2**-20, "", "")


def under_swaps(table, pairs, seconds):
    with tempfile.TemporaryDirectory() as folder:
        versions = [Path(folder) / name for name in ("first", "second")]
        for version, team in zip(versions, ("example", "another")):
            unpack(version, team)
        served = Path(folder) / "served"
        served.symlink_to(versions[0])
        with ours(served, CHURN_WATCH="1") as service:
            post(service, "/churn/predict_proba", rows_body(1), 2, CONNECTIONS)
            # Once, in the middle of a run; and far more often than anyone would.
            for name, every in ((f"one swap in {seconds} s", 0.6 * seconds), ("a swap every 0.5 s", 0.5)):
                runs = [beside_swaps(service, Flipped(versions, served, every), seconds) for _ in range(pairs)]
                table.pairs(f"p99 with {name} / without", [still for still, _ in runs],
                            [swapping for _, swapping in runs], lambda run: run.p99, "ms", 1e3, False,
                            f"{pairs} pairs, every request answered, 1 core; target: at least 0.5")


def beside_swaps(service, flipped, seconds):
    """A run without swaps and one with them."""
    still = post(service, "/churn/predict_proba", rows_body(1), seconds, CONNECTIONS)
    with flipped:
        return still, post(service, "/churn/predict_proba", rows_body(1), seconds, CONNECTIONS)


class Flipped:
    """A link that leads to another version every so many seconds, as long as the `with` block lasts."""

    def __init__(self, versions, link, every):
        self.versions, self.link, self.every = versions, link, every
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._flip)

    def __enter__(self):
        self.thread.start()

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()

    def _flip(self):
        while not self.over.wait(self.every):
            other = next(version for version in self.versions if version != self.link.readlink())
            place = self.link.with_name("next")
            place.symlink_to(other)
            place.replace(self.link)


def unpack(folder, team):
    """The envelope as a directory, with another tag and so another id."""
    with tarfile.open(CHURN) as archive:
        archive.extractall(folder, filter="data")
    manifest = folder / "envelope.json"
    told = manifest.read_bytes().replace(b'"team":"example"', f'"team":"{team}"'.encode())
    manifest.write_bytes(told)
    (folder / "envelope.sha256").write_text(f"{hashlib.sha256(told).hexdigest()}  envelope.json\n")


class Poster:
    """One keep-alive connection, on which one body is sent again and again."""

    def __init__(self, port, path, body):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.path, self.body = path, body

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()

    def ask(self):
        self.connection.request("POST", self.path, self.body, {"Content-Type": "application/json"})
        reply = self.connection.getresponse()
        text = reply.read()
        if reply.status != 200:
            raise SystemExit(f"POST {self.path} was answered with {reply.status}: {text[:500]!r}")


def post(service, path, body, seconds, connections):
    """A run with a body."""
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write('wrk.method = "POST"\nwrk.headers["Content-Type"] = "application/json"\n'
                     f"wrk.body = [==[{body.decode()}]==]\n")
        script.flush()
        return wrk(service, path, seconds, connections, "--timeout", "30s", "-s", script.name)


def rows_body(count):
    rows = [{**CUSTOMER, "tenure": at % 72, "monthly_charges": 20.0 + at % 90} for at in range(count)]
    return json.dumps({"rows": rows}).encode()


def inference_protocol():
    def tensor(name, value):
        datatype = "BYTES" if name in WORDS else "FP32" if name in REALS else "INT64"
        kind = {"content_type": "str"} if name in WORDS else {}
        return {"name": name, "shape": [1, 1], "datatype": datatype, "data": [value], "parameters": kind}

    return json.dumps({"parameters": {"content_type": "pd"}, "inputs": [tensor(*item) for item in CUSTOMER.items()],
                       "outputs": [{"name": "predict_proba"}]}).encode()


PEER_BODIES = {
    "mlserver": inference_protocol(),
    "mlflow": json.dumps({"dataframe_records": [CUSTOMER]}).encode(),
    "mosec": json.dumps({"rows": [CUSTOMER]}).encode(),
}
