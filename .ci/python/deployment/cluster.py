"""The service in Kubernetes."""

from fractions import Fraction

from . import ending
from .image import PATIENCE, Image

KINDS = {
    "Deployment": "apps/v1",
    "Service": "v1",
    "HorizontalPodAutoscaler": "autoscaling/v2",
    "PodDisruptionBudget": "policy/v1",
}

# What the toolkit answers; a service that is not ready is not one to be killed.
PROBES = {"startupProbe": "/health/live", "livenessProbe": "/health/live", "readinessProbe": "/health/ready"}

# How long resources may take to be made, in seconds.
START = 30

# Below this, in bytes, a service is killed as soon as it has something to do.
MEMORY = 256 << 20
UNITS = {"m": Fraction(1, 1000), "": 1, "Ki": 1 << 10, "Mi": 1 << 20, "Gi": 1 << 30}

# By which a collector tells pods from one another, and the fields of the pod that say it.
IDENTITY = {"k8s.pod.name": "metadata.name", "service.instance.id": "metadata.uid"}


def judge(report, folder):
    objects = [folder.yaml(name) for name in folder.names("kubernetes/*.yaml")]
    report.that("the objects", sorted((o["kind"], o["apiVersion"]) for o in objects), sorted(KINDS.items()))
    of = {each["kind"]: each for each in objects}
    if set(of) == set(KINDS):
        deployment, settings = of["Deployment"], folder.toml("toolkit.toml")
        container, image = judge_pod(report, deployment["spec"]["template"]["spec"]), None
        if folder.has("Dockerfile"):
            image = Image(folder.text("Dockerfile"))
        judge_container(report, deployment, container, image, settings)
        judge_resources(report, container)
        judge_identity(report, container)
        judge_selectors(report, of)
        judge_scaling(report, of, container)


def judge_pod(report, pod):
    report.that("how many containers a pod has", len(pod["containers"]), 1)
    container = pod["containers"][0]

    # The Pod Security Standard `restricted`.
    own, whole = container.get("securityContext", {}), pod.get("securityContext", {})
    report.that("runAsNonRoot", own.get("runAsNonRoot", whole.get("runAsNonRoot")), True)
    profile = own.get("seccompProfile", whole.get("seccompProfile", {}))
    report.that("seccompProfile", profile.get("type"), "RuntimeDefault")
    report.that("allowPrivilegeEscalation", own.get("allowPrivilegeEscalation"), False)
    report.that("capabilities", own.get("capabilities"), {"drop": ["ALL"]})
    report.that("readOnlyRootFilesystem", own.get("readOnlyRootFilesystem"), True)

    _, _, tag = container["image"].rpartition("/")[2].partition(":")
    report.that(f"the image has a tag that stays: {tag!r}", tag not in ("", "latest"))
    for kind in ("requests", "limits"):
        report.that(f"the {kind} of resources", set(container.get("resources", {}).get(kind, {})), {"cpu", "memory"})

    # As the image says; it has no shell.
    report.that("the container is started as the image says", {"command", "args"} & set(container), set())
    folders = {each["name"] for each in pod.get("volumes", []) if "sizeLimit" in (each.get("emptyDir") or {})}
    mounted = [each["mountPath"] for each in container.get("volumeMounts", []) if each["name"] in folders]
    report.that("where the service may write, within bounds", mounted, ["/tmp"])
    return container


def judge_resources(report, container):
    """Known to be there: see `judge_pod`."""
    requests, limits = (container["resources"].get(kind, {}) for kind in ("requests", "limits"))
    for name in sorted(requests.keys() & limits.keys()):
        report.that(f"the {name} requested is within the limit", quantity(requests[name]) <= quantity(limits[name]))
    report.that("the limit of memory is enough to serve", quantity(limits.get("memory", 0)) >= MEMORY)
    workers = next((each.get("value") for each in container.get("env", []) if each["name"] == "TOOLKIT_WORKERS"), 0)
    report.that("TOOLKIT_WORKERS, for one that is slow and others", int(workers) > max(1, quantity(limits.get("cpu", 0))))


def judge_identity(report, container):
    fields, told = {}, {}
    for each in container.get("env", []):
        if each["name"] == "OTEL_RESOURCE_ATTRIBUTES":
            # A variable that is not defined before is left as it is written.
            told = dict(pair.partition("=")[::2] for pair in each["value"].split(","))
            told = {name: fields.get(value, value) for name, value in told.items()}
        elif "fieldRef" in each.get("valueFrom", {}):
            fields[f"$({each['name']})"] = each["valueFrom"]["fieldRef"]["fieldPath"]
    report.that("OTEL_RESOURCE_ATTRIBUTES of the pod", {name: told.get(name) for name in IDENTITY}, IDENTITY)


