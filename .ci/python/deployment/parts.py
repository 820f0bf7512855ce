"""Which files a service has, by the options that it was made with."""

import re

ALWAYS = ("Cargo.toml", "toolkit.toml", "README.md", ".gitignore", ".cargo/config.toml", "src/main.rs")
PARTS = {
    "container": ("Dockerfile", ".dockerignore", "compose.yaml"),
    "kubernetes": ("kubernetes",),
    "github": (".github/workflows/ci.yml",),
}

# A variable of the template or a tag: `{{port}}`, `{%- if container %}`; neither `${{ github.sha }}` of GitHub
# nor `{{ .State }}` of Docker.
PLACEHOLDER = re.compile(r"(?<!\$)\{\{-?\s*[a-z][^}]*\}\}|\{%.*?%\}")


def judge(report, folder, wanted):
    for name in ALWAYS:
        report.that(f"{name} is there", folder.has(name))
    for part, names in PARTS.items():
        for name in names:
            report.that(f"{name} is there", folder.has(name), part in wanted)
    for name in written(folder):
        report.that(f"what is left of the template in {name}", PLACEHOLDER.findall(folder.text(name)), [])


def written(folder):
    """The files that came out of the template as text."""
    for name in folder.names("**/*"):
        made = name.startswith(("target/", ".git/")) or name == "Cargo.lock"
        if not made and not name.endswith(".envelope"):
            yield name
