"""Private keys, which neither the repository nor the image may have. Public ones are compiled in."""

# Docker names files in folders too only with `**/`.
PATTERNS = {".gitignore": ["*.pem", "!*.pub.pem"], ".dockerignore": ["**/*.pem", "!**/*.pub.pem"]}


def judge(report, folder):
    for name, patterns in PATTERNS.items():
        if folder.has(name):
            found = [line for line in folder.text(name).splitlines() if ".pem" in line]
            report.that(f"keys that {name} names", found, patterns)
