"""The four steps of a secret's rotation, each by `sam local invoke`, as Secrets Manager would call them."""

import json
import tempfile
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from services import SECRETSMANAGER_PORT, Fault, Running

if TYPE_CHECKING:
    from check import Report, Sam

STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")
# A rotation must have a function; the embedded Secrets Manager has one of its own, whatever is named.
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:rotate-secret"


def check(sam: "Sam", running: Running, report: "Report") -> None:
    """Rotates a secret that holds the example key, and sees that both texts work and that the secret has the new one."""
    secrets = client()
    token = str(uuid.uuid4())
    arn = begun(secrets, token, running)
    for step in STEPS:
        # Each step twice: Secrets Manager repeats what it has no answer for.
        for time in ("", ", again"):
            event = {"Step": step, "SecretId": arn, "ClientRequestToken": token}
            answer = invoke(sam, "RotateSecret", event)
            report.line(f"rotate-secret {step}{time}", json.dumps(answer), [] if answer is None else ["no null"])
    found = json.loads(secrets.get_secret_value(SecretId=arn)["SecretString"])
    running.secrets.add(found["key"])
    moved = found["key_id"] == running.example.id and found["key"] != running.example.text
    report.line("AWSCURRENT of the secret", "a new text of the same key", [] if moved else ["it is not"])
    for name, text in (("new", found["key"]), ("previous", running.example.text)):
        event = {"version": "2.0", "type": "REQUEST", "routeArn": ROUTE, "routeKey": "GET /orders", "rawPath": "/orders"}
        event |= {"headers": {"authorization": f"Bearer {text}"}, "requestContext": CONTEXT}
        answer = invoke(sam, "Authorizer", event)
        allowed = isinstance(answer, dict) and answer.get("isAuthorized") is True
        report.line(f"authorizer with the {name} text", "allowed", [] if allowed else [json.dumps(answer)[:200]])


ROUTE = "arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/$default/GET/orders"
CONTEXT = {
    "apiId": "a1b2c3d4e5",
    "stage": "$default",
    "routeKey": "GET /orders",
    "http": {"method": "GET", "path": "/orders", "sourceIp": "203.0.113.10"},
}


def client():
    """Talks to the embedded Secrets Manager, once."""
    return boto3.client(
        "secretsmanager",
        endpoint_url=f"http://127.0.0.1:{SECRETSMANAGER_PORT}",
        region_name="us-east-1",
        config=Config(retries={"total_max_attempts": 1}),
    )


def fitted(event: str, running: Running) -> str:
    """An event of a file with a secret that is there, in a rotation that has begun; any other event as it is."""
    found = json.loads(event)
    if not isinstance(found, dict) or "SecretId" not in found:
        return event
    secret = found["SecretId"]
    if secret not in running.secret_arns:
        running.secret_arns[secret] = begun(client(), found["ClientRequestToken"], running)
    return json.dumps(found | {"SecretId": running.secret_arns[secret]})


def unfitted(answer: object, running: Running) -> object:
    """An answer as it names the secret of the file."""
    text = json.dumps(answer, ensure_ascii=False)
    for secret, arn in running.secret_arns.items():
        text = text.replace(arn, secret)
    return json.loads(text)


def begun(secrets, token: str, running: Running) -> str:
    """A secret whose rotation has begun and no step of it is done; its ARN.

    The embedded Secrets Manager calls its own rotation function at once. It refuses a secret without a key, and so the
    version that it made stays as it is: without a value, and waiting. Then the secret gets the key.
    """
    empty = json.dumps({"key_id": None, "key": None, "expires_at": None})
    arn = secrets.create_secret(Name=f"sam-local-{token}", SecretString=empty)["ARN"]
    try:
        secrets.rotate_secret(SecretId=arn, ClientRequestToken=token, RotationLambdaARN=FUNCTION)
    except ClientError:
        pass
    else:
        raise Fault("a secret without a key was rotated")
    holds = {"key_id": running.example.id, "key": running.example.text, "expires_at": "2099-01-01T00:00:00Z"}
    secrets.put_secret_value(SecretId=arn, SecretString=json.dumps(holds), VersionStages=["AWSCURRENT"])
    return arn


def invoke(sam: "Sam", function: str, event: object) -> object:
    """What a function answers to an event that is in no file."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(event, file)
        file.flush()
        return sam.invoke(function, Path(file.name))
