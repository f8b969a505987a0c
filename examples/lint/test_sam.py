"""Holds the check of the SAM templates to its word: every mistake below, made in an example, must be found."""

import pathlib
import re
import tempfile
import unittest

from sam import problems

EXAMPLES = pathlib.Path(__file__).parent.parent

# Example, what is replaced (a regular expression), by what, and what the check says.
MISTAKES = [
    ("http", r"EnableSimpleResponses", "EnableSimpleResponse", "EnableSimpleResponse: extra fields"),
    ("http", r"EnableFunctionDefaultPermissions", "EnableFunctionPermissions", "EnableFunctionPermissions: extra fields"),
    ("http", r"\{LatchkeyStack\}", "{LatchkeyStak}", "LatchkeyStak is not in the template"),
    ("http", r"MemorySize", "Memory", "Memory: extra fields"),
    ("rest", r"FunctionPayloadType", "FunctionPayloadTyp", "FunctionPayloadTyp: extra fields"),
    ("rest", r"ReauthorizeEvery", "ReauthoriseEvery", "ReauthoriseEvery: extra fields"),
    ("rest", r"DefaultAuthorizer: Latchkey", "DefaultAuthorizer: Latchke", "'Latchke' was not defined"),
    ("rest", r"- HasAccessLogs", "- HasLogs", "HasLogs is not in the template"),
    ("websocket", r"RouteSelectionExpression: \$request", "RouteSelection: $request", "RouteSelection"),
    ("websocket", r"AuthArn", "AuthorizerArn", "AuthorizerArn: extra fields"),
    ("websocket", r"ApiDefaultRoute$", "DefaultRoute", "DefaultRoute is not in the template"),
    ("websocket", r"Ref BackendLogs", "Ref BackendLog", "BackendLog is not in the template"),
    ("websocket", r"Condition: HasAccessLogs", "Condition: HasLogs", "HasLogs is not in the template"),
]


class Mistakes(unittest.TestCase):
    def test_every_example_names_only_what_is_there(self):
        for example in ("http", "rest", "websocket"):
            with self.subTest(example):
                self.assertEqual(list(problems(EXAMPLES / f"{example}-api" / "template.yaml")), [])

    def test_every_mistake_is_found(self):
        for example, pattern, replacement, expected in MISTAKES:
            with self.subTest(f"{example}: {pattern} -> {replacement}"), tempfile.TemporaryDirectory() as folder:
                text = (EXAMPLES / f"{example}-api" / "template.yaml").read_text()
                text, count = re.subn(pattern, replacement, text, flags=re.M)
                self.assertTrue(count, "the example no longer has what the mistake is made in")
                wrong = pathlib.Path(folder, "template.yaml")
                wrong.write_text(text)
                self.assertIn(expected, "\n".join(problems(wrong)))
