"""Somebody at a terminal: a command with a pseudo-terminal, and what is typed into it."""

import os
import pty
import select
import subprocess
import termios
from time import monotonic, sleep

from support.processes import binary, clean_environment

PATIENCE = 30


def at_a_terminal(*arguments, typed, secret=False):
    """Runs a command and types lines as it asks. Returns the exit code and all that was on the screen.

    What is typed is `secret` where the terminal must not show it."""
    leader, follower = pty.openpty()
    child = subprocess.Popen(
        [binary(), *arguments], stdin=follower, stdout=follower, stderr=follower, env=clean_environment(), close_fds=True)
    os.close(follower)
    screen = b""
    try:
        for line in typed:
            screen += _until_asked(leader)
            if secret:
                _wait_until_it_is_dark(leader)
            os.write(leader, line.encode() + b"\n")
        while chunk := _read(leader):
            screen += chunk
        return child.wait(PATIENCE), screen.decode(errors="replace")
    finally:
        child.kill()
        child.wait(10)
        os.close(leader)


def _until_asked(leader):
    """A question ends with a colon."""
    heard = b""
    while not heard.rstrip().endswith(b":"):
        chunk = _read(leader)
        assert chunk, f"it does not ask: {heard.decode(errors='replace')}"
        heard += chunk
    return heard


def _wait_until_it_is_dark(leader):
    deadline = monotonic() + PATIENCE
    while termios.tcgetattr(leader)[3] & termios.ECHO:
        assert monotonic() < deadline, "what is typed would be seen"
        sleep(0.01)


def _read(leader):
    """Nothing if the command has ended, and its end of the terminal with it."""
    assert select.select([leader], [], [], PATIENCE)[0], "it neither asks nor ends"
    try:
        return os.read(leader, 4096)
    except OSError:
        return b""
