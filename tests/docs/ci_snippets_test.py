#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs the commands of the README's snippets for CI systems, as these run them.

usage: ci_snippets_test.py README WSKIT

Each snippet has to pass against the server that it starts, to leave its report behind, and to fail
where the smoke check finds another answer than it expects.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

import yaml

PATIENCE_S = 120


def snippets(readme):
    with open(readme, encoding="utf-8") as stream:
        section = stream.read().split("### CI smoke check", 1)[1].split("\n### ", 1)[0]
    return [yaml.safe_load(text) for text in re.findall(r"```yaml\n(.*?)```", section, re.S)]


def github_commands(snippet):
    steps = [step for job in snippet["jobs"].values() for step in job["steps"]]
    return [step["run"] for step in steps if "wskit test" in step.get("run", "")]


def gitlab_commands(snippet):
    jobs = [job for job in snippet.values() if isinstance(job, dict) and "script" in job]
    # A job's lines run in one shell.
    return ["\n".join(job["script"]) for job in jobs]


def run(commands, directory, wskit, environment):
    """The exit code and output, with everything that was started gone afterwards."""
    path = os.path.dirname(wskit) + os.pathsep + os.environ["PATH"]
    process = subprocess.Popen(
        ["bash", "-e", "-o", "pipefail", "-c", commands], cwd=directory, start_new_session=True,
        env={**os.environ, "PATH": path, **environment}, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    output = []
    try:
        for line in process.stdout:
            output.append(line)
            if re.match(r"\d+ tests?: ", line):
                break  # The server in the background keeps the pipe open.
        return process.wait(PATIENCE_S), "".join(output)
    finally:
        os.killpg(process.pid, 9)


def check(name, commands, readme, wskit, environment):
    assert len(commands) == 1, f"{name}: {len(commands)} snippets with wskit test"
    with tempfile.TemporaryDirectory() as directory:
        os.mkdir(os.path.join(directory, "scripts"))
        script = os.path.join(directory, "scripts", "smoke.wst")
        shutil.copy(os.path.join(os.path.dirname(readme), "scripts", "smoke.wst"), script)
        code, output = run(commands[0], directory, wskit, environment)
        assert code == 0, f"{name}: exit {code}\n{output}"
        cases = xml.etree.ElementTree.parse(os.path.join(directory, "smoke.xml")).findall(".//testcase")
        assert len(cases) == 6, f"{name}: {len(cases)} cases in the report"
        for left in ("smoke.xml", "server.url"):
            os.remove(os.path.join(directory, left))
        with open(script, "a", encoding="utf-8") as stream:
            stream.write("\ntest it is another server\n> a\n< [100ms] b\n")
        code, output = run(commands[0], directory, wskit, environment)
        assert code == 1, f"{name}: exit {code} although a test fails\n{output}"
        annotated = "::error file=scripts/smoke.wst,line=" in output
        assert annotated == ("GITHUB_ACTIONS" in environment), f"{name}: {output}"
    print(f"{name}: passes, and fails where it should")


def main():
    readme, wskit = sys.argv[1:]
    github, gitlab = snippets(readme)
    os.environ.pop("GITHUB_ACTIONS", None)
    check("GitHub Actions", github_commands(github), readme, wskit, {"GITHUB_ACTIONS": "true"})
    check("GitLab", gitlab_commands(gitlab), readme, wskit, {})


if __name__ == "__main__":
    main()
