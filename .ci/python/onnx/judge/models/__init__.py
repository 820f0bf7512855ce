"""Random models of scikit-learn, LightGBM and XGBoost, with what ONNX Runtime makes of them.

A number names each: the same seed gives the same model, whatever others are made with it.
"""

import collections
import time
import warnings

import numpy

from . import columns, estimators, export, transformers
from .data import Table

# What the judge asks for: float32 sums are rounded in another order.
TOLERANCE = (1e-4, 1e-5)


def kinds():
    """All kinds of models, by name. Each is a function of a random generator that gives a `Made`."""
    alone = {**estimators.KINDS, **transformers.KINDS}
    # Those of which there is no end are asked for more often.
    many = {f"{name}#{turn}": kind for turn in range(20) for name, kind in columns.KINDS.items()}
    return {**alone, **many}


def write(writer, models, seed):
    """Writes so many cases, the kinds in turn, and tells of those that cannot be exported."""
    every = list(kinds().items())
    lost = collections.defaultdict(list)
    began = time.monotonic()
    for number in range(seed, seed + models):
        name, kind = every[number % len(every)]
        name = name.partition("#")[0]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            # Some of scikit-learn draws from here.
            numpy.random.seed(number)
            try:
                made = kind(numpy.random.default_rng(number), Table)
                export.write(writer, f"{number:06}_{name}", made, number, TOLERANCE)
            except export.Lost as why:
                lost[str(why)].append((name, number))
            except Exception as fault:  # What scikit-learn does not fit is no model.
                lost[f"not trained: {export.summary(fault)}"].append((name, number))
    print(f"{writer.written} of {models} models exported in {time.monotonic() - began:.0f} s; not judged:")
    for why, those in sorted(lost.items(), key=lambda item: -len(item[1])):
        names = ", ".join(sorted({name for name, _ in those}))
        print(f"  {len(those):4} {why} ({names}; seed {those[0][1]})")
