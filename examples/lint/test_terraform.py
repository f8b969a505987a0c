"""Holds the check of the Terraform code to its word: every mistake below, made in an example, must be found."""

import pathlib
import re
import shutil
import tempfile
import unittest

from terraform import Module

EXAMPLES = pathlib.Path(__file__).parent.parent

# Example, file, what is replaced (a regular expression), by what, and what the check says.
MISTAKES = [
    ("http", "main.tf", r"enable_simple_responses ", "enable_simple_response ", "no argument enable_simple_response"),
    ("http", "main.tf", r"var\.latchkey_stack", "var.latchkey_stak", "var.latchkey_stak is not declared"),
    ("http", "main.tf", r"\n +authorizer_type .*", "", "authorizer_type is missing"),
    ("http", "main.tf", r'"aws_apigatewayv2_api"', '"aws_apigatewayv2_apis"', "an unknown type"),
    ("http", "main.tf", r"backend\.invoke_arn", "backend.invoke_arm", "has no attribute invoke_arm"),
    ("http", "main.tf", r"local\.authorizer_uri", "local.authoriser_uri", "local.authoriser_uri is not declared"),
    ("http", "main.tf", r"current\.region\}", "current.regoin}", "has no attribute regoin"),
    ("http", "main.tf", r"access_log_settings \{", "access_log_setting {", "no block access_log_setting"),
    ("http", "main.tf", r"logging_config \{", "logging_config = {", "no argument logging_config, but a block"),
    ("http", "main.tf", r" log_format = ", " log_formt = ", "no argument log_formt"),
    ("http", "main.tf", r"toset\(", "toSet(", "no function toSet"),
    ("http", "main.tf", r"each\.key", "each.name", "each.name is nothing here"),
    ("http", "main.tf", r"for_each = toset.*", "", "each.key is nothing here"),
    ("http", "main.tf", r" = 5\n", ' = "5"\n', "a string, not a number"),
    ("http", "main.tf", r"(simple_responses +=) true", r'\1 "yes"', "a string, not a bool"),
    ("http", "main.tf", r"data\.aws_partition", "data.aws_partitions", "data.aws_partitions.current is not declared"),
    ("http", "main.tf", r"\n\}\n", "\n", "no HCL"),
    ("http", "main.tf", r"output_base64sha256", "output_base64_sha256", "has no attribute output_base64_sha256"),
    ("http", "main.tf", r"latchkey\.id", "latchkeys.id", "aws_apigatewayv2_authorizer.latchkeys is not declared"),
    ("http", "main.tf", r'"apigateway\.amazonaws\.com"', "apigateway", "apigateway alone refers to nothing"),
    ("http", "main.tf", r"import json", "${import}", "a heredoc with a template"),
    ("http", "variables.tf", r"type        = string", "typ = string", "no argument typ"),
    ("http", "variables.tf", r'variable "name"', 'variable "nam"', "var.nam is never used"),
    ("http", "variables.tf", r"condition ", "conditions ", "condition is missing"),
    ("http", "versions.tf", r"archive = \{[^}]*\}", "", "the provider archive is used alone"),
    ("http", "outputs.tf", r"api_endpoint", "api_endpint", "has no attribute api_endpint"),
    ("rest", "main.tf", r"identity_source = ", "identity_sources = ", "no argument identity_sources"),
    ("rest", "main.tf", r"settings\.value", "setting.value", "access_log_setting.value is not declared"),
    ("rest", "main.tf", r"backend\[each\.key\]", "backend", "is many: it needs an index"),
    ("rest", "main.tf", r"live\.invoke_url|orders\.id", "orders[0].id", "is one: no index"),
    ("rest", "main.tf", r'dynamic "access_log_settings"', 'dynamic "access_logs"', "no block access_logs"),
    ("rest", "main.tf", r"create_before_destroy", "create_before_destory", "no argument create_before_destory"),
    ("rest", "main.tf", r'\["REGIONAL"\]', '"REGIONAL"', "a string, not a list"),
    ("rest", "main.tf", r"log_group\.access\n", "log_group.acces\n", "aws_cloudwatch_log_group.acces is not declared"),
    ("rest", "main.tf", r"aws_api_gateway_method\.backend,", "aws_api_gateway_methods.backend,", "is not declared"),
    ("rest", "main.tf", r"count = var\.access_logs", "count = true", "var.access_logs is never used"),
    ("websocket", "main.tf", r"auto_deploy = true", "auto_deploy = true\n  auto_deploy = true", "auto_deploy more than once"),
    ("websocket", "main.tf", r'"aws_apigatewayv2_route" "default"', '"aws_apigatewayv2_route" "connect"', "is declared twice"),
]


class Mistakes(unittest.TestCase):
    def test_every_example_is_valid(self):
        for example in ("http", "rest", "websocket"):
            with self.subTest(example):
                self.assertEqual(Module(EXAMPLES / f"{example}-api").check(), [])

    def test_every_mistake_is_found(self):
        for example, file, pattern, replacement, expected in MISTAKES:
            with self.subTest(f"{example}: {pattern} -> {replacement}"), tempfile.TemporaryDirectory() as folder:
                for source in (EXAMPLES / f"{example}-api").glob("*.tf"):
                    shutil.copy(source, folder)
                wrong = pathlib.Path(folder, file)
                text, count = re.subn(pattern, replacement, wrong.read_text())
                self.assertTrue(count, "the example no longer has what the mistake is made in")
                wrong.write_text(text)
                self.assertIn(expected, "\n".join(Module(pathlib.Path(folder)).check()))
