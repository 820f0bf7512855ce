"""What cannot become a service is refused in a sentence, and nothing half-made is left."""

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
}


def judges(_):
    for template in ("service", "model-service"):
        for name, word in NAMES.items():
            yield f"{template} called {name}", refusal(template, name, [], word)
        for answer, word in ANSWERS.items():
            yield f"{template} with {answer}", refusal(template, "refused", [f"--define={answer}"], word)


def refusal(template, name, define, word):
    def judged():
        with folder() as parent:
            source = ["--path", ROOT / "templates" / template, "--define", f"toolkit={ROOT}"]
            told = run("cargo-generate", "generate", *source, "--silent", "--name", name, *define, cwd=parent, fails=True)
            if word not in told:
                raise Failed(f"the refusal does not name `{word}`:\n{told}")
            left = [path for path in parent.rglob("*") if path.is_file()]
            if left:
                raise Failed(f"{left} are left")

    return judged
