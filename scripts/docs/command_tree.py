# SPDX-License-Identifier: MIT
"""The commands and options that `wskit --dump-options` prints, in the words of the manual."""

import json
import re
import subprocess
from dataclasses import dataclass, field

FILE_VALUES = {"FILE", "PATH", "TEXT|@FILE"}
DIRECTORY_VALUES = {"DIR"}


@dataclass
class Option:
    names: list
    description: str
    group: str
    value: str = ""  # what the value is called; empty for a flag
    choices: list = field(default_factory=list)  # the only values there are; empty for any
    limits: str = ""  # "1 to 256"
    default: str = ""
    environment: str = ""
    required: bool = False
    repeatable: bool = False

    @property
    def takes_file(self):
        return self.value in FILE_VALUES

    @property
    def takes_directory(self):
        return self.value in DIRECTORY_VALUES


@dataclass
class Command:
    path: list  # ["wskit", "serve", "echo"]
    description: str
    options: list
    positionals: list
    subcommands: list

    @property
    def name(self):
        return self.path[-1]

    @property
    def groups(self):
        """Option groups in the order of their first option, the general one last."""
        names = list(dict.fromkeys(option.group for option in self.options))
        names.sort(key=lambda name: name == "Options")
        return [(name, [o for o in self.options if o.group == name]) for name in names]

    def all(self):
        """This command and every one below it."""
        yield self
        for subcommand in self.subcommands:
            yield from subcommand.all()


def parse_type(text):
    """CLI11's "NAME:VALIDATOR" as (name, choices, limits)."""
    if mapped := re.search(r"\{((?:[\w.-]+->[^,}]*,?)+)\}", text):
        choices = re.findall(r"([\w.-]+)->", mapped[1])
        return text.split(":")[0], choices, ""
    if chosen := re.search(r":\{([^}]*)\}", text):
        return text.split(":")[0], chosen[1].split(","), ""
    if ranged := re.search(r":\w+ in \[(\S+) - (\S+)\]", text):
        return text.split(":")[0], [], f"{ranged[1]} to {ranged[2]}"
    return text, [], ""


def parse_option(described):
    value, choices, limits = parse_type(described["type"])
    if not described["takes_value"]:
        value, choices = "", []
    if value in ("INT", "UINT"):
        value = "N"
    return Option(
        names=described["names"] or [described["positional"].upper()],
        description=described["description"],
        group=described["group"],
        value="|".join(choices) or value,
        choices=choices,
        limits=limits,
        default=described["default"] if described["takes_value"] else "",
        environment=described["environment"],
        required=described["required"],
        repeatable=described["repeatable"],
    )


def parse_command(described, parents=()):
    path = [*parents, described["name"]]
    return Command(
        path=path,
        description=described["description"],
        options=[parse_option(o) for o in described["options"] if not o["positional"]],
        positionals=[parse_option(o) for o in described["options"] if o["positional"]],
        subcommands=[parse_command(c, path) for c in described["subcommands"]],
    )


def read_commands(program):
    dumped = subprocess.run([program, "--dump-options"], check=True, capture_output=True, text=True)
    return parse_command(json.loads(dumped.stdout))
