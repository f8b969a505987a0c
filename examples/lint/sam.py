"""Checks what `sam validate --lint` lets pass: misspelt properties of SAM's own resources, and names that stand for nothing.

    python examples/lint/sam.py <template>...

SAM ignores some properties that it does not know: a FunctionPayloadTyp would leave the authorizer without its event. And the
linter sees the template after SAM has worked on it, when some references are hidden from it.
"""

import importlib
import logging
import pathlib
import re
import sys

from samtranslator.model.exceptions import InvalidDocumentException
from samtranslator.public.translator import ManagedPolicyLoader
from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

# The models from which SAM makes the schema that editors use. They forbid what they do not name.
MODELS = "samtranslator.internal.schema_source.aws_serverless_"
PSEUDO = re.compile(r"AWS::\w+")
IN_SUB = re.compile(r"\$\{([^!][^}]*)\}")

# SAM logs what only its authors need to know.
logging.disable()


class Policies(ManagedPolicyLoader):
    """The only managed policy that SAM names by itself, without asking AWS for all of them."""

    def __init__(self):
        super().__init__(None)

    def load(self):
        return {"AWSLambdaBasicExecutionRole": "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"}


def misspelt(template):
    """What the resources of SAM have and should not, or should have."""
    for name, resource in template["Resources"].items():
        _, service, kind = resource["Type"].split("::")
        if service == "Serverless":
            try:
                importlib.import_module(MODELS + kind.lower()).Resource.parse_obj(resource)
            except ValueError as error:
                # There is an error for every form that a value may have: those that name a property say most.
                named = [found for found in error.errors() if found["type"] in ("value_error.extra", "value_error.missing")]
                for found in named or error.errors():
                    yield f"{name}: {'.'.join(map(str, found['loc']))}: {found['msg']}"


def names(value):
    """The name of every resource, parameter or condition that is referred to in a value."""
    if isinstance(value, list):
        for item in value:
            yield from names(item)
    if not isinstance(value, dict):
        return
    for function, argument in value.items():
        if function in ("Ref", "Condition") and isinstance(argument, str):
            yield argument
        elif function == "Fn::GetAtt":
            yield argument[0] if isinstance(argument, list) else argument.partition(".")[0]
        elif function == "Fn::If":
            yield argument[0]
            yield from names(argument[1:])
        elif function == "Fn::Sub":
            text, own = argument if isinstance(argument, list) else (argument, {})
            yield from (name.partition(".")[0] for name in IN_SUB.findall(text) if name not in own)
            yield from names(own)
        else:
            yield from names(argument)


def unknown(template, known):
    """The names that stand for nothing."""
    known = {*template.get("Parameters", {}), *template.get("Conditions", {}), *known}
    for name in sorted({*names(template)} - known):
        if not PSEUDO.fullmatch(name):
            yield f"{name} is not in the template"


def problems(file):
    text = file.read_text()
    yield from misspelt(yaml_parse(text))
    try:
        made = transform(yaml_parse(text), {}, Policies())
    except InvalidDocumentException as error:
        yield from (str(cause) for cause in error.causes)
        return
    # As it is written, because SAM puts in the defaults of parameters, and with what SAM makes.
    yield from unknown(yaml_parse(text), made["Resources"])


def main():
    found = [f"{argument}: {problem}" for argument in sys.argv[1:] for problem in problems(pathlib.Path(argument))]
    if found:
        sys.exit("\n".join(found))
    print(f"{len(sys.argv) - 1} templates name nothing that is not there")


if __name__ == "__main__":
    main()
