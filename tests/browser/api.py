"""A client of the admin API, to prepare what a test looks at and to see what the page has done."""

from __future__ import annotations

import json
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from datetime import datetime
from email.message import Message
from typing import Any


@dataclass(frozen=True)
class Answer:
    """What came back: the status, the headers, and the body as JSON (`None` where it is none)."""

    status: int
    headers: Message
    json: Any


class UnexpectedStatus(AssertionError):
    """The API answered with another status than the test relies on."""


class Api:
    """Calls the stack at `url` with the key `key`, or with none."""

    def __init__(self, url: str, key: str | None) -> None:
        self.url = url
        self._key = key

    def with_key(self, key: str | None) -> Api:
        """The same API for another caller."""
        return Api(self.url, key)

    def send(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Answer:
        """Sends one request and returns whatever is answered."""
        sent = dict(headers or {})
        if self._key is not None:
            sent["authorization"] = f"Bearer {self._key}"
        data = None if body is None else json.dumps(body).encode()
        if data is not None:
            sent["content-type"] = "application/json"
        request = urllib.request.Request(self.url + path, data=data, headers=sent, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                return Answer(response.status, response.headers, parsed(response.read()))
        except urllib.error.HTTPError as refusal:
            with refusal:
                return Answer(refusal.code, refusal.headers, parsed(refusal.read()))

    def call(self, method: str, path: str, body: Any = None, expected: int = 200) -> Any:
        """Sends one request, and returns the body of the answer. Another status than `expected` fails the test."""
        answer = self.send(method, path, body)
        if answer.status != expected:
            raise UnexpectedStatus(f"{method} {path}: {answer.status} instead of {expected}: {answer.json}")
        return answer.json

    def get(self, path: str, **query: str) -> Any:
        return self.call("GET", path + ("?" + urllib.parse.urlencode(query) if query else ""))

    def create_key(self, name: str, **fields: Any) -> dict[str, Any]:
        """Creates a key (fine-grained, of this deployment, for 30 days, if not told otherwise); `key` is its text."""
        body = {"name": name, "provider": "aws", "region": "us-east-1", "type": "fine-grained", "expires_in": "30d"}
        body |= fields
        return self.call("POST", "/keys", {name: value for name, value in body.items() if value is not None}, 201)

    def key(self, id: str) -> dict[str, Any]:
        """The record of a key."""
        return self.get(f"/keys/{id}")

    def key_named(self, name: str) -> dict[str, Any]:
        """The record of the one key that has this in its name."""
        [record] = self.get("/keys", name=name)["keys"]
        return record

    def put_set(self, name: str, routes: list[str], **fields: Any) -> dict[str, Any]:
        """Writes an API set, anew or for the first time."""
        answer = self.send("PUT", f"/apis/{name}", {"routes": routes} | fields)
        if answer.status not in (200, 201):
            raise UnexpectedStatus(f"PUT /apis/{name}: {answer.status}: {answer.json}")
        return answer.json


def time_of(text: str) -> datetime:
    """A time as the API tells it."""
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def parsed(body: bytes) -> Any:
    """The body as JSON, or `None`."""
    try:
        return json.loads(body)
    except ValueError:
        return None
