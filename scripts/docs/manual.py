# SPDX-License-Identifier: MIT
"""Writes the man pages: names, synopses and options from the program, the rest from prose.

The prose is Markdown of the plainest kind: `# SECTION`, `## Subsection`, paragraphs, fenced code,
`* ` bullets, definitions (a term on a line of its own, its text on the next line behind `: `),
`code` and *emphasis*. The options come after the section DESCRIPTION.
"""

import re

ESCAPES = {"\\": "\\e", "-": "\\-", "'": "\\(aq", "`": "\\(ga", "^": "\\(ha", "~": "\\(ti"}


def literal(text):
    """Characters as they are typed: no typographic hyphens and quotes."""
    return "".join(ESCAPES.get(character, character) for character in text)


def bold(text):
    return f"\\fB{literal(text)}\\fR"


def italic(text):
    return f"\\fI{literal(text)}\\fR"


def running(text):
    """A line of text with `code`, *emphasis* and -o or --option."""
    parts = re.split(r"(`[^`]+`|\*[^*\s][^*]*\*|(?<![\w.-])--?[a-zA-Z][\w-]*)", text)
    marked = []
    for part in parts:
        if part.startswith("`"):
            marked.append(bold(part[1:-1]))
        elif part.startswith("*") and len(part) > 1:
            marked.append(italic(part[1:-1]))
        elif re.match(r"--?[a-zA-Z]", part):
            marked.append(bold(part))
        else:
            marked.append(part.replace("\\", "\\e").replace("'", "\\(aq"))
    line = "".join(marked)
    return "\\&" + line if line.startswith((".", "'")) else line


class Prose:
    """A prose file as a list of (section title, lines)."""

    def __init__(self, text):
        self.sections = []
        fenced = False
        for line in text.splitlines():
            fenced ^= line.startswith("```")
            if line.startswith("# ") and not fenced:
                self.sections.append((line[2:], []))
            elif self.sections:
                self.sections[-1][1].append(line)
            elif line.strip() and not line.startswith("<!--"):
                raise ValueError(f"prose before the first section: {line}")


def blocks_of(lines):
    """The lines of a section as blocks: fenced code whole, the rest cut at empty lines."""
    blocks, block, fenced = [], [], False
    for line in [*lines, ""]:
        fence = line.startswith("```")
        if (fence and not fenced) or (not line.strip() and not fenced):
            if block:
                blocks.append(block)
            block = []
        if line.strip() or fenced:
            block.append(line)
        if fence:
            fenced = not fenced
    return blocks


def render(lines):
    """The man(7) requests for the lines of one section."""
    out = []
    for block in blocks_of(lines):
        first = block[0]
        if first.startswith("## "):
            out.append(f".SS {first[3:]}")
        elif first.startswith("```"):
            body = block[1:-1] if block[-1].startswith("```") else block[1:]
            out += [".PP"] * bool(out) + [".in +4n", ".nf", *map(code_line, body), ".fi", ".in"]
        elif first.startswith("* "):
            out += bullets(block)
        elif len(block) > 1 and block[1].startswith(": "):
            out += definitions(block)
        else:
            heading_before = not out or out[-1].startswith(".SS")
            out += [] if heading_before else [".PP"]
            out += [running(line.strip()) for line in block]
    return out


def bullets(block):
    """Items behind `* `; further lines of an item are indented."""
    out = []
    for line in block:
        if line.startswith("* "):
            out += [".IP \\(bu 2", running(line[2:])]
        else:
            out.append(running(line.strip()))
    return out


def definitions(block):
    """Terms, each followed by its text behind `: `; further lines of a text are indented."""
    out = []
    for line in block:
        if line.startswith(": ") or line.startswith("  "):
            out.append(running(line[2:].strip()))
        else:
            out += [".TP", running(line)]
    return out


def code_line(line):
    text = literal(line)
    return "\\&" + text if text.startswith((".", "\\(aq")) else text


