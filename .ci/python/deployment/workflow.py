"""What is checked on GitHub."""

COMMANDS = ("cargo fmt --check", "cargo clippy --all-targets", "-D warnings", "cargo test")


def judge(report, folder, with_image):
    workflow = folder.yaml(".github/workflows/ci.yml")
    steps = [step for job in workflow["jobs"].values() for step in job.get("steps", [])]
    commands = "\n".join(step.get("run", "") for step in steps)
    for command in COMMANDS:
        report.that(f"ci.yml runs `{command}`", command in commands)
    report.that("the workflow may only read", workflow.get("permissions"), {"contents": "read"})
    builds = "docker build" in commands or any("docker/build-push-action@" in step.get("uses", "") for step in steps)
    report.that("the image is built", builds, with_image)
    cached = any("cache" in step.get("uses", "") for step in steps)
    report.that("what was compiled is kept", cached)
