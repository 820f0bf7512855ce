"""What is checked on GitHub."""

COMMANDS = (
    "cargo fmt --check",
    "cargo clippy --all-targets --locked -- -D warnings",
    "cargo test --locked",
    "[ ! -f openapi.json ] || cargo run --locked -- openapi --check openapi.json",
)


def judge(report, folder, with_image):
    workflow = folder.yaml(".github/workflows/ci.yml")
    steps = [step for job in workflow["jobs"].values() for step in job.get("steps", [])]
    commands = "\n".join(step.get("run", "") for step in steps)
    # YAML 1.1 takes the key `on` for a truth.
    report.that("when ci.yml runs, whatever the branch is called", workflow[True], {"push": None, "pull_request": None})
    for command in COMMANDS:
        report.that(f"ci.yml runs `{command}`, and nothing around it", {"run": command} in steps)
    conditions = [each for each in (*workflow["jobs"].values(), *steps) if {"if", "continue-on-error"} & set(each)]
    report.that("what may be left out or may fail", conditions, [])
    report.that("the workflow may only read", workflow.get("permissions"), {"contents": "read"})
    builds = "docker build" in commands or any("docker/build-push-action@" in step.get("uses", "") for step in steps)
    report.that("the image is built", builds, with_image)
    cached = any("cache" in step.get("uses", "") for step in steps)
    report.that("what was compiled is kept", cached)
