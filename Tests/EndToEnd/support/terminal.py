"""Somebody at a terminal: a command with a pseudo-terminal, and what is typed into it."""

import os
import pty
import subprocess

from support.processes import binary, clean_environment


def at_a_terminal(*arguments, typed):
    """Runs a command and types lines as it asks. Returns the exit code and all that was on the screen."""
    leader, follower = pty.openpty()
    child = subprocess.Popen(
        [binary(), *arguments], stdin=follower, stdout=follower, stderr=follower, env=clean_environment(), close_fds=True)
    os.close(follower)
    screen = b""
    try:
        for line in typed:
            # It asks with a colon at the end of what it says.
            screen += _until_asked(leader)
            os.write(leader, line.encode() + b"\n")
        screen += _rest(leader)
        return child.wait(60), screen.decode(errors="replace")
    finally:
        child.kill()
        child.wait(10)
        os.close(leader)


def _until_asked(leader):
    heard = b""
    while not heard.rstrip().endswith(b":"):
        chunk = _read(leader)
        assert chunk, f"it does not ask: {heard.decode(errors='replace')}"
        heard += chunk
    return heard


def _rest(leader):
    heard = b""
    while chunk := _read(leader):
        heard += chunk
    return heard


def _read(leader):
    try:
        return os.read(leader, 4096)
    except OSError:
        # The command has ended, and its end of the terminal with it.
        return b""
