"""Runs the function of every example, from the SAM template and from the Terraform code, on what API Gateway sends it.

    python examples/lint/backend.py <folder of the examples>

Both must be the same function. It must answer with the authorizer's context, and with nothing else of the request: the
headers, the query string and whatever it prints may hold a key.
"""

import contextlib
import io
import json
import pathlib
import sys
import textwrap

import hcl2
from samtranslator.yaml_helper import yaml_parse

SECRET = "a-text-that-must-not-be-repeated"
CONTEXT = {"key_id": "ExampleKey000001", "owner": "shop", "permissions": "orders:read", "metadata": "{}"}
# API Gateway adds these where the context is not nested.
ADDED = {"principalId": "shop", "integrationLatency": 3}
REQUEST = {
    "headers": {"authorization": f"Bearer {SECRET}", "x-api-key": SECRET, "cookie": f"latchkey={SECRET}"},
    "queryStringParameters": {"api_key": SECRET},
}


def http(context):
    """An HTTP API, payload format 2.0."""
    return REQUEST | {"routeKey": "GET /orders/{id}", "requestContext": {"authorizer": {"lambda": context}}}


def rest(context):
    """A REST API."""
    request = {"authorizer": context and context | ADDED}
    return REQUEST | {"httpMethod": "GET", "resource": "/orders/{id}", "requestContext": request}


def websocket(kind):
    """A message to a WebSocket API, or the start or end of its connection."""

    def event(context):
        request = {"eventType": kind, "authorizer": context and context | ADDED}
        return (REQUEST if kind == "CONNECT" else {"body": "hello"}) | {"requestContext": request}

    return event


# For each example, an event and what its answer holds besides the context; None for an answer without a body.
CASES = {
    "http-api": [(http, {"route": "GET /orders/{id}"})],
    "rest-api": [(rest, {"route": "GET /orders/{id}"})],
    "websocket-api": [(websocket("MESSAGE"), {"message": "hello"}), (websocket("CONNECT"), None), (websocket("DISCONNECT"), None)],
}


def in_template(folder):
    """The function in the SAM template."""
    template = yaml_parse((folder / "template.yaml").read_text())
    return template["Resources"]["Backend"]["Properties"]["InlineCode"]


def in_terraform(folder):
    """The function in the Terraform code: its only heredoc, whose indentation Terraform takes away."""
    tree = hcl2.parses_to_tree((folder / "main.tf").read_text())
    [heredoc] = tree.find_data("heredoc_template_trim")
    lines = heredoc.children[0].rstrip().splitlines()[1:-1]
    return textwrap.dedent("\n".join(lines)) + "\n"


def answer(code, event):
    """What the function answers, and what it prints."""
    names, printed = {}, io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        exec(compile(code, "index.py", "exec"), names)  # noqa: S102: the code of the examples is what is tested
        return names["handler"](event, None), printed.getvalue()


def problems(folder):
    """What is wrong with the function of one example."""
    code = in_template(folder)
    if code != in_terraform(folder):
        yield "the functions of template.yaml and main.tf differ"
    for make, expected in CASES[folder.name]:
        # A key; an open route that was called without one; and no authorizer at all.
        for context, key in ((CONTEXT, CONTEXT), ({}, {}), (None, {})):
            result, printed = answer(code, make(context))
            body = expected and expected | {"key": key}
            if result["statusCode"] != 200 or json.loads(result.get("body", "null")) != body:
                yield f"answers {json.dumps(result)} with the context {json.dumps(context)}, and not {json.dumps(body)}"
            if SECRET in json.dumps(result) or printed:
                yield "repeats what it should not"


def main():
    folders = sorted(path.parent for path in pathlib.Path(sys.argv[1]).glob("*/template.yaml"))
    if [folder.name for folder in folders] != sorted(CASES):
        sys.exit(f"the examples are {[folder.name for folder in folders]}, and not {sorted(CASES)}")
    found = [f"{folder}: {problem}" for folder in folders for problem in problems(folder)]
    if found:
        sys.exit("\n".join(found))
    print(f"the functions of {', '.join(folder.name for folder in folders)} answer as they should")


if __name__ == "__main__":
    main()