def judge_container(report, deployment, container, image, settings):
    template = deployment["spec"]["template"]
    pod, annotations = template["spec"], template["metadata"].get("annotations", {})
    environment = {each["name"]: each["value"] for each in container.get("env", []) if "value" in each}
    within = image.environment() if image else {}
    bind = ending.setting("bind", "", environment, within, settings)
    host, _, port = bind.rpartition(":")
    report.that("the address to listen on", host, "0.0.0.0")
    report.that("the containerPort", [str(each["containerPort"]) for each in container["ports"]], [port])
    for probe, path in PROBES.items():
        asked = container.get(probe, {}).get("httpGet", {})
        report.that(f"the path of {probe}", asked.get("path"), path)
        report.that(f"the port of {probe}", resolve(asked.get("port"), container), port)
    report.that("the port that Prometheus asks", annotations.get("prometheus.io/port"), port)
    report.that("the path that Prometheus asks", annotations.get("prometheus.io/path"), "/metrics")

    ending.judge(
        report, "terminationGracePeriodSeconds", pod.get("terminationGracePeriodSeconds", 30), environment, within, settings
    )
    drain = ending.seconds(ending.setting("drain_delay", "0s", environment, within, settings))
    probe = container.get("readinessProbe", {})
    noticed = probe.get("periodSeconds", 10) * probe.get("failureThreshold", 3)
    report.that(f"TOOLKIT_DRAIN_DELAY ({drain} s) is enough for {noticed} s until a probe has failed", drain >= noticed)
    waits = probe.get("timeoutSeconds", 1)
    report.more("the timeout of readinessProbe", waits, PATIENCE)
    report.that("one readinessProbe ends before the next", waits <= probe.get("periodSeconds", 10))
    probe = container.get("startupProbe", {})
    started = probe.get("periodSeconds", 10) * probe.get("failureThreshold", 3)
    report.that(f"the startupProbe leaves time for resources: {started} s", started >= START)
    if image:
        user = "".join(image.values("USER")).partition(":")[0]
        report.that("runAsUser is the image's", str(pod.get("securityContext", {}).get("runAsUser", user)), user)


def judge_selectors(report, of):
    deployment, service = of["Deployment"], of["Service"]
    labels = deployment["spec"]["template"]["metadata"]["labels"]
    selectors = {
        "Deployment": deployment["spec"]["selector"]["matchLabels"],
        "Service": service["spec"]["selector"],
        "PodDisruptionBudget": of["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"],
    }
    for kind, selector in selectors.items():
        matched = {name: labels.get(name) for name in selector}
        report.that(f"the labels that the {kind} selects", selector, matched)
        report.that(f"the {kind} selects by a label", bool(selector))
    container = deployment["spec"]["template"]["spec"]["containers"][0]
    targets = [resolve(each.get("targetPort", each["port"]), container) for each in service["spec"]["ports"]]
    report.that("the Service's targetPort", targets, [str(each["containerPort"]) for each in container["ports"]])
    spaces = {each["metadata"].get("namespace") for each in of.values()}
    report.that("how many namespaces there are", len(spaces), 1)


def judge_scaling(report, of, container):
    scaler, budget, deployment = of["HorizontalPodAutoscaler"]["spec"], of["PodDisruptionBudget"]["spec"], of["Deployment"]
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": deployment["metadata"]["name"]}
    report.that("what the HorizontalPodAutoscaler scales", scaler["scaleTargetRef"], target)
    report.that("replicas of the Deployment, which the autoscaler says", deployment["spec"].get("replicas"), None)
    for metric in scaler.get("metrics", []):
        name = metric.get("resource", {}).get("name")
        requested = name in container.get("resources", {}).get("requests", {})
        report.that(f"the autoscaler's measure {name} is requested", requested)

    # One pod at least may go, and one stays.
    lowest = scaler.get("minReplicas", 1)
    report.more("minReplicas", lowest, 1)
    report.more("maxReplicas", scaler["maxReplicas"], lowest)
    rolling = deployment["spec"].get("strategy", {}).get("rollingUpdate", {})
    report.that("maxUnavailable while a new version comes", rolling.get("maxUnavailable"), 0)
    gone = budget.get("maxUnavailable", 0)
    available = budget.get("minAvailable", lowest - gone if isinstance(gone, int) else gone)
    if not isinstance(available, int):
        report.that("the PodDisruptionBudget counts pods, not shares", available, "a number")
        return
    report.that(f"of {lowest} pods, {available} have to stay", 0 < available < lowest)


def quantity(text):
    """`250m` or `512Mi`, in cores or bytes."""
    number = str(text).rstrip("".join(UNITS))
    return Fraction(number) * UNITS[str(text)[len(number) :]]


def resolve(port, container):
    """The number of a port, which may be called by the name that the container gives it."""
    named = {each.get("name"): each["containerPort"] for each in container["ports"]}
    return str(named.get(port, port))
