#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Holds the grammar of scripts against the parser: what the one generates, the other must accept.

usage: grammar_test.py PROGRAM [SENTENCES]
"""

import json
import random
import re
import subprocess
import sys
import tempfile
from pathlib import Path

SAMPLES = {
    "text": ["hello there", "a", "x = 1"],
    "token": ["X-Name", "chat.v2"],
    "duration": ["250ms", "5s", "2m"],
    "integer": ["3", "0", "12"],
    "seconds": ["0.015", "2"],
    "name": ["n"],
    "json string": ['"abc"', '"a\\n\\u00e9"', '""'],
    "json": ['{"a":[1,2.5,null]}', "[]", "true", '"x"'],
    "hex": ["00 ff", "0a0B"],
    "base64": ["AAEC", "AA=="],
    "path": ["file.txt"],
    "regex": ["^a[0-9]+", "(?<g>x)|y"],
    "flags": ["i", "ms"],
    "glob": ["a*b?", "*"],
    "code": ["1000", "3999"],
    "line": ["a line", "  indented"],
    "method": ["GET", "POST"],
}
# What a sample must be beyond its kind: (rule, kind, what stands before it).
SPECIAL = {
    ("url", "text", "url"): ["ws://h/x", "wss://h:1/"],
    ("http", "text", "a method"): ["http://h/x", "https://h/"],
    ("query", "json string", "jsonpath"): ['"$.a"', '"$..b[0:2]"', '"$[?@.a == 1]"'],
    ("test of a value", "json string", "matches"): ['"^a"'],
    ("expected", "integer", "refused"): ["401", "503"],
    ("placeholder", "name", "{{"): ["v", "env.HOME"],
    ("placeholder", "name", "json"): ["v", "env.HOME"],
}
# `wskit test` has no servers, and queries are of what they stand below.
NEVER = {"answer", "accept", "no pong"}
# Which clients there are, the test decides that follows.
NOT_IN_SETUP = {"send", "expect", "watch", "connect", "reconnect", "unordered"}
NO_QUERY = {
    "awaited": {"status", "header", "subprotocol", "extensions", "body"},
    "expected": {"message", "code", "reason"},
    "http": {"message", "code", "reason", "subprotocol", "extensions"},
}
NEW_LINE = {"step line", "directive", "default", "setup", "include",
            "test", "client", "detail"}


class Grammar:
    """name -> alternatives of sequences of (kind, content)."""

    def __init__(self, text):
        found = re.findall(r"^([a-z ]+) = (.*) ;$", text, re.MULTILINE)
        self.names = {name for name, _ in found} | set(SAMPLES)
        self.rules = {}
        for name, definition in found:
            self.tokens = re.findall(r""""[^"]*"|'[^']*'|[\[\]{}()|]|\S+""", definition)
            self.rules[name] = self.alternatives()
            assert not self.tokens, (name, self.tokens)

    def alternatives(self):
        result = [self.sequence()]
        while self.tokens and self.tokens[0] == "|":
            self.tokens.pop(0)
            result.append(self.sequence())
        return result

    def sequence(self):
        result = []
        while self.tokens and self.tokens[0] not in ("|", "]", "}", ")"):
            token = self.tokens.pop(0)
            if token in "[{(":
                inner = self.alternatives()
                self.tokens.pop(0)
                result.append((token, inner))
            elif token[0] in "\"'":
                result.append(("terminal", token[1:-1]))
            else:
                result.append(("name", self.longest_name(token)))
        return result

    def longest_name(self, word):
        words, length = [word], 0
        for count in range(min(4, len(self.tokens) + 1)):
            if " ".join([word, *self.tokens[:count]]) in self.names:
                length = count
        for _ in range(length):
            words.append(self.tokens.pop(0))
        name = " ".join(words)
        assert name in self.names, f"the grammar does not say what '{name}' is"
        return name


