"""The command line as its users meet it."""

import json
import subprocess

from support.processes import binary, clean_environment, database_url


def run(*arguments, given=None, database=True):
    """Runs a command on the test database. Returns the finished process."""
    options = ["--database-url", database_url()] if database else []
    return subprocess.run(
        [binary(), *arguments, *options], capture_output=True, text=True, timeout=60, env=clean_environment(), input=given)


def denwa(*arguments, **options):
    """What a command that must succeed prints."""
    finished = run(*arguments, **options)
    assert finished.returncode == 0, f"denwa {' '.join(arguments)}: {finished.stderr}"
    return finished.stdout


def rows(*arguments):
    """What a command prints with --json, one object a line."""
    return [json.loads(line) for line in denwa(*arguments, "--json").splitlines()]