def option_entry(option):
    names = ", ".join(bold(name) for name in option.names)
    value = f" {italic(option.value)}" if option.value else ""
    text = running(sentence(option.description))
    notes = []
    if option.limits:
        notes.append(f"From {option.limits}.")
    if option.default:
        notes.append(f"Default: {bold(option.default)}.")
    if option.environment:
        notes.append(f"Environment: {bold(option.environment)}.")
    return [".TP", names + value, text, *notes]


def sentence(text):
    return text if text.endswith((".", "!", "?")) else text + "."


def options_of(command, heading):
    out = [f".SH {heading}"]
    for positional in command.positionals:
        out += [".TP", italic(positional.names[0]), running(sentence(positional.description))]
    groups = command.groups
    for name, options in groups:
        if len(groups) > 1 or command.positionals:
            out.append(f".SS {'General' if name == 'Options' else name}")
        for option in options:
            out += option_entry(option)
    return out


def argument(positional):
    """ARG, or [ARG...] for one that may be left out and given several times."""
    first = positional.names[0]
    # Its type may say what may follow: "FILE... [URL]".
    more = positional.value.removeprefix(first) if "..." in positional.value else ""
    name = italic(first) + more
    if more and not more.endswith("..."):
        return name
    return name if positional.required else f"[{name}]"


def synopsis(command):
    lines = []
    for one in command.all():
        if one.subcommands and one.name != "wskit":
            continue
        words = [bold(" ".join(one.path)), f"[{italic('OPTIONS')}]"]
        words += [argument(p) for p in one.positionals]
        if one.name == "wskit":
            words = [bold("wskit"), italic("COMMAND"), f"[{italic('OPTIONS')}]"]
        lines += [".br"] * bool(lines) + [" ".join(words)]
        if one.name == "wskit":
            break
    return lines


def page(command, prose_text, version):
    """The whole page wskit.1 or wskit-NAME.1."""
    name = "-".join(command.path)
    prose = Prose(prose_text)
    if not prose.sections or prose.sections[0][0] != "DESCRIPTION":
        raise ValueError(f"the prose of {name} starts with '# DESCRIPTION'")
    out = [
        '.\\" Generated by scripts/generate-docs; edit man/prose instead.',
        f'.TH {name.upper()} 1 "" "wskit {version}" "wskit manual"',
        ".nh",
        ".ad l",
        ".SH NAME",
        f"{name} \\- {running(lower_first(command.description))}",
        ".SH SYNOPSIS",
        *synopsis(command),
    ]
    for title, lines in prose.sections:
        out += [f".SH {title}", *render(lines)]
        if title == "DESCRIPTION":
            out += options_sections(command)
    return "\n".join(out) + "\n"


def format_page(name, prose_text, version):
    """The whole page of a file format, which has no options."""
    out = [
        '.\\" Generated by scripts/generate-docs; edit man/prose instead.',
        f'.TH {name.upper()} 5 "" "wskit {version}" "wskit manual"',
        ".nh",
        ".ad l",
    ]
    for title, lines in Prose(prose_text).sections:
        text = render(lines)
        if title == "NAME":
            text = [lines[1].replace(" - ", " \\- ")]
        out += [f".SH {title}", *text]
    return "\n".join(out) + "\n"


def options_sections(command):
    if command.name == "wskit":
        out = [".SH COMMANDS"]
        for subcommand in command.subcommands:
            page_name = f"{bold('wskit-' + subcommand.name)}(1)"
            out += [".TP", bold(subcommand.name)]
            out += [f"{running(sentence(subcommand.description))} See {page_name}."]
        return out + options_of(command, "OPTIONS")
    if not command.subcommands:
        return options_of(command, "OPTIONS")
    out = []
    for subcommand in command.subcommands:
        out += options_of(subcommand, f"OPTIONS OF {subcommand.name.upper()}")
    return out


def lower_first(text):
    keep = text[:2].isupper() or text.startswith("WebSocket")
    return text if keep else text[:1].lower() + text[1:]
