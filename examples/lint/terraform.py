"""Checks the Terraform code of a folder without Terraform, its registry or a network.

    python examples/lint/terraform.py <folder>...

What `terraform validate` would refuse in such small modules is refused here: text that is no HCL, arguments and blocks
that a type does not have, required ones that are missing, values of the wrong type, and references to what is not declared
or to attributes that do not exist. So is what is declared and never used. terraform-schema.json holds the types.
"""

import json
import pathlib
import sys

import hcl2
from lark import Token, Tree
from lark.exceptions import LarkError

SCHEMA = json.loads((pathlib.Path(__file__).parent / "terraform-schema.json").read_text())
FUNCTIONS = {*SCHEMA["functions"]}


def optional(**arguments):
    """Arguments that may be left out, with their types."""
    return {name: {"type": kind, "required": False} for name, kind in arguments.items()}


def required(**arguments):
    """Arguments that must be there, with their types."""
    return {name: {"type": kind, "required": True} for name, kind in arguments.items()}


VALIDATION = {"block": required(condition="any", error_message="string"), "required": False, "many": True}
LIFECYCLE = {"block": optional(create_before_destroy="bool", prevent_destroy="bool"), "required": False, "many": False}
META = optional(for_each="any", count="any", depends_on="list") | {"lifecycle": LIFECYCLE}
VARIABLE = required(description="string", type="any") | optional(default="any", nullable="bool", sensitive="bool")
OUTPUT = required(description="string", value="any") | optional(sensitive="bool", depends_on="list")
VALUES = {"each": {"key", "value"}, "count": {"index"}, "path": {"module", "root", "cwd"}, "terraform": {"workspace"}}
LITERALS = {"string": "string", "int_lit": "number", "float_lit": "number", "tuple": "list", "object": "map"}
TRAVERSALS = {"get_attr_expr_term", "index_expr_term", "full_splat_expr_term", "attr_splat_expr_term"}


class Block:
    """A block: its type, labels, arguments as (name, expression), and the blocks within."""

    def __init__(self, tree):
        names = [plain(child) for child in tree.children if isinstance(child, Tree) and child.data != "body"]
        self.kind, *self.labels = [name for name in names if name.strip() and not name.lstrip().startswith("#")]
        self.read(next(child for child in tree.children if isinstance(child, Tree) and child.data == "body"))

    def read(self, body):
        children = [child for child in body.children if isinstance(child, Tree)]
        self.arguments = [(plain(c.children[0]), c.children[-1]) for c in children if c.data == "attribute"]
        self.blocks = [Block(child) for child in children if child.data == "block"]

    def only(self, name):
        return next((value for argument, value in self.arguments if argument == name), None)


def plain(tree):
    """The text of a tree, without the quotes of a string."""
    return "".join(tree.scan_values(lambda value: isinstance(value, Token))).strip('"')


