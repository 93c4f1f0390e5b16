"""A page with commands and what they print, which can be run again."""

import re
import subprocess
from dataclasses import dataclass, field

FENCE = "```"
# What differs from run to run, and what stands for it while two runs are compared.
VARYING = [
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "<time>"),
    (r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d)?", "<time>"),
    (r"\b[A-Za-z0-9_-]{43}\b", "<secret>"),
    (r"\b[0-9a-f]{64}\b", "<hash>"),
    (r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", "<uuid>"),
    (r"\b\d+(\.\d+)?(?= (%|(ms|s|min|MiB|kB|MB|GB|kiB|KiB|bytes|B)\b))", "<number>"),
    (r"(\d+|any number of) open files", "<number> open files"),
    (r"denwa_verify_\w+", "denwa_verify_<name>"),
    (r"PostgreSQL \d+(\.\d+)*( \([^)]*\))?", "PostgreSQL <version>"),
    (r"/tmp/[^\s,;:)]*", "<folder>"),
    (r" +", " "),
    (r"(?m) $", ""),
]


@dataclass
class Step:
    """A command and the lines that it printed."""

    command: str
    output: list = field(default_factory=list)


def steps_in(page):
    """The commands of all blocks of the kind `console`, in order."""
    steps, inside = [], False
    for line in page.splitlines():
        if line.startswith(FENCE):
            inside = line == FENCE + "console"
        elif inside and line.startswith("$ "):
            steps.append(Step(line[2:]))
        elif inside:
            steps[-1].output.append(line)
    return steps


def rewritten(page, outputs):
    """The page with other outputs."""
    lines, inside, outputs = [], False, iter(outputs)
    for line in page.splitlines():
        if line.startswith(FENCE):
            inside = line == FENCE + "console"
            lines.append(line)
        elif inside and line.startswith("$ "):
            lines += [line, *next(outputs)]
        elif not inside:
            lines.append(line)
    return "\n".join(lines) + "\n"


def run(steps, environment, folder, replacements, patience=300):
    """Runs them in one shell. Returns the lines that each printed; an exit code other than 0 is the last of them."""
    mark = "8f14e45fceea167a"
    script = ["trap 'kill $(jobs -p) 2> /dev/null; wait' EXIT"]
    for step in steps:
        command = step.command
        for said, meant in replacements.items():
            command = command.replace(said, meant)
        script += [f"{{ {command}\n}} 2>&1", f'printf "\\n{mark} %s\\n" "$?"']
    finished = subprocess.run(["bash", "-c", "\n".join(script)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=patience, env=environment, cwd=folder)
    outputs, lines = [], []
    for line in finished.stdout.splitlines():
        if line.startswith(mark):
            code = int(line.split()[1])
            while lines and not lines[-1]:
                lines.pop()
            outputs.append(lines + ([f"(exit code {code})"] if code else []))
            lines = []
        else:
            for said, meant in replacements.items():
                line = line.replace(meant, said)
            lines.append(line)
    return outputs


def comparable(lines):
    text = "\n".join(lines)
    for pattern, word in VARYING:
        text = re.sub(pattern, word, text)
    return text
