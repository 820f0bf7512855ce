"""How long a service takes to end, and how long it is given."""

import re

# How long each may take at the most, after the last request; see `toolkit/src/docs/serving.md`. One hook can be
# added without a change of the files.
CUTTING, HOOK, FLUSH = 1, 5, 6
UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600}


def judge(report, what, given, *settings):
    """`given` seconds are enough, by settings of which the first are the strongest."""
    report.more(f"{what}, in seconds", given, needed(*settings))


def needed(*settings):
    drain = seconds(setting("drain_delay", "0s", *settings))
    return drain + seconds(setting("shutdown_timeout", "30s", *settings)) + CUTTING + HOOK + FLUSH


def setting(name, default, *settings):
    """As the toolkit reads it: the environment before `toolkit.toml`."""
    for layer in settings:
        for key in (f"TOOLKIT_{name.upper()}", name):
            if key in layer:
                return layer[key]
    return default


def seconds(text):
    """`10s`, `2 m`, or as Docker writes it, `1m30s`."""
    parts = re.findall(r"(\d+) ?(ms|s|m|h)", str(text))
    if "".join(number + unit for number, unit in parts) != str(text).replace(" ", "") or not parts:
        raise ValueError(f"{text!r} is not a duration")
    return sum(int(number) * UNITS[unit] for number, unit in parts)
