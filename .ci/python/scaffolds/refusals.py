"""What cannot become a service is refused in a sentence, and nothing half-made is left; what can is taken."""

import tomllib

from .commands import ROOT, Failed, run
from .templates import folder

#: An answer to each question that must be refused, and what the refusal has to name.
NAMES = {"match": "keyword", "toolkit": "toolkit", "test": "test", "2fast": "letter"}
ANSWERS = {
    "path=/docs": "path",
    "path=no-slash": "path",
    "path=/v0/{id}": "path",
    "port=80": "port",
    "port=many": "port",
    "licence=GPL": "licence",
    'description=a "quoted" word': "description",
    "description=  ": "description",
    "description=a \x1b[1mbold\x1b[0m word": "control",
    "description=a \u202e word": "control",
    "toolkit=gh:me/toolkit": "neither a URL nor a folder",
    "toolkit=github.com/me/toolkit": "neither a URL nor a folder",
    "toolkit=~/toolkit": "neither a URL nor a folder",
    "toolkit=git@example.com:me/toolkit": "ssh://",
    "toolkit=https://me:secret@example.com/toolkit": "password",
    "toolkit=https://secret@example.com/toolkit": "password",
    "toolkit=ssh://me:secret@example.com/toolkit": "password",
    "toolkit=https://example.com/a toolkit": "URL",
    "toolkit=gh://me/toolkit": "URL",
    'toolkit_rev=a"b': "hexadecimal",
    "toolkit_rev=0a1b2c": "folder",
}
#: Where the toolkit may well be.
TOOLKITS = [
    "/home/me@corp/toolkit",
    "../toolkit",
    "https://example.com:8443/me/toolkit.git",
    "ssh://git@example.com/me/toolkit",
    "file:///srv/me@corp/toolkit",
]


def judges(_):
    for template in ("service", "model-service"):
        for name, word in NAMES.items():
            yield f"{template} called {name}", refusal(template, name, [], word)
        for answer, word in ANSWERS.items():
            yield f"{template} with {answer}", refusal(template, "refused", [f"--define={answer}"], word)
        for toolkit in TOOLKITS:
            yield f"{template} with the toolkit in {toolkit}", acceptance(template, toolkit)


def refusal(template, name, define, word):
    def judged():
        with folder() as parent:
            source = ["--path", ROOT / "templates" / template, "--define", f"toolkit={ROOT}"]
            told = run("cargo-generate", "generate", *source, "--silent", "--name", name, *define, cwd=parent, fails=True)
            if word not in told:
                raise Failed(f"the refusal does not name `{word}`:\n{told}")
            # What comes before that is cargo-generate's, which repeats the answers.
            if "secret" in told.partition("Runtime error")[2]:
                raise Failed(f"the refusal tells what is secret:\n{told}")
            left = [path for path in parent.rglob("*") if path.is_file()]
            if left:
                raise Failed(f"{left} are left")

    return judged


def acceptance(template, toolkit):
    def judged():
        with folder() as parent:
            source = ["--path", ROOT / "templates" / template, f"--define=toolkit={toolkit}"]
            run("cargo-generate", "generate", *source, "--silent", "--name", "taken", cwd=parent)
            dependency = tomllib.loads((parent / "taken" / "Cargo.toml").read_text())["dependencies"]["toolkit"]
            if toolkit not in (dependency.get("git"), dependency.get("path", "").removesuffix("/toolkit")):
                raise Failed(f"the toolkit is taken from {dependency}")

    return judged
