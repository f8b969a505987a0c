"""Checks the built functions under `sam local`, in containers, against the embedded services; for `scripts/sam-local-test`.

Every file in `events/` goes through `sam local invoke`, and the whole answer is compared with the snapshot that the
end-to-end tests keep of the same event. Then `sam local start-api` serves the admin API behind the authorizer, and a key is
made, used, changed, rotated and revoked over HTTP. Last, a secret is rotated step by step. Prints a line for each thing that
was checked, and ends with 1 if one is not as it must be.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import api
import events
import rotation
from services import REPOSITORY, Fault, Services, prepare


class Sam:
    """The SAM command line, pointed at the containers' image and at the embedded services."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.shared = ["--env-vars", "sam-local/env.json", "--skip-pull-image"]
        if options.image:
            self.shared += ["--invoke-image", options.image]
        for host in options.add_host:
            self.shared += ["--add-host", host]
        self.architecture = options.architecture
        self.logs: list[str] = []

    def command(self, verb: str, *arguments: str, parameters: dict[str, str] | None = None) -> list[str]:
        """The command of `sam local <verb>`, with the template's parameters."""
        values = {"Architecture": self.architecture, **(parameters or {})}
        overrides = [f"{name}={value}" for name, value in values.items()]
        python = [sys.executable, "-m", "samcli", "local", verb, *arguments]
        return [*python, *self.shared, "--parameter-overrides", *overrides]

    def invoke(self, function: str, event: Path) -> object:
        """What the function answers to an event."""
        command = self.command("invoke", function, "--event", str(event))
        ran = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, timeout=120, check=False)
        self.logs.append(ran.stderr)
        try:
            return json.loads(ran.stdout)
        except ValueError:
            raise Fault(f"no answer in JSON (exit code {ran.returncode}): {ran.stdout[-200:]} {ran.stderr[-600:]}") from None


class Report:
    """What was found, a line each."""

    def __init__(self) -> None:
        self.passed = 0
        self.failed = 0

    def line(self, name: str, outcome: str, differences: list[str]) -> None:
        """Tells of one thing that was checked."""
        print(f"  {'FAIL' if differences else 'ok':<5}{name:<44}{outcome}", flush=True)
        for difference in differences:
            print(f"         {difference}", flush=True)
        self.failed += bool(differences)
        self.passed += not differences


def check_events(sam: Sam, services: Services, report: Report) -> int:
    """Invokes every function with each of its events, on a table of the function's own. Tells how many events there are."""
    events.assert_examples_are_whole()
    every = events.every()
    files = events.folder_of_files(sam.invoke("Console", REPOSITORY / "events" / "console.page.json"))
    for function in sorted({event.function for event in every}):
        with services.running() as running:
            for event in (event for event in every if event.function == function):
                try:
                    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
                        text = running.example.into(event.text.replace(events.FILES, files))
                        file.write(rotation.fitted(text, running))
                        file.flush()
                        answer = rotation.unfitted(sam.invoke(event.logical_id, Path(file.name)), running)
                    services.secrets.update(events.secrets_in(answer))
                    differences = events.compare(event, answer, running.example, files)
                    report.line(event.name, events.outcome(answer), differences)
                except (Fault, subprocess.TimeoutExpired) as fault:
                    report.line(event.name, "", [str(fault)])
    return len(every)


def check_logs(logs: str, secrets: set[str], report: Report) -> None:
    """No function may have panicked, stopped or printed a key or a token."""
    found = [word for word in ("panicked", "Runtime exited", "timed out", "Traceback") if word in logs]
    # The secret part alone, so that a text that was cut is found too: what follows the id, or the signature.
    parts = [text.rsplit("." if text.startswith("eyJ") else "_", 1)[-1][:32] for text in secrets]
    found += ["the secret of a key or a token" for part in parts if part in logs]
    report.line(
        "logs of the containers and the services",
        f"{len(logs.splitlines())} lines",
        [f"they hold: {what}" for what in found],
    )


def main() -> int:
    """Runs all checks."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--latchkey", required=True, help="the binary of the local stack")
    parser.add_argument("--architecture", required=True, choices=["arm64", "x86_64"])
    parser.add_argument("--image", help="the containers' base image; AWS's own if not given")
    parser.add_argument("--add-host", action="append", default=[], metavar="NAME:ADDRESS")
    options = parser.parse_args()
    sam, report = Sam(options), Report()
    folder = Path(tempfile.mkdtemp(prefix="latchkey-sam-local-"))
    try:
        services = prepare(options.latchkey, folder)
        print(
            "\nsam local invoke: every file in events/, its answer against the snapshot of the end-to-end tests", flush=True
        )
        count = check_events(sam, services, report)
        print("\nsam local start-api: the admin API behind the authorizer, warm containers", flush=True)
        with services.running() as running:
            api.check(sam, running, report, folder)
        print("\nsam local invoke: the four steps of a secret's rotation", flush=True)
        with services.running() as running:
            rotation.check(sam, running, report)
        print("\nlogs", flush=True)
        check_logs("\n".join([*sam.logs, services.log.read_text()]), services.secrets, report)
    finally:
        shutil.rmtree(folder)
    print(f"\n{count} events invoked; {report.passed} checks passed, {report.failed} failed", flush=True)
    return 1 if report.failed else 0


if __name__ == "__main__":
    sys.exit(main())
