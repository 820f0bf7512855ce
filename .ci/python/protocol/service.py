"""What the service says of its models in its own words: its document, and typed JSON."""

import json
import urllib.request


class Function:
    """A function of a model, with the example that its document shows."""

    def __init__(self, base, path, name, arguments):
        self.base, self.path, self.name, self.arguments = base, path, name, arguments

    def columns(self):
        """The example's columns by name; nothing if it is not one frame."""
        [rows] = self.arguments.values() if len(self.arguments) == 1 else [None]
        if not (isinstance(rows, list) and rows and all(isinstance(row, dict) for row in rows)):
            return None
        return {name: [row.get(name) for row in rows] for name in rows[0]}

    def call(self, rows):
        """The typed answer, as columns by name."""
        [parameter] = self.arguments
        body = json.dumps({parameter: rows}).encode()
        request = urllib.request.Request(self.base + self.path, body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request) as answer:
            result = json.load(answer)
        if isinstance(result[0], dict):
            return {name: [row[name] for row in result] for name in result[0]}
        return {self.name.rpartition(".")[2]: result}


def functions(base):
    """The functions of all models, by the protocol's names."""
    with urllib.request.urlopen(base + "/openapi.json") as answer:
        document = json.load(answer)
    schemas = document["components"]["schemas"]
    found = {}
    for path, operations in document["paths"].items():
        body = operations.get("post", {}).get("requestBody", {}).get("content", {}).get("application/json", {})
        name = body.get("schema", {}).get("$ref", "").rpartition("/")[2]
        if name.endswith(".arguments") and schemas[name].get("examples"):
            function = Function(base, path, name.removesuffix(".arguments"), schemas[name]["examples"][0])
            found[function.name] = function
    return found
