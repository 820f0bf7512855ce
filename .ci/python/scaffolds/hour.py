"""Runs every command of the guide's page "your first hour", in its order, in a new folder.

Of the page, these fences are read:

- `sh`: run to its end, which must be a success; where a `text` fence follows at once, that
  must be what it printed, line by line: `…` in a line stands for anything in it, and a line
  `…` for any lines;
- `sh eventually`: the same, and tried again until the output is as told;
- `sh background`: left running, and waited for until it is ready at port 8000;
- `sh alone`: run when that has been ended, as Ctrl-C ends it.

The page's `$TOOLKIT` is this repository, and its `docker` is `.ci/podman`. What is compiled there is not optimised.
"""

import os
import re
import shutil
import signal
import subprocess
import time

from .commands import ROOT, TARGET, Failed, run, say
from .service import refuse_taken, until_answered
from .templates import folder

PAGE = ROOT / "toolkit" / "src" / "docs" / "first_hour.md"
FENCE = re.compile(r"^```(.+)\n((?:.*\n)*?)```\n(?:\n```text\n((?:.*\n)*?)```\n)?", re.MULTILINE)

#: How many blocks of commands the page has at least.
FEWEST = 12

#: How long output may take to become as told, in seconds.
PATIENCE = 120


def judges(url):
    yield "your first hour", lambda: whole(url)


def whole(url):
    fences = [(kind.split(), commands, told) for kind, commands, told in FENCE.findall(PAGE.read_text())]
    fences = [(kinds, commands, told) for (name, *kinds), commands, told in fences if name == "sh"]
    # A page that is written otherwise must not pass for want of commands.
    if len(fences) < FEWEST:
        raise Failed(f"{PAGE.name} has {len(fences)} fences of commands, and should have at least {FEWEST}")
    run(ROOT / ".ci" / "container-bases", cwd=ROOT)
    # What `cargo install` finds there it does not compile again, although it is of another commit.
    shutil.rmtree(TARGET / "release", ignore_errors=True)
    with folder() as start:
        session = Session(start, url)
        try:
            for kinds, commands, told in fences:
                session.run(kinds, commands, told)
            # The image is there: how it is built and run is looked at more closely.
            run(ROOT / ".ci" / "container", session.folder, "/v0/api/recommendations?item_id=1", cwd=ROOT)
        finally:
            session.end()


class Session:
    """A terminal: its folder and variables are kept from one block to the next."""

    def __init__(self, start, url):
        self.state, self.home = start / "state", start / "home"
        self.state.mkdir()
        self.home.mkdir()
        self.folder, self.background = self.home, None
        installed = start / "installed"
        (installed / "bin").mkdir(parents=True)
        (installed / "bin" / "docker").symlink_to(ROOT / ".ci" / "podman")
        self.environment = {
            **os.environ,
            "TOOLKIT": url,
            "CARGO_TARGET_DIR": str(TARGET),
            "CARGO_INSTALL_ROOT": str(installed),
            "CARGO_PROFILE_RELEASE_OPT_LEVEL": "0",
            "CARGO_PROFILE_RELEASE_LTO": "off",
            "PATH": f"{installed}/bin:{os.environ['PATH']}",
        }

    def run(self, how, commands, told):
        first, begun = commands.splitlines()[0], time.monotonic()
        if "alone" in how:
            self.end_background()
        if "background" in how:
            self.begin_background(commands)
        else:
            self.until_told("eventually" in how, commands, told)
        say(f"       {time.monotonic() - begun:6.1f} s  {first}")

    def until_told(self, eventually, commands, told):
        begun = time.monotonic()
        while True:
            printed, code = self.once(commands)
            if code == 0 and (not told or is_as_told(printed, told)):
                return
            if not eventually or time.monotonic() - begun > PATIENCE:
                wanted = f", and should print:\n{told}" if told else ""
                raise Failed(f"on the page:\n{commands}ends with {code}{wanted}\nIt prints:\n{printed[-6000:]}")
            time.sleep(0.2)

    def once(self, commands):
        """A block, as `bash -e` runs it; it leaves its folder behind for the next one."""
        script = f'set -euo pipefail\n{commands}\npwd > "{self.state}/folder"\n'
        done = subprocess.run(
            ["bash", "-c", script],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        left = self.state / "folder"
        if left.exists():
            self.folder = left.read_text().removesuffix("\n")
        return done.stdout, done.returncode

    def begin_background(self, commands):
        refuse_taken(8000)
        log = open(self.state / "background.log", "w")
        self.background = subprocess.Popen(
            ["bash", "-c", commands],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        until_answered(8000, self.background.poll, (self.state / "background.log").read_text, patience=900)

    def end(self):
        self.end_background()
        run(ROOT / ".ci" / "podman", "rm", "--force", "--all", cwd=ROOT)

    def end_background(self):
        if self.background:
            os.killpg(self.background.pid, signal.SIGINT)
            try:
                self.background.wait(60)
            except subprocess.TimeoutExpired:
                os.killpg(self.background.pid, signal.SIGKILL)
                raise Failed("on the page: Ctrl-C does not end what was left running") from None
            finally:
                self.background = None


def is_as_told(printed, told):
    """Whether these lines were printed; how many spaces there are between words does not matter."""
    pattern = "".join(
        "(?:.*\n)*" if line == "…" else ".*".join(re.escape(spaced(part)) for part in line.split("…")) + "\n"
        for line in told.splitlines()
    )
    lines = "".join(spaced(line) + "\n" for line in printed.splitlines())
    return re.fullmatch(pattern, lines) is not None


def spaced(text):
    return re.sub(r"\s+", " ", text)
