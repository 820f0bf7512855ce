"""The image, as its Dockerfile's last stage has it."""

import dockerfile

from . import ending

# How long the service has to say whether it is ready; see `toolkit/src/app/probe.rs`.
PATIENCE = 5

# What is compiled. All else that an earlier stage takes from the folder compiles anew when it changes.
COMPILED = {".cargo", "Cargo.toml", "Cargo.lock", "src"}


class Image:
    def __init__(self, text):
        commands = dockerfile.parse_string(text)
        last = max(number for number, command in enumerate(commands) if command.cmd == "FROM")
        self.commands, self.earlier = commands[last:], commands[:last]

    def values(self, name):
        """What the last instruction of a name says; nothing, if there is none."""
        return next((command.value for command in reversed(self.commands) if command.cmd == name), ())

    def is_list(self, name):
        """Whether an instruction is a list of arguments, for which no shell is needed."""
        return any(command.cmd == name and command.json for command in self.commands)

    def flag(self, name, flag):
        """A flag of the last instruction of a name, `--timeout=6s`."""
        flags = next((command.flags for command in reversed(self.commands) if command.cmd == name), ())
        return dict(each.partition("=")[::2] for each in flags).get(flag)

    def taken(self):
        """What the image takes from the folder, and where it puts it."""
        return {name: command.value[-1] for command in copies(self.commands) for name in command.value[:-1]}

    def environment(self):
        found = {}
        for command in self.commands:
            if command.cmd == "ENV":
                found |= dict(zip(command.value[::2], command.value[1::2]))
        return found


def copies(commands):
    """The instructions that copy from the folder, not from another image."""
    return [each for each in commands if each.cmd in ("ADD", "COPY") and not any("--from=" in flag for flag in each.flags)]


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
    report.more("the timeout of HEALTHCHECK", ending.seconds(image.flag("HEALTHCHECK", "--timeout") or "30s"), PATIENCE)
    judge_copies(report, folder, image)

    ignored = folder.text(".dockerignore").split()
    for name in ("target", ".git", "openapi.json"):
        report.that(f".dockerignore has {name}", name in ignored)


def judge_copies(report, folder, image):
    taken = image.taken()
    # By relative paths: the service reads them from the folder that it is started in.
    report.that("WORKDIR of the image", image.values("WORKDIR"), ("".join(image.values("ENTRYPOINT")[:1]).rpartition("/")[0],))
    report.that("the image has toolkit.toml", taken.get("toolkit.toml") in ("./", "toolkit.toml"))
    for name, value in folder.toml("toolkit.toml").items():
        if value and isinstance(value, str) and folder.has(value):
            within = [each for each in taken if f"{value}/".startswith(f"{each}/") and taken[each] == each]
            report.that(f"the image has {value}, which the setting `{name}` names", bool(within))
    built = {name for command in copies(image.earlier) for name in command.value[:-1]}
    report.that("what the image is built from", built, COMPILED)
