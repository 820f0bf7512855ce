"""Breaks a service's files in one way after another; each has to be found: `python -m deployment.broken FOLDER`."""

import shutil
import sys
import tempfile
from pathlib import Path

from . import parts, tools, workflow
from .folder import Folder
from .judges import judge

DEPLOYMENT = "kubernetes/deployment.yaml"
SERVICE = "kubernetes/service.yaml"
AUTOSCALER = "kubernetes/autoscaler.yaml"
BUDGET = "kubernetes/disruption-budget.yaml"
NAME = "app.kubernetes.io/name"
WORKFLOW = ".github/workflows/ci.yml"

# A file, what stands in it, what is put in its place, and what the fault has to name. Without the second, the
# file is taken away.
WAYS = (
    ("Cargo.toml", None, None, "Cargo.toml is there"),
    (".dockerignore", None, None, ".dockerignore is there"),
    (DEPLOYMENT, None, None, "the objects"),
    ("toolkit.toml", "bind = ", "# {{port}}\nbind = ", "what is left of the template in toolkit.toml"),
    ("Dockerfile", "FROM rust:1.95-slim-trixie", "FROM rust", "hadolint"),
    ("Dockerfile", "0.0.0.0:", "127.0.0.1:", "TOOLKIT_BIND of the image"),
    ("Dockerfile", "EXPOSE ", "EXPOSE 1", "EXPOSE of the image"),
    ("Dockerfile", "STOPSIGNAL SIGTERM", "STOPSIGNAL SIGKILL", "STOPSIGNAL of the image"),
    ("Dockerfile", "USER 65532:65532", "USER nonroot", "is a number"),
    ("Dockerfile", "USER 65532:65532", "USER 1000:1000", "runAsUser is the image's"),
    ("Dockerfile", '"health"]', '"healthy"]', "HEALTHCHECK of the image"),
    ("Dockerfile", 'ENTRYPOINT ["/app/service"]', "ENTRYPOINT /app/service", "ENTRYPOINT is a list"),
    (".dockerignore", "\ntarget", "", ".dockerignore has target"),
    ("Dockerfile", "COPY toolkit.toml ./\n", "", "the image has toolkit.toml"),
    ("Dockerfile", "COPY toolkit.toml ./", "COPY toolkit.toml /", "the image has toolkit.toml"),
    ("Dockerfile", "COPY data data\n", "", "the image has data/items.json"),
    ("Dockerfile", "COPY data data", "COPY data items", "the image has data/items.json"),
    ("Dockerfile", "COPY src src", "COPY . .", "what the image is built from"),
    ("Dockerfile", "COPY src src", "COPY src data ./", "what the image is built from"),
    ("Dockerfile", "WORKDIR /app", "WORKDIR /srv", "WORKDIR of the image"),
    ("Dockerfile", "--timeout=6s", "--timeout=3s", "the timeout of HEALTHCHECK"),
    (".dockerignore", "\nopenapi.json", "", ".dockerignore has openapi.json"),
    (".dockerignore", "\n**/*.pem", "", "keys that .dockerignore names"),
    (".gitignore", "*.pem\n", "", "keys that .gitignore names"),
    ("compose.yaml", "services:", "services: ", "yamllint"),
    ("compose.yaml", "stop_grace_period", "stop_grace_time", "check-jsonschema"),
    ("compose.yaml", "stop_grace_period: 40s", "stop_grace_period: 30s", "stop_grace_period, in seconds"),
    ("compose.yaml", "TOOLKIT_SHUTDOWN_TIMEOUT: 20s", "TOOLKIT_LOG: info", "stop_grace_period, in seconds"),
    ("compose.yaml", ":4318", ":4317", "the port that traces go to"),
    ("compose.yaml", "http://jaeger:", "http://localhost:", "traces go to a service of the file"),
    ("compose.yaml", "jaegertracing/jaeger:", "jaegertracing/jaeger # ", "has a tag that stays"),
    ("compose.yaml", "  jaeger:\n", "  jaeger:\n    build: .\n", "how many services are built"),
    ("compose.yaml", "tmpfs: /tmp", "tmpfs: /var", "where the service may write"),
    ("compose.yaml", "    read_only: true\n", "", "read_only"),
    ("compose.yaml", "    build:", "    entrypoint: /bin/sh\n    build:", "started as the image says"),
    (DEPLOYMENT, "revisionHistoryLimit", "revisionHistory", "kubernetes-validate"),
    (DEPLOYMENT, "terminationGracePeriodSeconds: 60", "terminationGracePeriodSeconds: 45", "terminationGracePeriodSeconds,"),
    (DEPLOYMENT, "value: 15s", "value: 10s", "until a probe has failed"),
    (DEPLOYMENT, "path: /health/ready", "path: /ready", "the path of readinessProbe"),
    (DEPLOYMENT, "livenessProbe:", "startupProbe: &once", "yamllint"),
    (DEPLOYMENT, "containerPort: 8000", "containerPort: 8080", "the containerPort"),
    (DEPLOYMENT, "              port: http", "              port: 80", "the port of startupProbe"),
    (DEPLOYMENT, "value: 0.0.0.0:8000", "value: 127.0.0.1:8000", "the address to listen on"),
    (DEPLOYMENT, 'prometheus.io/port: "8000"', 'prometheus.io/port: "9090"', "the port that Prometheus asks"),
    (DEPLOYMENT, "prometheus.io/path: /metrics", "prometheus.io/path: /", "the path that Prometheus asks"),
    (DEPLOYMENT, "runAsNonRoot: true", "runAsNonRoot: false", "runAsNonRoot"),
    (DEPLOYMENT, "type: RuntimeDefault", "type: Unconfined", "seccompProfile"),
    (DEPLOYMENT, "allowPrivilegeEscalation: false", "allowPrivilegeEscalation: true", "allowPrivilegeEscalation"),
    (DEPLOYMENT, "drop: [ALL]", "drop: [NET_RAW]", "capabilities"),
    (DEPLOYMENT, "readOnlyRootFilesystem: true", "readOnlyRootFilesystem: false", "readOnlyRootFilesystem"),
    (DEPLOYMENT, ":0.1.0\n", "\n", "has a tag that stays"),
    (DEPLOYMENT, "cpu: 250m\n", "ephemeral-storage: 1Gi\n", "is requested"),
    (DEPLOYMENT, "  revisionHistoryLimit", "  replicas: 3\n  revisionHistoryLimit", "replicas of the Deployment"),
    (DEPLOYMENT, "mountPath: /tmp", "mountPath: /var", "where the service may write"),
    (DEPLOYMENT, "          volumeMounts", '          command: ["/bin/sh"]\n          volumeMounts', "started as the image says"),
    (DEPLOYMENT, "          volumeMounts", "          args: [health]\n          volumeMounts", "started as the image says"),
    (DEPLOYMENT, "memory: 512Mi", "memory: 1Mi", "the limit of memory"),
    (DEPLOYMENT, "memory: 128Mi", "memory: 1Gi", "the memory requested"),
    (DEPLOYMENT, "cpu: 250m", "cpu: 2", "the cpu requested"),
    (DEPLOYMENT, 'value: "4"', 'value: "1"', "TOOLKIT_WORKERS"),
    (DEPLOYMENT, "failureThreshold: 60", "failureThreshold: 1", "the startupProbe leaves time"),
    (DEPLOYMENT, "periodSeconds: 6\n            timeoutSeconds: 6", "periodSeconds: 6", "the timeout of readinessProbe"),
    (DEPLOYMENT, "periodSeconds: 6", "periodSeconds: 3", "one readinessProbe ends"),
    (DEPLOYMENT, "k8s.pod.name=", "pod=", "OTEL_RESOURCE_ATTRIBUTES of the pod"),
    (DEPLOYMENT, "- name: POD_UID", "- name: POD_ID", "OTEL_RESOURCE_ATTRIBUTES of the pod"),
    (DEPLOYMENT, "maxUnavailable: 0", "maxUnavailable: 100%", "maxUnavailable while"),
    (SERVICE, f"selector:\n    {NAME}: ", "selector:\n    app: ", "the labels that the Service selects"),
    (SERVICE, "targetPort: http", "targetPort: web", "the Service's targetPort"),
    (SERVICE, "metadata:\n", "metadata:\n  namespace: other\n", "how many namespaces"),
    (AUTOSCALER, "Deployment\n    name: ", "Deployment\n    name: x", "what the HorizontalPodAutoscaler scales"),
    (AUTOSCALER, "minReplicas: 2", "minReplicas: 1", "minReplicas"),
    (AUTOSCALER, "maxReplicas: 6", "maxReplicas: 1", "maxReplicas"),
    (BUDGET, "maxUnavailable: 1", "minAvailable: 2", "have to stay"),
    (BUDGET, "maxUnavailable: 1", "maxUnavailable: 100%", "counts pods, not shares"),
    (BUDGET, f"Labels:\n      {NAME}: ", "Labels:\n      app: ", "the labels that the PodDisruptionBudget selects"),
    (WORKFLOW, "  push:\n", "  push:\n    branches: [nothing]\n", "when ci.yml runs"),
    (WORKFLOW, "  pull_request:\n", "", "when ci.yml runs"),
    (WORKFLOW, "    needs: check\n", "    if: false\n", "what may be left out"),
    (WORKFLOW, "runs-on: ", "run-on: ", "check-jsonschema"),
    (WORKFLOW, "    timeout-minutes: 30\n", "", "check-jsonschema"),
    (WORKFLOW, "${{ github.sha }}", "${{ github.shas }}", "actionlint"),
    (WORKFLOW, '"garments:$GITHUB_SHA"', "garments:$GITHUB_SHA", "actionlint"),
    (WORKFLOW, "contents: read", "contents: write", "the workflow may only read"),
    (WORKFLOW, "docker/build-push-action@", "docker/bake-action@", "the image is built"),
    (WORKFLOW, "Swatinem/rust-cache@", "actions/setup-node@", "what was compiled is kept"),
    *((WORKFLOW, command, "cargo check", f"ci.yml runs `{command}`") for command in workflow.COMMANDS),
    *((WORKFLOW, command, f"true || {command}", f"ci.yml runs `{command}`") for command in workflow.COMMANDS),
)


def main():
    (path,) = sys.argv[1:]
    missed = [f"{file}: {said}" for file, old, new, said in WAYS if not is_found(path, file, old, new, said)]
    # What an option leaves out must not be there.
    for part in parts.PARTS:
        if not judge(Folder(path), {*parts.PARTS} - {part}, with_tools=False).faults:
            missed.append(part)
    for each in missed:
        print(f"MISSED {each}")
    print(f"{len(WAYS) + len(parts.PARTS)} ways to break the files, {len(missed)} missed")
    sys.exit(1 if missed else 0)


def is_found(path, file, old, new, said):
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(shutil.copytree(path, f"{scratch}/copy", ignore=shutil.ignore_patterns("target"))) / file
        if old is None:
            copy.unlink()
        else:
            text = copy.read_text()
            if old not in text:
                sys.exit(f"{file} has no {old!r} to put {new!r} in its place; break it in another way")
            copy.write_text(text.replace(old, new, 1))
        with_tools = said in {command[0] for commands in tools.TOOLS.values() for _, command in commands}
        faults = judge(Folder(f"{scratch}/copy"), set(parts.PARTS), with_tools).faults
    return any(said in fault for fault in faults)


main()
