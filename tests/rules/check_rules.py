#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks a source tree against the rules that no compiler knows.

usage: check_rules.py [ROOT]

Prints one line `path:line: message [rule]` for each breach and exits with 1 if there is any.
"""

import os
import re
import sys

from source import Tree

# Which folder of lib/ may include which other one directly; core is open to all.
ALLOWED = {
    "core": set(),
    "wire": set(),
    "stats": set(),
    "broker": {"wire"},
    "net": {"wire"},
    "http": {"net", "wire"},
    "ws": {"http", "net", "wire"},
    "script": {"wire", "stats"},
    "session": {"script", "ws", "net", "wire", "stats"},
    "relay": {"script", "ws", "net", "wire"},
    "load": {"session", "script", "ws", "http", "net", "wire", "stats"},
    "pubsub": {"broker", "wire", "stats"},
    "serve": {"pubsub", "broker", "relay", "script", "wire", "stats"},
    "conform": {"ws", "net", "wire", "stats"},
    "report": {"stats"},
}
ALLOWED_IN_CLI = set(ALLOWED) - {"broker"}

# Header pattern -> path prefixes that may include it.
RESTRICTED_HEADERS = [
    (r"libwebsockets(\.h|/.*)", ["lib/serve/"]),
    (r"(liburing\.h|liburing/.*)", ["lib/net/"]),
    (r"linux/io_uring\.h", ["lib/net/"]),
    (r"sys/epoll\.h", ["lib/net/", "tests/"]),
    (r"openssl/(ssl|bio|tls1|dtls1)\.h", ["lib/net/", "tests/"]),
    (r"openssl/.*", ["lib/net/", "lib/serve/", "lib/wire/", "tests/"]),
    (r"CLI/.*", ["cli/", "tests/cli/"]),
    (r"nlohmann/.*", ["lib/core/json.h"]),
    (r"(hiredis|nats|librdkafka|rabbitmq-c)/.*|amqp.*\.h|nats\.h", ["lib/broker/"]),
    (r"catch2/.*", ["tests/support/catch.h"]),
]

TOP_LEVEL = {
    ".ci", ".clang-format", ".clang-tidy", ".gitattributes", ".gitignore", "CHANGELOG.md",
    "CMakeLists.txt", "CMakePresets.json", "CONTRIBUTING.md", "LICENSE", "README.md", "cli",
    "completions", "lib", "man", "scripts", "tests",
}

MAX_LINES = 400

# A call by its bare name: not a member, not part of a longer name, not the declaration of one.
CALL = r"(?<![\w.>~])(?<!void )(?<!bool )(?:(?:std)?::)?(?:{})\s*\("
IN_LIBRARIES = [
    ("prints", re.compile(r"\bstd::w?(cout|cerr|clog)\b|\bstd(out|err)\b|\bSTD(OUT|ERR)_FILENO\b")),
    ("prints", re.compile(CALL.format("printf|vprintf|puts|putchar|perror") + r"|\bfmt::print\b")),
    ("exits", re.compile(CALL.format("exit|_exit|_Exit|quick_exit|abort|terminate"))),
    ("clock", re.compile(r"\w+_clock::now\b|" + CALL.format("clock_gettime|gettimeofday"))),
    ("clock", re.compile(CALL.format("time") + r"\s*(nullptr|NULL|0|&)")),
]
LIBRARY_EXEMPTIONS = {
    ("lib/core/check.cc", "exits"), ("lib/core/clock.cc", "clock"), ("lib/core/clock.h", "clock"),
}
IS_A_CLOCK = re.compile(r"\bnow\(\) const override\b")
LIBRARY_MESSAGES = {
    "prints": "code in lib/ never prints: return it, or report it through a callback",
    "exits": "code in lib/ never ends the process: return an Error, or check() an invariant",
    "clock": "code in lib/ takes the time as a parameter or from a Clock",
}

SLEEP = re.compile(CALL.format("u?sleep|(?:clock_)?nanosleep") + r"|\bsleep_(for|until)\b")
EMPTY_NAME = r"\w*(Manager|Helper|Utils?|Common|Base|Data|Info)"
TYPE_NAME = re.compile(
    r"\b(?:class|struct|enum|union|using)\s+(?:class\s+)?(" + EMPTY_NAME + r")\b\s*[:{;=]"
)
FILE_NAME = re.compile(r"(?i)(^|.*_)(manager|helpers?|utils?|common|base|data|info)\.(cc|h)$")
SHARING = re.compile(r"(?i)//.*\bshar(e|es|ed|ing)\b")
BANNER = re.compile(r"^\s*(//|/\*|#)\s*[-=*#/~]{5,}")
# Built from pieces, so that this file passes its own rule.
UNFINISHED = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X|HA" + r"CK)\b")
MACHINE_PATH = re.compile("|".join(["/ho" + "me/", "/ro" + "ot/", "/wo" + "rk/", "/Us" + "ers/"]))


def check_layers(tree):
    for file in tree.cpp_files:
        if file.library and file.library not in ALLOWED:
            yield file, 1, "layers", f"lib/{file.library} is not a folder of the design"
            continue
        for number, opening, path in file.includes:
            message = layer_breach(file, opening, path.split("/")[0])
            if message:
                yield file, number, "layers", message


def layer_breach(file, opening, target):
    if opening == "<":
        return "project headers are included with quotes" if target in ALLOWED else None
    if file.library:
        allowed = ALLOWED[file.library] | {file.library, "core"}
        return None if target in allowed else f"lib/{file.library} may not include {target}/"
    if file.parts[0] == "cli":
        return None if target in ALLOWED_IN_CLI | {"cli"} else f"cli may not include {target}/"
    known = target in set(ALLOWED) | {"cli", "tests"}
    return None if known else "a quoted include starts with the folder: \"folder/header.h\""


def check_links(tree):
    """CMake must not link what the include rule forbids."""
    for file in tree.files:
        if not (file.library in ALLOWED and file.parts[-1] == "CMakeLists.txt"):
            continue
        allowed = ALLOWED[file.library] | {file.library, "core"}
        for number, line in enumerate(file.lines, 1):
            for target in re.findall(r"\bwskit::(\w+)", line):
                if target not in allowed:
                    yield file, number, "layers", f"lib/{file.library} may not link {target}"


def check_restricted_headers(tree):
    for file in tree.cpp_files:
        for number, _, path in file.includes:
            for pattern, places in RESTRICTED_HEADERS:
                if re.fullmatch(pattern, path):
                    if not file.path.startswith(tuple(places)):
                        yield file, number, "headers", f"<{path}> belongs to {', '.join(places)}"
                    break


def check_include_order(tree):
    for file in tree.cpp_files:
        own = "/".join(file.parts[1 if file.library else 0 :])[: -len(".cc")] + ".h"
        own_path = f"lib/{own}" if file.library else own
        if file.suffix != ".cc" or own_path not in tree.paths or not file.includes:
            continue
        number, _, first = file.includes[0]
        if first != own:
            yield file, number, "own-header", f"the first include is its own header, \"{own}\""


def check_libraries(tree):
    for file in tree.cpp_files:
        if file.parts[0] != "lib":
            continue
        for number, line in enumerate(file.code_lines, 1):
            for rule, pattern in IN_LIBRARIES:
                exempt = (file.path, rule) in LIBRARY_EXEMPTIONS or IS_A_CLOCK.search(line)
                if pattern.search(line) and not exempt:
                    yield file, number, rule, LIBRARY_MESSAGES[rule]


def check_code(tree):
    for file in tree.cpp_files:
        if FILE_NAME.match(file.parts[-1]):
            yield file, 1, "names", "the file's name says nothing about what is in it"
        for number, line in enumerate(file.code_lines, 1):
            if SLEEP.search(line):
                yield file, number, "sleep", "wait for an event with a deadline, never for a time"
            if match := TYPE_NAME.search(line):
                yield file, number, "names", f"the name {match[1]} says nothing about what it is"
            if "shared_ptr<" in line and not says_who_shares(tree, file):
                yield file, number, "shared", "a shared_ptr needs a comment that says who shares"


def says_who_shares(tree, file):
    """A comment in the file itself, or in the header of its name, speaks of sharing."""
    header = file.path[: -len(file.suffix)] + ".h"
    texts = [file.text] + [other.text for other in tree.files if other.path == header]
    return any(SHARING.search(text) for text in texts)


def check_files(tree):
    for file in tree.files:
        if not file.is_text:
            continue
        is_code = file.is_cpp or file.suffix in (".py", ".sh", "") and file.parts[-1] != "LICENSE"
        # What scripts/generate-docs writes is as long as the program's options.
        is_generated = file.parts[0] in ("completions", "man")
        is_prose = file.suffix in (".md", ".json", ".txt")
        if not (is_prose or is_generated) and len(file.lines) > MAX_LINES:
            yield file, MAX_LINES + 1, "length", f"{len(file.lines)} lines, at most {MAX_LINES}"
        if file.is_cpp and not file.text.startswith("// SPDX-License-Identifier: MIT\n"):
            yield file, 1, "spdx", "the first line is // SPDX-License-Identifier: MIT"
        elif is_code and file.lines and file.lines[0].startswith("#!"):
            if "# SPDX-License-Identifier: MIT" not in file.lines[1:2]:
                yield file, 2, "spdx", "the second line is # SPDX-License-Identifier: MIT"
        if file.suffix == ".h" and "#pragma once" not in file.lines:
            yield file, 1, "pragma", "a header has #pragma once"
        yield from check_lines(file)


def check_lines(file):
    for number, line in enumerate(file.lines, 1):
        if UNFINISHED.search(line):
            yield file, number, "unfinished", "finish it, or file an issue"
        if MACHINE_PATH.search(line):
            yield file, number, "paths", "a path of one machine"
        if file.is_cpp and BANNER.match(line):
            yield file, number, "banner", "no banners"


def check_top_level(tree):
    for file in tree.files:
        if file.parts[0] not in TOP_LEVEL:
            yield file, 1, "top-level", f"{file.parts[0]} is not part of the layout"


def check_built(tree):
    """What no CMakeLists.txt names is neither built nor tested: a merge can lose it in silence."""
    if "CMakeLists.txt" not in tree.paths:
        return
    lists = {file.path: file for file in tree.files if file.parts[-1] == "CMakeLists.txt"}
    for file in tree.files:
        folders = ["/".join(file.parts[:depth]) for depth in range(len(file.parts))]
        above = [lists[path] for path in (f"{folder}/CMakeLists.txt".lstrip("/")
                                          for folder in folders) if path in lists]
        if file.suffix == ".cc" and not any(file.parts[-1] in list_.text for list_ in above):
            yield file, 1, "built", "no CMakeLists.txt above it names this source"
        if file.path in lists and len(file.parts) > 1:
            parent = lists.get("/".join([*file.parts[:-2], "CMakeLists.txt"]))
            if parent is None or f"add_subdirectory({file.parts[-2]})" not in parent.text:
                yield file, 1, "built", "the folder above does not add this one"


RULES = [
    check_built, check_layers, check_links, check_restricted_headers, check_include_order, check_libraries,
    check_code, check_files, check_top_level,
]


def breaches(root):
    """All breaches below `root`, each as (path, line, rule, message)."""
    tree = Tree(root)
    found = [breach for rule in RULES for breach in rule(tree)]
    return sorted((file.path, number, rule, message) for file, number, rule, message in found)


def main(arguments):
    default_root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
    found = breaches(arguments[0] if arguments else default_root)
    for path, number, rule, message in found:
        print(f"{path}:{number}: {message} [{rule}]")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