class Module:
    """One folder of Terraform code, and what is wrong with it."""

    def __init__(self, folder):
        self.errors, self.used = [], set()
        self.blocks = []
        for file in sorted(folder.glob("*.tf")):
            try:
                tree = hcl2.parses_to_tree(file.read_text())
            except LarkError as error:
                self.errors.append(f"{file.name}: no HCL: {str(error).splitlines()[0]}")
                continue
            root = Block.__new__(Block)
            root.read(tree.children[0])
            self.errors.extend(f"{file.name}: {name} outside of a block" for name, _ in root.arguments)
            self.blocks.extend(root.blocks)
        self.declared = {}
        for block in self.blocks:
            self.declare(block)

    def declare(self, block):
        if block.kind == "locals":
            names = [("local", name) for name, _ in block.arguments]
        elif block.kind == "variable":
            names = [("var", *block.labels)]
        elif block.kind == "resource":
            names = [tuple(block.labels)]
        elif block.kind in ("data", "output"):
            names = [(block.kind, *block.labels)]
        else:
            names = [(block.kind,)]
        for name in names:
            if name in self.declared:
                self.errors.append(f"{'.'.join(name)} is declared twice")
            self.declared[name] = block

    def check(self):
        for block in self.blocks:
            checks = {"locals": self.locals, "variable": self.variable, "output": self.output, "terraform": self.terraform}
            if block.kind in ("resource", "data"):
                self.typed(block)
            elif block.kind in checks:
                checks[block.kind](block)
            else:
                self.errors.append(f"a block {block.kind}, which this check does not know")
        for name in self.declared:
            if name[0] in ("var", "local", "data") and name not in self.used:
                self.errors.append(f"{'.'.join(name)} is never used")
        return self.errors

    def locals(self, block):
        for name, value in block.arguments:
            self.expression(value, f"local.{name}", set())

    def variable(self, block):
        where = f"var.{block.labels[0]}"
        kind = block.only("type")
        if kind is not None and plain(kind) not in ("string", "bool", "number"):
            self.errors.append(f"{where}: type {plain(kind)}, which this check does not know")
        block.arguments = [(name, value) for name, value in block.arguments if name != "type"]
        used = set(self.used)
        self.body(block, VARIABLE | {"type": {"type": "any", "required": kind is None}, "validation": VALIDATION}, where, set())
        # A variable that only its own validation reads is not used.
        self.used = used

    def output(self, block):
        self.body(block, OUTPUT, f"output.{block.labels[0]}", set())

    def terraform(self, block):
        """Every provider of a used type must be required, and no other."""
        if block.only("required_version") is None:
            self.errors.append("terraform: required_version is missing")
        named = {name for inner in block.blocks if inner.kind == "required_providers" for name, _ in inner.arguments}
        needed = {name[-2].partition("_")[0] for name, other in self.declared.items() if other.kind in ("resource", "data")}
        for name in named ^ needed:
            self.errors.append(f"terraform: the provider {name} is {'required' if name in named else 'used'} alone")

    def typed(self, block):
        """A resource or a data source."""
        kind, name = block.labels
        where = f"{block.kind} {kind}.{name}"
        if kind not in SCHEMA[block.kind]:
            self.errors.append(f"{where}: an unknown type; if it exists, renew the schema with examples/lint/schema.py")
            return
        scope = {one for one, meta in (("each", "for_each"), ("count", "count")) if block.only(meta) is not None}
        self.body(block, SCHEMA[block.kind][kind]["arguments"] | META, where, scope)

    def body(self, block, schema, where, scope):
        """The arguments and blocks of one body against its schema."""
        for name, value in block.arguments:
            known = schema.get(name)
            if known is None or "block" in known:
                self.errors.append(f"{where}: no argument {name}" + (", but a block" if known else ""))
                continue
            self.literal(value, known.get("type", "any"), f"{where}.{name}")
            self.expression(value, f"{where}.{name}", scope)
        names = [name for name, _ in block.arguments]
        for inner in block.blocks:
            inner, within = self.unrolled(inner, where, scope)
            names.append(inner.kind)
            known = schema.get(inner.kind, {})
            if "block" not in known:
                self.errors.append(f"{where}: no block {inner.kind}")
                continue
            self.body(inner, known["block"], f"{where}.{inner.kind}", within)
        for name, known in schema.items():
            if known["required"] and name not in names:
                self.errors.append(f"{where}: {name} is missing")
            if names.count(name) > 1 and not known.get("many"):
                self.errors.append(f"{where}: {name} more than once")

    def unrolled(self, block, where, scope):
        """A dynamic block as the one that it makes, with the names that may be used in it."""
        if block.kind != "dynamic":
            return block, scope
        name = block.labels[0]
        each = block.only("for_each")
        contents = [inner for inner in block.blocks if inner.kind == "content"]
        if each is None or len(block.arguments) != 1 or len(contents) != 1 or len(block.blocks) != 1:
            self.errors.append(f"{where}: a dynamic {name} must have for_each and one content, and nothing else")
            return block, scope
        self.expression(each, f"{where}.{name}.for_each", scope)
        contents[0].kind = name
        return contents[0], scope | {name}

    def literal(self, tree, kind, where):
        """A value that is written out must be of its argument's type; others are known only when Terraform runs."""
        inner = tree.children[0] if tree.data == "expr_term" and len(tree.children) == 1 else tree
        found = LITERALS.get(inner.data)
        if inner.data == "literal_value":
            found = "bool" if plain(inner) in ("true", "false") else None
        if found and kind not in ("any", found):
            self.errors.append(f"{where}: a {found}, not a {kind}")

    def expression(self, tree, where, scope):
        """Every function and reference in an expression."""
        if not isinstance(tree, Tree):
            return
        if tree.data in TRAVERSALS:
            self.reference(tree, where, scope)
        elif tree.data == "expr_term" and isinstance(tree.children[0], Tree) and tree.children[0].data == "identifier":
            if plain(tree) not in scope:
                self.errors.append(f"{where}: {plain(tree)} alone refers to nothing")
        elif tree.data == "object_elem":
            key, value = tree.children[0], tree.children[-1]
            # A bare word is the key itself.
            if not list(key.find_data("identifier")) or plain(key).startswith("("):
                self.expression(key, where, scope)
            self.expression(value, where, scope)
        elif tree.data.startswith("heredoc"):
            if "${" in plain(tree) or "%{" in plain(tree):
                self.errors.append(f"{where}: a heredoc with a template, which this check cannot read")
        else:
            if tree.data == "function_call" and plain(tree.children[0]) not in FUNCTIONS:
                self.errors.append(f"{where}: no function {plain(tree.children[0])}")
            if tree.data in ("for_tuple_expr", "for_object_expr"):
                intro = next(child for child in tree.children if getattr(child, "data", "") == "for_intro")
                scope = scope | {plain(child) for child in intro.children if getattr(child, "data", "") == "identifier"}
            for child in tree.children:
                self.expression(child, where, scope)

    def reference(self, tree, where, scope):
        """What a name with dots, indices and splats stands for."""
        root, steps = self.steps(tree, where, scope)
        if root is None or root in scope - VALUES.keys():
            return
        if root in VALUES:
            if (root in ("each", "count") and root not in scope) or steps[0] not in VALUES[root]:
                self.errors.append(f"{where}: {root}.{steps[0]} is nothing here")
            return
        length = {"var": 1, "local": 1, "data": 2}.get(root, 1)
        name, rest = (root, *steps[:length]), steps[length:]
        target = self.declared.get(name)
        if target is None or target.kind in ("output", "terraform"):
            self.errors.append(f"{where}: {'.'.join(str(part) for part in name)} is not declared")
            return
        self.used.add(name)
        if target.kind not in ("resource", "data"):
            return
        is_many = target.only("for_each") is not None or target.only("count") is not None
        if rest and (rest[0] is None) != is_many:
            self.errors.append(f"{where}: {'.'.join(name)} is {'many: it needs an index' if is_many else 'one: no index'}")
        attribute = next((step for step in rest if step is not None), None)
        known = SCHEMA[target.kind].get(target.labels[0])
        if attribute and known and attribute not in {*known["attributes"], *known["arguments"]}:
            self.errors.append(f"{where}: {'.'.join(name)} has no attribute {attribute}")

    def steps(self, tree, where, scope):
        """The name that a traversal starts with, and what follows: names, and None for an index or a splat."""
        steps = []
        while tree.data in TRAVERSALS:
            for part in reversed([part for child in tree.children[1:] for part in parts(child)]):
                if part.data == "get_attr":
                    steps.insert(0, plain(part.children[-1]))
                else:
                    steps.insert(0, None)
                    self.expression(part, where, scope)
            tree = tree.children[0]
            if tree.data == "expr_term" and len(tree.children) == 1:
                tree = tree.children[0]
        if tree.data == "identifier":
            return plain(tree), steps
        self.expression(tree, where, scope)
        return None, steps


def parts(tree):
    """The steps of one link of a traversal: a splat is followed by more."""
    if tree.data in ("full_splat", "attr_splat"):
        return [Tree("splat", []), *(child for child in tree.children if isinstance(child, Tree))]
    return [tree]


def main():
    failed = False
    for argument in sys.argv[1:]:
        module = Module(pathlib.Path(argument))
        errors = module.check() if module.blocks else [*module.errors, "no Terraform code"]
        failed |= bool(errors)
        for error in errors:
            print(f"{argument}: {error}", file=sys.stderr)
        if not errors:
            print(f"{argument} is valid Terraform code")
    sys.exit(failed)


if __name__ == "__main__":
    main()
