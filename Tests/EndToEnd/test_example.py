"""The client that the AsyncAPI document promises: some forty lines, and it survives a lost connection."""

import subprocess
import sys
from pathlib import Path
from queue import Queue
from threading import Thread

import pytest

from support.installation import own_installation
from support.person import PASSWORD
from support.processes import free_port
from support.tcp_proxy import Cable

CLIENT = Path(__file__).parent / "example_client.py"


def test_it_is_short():
    lines = [line for line in CLIENT.read_text().splitlines() if line.strip() and not line.startswith('"""')]
    assert len(lines) <= 40


class Terminal:
    """The client as a process: lines in, lines out."""

    def __init__(self, *arguments):
        self.process = subprocess.Popen(
            [sys.executable, str(CLIENT), *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.lines = Queue()
        Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.put(line.rstrip("\n"))

    def types(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def shows(self):
        return self.lines.get(timeout=30)

    def ends(self):
        self.process.terminate()
        self.process.wait(5)


@pytest.fixture
def cable(ports):
    with Cable(free_port(), ports.server) as cable:
        yield cable


@pytest.fixture
def terminal(alice, room, cable):
    port = cable.listener.getsockname()[1]
    terminal = Terminal(f"http://127.0.0.1:{port}", alice.handle, PASSWORD, room)
    yield terminal
    terminal.ends()


def test_it_chats(alice, bob, room, cable, terminal):
    assert terminal.shows() == f"{alice.handle} joined"
    bob.joins(room)
    assert terminal.shows() == f"{bob.handle} joined"
    bob.listens(room)
    terminal.types("もしもし")
    assert terminal.shows() == f"{alice.handle} もしもし"
    assert bob.receives("もしもし")["author"] == alice.account

    cable.pull()
    terminal.types("a lost line")
    bob.sends("are you there?", to=room)
    cable.plug_in()
    assert {terminal.shows(), terminal.shows()} == {f"{bob.handle} are you there?", f"{alice.handle} a lost line"}
    bob.receives("a lost line")
    bob.sends("good", to=room)
    assert terminal.shows() == f"{bob.handle} good"
    assert [event.get("body") for event in bob.history(room)["events"]].count("a lost line") == 1


@pytest.fixture
def own(contract):
    with own_installation("example", contract) as own:
        yield own


@pytest.fixture
def own_terminal(own):
    alice = own.world.person("alice")
    terminal = Terminal(own.url, alice.handle, PASSWORD, alice.makes_room())
    terminal.person = alice
    yield terminal
    terminal.ends()


def test_it_comes_through_what_happens_to_databases(own, own_terminal, tmp_path):
    """An outage, and an older backup that is put back."""
    handle = own_terminal.person.handle
    assert own_terminal.shows() == f"{handle} joined"
    own.cluster.dump(tmp_path / "backup")
    own.cluster.crash()
    own_terminal.types("into the void")
    own.cluster.start()
    assert own_terminal.shows() == f"{handle} into the void"
    own.stops()
    own.cluster.restore(tmp_path / "backup", "restored")
    own.database_url = own.cluster.url("restored")
    own.start()
    assert own_terminal.shows() == f"{handle} joined"
    own_terminal.types("once more")
    assert own_terminal.shows() == f"{handle} once more"
