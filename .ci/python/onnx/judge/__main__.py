"""Writes cases into a folder: `python -m judge backend|variants|operators|models FOLDER`."""

import argparse
import pathlib
import shutil

from .cases import Writer


def main():
    parser = argparse.ArgumentParser(prog="judge", description=__doc__)
    parser.add_argument("suite", choices=["backend", "variants", "operators", "models"])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--models", type=int, default=200, help="how many random models are made")
    parser.add_argument("--seed", type=int, default=0, help="the first model's; each further one's is one more")
    parser.add_argument("--operators", default="", help="those of which variants or random uses are made")
    asked = parser.parse_args()
    shutil.rmtree(asked.folder, ignore_errors=True)
    writer = Writer(asked.folder)
    # Each needs other packages, which take their time to be imported.
    match asked.suite:
        case "backend":
            from . import backend

            backend.write(writer)
        case "variants":
            from . import variants

            variants.write(writer, asked.operators.split())
        case "operators":
            from . import operators

            operators.write(writer, asked.operators.split(), asked.models, asked.seed)
        case "models":
            from . import models

            models.write(writer, asked.models, asked.seed)
    print(f"{writer.written} cases")


main()
