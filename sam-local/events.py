"""The files in `events/`, and whether an answer is the one that the end-to-end tests keep.

The tests put the example key straight into their table; here it was made through the API. So it has another id, text and
hint, which are swapped both ways, and it was made at another time by another actor, which `MADE_ELSEWHERE` allows. The files
of the console are in a folder that is another one after each change of them; events and snapshots have `FILES` in its place.
"""

import base64
import gzip
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from services import EXAMPLE_ID, EXAMPLE_KEY, EXAMPLE_MALFORMED, REPOSITORY, Example, Fault

# Of a record: who made it and when. Of an audit event: what the request was that made it. And `errorType`, which
# is a name inside a program.
MADE_ELSEWHERE = {"created_at", "created_by", "updated_at", "at", "actor", "changes", "request_id", "source_ip", "errorType"}
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
FILES = "0" * 16
# The one of them that an event asks for. Its snapshot has the name alone.
FILE = REPOSITORY / "functions" / "console" / "page" / "theme.js"
# What a snapshot has in place of a value that differs from run to run.
PLACEHOLDER = re.compile(r"\\\[[a-z]+\\\]")


@dataclass(frozen=True)
class Event:
    """One file."""

    name: str
    text: str

    @property
    def function(self) -> str:
        """The folder in `functions/` that it is for."""
        return self.name.split(".", 1)[0]

    @property
    def logical_id(self) -> str:
        """What the function is called in the template."""
        return "".join(word.capitalize() for word in self.function.split("-"))

    def expected(self) -> object:
        """The snapshot of its answer."""
        file = REPOSITORY / "tests" / "e2e" / "snapshots" / f"e2e__lambda__{self.name}.snap"
        if not file.exists():
            raise Fault(f"{file.relative_to(REPOSITORY)} is missing")
        return json.loads(file.read_text().split("---\n", 2)[2])


def every() -> list[Event]:
    """All files, in the order of their names, which is the order of the snapshots."""
    files = sorted((REPOSITORY / "events").glob("*.json"), key=lambda file: file.stem)
    if not files:
        raise Fault("events/ has no files")
    return [Event(file.stem, file.read_text()) for file in files]


def outcome(answer: object) -> str:
    """What came, in a word or two."""
    match answer:
        case {"errorMessage": message}:
            return f"error {message}"
        case {"statusCode": status}:
            return str(status)
        case {"isAuthorized": allowed}:
            return "allowed" if allowed else "denied"
        case {"policyDocument": {"Statement": [{"Effect": effect}, *_]}}:
            return f"policy {effect}"
        case _:
            return json.dumps(answer)[:60]


def folder_of_files(page: object) -> str:
    """The folder that the files of the console are in, which its page names."""
    match page:
        case {"body": str(body)} if found := re.search(r'"console/([0-9a-f]{16})/', body):
            return found[1]
        case _:
            raise Fault(f"the console's page names no file: {json.dumps(page)[:200]}")


def secrets_in(answer: object) -> set[str]:
    """The texts of the key and of the token that an answer hands over, if it does."""
    if not isinstance(answer, dict):
        return set()
    body = readable(answer)
    shown = [body.get(name) for name in ("key", "token")] if isinstance(body, dict) else []
    cookies = [cookie.partition("=")[2].partition(";")[0] for cookie in answer.get("cookies") or []]
    return {text for text in [*shown, *cookies] if isinstance(text, str) and text}


def readable(answer: dict) -> object:
    """The body of an answer: JSON as what it says, the file of the console as its name, and anything else as it is."""
    body = answer.get("body")
    if not isinstance(body, str):
        return body
    if answer.get("isBase64Encoded"):
        body = gzip.decompress(base64.b64decode(body)).decode()
    if "json" in answer.get("headers", {}).get("content-type", ""):
        return json.loads(body)
    return f"[{FILE.name}]" if body == FILE.read_text() else body


def compare(event: Event, answer: object, example: Example, files: str) -> list[str]:
    """In what the answer differs from its snapshot. `files` is the folder of the console's."""
    expected = event.expected()
    text = json.dumps(answer, ensure_ascii=False)
    answer = json.loads(example.out_of(text.replace(files, FILES)))
    if isinstance(answer, dict) and "body" in answer:
        answer["body"] = readable(answer)
    if isinstance(expected, dict) and expected.get("body") == "[openapi.json]":
        expected["body"] = json.loads((REPOSITORY / "openapi.json").read_text())
    return list(differences(expected, answer, ""))


def differences(expected: object, found: object, path: str) -> Iterator[str]:
    """Every place where two values differ, but for what is allowed to."""
    name = path.rsplit(".", 1)[-1]
    if name in MADE_ELSEWHERE:
        is_time = isinstance(expected, str) and (TIME.fullmatch(expected) or expected == "[now]")
        if is_time and not (isinstance(found, str) and TIME.fullmatch(found)):
            yield f"{path} is no time: {found!r}"
    elif isinstance(expected, dict) and isinstance(found, dict):
        for key in sorted({*expected, *found}):
            inner = f"{path}.{key}"
            if key not in found or key not in expected:
                yield f"{inner} is {'missing' if key in expected else 'not in the snapshot'}"
            else:
                yield from differences(expected[key], found[key], inner)
    elif isinstance(expected, list) and isinstance(found, list):
        if len(expected) != len(found):
            yield f"{path} has {len(found)} elements, not {len(expected)}"
        for index, (one, other) in enumerate(zip(expected, found, strict=False)):
            yield from differences(one, other, f"{path}[{index}]")
    elif not is_same(expected, found):
        yield f"{path} is {json.dumps(found)[:120]}, not {json.dumps(expected)[:120]}"


def is_same(expected: object, found: object) -> bool:
    """Whether two plain values are equal; a placeholder in the expected text stands for any."""
    if isinstance(expected, str) and isinstance(found, str):
        return re.fullmatch(PLACEHOLDER.sub(".+", re.escape(expected)), found) is not None
    return type(expected) is type(found) and expected == found


def assert_examples_are_whole() -> None:
    """The swap of the example key must have something to swap."""
    texts = "".join(event.text for event in every())
    for text in (EXAMPLE_ID, EXAMPLE_KEY, EXAMPLE_MALFORMED):
        if text not in texts:
            raise Fault(f"no event holds {text} any more")
