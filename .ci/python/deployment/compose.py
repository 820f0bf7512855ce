"""The service beside its trace backend, under Docker Compose."""

from urllib.parse import urlsplit

from . import ending
from .image import Image


def judge(report, folder):
    services = folder.yaml("compose.yaml")["services"]
    built = [name for name, service in services.items() if "build" in service]
    report.that("how many services are built", len(built), 1)
    for name in built:
        judge_service(report, folder, services, services[name])
    for name, service in services.items():
        if "image" in service:
            _, _, tag = service["image"].rpartition("/")[2].partition(":")
            report.that(f"the image of {name} has a tag that stays: {tag!r}", tag not in ("", "latest"))


def judge_service(report, folder, services, service):
    image = Image(folder.text("Dockerfile"))
    environment = image.environment() | service.get("environment", {})
    _, _, port = environment.get("TOOLKIT_BIND", "").rpartition(":")
    report.that("the port that is published", [inside(entry) for entry in service.get("ports", [])], [port])
    given = ending.seconds(service.get("stop_grace_period", "10s"))
    ending.judge(report, "stop_grace_period", given, environment, folder.toml("toolkit.toml"))

    report.that("the service is started as the image says", {"command", "entrypoint"} & set(service), set())
    report.that("read_only", service.get("read_only"), True)
    report.that("where the service may write", service.get("tmpfs"), "/tmp")

    collector = urlsplit(environment.get("OTEL_EXPORTER_OTLP_ENDPOINT", ""))
    report.that(f"traces go to a service of the file: {collector.hostname}", collector.hostname in services)
    report.that("the port that traces go to", collector.port, 4318)


def inside(entry):
    """The container's side of `127.0.0.1:8000:8000/tcp`."""
    return str(entry).rpartition(":")[2].partition("/")[0]
