"""The files of a service."""

import tomllib
from pathlib import Path

import yaml


class Folder:
    def __init__(self, path):
        self.path = Path(path)

    def has(self, name):
        return (self.path / name).exists()

    def text(self, name):
        return (self.path / name).read_text()

    def toml(self, name):
        return tomllib.loads(self.text(name))

    def yaml(self, name):
        return yaml.safe_load(self.text(name))

    def names(self, pattern):
        return sorted(str(path.relative_to(self.path)) for path in self.path.glob(pattern) if path.is_file())
