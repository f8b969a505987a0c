"""Writes terraform-schema.json: what Terraform knows of functions, and its providers of the types that the examples use.

    python examples/lint/schema.py <folder>...

Each folder is an unpacked npm package of a provider (`npm pack @cdktf/provider-aws@<version>`, then `tar xzf`): its type
declarations are made from the provider's own schema and give every argument with its name in Terraform. Needed only
when an example uses a new type or a newer provider, and with `terraform` on the PATH for the list of functions.
"""

import json
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
# A declared argument: its description, name in TypeScript, whether it may be left out, and type. Only the description
# has the name in Terraform.
ARGUMENT = re.compile(r"/\*\*((?:(?!\*/).)*?)\*/\s*readonly (\w+)(\?)?: ([^;]*?);\n", re.S)
TERRAFORM_NAME = re.compile(r"\{@link \S+#(\w+) ")
PLAIN = {"string": "string", "number": "number", "boolean": "bool"}


def used_types():
    """The kind (resource or data) and type of all that the examples declare."""
    found = set()
    for file in HERE.parent.glob("*/*.tf"):
        found.update(re.findall(r'^(resource|data) "(\w+)" "\w+" \{', file.read_text(), re.M))
    return sorted(found)


def interfaces(text):
    """The body of every interface, by name."""
    return dict(re.findall(r"^export interface (\w+)[^{]*\{\n(.*?)^\}", text, re.S | re.M))


def arguments(name, bodies):
    """The arguments of one interface and of the blocks within, by their names in Terraform."""
    result = {}
    for comment, _, optional, kind in ARGUMENT.findall(bodies[name]):
        argument = TERRAFORM_NAME.search(comment)[1]
        # Every interface has an id, because old providers let it be set; Terraform's own check refuses that.
        if argument == "id" and name.endswith("Config"):
            continue
        kind = kind.replace(" | cdktf.IResolvable", "").strip()
        described = {"required": not optional}
        nested = kind.removesuffix("[]")
        if nested in bodies:
            described["many"] = kind.endswith("[]")
            described["block" if re.search(rf"\* {argument} block\n", comment) else "object"] = arguments(nested, bodies)
        else:
            described["type"] = PLAIN.get(kind) or ("list" if kind.endswith("[]") else "map")
        result[argument] = described
    return result


def attributes(code, class_name):
    """What can be read of a resource besides its arguments. Only the code has these names in Terraform."""
    body = code[code.index(f"class {class_name} extends") :]
    named = re.findall(r"""return this\.get\w+Attribute\(['"](\w+)['"]\)|= new \w+(?:\.\w+)?\(this, ['"](\w+)['"]""", body)
    return sorted({"id"} | {one or other for one, other in named})


def described(kind, type_name, package):
    """One type, as its provider's package declares it."""
    folder = type_name.partition("_")[2] if kind == "resource" else "data_" + type_name
    folder = package / "lib" / folder.replace("_", "-")
    text = (folder / "index.d.ts").read_text()
    class_name = re.search(r"^export declare class (\w+) extends cdktf\.Terraform(?:Resource|DataSource)", text, re.M)[1]
    return {
        "arguments": arguments(class_name + "Config", interfaces(text)),
        "attributes": attributes((folder / "index.js").read_text(), class_name),
    }


def main():
    packages, versions = {}, {}
    for argument in sys.argv[1:]:
        package = pathlib.Path(argument)
        provider = json.loads((package / "package.json").read_text())["cdktf"]["provider"]
        name = provider["name"].rpartition("/")[2]
        packages[name], versions[name] = package, provider["version"]
    functions = subprocess.run(["terraform", "metadata", "functions", "-json"], check=True, capture_output=True)
    schema = {
        "providers": versions,
        "functions": sorted(name for name in json.loads(functions.stdout)["function_signatures"] if "::" not in name),
        "resource": {},
        "data": {},
    }
    for kind, type_name in used_types():
        schema[kind][type_name] = described(kind, type_name, packages[type_name.partition("_")[0]])
    (HERE / "terraform-schema.json").write_text(json.dumps(schema, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
