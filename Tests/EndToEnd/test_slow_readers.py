"""A socket that does not read: it is told what it missed, or closed, and nobody else notices."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event, Thread
from time import monotonic, sleep

import pytest

from support.installation import own_installation
from support.raw import CLOSE, PING, PONG, TEXT, Wire, frame

pytestmark = pytest.mark.quiet

# 32 kB on the wire, the most that a message can have.
LONG = "🌸" * 7_990 + "{}"
SMALL = 65_536
# The most that the kernel keeps for a sender, in bytes.
KERNEL = int(Path("/proc/sys/net/ipv4/tcp_wmem").read_text().split()[2])
# A hundred more than that, the server's megabyte with a batch on top of it, and the receiver's buffer hold.
MANY = (KERNEL + 2_000_000) // 32_000 + 160


@pytest.fixture
def stalled(bob, room, ports, contract):
    """Opens a connection of Bob's with a small receive buffer, which reads only when it is told to."""
    bob.joins(room)
    opened = []

    def connect(**position):
        wire = Wire(ports.server, contract, timeout=10, receive_buffer=SMALL)
        opened.append(wire)
        wire.upgrade(bob.bearer)
        wire.says("subscribe", room=room, **position)
        wire.subscribed = wire.read_json("subscribed")
        return wire

    yield connect
    for wire in opened:
        wire.__exit__()


def read_until(wire, through):
    """Seqs and `behind` frames in the order of arrival, until the event `through`."""
    seqs, behind = [], []
    while not seqs or seqs[-1] < through:
        opcode, payload = wire.read_frame()
        if opcode == PING:
            wire.write(frame(PONG, payload))
        if opcode != TEXT:
            continue
        parsed = wire.contract.socket.frame(payload.decode())
        if parsed["type"] == "event":
            seqs.append(parsed["seq"])
        elif parsed["type"] == "behind":
            behind.append(parsed)
            seqs.extend(range(parsed["from"], parsed["to"] + 1))
        else:
            assert parsed["type"] == "heartbeat", parsed
    return seqs, behind


def test_what_is_left_out_is_named(world, alice, bob, room, stalled):
    """And who reads gets everything."""
    carol = world.person("carol")
    carol.joins(room)
    head = carol.listens(room, last=0)["head"]
    wire = stalled(after=head, limit=60)
    end = head + MANY
    alice.fills(room, MANY, body=LONG)
    assert [event["seq"] for event in carol.socket.events(room, end)] == list(range(head + 1, end + 1))
    seqs, behind = read_until(wire, end)
    assert seqs == list(range(head + 1, end + 1))
    assert behind, "nothing was left out"
    for gap in behind:
        assert gap == {"type": "behind", "room": room, "from": gap["from"], "to": gap["to"], "count": gap["to"] - gap["from"] + 1}
        assert gap["count"] >= 1 and gap["to"] < end
    pulled, before = [], behind[0]["to"] + 1
    while before > behind[0]["from"]:
        page = bob.socket.history(room, before=before, limit=10)
        pulled[:0] = [event["seq"] for event in page["events"]]
        before = pulled[0]
    assert pulled[-behind[0]["count"]:] == list(range(behind[0]["from"], behind[0]["to"] + 1))
    alice.sends("live again", to=room)
    assert wire.read_json("event")["body"] == "live again"


def test_a_short_absence_is_made_good(alice, room, stalled):
    """Fewer than a thousand events: nothing is left out, neither of the backlog nor of what is live."""
    alice.fills(room, MANY, body=LONG)
    backlog = stalled(after=1)
    assert backlog.subscribed["gaps"] == []
    live = stalled(last=0)
    head = live.subscribed["head"]
    alice.fills(room, MANY, body=LONG)
    for wire, start in [(live, head), (backlog, 1)]:
        seqs, behind = read_until(wire, head + MANY)
        assert seqs == list(range(start + 1, head + MANY + 1)) and behind == []


class Drip(Thread):
    """Reads a little now and then, and answers pings, so that the connection is slow but lives."""

    def __init__(self, wire):
        super().__init__(daemon=True)
        self.wire, self.enough, self.end = wire, Event(), None

    def run(self):
        try:
            while not self.enough.wait(0.2):
                opcode, payload = self.wire.read_frame()
                if opcode == PING:
                    self.wire.write(frame(PONG, payload))
                elif opcode == CLOSE:
                    self.end = payload
                    return
        except (OSError, EOFError) as end:
            self.end = end


def is_established(port):
    """Whether the server still holds its end of the connection from our `port`."""
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        _, _, remote, state = line.split()[:4]
        if remote == f"0100007F:{port:04X}" and state == "01":
            return True
    return False


@pytest.fixture(scope="module", autouse=True)
def half_a_minute(contract):
    """The test that waits for so long runs beside the others."""
    with ThreadPoolExecutor(1) as pool:
        yield pool.submit(who_reads_nothing_is_closed, contract)


def test_who_reads_nothing_for_30_seconds_is_closed(half_a_minute):
    half_a_minute.result(90)


def who_reads_nothing_is_closed(contract):
    """Who reads slowly is not. The heartbeat, which also ends dead connections, is out of the way."""
    with own_installation("slow", contract, options=["--heartbeat-seconds", "300"]) as own:
        alice, bob = own.world.person("alice"), own.world.person("bob")
        with Wire(own.port, contract, 10, SMALL) as silent, Wire(own.port, contract, 10, SMALL) as slow:
            for wire in (silent, slow):
                wire.upgrade(bob.bearer)
                wire.says("subscribe", room="lobby", last=0)
                wire.read_json("subscribed")
            drip = Drip(slow)
            drip.start()
            begin = monotonic()
            alice.fills("lobby", 2 * MANY, body=LONG)
            filled = monotonic()
            port = silent.tcp.getsockname()[1]
            while is_established(port):
                assert monotonic() - filled < 40, "the socket is still open"
                sleep(0.1)
            assert 30 <= monotonic() - begin, "the socket was closed too early"
            assert drip.end is None and is_established(slow.tcp.getsockname()[1]), drip.end
            drip.enough.set()
            drip.join(10)
            assert ending(silent) in (4408, None)
            assert alice.sends("all is well", to="lobby")


def ending(wire):
    """The close code, if it still came through; the server need not wait for it."""
    try:
        return wire.read_close()
    except (OSError, EOFError):
        return None
