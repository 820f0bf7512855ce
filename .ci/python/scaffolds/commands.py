"""Commands, run to their end."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
TARGET = ROOT / "target" / "scaffolds"


class Failed(Exception):
    """A command ended otherwise than it should, or a service answered so."""


def run(*command, cwd, fails=False, **environment):
    """What the command printed, on both outputs."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**os.environ, "CARGO_TARGET_DIR": str(TARGET), **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    if (done.returncode != 0) != fails:
        told = " ".join(str(part) for part in command)
        raise Failed(f"`{told}` in {cwd} ended with {done.returncode}:\n{done.stdout[-6000:]}")
    return done.stdout


def say(text):
    print(text, flush=True)


def judge(judges):
    """Runs every judge; tells each that fails, and fails then."""
    failed = []
    for name, judged in judges:
        try:
            judged()
        except Failed as failure:
            failed.append(name)
            print(f"FAILED {name}: {failure}", file=sys.stderr, flush=True)
        else:
            say(f"held   {name}")
    sys.exit(1 if failed else 0)
