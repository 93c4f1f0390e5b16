"""A socket that does not read: it is told what it missed, or closed, and nobody else notices."""

from pathlib import Path
from threading import Event, Thread
from time import monotonic, sleep

import pytest

from support.installation import own_installation
from support.raw import CLOSE, PING, PONG, TEXT, Wire, frame

BODY = "電" * 8_000
# A message has some 24 kB on the wire: more than the server's buffer and the kernel's on both sides.
MANY = 600


@pytest.fixture
def stalled(bob, room, ports, contract):
    """Opens a connection of Bob's with a small receive buffer, which reads only when it is told to."""
    bob.joins(room)
    opened = []

    def connect(**position):
        wire = Wire(ports.server, contract, timeout=10, receive_buffer=4_096)
        opened.append(wire)
        wire.upgrade(bob.bearer)
        wire.says("subscribe", room=room, **position)
        wire.subscribed = wire.read_json("subscribed")
        return wire

    yield connect
    for wire in opened:
        wire.__exit__()


def talk(alice, carol, room, count):
    """Alice sends long messages; Carol, who reads, gets each."""
    for begin in range(0, count, 20):
        for _ in range(20):
            alice.socket.says("send", room=room, clientId=f"{alice.handle}-{begin}-{_}", body=BODY)
        for _ in range(20):
            alice.socket.next("ack")
            assert carol.socket.next("event", kind="message")["body"] == BODY


@pytest.fixture
def carol(world, room):
    carol = world.person("carol")
    carol.joins(room)
    carol.listens(room, last=0)
    return carol


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


def test_what_is_left_out_is_named(alice, bob, carol, room, stalled):
    head = alice.history(room)["head"]
    wire = stalled(after=head, limit=60)
    talk(alice, carol, room, MANY)
    end = head + MANY
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


def test_a_short_absence_is_made_good(alice, carol, room, stalled):
    head = alice.history(room)["head"]
    wire = stalled(after=head)
    talk(alice, carol, room, MANY)
    seqs, behind = read_until(wire, head + MANY)
    assert seqs == list(range(head + 1, head + MANY + 1)) and behind == []


def test_a_long_backlog_that_was_asked_for_is_streamed(alice, carol, room, stalled):
    """More than the buffers hold, and the reader comes to it late: it is within its limit, so nothing is left out."""
    talk(alice, carol, room, MANY)
    head = alice.history(room)["head"]
    wire = stalled(after=1, limit=100_000)
    assert wire.subscribed["gaps"] == []
    sleep(1)
    alice.sends("meanwhile", to=room)
    seqs, behind = read_until(wire, head + 1)
    assert seqs == list(range(2, head + 2)) and behind == []


class Drip(Thread):
    """Reads a little now and then, and answers pings, so that the connection is slow but lives."""

    def __init__(self, wire):
        super().__init__(daemon=True)
        self.wire, self.enough, self.end = wire, Event(), None

    def run(self):
        try:
            while not self.enough.wait(0.1):
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


def test_who_reads_nothing_for_30_seconds_is_closed(contract):
    """Who reads slowly is not. The heartbeat, which also ends dead connections, is out of the way."""
    with own_installation("slow", contract, options=["--heartbeat-seconds", "300"]) as own:
        alice, bob = own.world.person("alice"), own.world.person("bob")
        with Wire(own.port, contract, 10, 4_096) as silent, Wire(own.port, contract, 10, 4_096) as slow:
            for wire in (silent, slow):
                wire.upgrade(bob.bearer)
                wire.says("subscribe", room="lobby", last=0)
                wire.read_json("subscribed")
            drip = Drip(slow)
            drip.start()
            alice.fills("lobby", MANY, body="電" * 7_990 + "{}")
            begin = monotonic()
            port = silent.tcp.getsockname()[1]
            while is_established(port):
                assert monotonic() - begin < 45, "the socket is still open"
                sleep(0.1)
            assert 20 < monotonic() - begin, "the socket was closed too early"
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
