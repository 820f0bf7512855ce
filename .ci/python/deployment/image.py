"""The image, as its Dockerfile's last stage has it."""

import dockerfile


class Image:
    def __init__(self, text):
        commands = dockerfile.parse_string(text)
        last = max(number for number, command in enumerate(commands) if command.cmd == "FROM")
        self.commands = commands[last:]

    def values(self, name):
        """What the last instruction of a name says; nothing, if there is none."""
        return next((command.value for command in reversed(self.commands) if command.cmd == name), ())

    def is_list(self, name):
        """Whether an instruction is a list of arguments, for which no shell is needed."""
        return any(command.cmd == name and command.json for command in self.commands)

    def environment(self):
        found = {}
        for command in self.commands:
            if command.cmd == "ENV":
                found |= dict(zip(command.value[::2], command.value[1::2]))
        return found


def judge(report, folder):
    image, local = Image(folder.text("Dockerfile")), folder.toml("toolkit.toml")["bind"]
    port = local.rpartition(":")[2]
    report.that("TOOLKIT_BIND of the image", image.environment().get("TOOLKIT_BIND"), f"0.0.0.0:{port}")
    report.that("EXPOSE of the image", image.values("EXPOSE"), (port,))
    report.that("STOPSIGNAL of the image", image.values("STOPSIGNAL"), ("SIGTERM",))

    # Kubernetes cannot tell whether a name is root's.
    user = "".join(image.values("USER")).partition(":")[0]
    report.that(f"the image's user {user!r} is a number, and not root's", user.isdigit() and int(user) > 0)

    # A shell between would keep the signal for itself, and there is none.
    entry = image.values("ENTRYPOINT")
    report.that("ENTRYPOINT is a list", image.is_list("ENTRYPOINT"))
    report.that("HEALTHCHECK is a list", image.is_list("HEALTHCHECK"))
    report.that("HEALTHCHECK of the image", image.values("HEALTHCHECK"), ("CMD", *entry, "health"))

    ignored = folder.text(".dockerignore").split()
    for name in ("target", ".git"):
        report.that(f".dockerignore has {name}", name in ignored)
