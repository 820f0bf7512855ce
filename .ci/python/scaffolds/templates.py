"""Each template with its defaults and with every option flipped: made, built, tested, linted, run and called."""

import json
import shutil
import tempfile
import time
import tomllib
import urllib.parse
from contextlib import contextmanager
from pathlib import Path

from .commands import ROOT, TARGET, Failed, run, say
from .service import Service

DEFAULTS = {}
FLIPPED = {
    "path": "/v0/api/best-offers",
    "description": "It's: a # <b> * `x` 🙂",
    "port": "9000",
    "licence": "Apache-2.0",
    "container": "false",
    "kubernetes": "false",
    "github": "false",
}
#: What a service can be deployed with, and be made without.
DEPLOYMENT = ["container", "kubernetes", "github"]

CHURN = ROOT / "examples" / "churn" / "churn.envelope"


def judges(url):
    """The first one begins with nothing built, so that it tells what a cold start takes."""
    shutil.rmtree(TARGET, ignore_errors=True)
    for template, name in (("service", "garments"), ("model-service", "flowers")):
        path = ["--path", ROOT / "templates" / template]
        yield f"{template}, by cargo generate from a folder", generated(path, name, ROOT, DEFAULTS)
        yield f"{template}, every option flipped", generated(path, f"{name}-2", ROOT, FLIPPED)
    git = ["--git", url, "templates/service"]
    yield "service, by cargo generate from a git repository", generated(git, "garments-3", url, DEFAULTS)
    yield "service, by toolkit new", new("garments-4", [], DEFAULTS)
    yield "a service of the churn model, by toolkit new --model", new("churn-service", ["--model", CHURN], FLIPPED)


def generated(source, name, toolkit, answers):
    """By `cargo generate`."""
    define = {"toolkit": toolkit, **answers}
    arguments = ["--silent", "--name", name, *(f"--define={key}={value}" for key, value in define.items())]
    return lambda: whole(name, answers, ["cargo-generate", "generate", *source, *arguments])


def new(name, arguments, answers):
    """By `toolkit new`."""
    define = [f"--define={key}={value}" for key, value in answers.items()]
    return lambda: whole(name, answers, ["toolkit", "new", name, "--defaults", *arguments, *define])


def whole(name, answers, command):
    with folder() as parent:
        begun = time.monotonic()
        run(*command, cwd=parent)
        project = parent / name
        run("cargo", "build", cwd=project)
        port = int(answers.get("port", 8000))
        with Service(TARGET / "debug" / name, project, port) as service:
            answers_as_declared(service, project, answers)
            say(f"       from nothing to the first answers: {time.monotonic() - begun:.1f} s")
            run(service.program, "health", cwd=project)
        told = run(service.program, "health", cwd=project, fails=True)
        if str(port) not in told:
            raise Failed(f"`health` of a service that does not run says:\n{told}")
        is_as_answered(project, answers)
        run("cargo", "fmt", "--check", cwd=project)
        run("cargo", "test", cwd=project)
        run("cargo", "clippy", "--all-targets", "--", "-D", "warnings", cwd=project)


def is_as_answered(project, answers):
    """Its deployment files are those that are wanted, and whole; nothing of the template is left."""
    wanted = [option for option in DEPLOYMENT if answers.get(option, "true") == "true"] or ["none"]
    run(ROOT / ".ci" / "deployment-files", project, *wanted, cwd=ROOT)
    if project.name == "garments":
        run(ROOT / ".ci" / "deployment-files", "--broken", project, cwd=ROOT)
    left = [path for path in project.rglob("*") if path.suffix in (".rhai", ".liquid") or path.name == "cargo-generate.toml"]
    if left:
        raise Failed(f"parts of the template are left: {left}")
    licence = tomllib.loads((project / "Cargo.toml").read_text())["package"].get("license", "none")
    if licence != answers.get("licence", "none"):
        raise Failed(f"the licence is {licence}")


def answers_as_declared(service, project, answers):
    """Calls what the service documents, with what it gives as examples and with what it must refuse."""
    status, document = service.call("GET", "/openapi.json")
    if status != 200 or answers.get("description", "") not in json.dumps(document, ensure_ascii=False):
        raise Failed(f"the document, {status}, does not tell the description")
    own = {path: operations for path, operations in document["paths"].items() if path.startswith("/v0/")}
    if "path" in answers and answers["path"] not in own:
        raise Failed(f"{answers['path']} is not among {list(own)}")
    if not own:
        raise Failed(f"the document has no endpoint of the service: {list(document['paths'])}")
    for path, operations in own.items():
        for method, operation in operations.items():
            if method == "get":
                called(service, 200, "GET", path + query(operation))
                if operation.get("parameters"):
                    refused(service, "GET", f"{path}?limit=none")
            if method == "post":
                called(service, 200, "POST", path, example(document, operation))
                refused(service, "POST", path, {"rows": [{"none": 1}]})
    for path in ("/docs", "/traces", "/metrics"):
        called(service, 200, "GET", path)


def query(operation):
    """The parameters that must be there, each with its example."""
    required = [parameter for parameter in operation.get("parameters", []) if parameter.get("required")]
    examples = {parameter["name"]: first(parameter) for parameter in required}
    return "?" + urllib.parse.urlencode(examples) if examples else ""


def first(parameter):
    return parameter["example"] if "example" in parameter else parameter["schema"]["examples"][0]


def example(document, operation):
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    return schema["examples"][0]


def called(service, wanted, *request):
    status, body = service.call(*request)
    if status != wanted:
        raise Failed(f"{request} was answered with {status}: {body}")
    return body


def refused(service, *request):
    problem = called(service, 422, *request)
    if not problem.get("violations"):
        raise Failed(f"{request} was refused without a reason: {problem}")


@contextmanager
def folder():
    """A new folder outside of the workspace, as a user's."""
    with tempfile.TemporaryDirectory(prefix="scaffolds-") as path:
        yield Path(path)
