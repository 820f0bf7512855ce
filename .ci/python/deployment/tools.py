"""What other people's tools say of each file."""

import subprocess
from pathlib import Path

WORKFLOWS, MANIFESTS = ".github/workflows/*.yml", "kubernetes/*.yaml"
YAMLLINT = ("yamllint", "--strict", "--config-file", str(Path(__file__).with_name("yamllint.yaml")))
SCHEMA = ("check-jsonschema", "--builtin-schema")
# The oldest that is met, and the newest.
KUBERNETES = ("kubernetes-validate", "--kubernetes-version", "1.33", "--kubernetes-version", "1.37", "--strict")

# By part: the files, and the command that judges them.
TOOLS = {
    "container": (
        ("Dockerfile", ("hadolint", "--no-color")),
        ("compose.yaml", YAMLLINT),
        ("compose.yaml", (*SCHEMA, "vendor.compose-spec")),
    ),
    "kubernetes": (
        (MANIFESTS, YAMLLINT),
        (MANIFESTS, KUBERNETES),
    ),
    "github": (
        (WORKFLOWS, YAMLLINT),
        (WORKFLOWS, (*SCHEMA, "vendor.github-workflows")),
        (WORKFLOWS, (*SCHEMA, "custom.github-workflows-require-timeout")),
        (WORKFLOWS, ("actionlint", "-no-color", "-shellcheck", "shellcheck")),
    ),
}


def judge(report, folder, part):
    for files, command in TOOLS[part]:
        names = folder.names(files)
        report.that(f"there are files for {command[0]}: {files}", bool(names))
        if names:
            run = subprocess.run([*command, *names], cwd=folder.path, capture_output=True, text=True)
            report.that(f"{command[0]} takes {files}", run.stdout + run.stderr if run.returncode else "", "")
