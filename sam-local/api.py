"""The admin API as `sam local start-api` serves it: a key from its making to its revocation, over HTTP.

SAM answers any refusal of an authorizer with 403, and fails on the error `Unauthorized` instead of answering 401. So the
authorizer is set to answer a refusal (`Unauthenticated=deny`), and 403 is what a request without a valid key gets here.
"""

import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from services import EXAMPLE_KEY, REPOSITORY, Answer, Fault, Running, request

if TYPE_CHECKING:
    from check import Report, Sam

# The path of a key; its id is another in each run.
KEY_PATH = re.compile(r"/keys/\w{16}")
# Seconds until the API answers. No function starts before its first request.
START_LIMIT = 120
# A revocation is seen at once when nothing is cached. Refusals are told as SAM can pass them on.
PARAMETERS = {"Unauthenticated": "deny", "CacheTtlSeconds": "0"}


class Calls:
    """Requests whose answers are checked."""

    def __init__(self, url: str, report: "Report") -> None:
        self.url = url
        self.report = report

    def __call__(
        self, why: str, line: str, status: int, key: str | None = None, body: object = None, **more: object
    ) -> Answer:
        """Sends `line` (method and path) with a key. `header` adds a header, `holds` is what the body must have."""
        method, path = line.split(" ")
        headers = dict([more["header"]]) if "header" in more else {}
        if key is not None:
            headers["authorization"] = f"Bearer {key}"
        try:
            answer = request(method, self.url + path, body, headers)
        except OSError as error:
            self.report.line(line, "", [f"{why}: {error}"])
            raise Fault("the API does not answer") from error
        wrong = (
            [] if answer.status == status else [f"{why}: answered {answer.status}, not {status}: {str(answer.body)[:200]}"]
        )
        found = answer.body if isinstance(answer.body, dict) else {}
        for name, value in more.get("holds", {}).items():
            if found.get(name) != value:
                wrong.append(f"{why}: {name} is {found.get(name)!r}, not {value!r}")
        self.report.line(KEY_PATH.sub("/keys/{id}", line), f"{answer.status}  {why}", wrong)
        return answer


