# SPDX-License-Identifier: MIT
"""The files of a source tree, read once, with C++ comments and strings blanked out on demand."""

import os
import re
import subprocess
from functools import cached_property

CPP_SUFFIXES = (".cc", ".h")
TEXT_SUFFIXES = CPP_SUFFIXES + (".py", ".md", ".txt", ".json", ".sh", ".js", ".mjs", ".cmake", "")
SKIPPED_FOLDERS = re.compile(r"^(build|build-.*|\.git|\.deps|node_modules|__pycache__)$")
COMMENT_OR_LITERAL = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(?P<tag>[^(\s]*)\(.*?\)(?P=tag)"|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'",
    re.DOTALL,
)
INCLUDE = re.compile(r'^\s*#\s*include\s*(?P<open>[<"])(?P<path>[^>"]+)[>"]')


def blank(match):
    """Spaces instead of the text, so that line numbers stay."""
    return re.sub(r"[^\n]", " ", match.group(0))


class SourceFile:
    """One file; `path` is relative to the root and uses slashes."""

    def __init__(self, root, path):
        self.path = path
        self.parts = path.split("/")
        self.suffix = os.path.splitext(path)[1]
        self._full_path = os.path.join(root, path)

    @cached_property
    def text(self):
        with open(self._full_path, encoding="utf-8", errors="replace") as stream:
            return stream.read()

    @cached_property
    def lines(self):
        return self.text.splitlines()

    @cached_property
    def code_lines(self):
        """The lines of C++ code without comments and without the contents of literals."""
        return COMMENT_OR_LITERAL.sub(blank, self.text).splitlines()

    @cached_property
    def includes(self):
        """(line number, opening character, path) of each #include."""
        matches = ((number, INCLUDE.match(line)) for number, line in enumerate(self.lines, 1))
        return [(number, m["open"], m["path"]) for number, m in matches if m]

    @property
    def is_cpp(self):
        return self.suffix in CPP_SUFFIXES

    @property
    def is_text(self):
        return self.suffix in TEXT_SUFFIXES and self.parts[-1] != "package-lock.json"

    @property
    def library(self):
        """The folder of lib/ that the file belongs to, or None."""
        return self.parts[1] if self.parts[0] == "lib" and len(self.parts) > 2 else None


class Tree:
    """All files that are, or could be, under version control below `root`."""

    def __init__(self, root):
        self.root = root
        self.files = [SourceFile(root, path) for path in sorted(list_paths(root))]
        self.paths = {file.path for file in self.files}

    @property
    def cpp_files(self):
        return [file for file in self.files if file.is_cpp]


def list_paths(root):
    listed = list_versioned_paths(root) if os.path.exists(os.path.join(root, ".git")) else None
    return walk_paths(root) if listed is None else listed


def list_versioned_paths(root):
    """What git has or would add, or None where git cannot tell."""
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others"]
    try:
        listed = subprocess.run([*command, "--exclude-standard"], cwd=root, check=True,
                                capture_output=True, text=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return None
    return [path for path in listed.split("\0") if os.path.isfile(os.path.join(root, path))]


def walk_paths(root):
    paths = []
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if not SKIPPED_FOLDERS.match(name)]
        paths += [os.path.relpath(os.path.join(folder, name), root) for name in names]
    return paths