class Sentence:
    """One script, a piece at a time; a piece is glued to the one before or begins a line."""

    def __init__(self, grammar, chance):
        self.grammar, self.chance = grammar, chance
        self.text, self.before, self.glue = "", "", True
        self.stack, self.clients, self.tests, self.depth = [], [], 0, 0
        self.rule("script")

    def put(self, piece, new_line=False, glued=False):
        if new_line:
            self.text = self.text.rstrip(" ") + "\n" * bool(self.text)
        elif self.text and not (glued or self.glue):
            self.text += " "
        self.text += piece
        self.glue, self.before = False, piece

    def rule(self, name):
        self.stack.append(name)
        self.depth += 1
        if name == "test":
            self.clients = []
        options = [one for one in self.grammar.rules[name] if self.fits(one)]
        plain = [one for one in options if not any(kind == "name" for kind, _ in one)]
        self.sequence(self.chance.choice(plain if self.depth > 25 and plain else options))
        self.stack.pop()
        self.depth -= 1

    def fits(self, sequence):
        """Whether an alternative makes sense where it stands."""
        kind, content = sequence[0]
        unfit = NO_QUERY.get(next((rule for rule in reversed(self.stack) if rule in NO_QUERY), ""), set())
        if kind == "name" and content in NEVER:
            return False
        if "setup" in self.stack and kind == "name" and content in NOT_IN_SETUP:
            return False
        if kind == "name" and content == "set" and not {"test", "setup"} & set(self.stack):
            return False  # It may be a default: a script needs another step.
        # In one line; and * is any client there.
        if content in ("block", "*") and ("on" in self.stack or "fail" in self.stack):
            return self.stack[-1] != "pattern"
        if self.stack[-1] == "query" or "query" in self.stack[-2:]:
            return not (kind == "terminal" and content in unfit)
        if self.depth > 12 and content in ("repeat", "unordered"):
            return False
        return True

    def sequence(self, sequence):
        for kind, content in sequence:
            if kind == "terminal":
                self.terminal(content)
            elif kind == "name":
                self.name(content)
            elif kind == "(":
                self.sequence(self.chance.choice([one for one in content if self.fits(one)]))
            elif kind == "[":
                self.optional(content)
            else:
                for _ in range(self.chance.choice([0, 0, 1, 2] if self.depth < 12 else [0])):
                    self.repeated(content)

    def optional(self, content):
        is_client = content[0] == [("name", "name")] and "placeholder" not in self.stack
        fitting = [one for one in content if self.fits(one)]
        if is_client and len(content) == 1:
            if self.clients:
                self.client()
        elif is_client:
            if self.chance.random() < 0.5:
                self.put(self.chance.choice(["*", *self.clients]))
        elif fitting and self.chance.random() < 0.5:
            self.sequence(self.chance.choice(fitting))

    def client(self):
        self.put(self.chance.choice(self.clients))
        self.glue = self.stack[-1] in ("send", "awaited", "expect")

    def repeated(self, content):
        fitting = [one for one in content if self.fits(one)]
        one = self.chance.choice(fitting)
        if one[0] in (("terminal", "header"), ("name", "predicate"), ("name", "capture"),
                      ("name", "line")):
            self.put("", new_line=True)
            self.glue = True
        self.sequence(one)

    def terminal(self, content):
        if content == '"""':
            self.put(content, new_line=self.before != "" and self.in_block)
            self.in_block = not self.in_block
            return
        before = self.before
        self.put(content, new_line=content == "}" or (content == "body" and self.stack[-1] == "http"),
                 glued=content in (":", "]", ",", "}}") or (content == "/" and self.before == "a regex"))
        closes = content == "/" and before == "a regex"
        self.glue = content in ("@", "[", "~ /", "{{") or (content == "/" and not closes)

    in_block = False

    def name(self, name):
        if (name in NEW_LINE and self.stack[-1] != "step") or (name == "awaited" and self.stack[-1] == "unordered"):
            self.put("", new_line=True)
            self.glue = True
        if name in self.grammar.rules:
            self.rule(name)
            return
        samples = SPECIAL.get((self.stack[-1], name, self.before), SAMPLES[name])
        piece = self.chance.choice(samples)
        if self.stack[-1] == "client" and name == "name":
            piece = f"c{len(self.clients) + 1}"
            self.clients.append(piece)
        elif self.stack[-1] == "test":
            self.tests += 1
            piece = f"number {self.tests}"
        elif self.stack[-1] == "protocol":
            piece = f"p{len(self.text)}"
        elif self.stack[-1] == "include":
            piece = "steps.inc" if "step" in self.stack else "head.inc"
        self.put(piece, glued=name in ("regex", "flags"))
        if name in ("regex", "method"):
            self.before, self.glue = f"a {name}", name == "regex"


def check_summary(program, text):
    """What editors are given has the same rules, and every word that the parser goes by."""
    summary = json.loads(subprocess.run([program, "test", "--grammar-json"], capture_output=True,
                                        text=True, check=True).stdout)
    rules = "".join(f"(* {rule['meaning']} *)\n{rule['name']} = {rule['definition']} ;\n"
                    for rule in summary["rules"])
    assert rules == text, "the two forms of the grammar differ"
    words = summary["words"]
    assert words == sorted(set(words))
    for word in ("url", "no pong", "barrier", "json=", "startsWith", "repeat", "setup", "refused", "=="):
        assert word in words, f"'{word}' is not among the words for editors"
    begins = {rule["name"] for rule in summary["rules"] if rule["begins"]}
    assert {"url", "set", "on", "fail", "http"} <= begins and "pattern" not in begins


def main(arguments):
    program = Path(arguments[0]).resolve()
    count = int(arguments[1]) if len(arguments) > 1 else 2000
    printed = subprocess.run([program, "test", "--grammar"], capture_output=True, text=True, check=True)
    check_summary(program, printed.stdout)
    grammar = Grammar(printed.stdout)
    used = set()
    with tempfile.TemporaryDirectory() as directory:
        files = {"head.inc": "# nothing\n", "steps.inc": "sleep 1ms\n", "file.txt": "text\n"}
        for name, text in files.items():
            Path(directory, name).write_text(text, encoding="utf-8")
        for number in range(count):
            text = Sentence(grammar, random.Random(number)).text + "\n"
            Path(directory, f"{number}.wst").write_text(text, encoding="utf-8")
            used.update(text.split())
        for first in range(0, count, 500):
            names = [f"{number}.wst" for number in range(first, min(first + 500, count))]
            run = subprocess.run([program, "test", "--list", "--var", "v=1", "ws://h/", *names],
                                 cwd=directory, capture_output=True, text=True, check=False)
            if run.returncode != 0:
                print(run.stderr[:2000])
                name = run.stderr.split(":")[0]
                print(Path(directory, name).read_text(encoding="utf-8")[:2000])
                return 1
    for rule in ("unordered", "repeat", "http", "capture", "strict", "barrier", "where", "setup"):
        assert rule in used, f"no sentence has {rule}"
    print(f"{count} sentences of the grammar are accepted")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
