"""All judges of a service's files."""

from . import cluster, compose, image, keys, parts, tools, workflow
from .report import Report


def judge(folder, wanted, with_tools=True):
    report = Report()
    parts.judge(report, folder, wanted)
    if with_tools and not report.faults:
        for part in sorted(wanted & set(parts.PARTS)):
            tools.judge(report, folder, part)
    if not report.faults:
        judge_together(report, folder, wanted)
    return report


def judge_together(report, folder, wanted):
    """What the files say of one another; each is known to be of its kind."""
    keys.judge(report, folder)
    if "container" in wanted:
        image.judge(report, folder)
        compose.judge(report, folder)
    if "kubernetes" in wanted:
        cluster.judge(report, folder)
    if "github" in wanted:
        workflow.judge(report, folder, "container" in wanted)
