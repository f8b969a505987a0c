"""The embedded services that the containers talk to, and the key that the events carry."""

import json
import shutil
import signal
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

REPOSITORY = Path(__file__).resolve().parent.parent

# The ports of `sam-local/env.json`.
DYNAMODB_PORT, SECRETSMANAGER_PORT = 8000, 8001

# What the files in `events/` carry. It opens nothing but a test.
EXAMPLE_ID = "ExampleKey000001"
EXAMPLE_KEY = "lk_ExampleKey000001_ThisIsAnExampleAndOpensNothing001VupU3"
EXAMPLE_HINT = "lk_Exam…upU3"
# The same text with one wrong character, which its checksum gives away.
WRONG_CHARACTER = 51
EXAMPLE_MALFORMED = EXAMPLE_KEY[:WRONG_CHARACTER] + "1" + EXAMPLE_KEY[WRONG_CHARACTER + 1 :]


class Fault(Exception):
    """Something that had to work did not."""


@dataclass(frozen=True)
class Answer:
    """What an HTTP request got."""

    status: int
    headers: dict[str, str]
    body: object


def request(method: str, url: str, body: object = None, headers: dict[str, str] | None = None) -> Answer:
    """Sends JSON, and takes whatever comes back, of any status."""
    data = None if body is None else json.dumps(body).encode()
    sent = {"content-type": "application/json", **(headers or {})}
    asked = urllib.request.Request(url, data, sent, method=method)
    # A proxy of the environment must not see a key.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(asked, timeout=60) as response:
            return answer(response.status, response)
    except urllib.error.HTTPError as error:
        return answer(error.code, error)


def answer(status: int, response: IO[bytes]) -> Answer:
    """The whole of an answer."""
    text = response.read().decode()
    try:
        body = json.loads(text)
    except ValueError:
        body = text
    return Answer(status, {name.lower(): value for name, value in response.headers.items()}, body)


@dataclass(frozen=True)
class Example:
    """A key that stands for the one in the events, as Latchkey gives nobody a key of a text that is published."""

    id: str
    text: str
    hint: str

    @property
    def malformed(self) -> str:
        """Its text with one wrong character."""
        wrong = "0" if self.text[WRONG_CHARACTER] != "0" else "1"
        return self.text[:WRONG_CHARACTER] + wrong + self.text[WRONG_CHARACTER + 1 :]

    def into(self, event: str) -> str:
        """An event that carries this key in place of the example."""
        swapped = event.replace(EXAMPLE_KEY, self.text).replace(EXAMPLE_MALFORMED, self.malformed)
        return swapped.replace(EXAMPLE_ID, self.id)

    def out_of(self, answer: str) -> str:
        """An answer that tells of the example in place of this key."""
        return answer.replace(self.id, EXAMPLE_ID).replace(self.hint, EXAMPLE_HINT)


@dataclass(frozen=True)
class Running:
    """The services, while they run."""

    root_key: str
    example: Example
    # The texts of all keys so far; whoever makes a key adds its text.
    secrets: set[str]
    # By the ARNs of secrets in events: those of the secrets that stand for them.
    secret_arns: dict[str, str] = field(default_factory=dict)


@contextmanager
def started(command: list[str], last_line: str, log: Path) -> Iterator[list[str]]:
    """A process until the block ends, once it has printed a line that begins so; gives the lines up to there."""
    with log.open("ab") as errors:
        process = subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=errors, text=True)
    try:
        lines: list[str] = []
        # The output ends with the process, so this waits for nothing that does not come.
        for line in process.stdout or ():
            lines.append(line.rstrip("\n"))
            if line.startswith(last_line):
                break
        else:
            raise Fault(f"{' '.join(command)} ended with {process.wait()}: {log.read_text()[-600:]}")
        yield lines
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


class Services:
    """Embedded services whose data is the same at every start."""

    def __init__(self, latchkey: str, data: Path, example: Example) -> None:
        self.latchkey = latchkey
        self.data = data
        self.example = example
        self.log = data.with_name("log")
        # Every text that a key has had, for the search of the logs.
        self.secrets = {example.text}

    @contextmanager
    def running(self) -> Iterator[Running]:
        """Runs them on a copy of the data, so that nothing that is done here is there the next time."""
        copy = self.data.with_name("running")
        shutil.copytree(self.data, copy)
        ports = ["--port", str(DYNAMODB_PORT), "--secretsmanager-port", str(SECRETSMANAGER_PORT)]
        try:
            with started([self.latchkey, "dynamodb", *ports, "--data-dir", str(copy)], "root key ", self.log):
                root_key = (copy / "root-key").read_text().strip()
                self.secrets.add(root_key)
                yield Running(root_key, self.example, self.secrets)
        finally:
            shutil.rmtree(copy)


def prepare(latchkey: str, folder: Path) -> Services:
    """Makes what the events name, through the API of the whole local stack: the example key, and the API set `orders`."""
    data = folder / "data"
    with started([latchkey, "--port", "0", "--data-dir", str(data)], "root key ", folder / "log") as lines:
        url = lines[0].removeprefix("latchkey listening on ")
        headers = {"authorization": f"Bearer {(data / 'root-key').read_text().strip()}"}
        orders = {"routes": ["GET /orders"], "client_types": [], "key_required": True}
        made = request("PUT", f"{url}/apis/orders", orders, headers)
        if made.status not in (200, 201):
            raise Fault(f"the API set was not made: {made}")
        body = {
            "name": "Example",
            "description": "What the events carry",
            "owner": "example-team",
            "client_type": "partner",
            "provider": "aws",
            "region": "us-east-1",
            "type": "fine-grained",
            "permissions": ["orders:read"],
            "apis": ["*"],
            "metadata": {"team": "billing"},
            "expires_at": "2099-01-01T00:00:00Z",
        }
        made = request("POST", f"{url}/keys", body, headers)
        if made.status != 201 or not isinstance(made.body, dict):
            raise Fault(f"the example key was not made: {made.status}")
        record = made.body
    return Services(latchkey, data, Example(record["id"], record["key"], record["hint"]))
