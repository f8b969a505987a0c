"""The local stack under test: started for somebody, asked where it is, and ended in good order.

As a program it runs a command beside a stack of its own: `stack.py COMMAND [ARGUMENT…]`. `{url}` in an argument is
where the stack listens; the command finds that and the root key in LATCHKEY_URL and LATCHKEY_ROOT_KEY.

The programs that are started are those that the Rust tests build. LATCHKEY_PROGRAMS names another folder for them.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
START_SECONDS = 60
STOP_SECONDS = 30


class StackError(Exception):
    """The stack did not start, did not end in good order, or logged an error."""


def program(name: str) -> Path:
    """A program of this repository."""
    built = Path(os.environ.get("CARGO_TARGET_DIR", REPOSITORY / "target")) / "debug"
    file = Path(os.environ.get("LATCHKEY_PROGRAMS", built)) / name
    if not file.is_file():
        raise StackError(
            f"{file} is missing: `cargo test --workspace` builds it; LATCHKEY_PROGRAMS names another folder"
        )
    return file


class LocalStack:
    """A stack that keeps nothing, on ports of its own, for as long as the `with` block lasts.

    `settings` are environment variables that the README tells of. Leaving the block raises `StackError` when the stack
    logged an error or a panic: the answers may all have been right, and something inside not.
    """

    def __init__(self, **settings: str) -> None:
        self._settings = settings
        self.url = ""
        self.root_key = ""
        self.dynamodb_url = ""
        self.table = ""

    def __enter__(self) -> LocalStack:
        self._log = tempfile.NamedTemporaryFile(mode="w+", prefix="latchkey-log-")
        self._process = subprocess.Popen(
            [program("latchkey-under-test"), "--ephemeral", "--port", "0"],
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
            env=os.environ | self._settings,
        )
        # A stack that hangs says nothing more, and a read of its output would wait for ever.
        watchdog = threading.Timer(START_SECONDS, self._process.kill)
        watchdog.start()
        try:
            self._read_greeting()
        except BaseException:
            self._process.kill()
            self._process.wait()
            raise
        finally:
            watchdog.cancel()
        return self

    def _read_greeting(self) -> None:
        """Reads the lines that tell where everything is; the root key is the last that a new stack prints."""
        for line in self._process.stdout:
            if found := re.fullmatch(r"latchkey listening on (\S+)\n", line):
                self.url = found[1]
            elif found := re.fullmatch(r"dynamodb (\S+) table (\S+)\n", line):
                self.dynamodb_url, self.table = found.groups()
            elif found := re.match(r"root key (\S+) ", line):
                self.root_key = found[1]
                return
        raise StackError(f"the stack ended before it stood, or took over {START_SECONDS} s: {self._last_log_lines()}")

    def __exit__(self, kind: object, error: object, traceback: object) -> None:
        self._process.terminate()
        try:
            code = self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            code = None
        self._process.stdout.close()
        with self._log:
            wrong = [line for line in self.log_lines() if re.search("ERROR|panicked", line)]
            last = self._last_log_lines()
        if code != 0:
            raise StackError(f"the stack did not end in good order ({code=}): {last}")
        if wrong:
            raise StackError("the stack logged errors:\n" + "\n".join(wrong))

    def load_keys(self, count: int) -> None:
        """Puts this many keys of all kinds into the table, faster than the API could. No text belongs to them."""
        line = [program("load-keys"), "--dynamodb", self.dynamodb_url, "--table", self.table, "--count", str(count)]
        loaded = subprocess.run(line, capture_output=True, text=True, check=False)
        if loaded.returncode != 0:
            raise StackError(f"the keys were not loaded: {loaded.stderr}")

    def log_lines(self) -> list[str]:
        """What the stack has logged so far."""
        return Path(self._log.name).read_text(encoding="utf-8").splitlines()

    def _last_log_lines(self) -> str:
        return "\n".join(self.log_lines()[-3:])


def main(arguments: list[str]) -> int:
    """Runs the command beside a stack, and returns its status; 1 when it was the stack that failed."""
    try:
        with LocalStack() as stack:
            environment = os.environ | {"LATCHKEY_URL": stack.url, "LATCHKEY_ROOT_KEY": stack.root_key}
            line = [argument.replace("{url}", stack.url) for argument in arguments]
            return subprocess.run(line, env=environment, check=False).returncode
    except StackError as error:
        print(f"stack.py: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
