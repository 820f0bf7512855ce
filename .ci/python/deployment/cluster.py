"""The service in Kubernetes."""

from . import ending
from .image import Image

KINDS = {
    "Deployment": "apps/v1",
    "Service": "v1",
    "HorizontalPodAutoscaler": "autoscaling/v2",
    "PodDisruptionBudget": "policy/v1",
}

# What the toolkit answers; a service that is not ready is not one to be killed.
PROBES = {"startupProbe": "/health/live", "livenessProbe": "/health/live", "readinessProbe": "/health/ready"}


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
    return container


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
    available = budget.get("minAvailable", lowest - budget.get("maxUnavailable", 0))
    report.that(f"of {lowest} pods, {available} have to stay", 0 < available < lowest)


def resolve(port, container):
    """The number of a port, which may be called by the name that the container gives it."""
    named = {each.get("name"): each["containerPort"] for each in container["ports"]}
    return str(named.get(port, port))