@contextmanager
def serving(sam: "Sam", folder: Path) -> Iterator[str]:
    """The API, until the block ends; its URL."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = folder / "start-api"
    arguments = ["--port", str(port), "--warm-containers", "LAZY"]
    with log.open("w") as output:
        process = subprocess.Popen(
            sam.command("start-api", *arguments, parameters=PARAMETERS), cwd=REPOSITORY, stdout=output, stderr=output
        )
    try:
        deadline = time.monotonic() + START_LIMIT
        while not answers(port):
            if process.poll() is not None or time.monotonic() > deadline:
                raise Fault(f"sam local start-api does not start: {log.read_text()[-600:]}")
            time.sleep(0.2)
        yield f"http://127.0.0.1:{port}"
    finally:
        # It then removes the containers that it kept warm. Ctrl-C may be ignored: a shell's background jobs inherit that.
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=120)
        sam.logs.append(log.read_text())


def answers(port: int) -> bool:
    """Whether anything listens there."""
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


def check(sam: "Sam", running: Running, report: "Report", folder: Path) -> None:
    """Makes a key, uses, changes, rotates and revokes it."""
    with serving(sam, folder) as url:
        call = Calls(url, report)
        try:
            without_a_key(call, running)
            tokens_of_a_key(call, running)
            life_of_a_key(call, running)
        except Fault as fault:
            report.line("start-api", "", [str(fault)])


def without_a_key(call: Calls, running: Running) -> None:
    """What is open, and what is not."""
    call("open to all", "GET /health", 200, holds={"status": "ok"})
    call("open to all", "GET /openapi.json", 200, holds={"openapi": "3.1.0"})
    call("no key", "GET /keys", 403)
    call("a text that is no key", "GET /keys", 403, key="nonsense")
    call("a key that nobody made", "GET /keys", 403, key=EXAMPLE_KEY)
    call("a key without the right", "GET /keys", 403, key=running.example.text)
    call("any valid key", "GET /catalogue", 200, key=running.example.text)
    call("open to all", "GET /console", 200)
    call("not there", "GET /console/0000000000000000/app.js", 404)
    call("no session", "GET /console/session", 403)


def tokens_of_a_key(call: Calls, running: Running) -> None:
    """Its tokens, and a session of the console."""
    key = running.example.text
    made = call("a token", "POST /tokens", 201, key, {"expires_in": "15m"})
    if made.status != 201:
        raise Fault("there is no token to go on with")
    token = made.body["token"]
    call("a token in place of its key", "GET /catalogue", 200, token)
    call("a token makes none", "POST /tokens", 403, token)
    session = call("signed in", "POST /console/session", 201, key, holds={"key_id": running.example.id})
    cookie = session.headers.get("set-cookie", "").partition(";")[0]
    running.secrets.update([token, cookie.partition("=")[2]])
    call("its session", "GET /console/session", 200, header=("cookie", cookie), holds={"key_id": running.example.id})
    call("a write without the page's header", "POST /tokens", 403, header=("cookie", cookie))
    call("signed out", "DELETE /console/session", 204, header=("x-latchkey-console", "1"))


def life_of_a_key(call: Calls, running: Running) -> None:
    """From its making to its end."""
    root = running.root_key
    asked = {
        "name": "Made under sam local",
        "provider": "aws",
        "region": "us-east-1",
        "type": "fine-grained",
        "permissions": ["keys:list"],
        # The set of the admin API's own routes.
        "apis": ["latchkey"],
        "expires_in": "1d",
    }
    made = call("the root key makes a key", "POST /keys", 201, root, asked, holds={"state": "active", "version": 1})
    if made.status != 201:
        raise Fault("there is no key to go on with")
    key, path = made.body["key"], f"/keys/{made.body['id']}"
    running.secrets.add(key)
    call("the new key lists", "GET /keys", 200, key)
    call("so does it in x-api-key", "GET /keys", 200, header=("x-api-key", key))
    call("what it may not do", "POST /keys", 403, key, asked)
    call("the record", f"GET {path}", 200, root, holds={"name": "Made under sam local"})
    call("a change of what is there no more", f"PATCH {path}", 412, root, {"name": "Late"}, header=("if-match", '"9"'))
    call("disabled", f"PATCH {path}", 200, root, {"enabled": False}, header=("if-match", '"1"'), holds={"state": "disabled"})
    call("a disabled key", "GET /keys", 403, key)
    call("enabled", f"PATCH {path}", 200, root, {"enabled": True}, holds={"state": "active", "version": 3})
    call("a verdict", "POST /verify", 200, root, {"key": key}, holds={"valid": True, "code": "VALID"})
    key = rotated(call, running, path, key)
    call("revoked", f"DELETE {path}?reason=done", 200, root, holds={"state": "revoked", "revoke_reason": "done"})
    call("a revoked key", "GET /keys", 403, key)
    call("its verdict", "POST /verify", 200, root, {"key": key}, holds={"valid": False, "code": "REVOKED"})
    call("restored", f"POST {path}/restore", 200, root, holds={"state": "active"})
    call("a restored key", "GET /keys", 200, key)
    trail = call("what was done to it", f"GET {path}/audit", 200, root)
    actions = [event["action"] for event in reversed(trail.body["events"])]
    done = ["key.created", "key.updated", "key.updated", "key.rotated", "key.rotated", "key.revoked", "key.restored"]
    call.report.line("audit", " ".join(actions), [] if actions == done else [f"not {' '.join(done)}"])
    orders = {"routes": ["GET /orders"], "client_types": [], "key_required": True}
    call("an API set", "PUT /apis/shop", 201, root, orders)
    call("an API set", "DELETE /apis/shop", 200, root)


def rotated(call: Calls, running: Running, path: str, key: str) -> str:
    """Gives the key another text, with and without an overlap; the last one."""
    root = running.root_key
    first = call("rotated", f"POST {path}/rotate", 200, root, {"overlap": "1h"}).body.get("key", "")
    running.secrets.add(first)
    call("the new text", "GET /keys", 200, first)
    call("the previous text, in its overlap", "GET /keys", 200, key)
    call("while the previous text is alive", f"POST {path}/rotate", 409, root, {})
    body = {"overlap": "0s", "end_previous": True}
    second = call("rotated with no overlap", f"POST {path}/rotate", 200, root, body).body.get("key", "")
    running.secrets.add(second)
    call("the newest text", "GET /keys", 200, second)
    for text in (key, first):
        call("a text that has ended", "GET /keys", 403, text)
    return second
