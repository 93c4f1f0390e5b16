"""How long a socket stays open when its session has ended, and what it hears then, while somebody talks without a pause."""

import json
from statistics import median
from threading import Event, Thread
from time import monotonic, sleep

from support.figures import percentile, size
from support.raw import CLOSE, PING, PONG, TEXT, Wire, frame

# How many sockets of each kind of end are looked at.
ENDS = size("ENDS", 10)
# How long one may stay open, in seconds.
BOUND = 1
# Between two messages.
PAUSE = 0.01


class Talk:
    """A room in which somebody talks from the beginning to the end."""

    def __init__(self, world):
        self.world, self.port = world, int(world.url.rpartition(":")[2])
        self.talker = world.person("talker")
        self.room = self.talker.makes_room()
        self.said = []
        self.is_over = Event()
        self.failure = None
        self.thread = Thread(target=self.talks, daemon=True)
        self.listeners = []

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *failure):
        self.is_over.set()
        self.thread.join(10)
        for listener in self.listeners:
            listener.leaves()
        if failure == (None, None, None):
            assert self.failure is None, self.failure

    def talks(self):
        try:
            with Wire(self.port, self.world.contract) as wire:
                wire.upgrade(self.talker.bearer)
                while not self.is_over.is_set():
                    self.says_one(wire, len(self.said))
                    sleep(PAUSE)
        except BaseException as failure:
            self.failure = failure

    def says_one(self, wire, number):
        """When it was said is noted before it is on its way: what is heard of it was not said earlier."""
        self.said.append(monotonic())
        wire.says("send", room=self.room, clientId=f"w{number}", body=f"word {number}")
        wire.read_json("ack")

    def listener(self, **headers):
        """Somebody's socket, which follows the room and has heard something of it."""
        self.listeners.append(Listener(self, headers))
        return self.listeners[-1]

    def listens(self, person):
        return self.listener(**person.bearer)

    def joins(self, person):
        person.joins(self.room)
        return person


class Listener(Thread):
    """Reads all that comes, and when; a thread of its own for each, so that nobody's reading is late."""

    def __init__(self, talk, headers):
        super().__init__(daemon=True)
        self.talk = talk
        self.wire = Wire(talk.port, talk.world.contract, timeout=30)
        self.enters(headers)
        self.heard = []
        self.after = 0
        self.code = self.closed_at = None
        self.begins = Event()
        self.start()
        assert self.begins.wait(10), "a listener hears nothing"

    def enters(self, headers):
        self.wire.upgrade(headers)
        self.wire.says("subscribe", room=self.talk.room, last=0)

    def run(self):
        try:
            while True:
                self.takes(*self.wire.read_frame())
        except (EOFError, OSError, ValueError):
            pass

    def takes(self, opcode, payload):
        if self.code:
            self.after += 1
        elif opcode == CLOSE:
            self.code, self.closed_at = int.from_bytes(payload[:2]), monotonic()
            self.wire.write(frame(CLOSE, payload))
        elif opcode == PING:
            self.wire.write(frame(PONG, payload))
        elif b'"body":"word ' in payload:
            self.heard.append(int(json.loads(payload)["body"].split()[1]))
            self.begins.set()

    def leaves(self):
        if self.is_alive():
            self.wire.tcp.shutdown(2)
            self.join(10)
        self.wire.__exit__()


class Ends:
    """What was measured of one kind of end."""

    def __init__(self, talk, kind, bound=BOUND):
        self.talk, self.kind, self.bound = talk, kind, bound
        self.seconds = []
        self.late = 0

    def __call__(self, listeners, act, is_local=True, at=None):
        """Does it, and waits until each of them was closed. They all were listening until then.

        Measured from when it was asked for, or from the instant `at`. Who asks the server that has the sockets hears nothing that was
        said after the answer; by another way the server hears of it in half a second.
        """
        for listener in listeners:
            hears_until = len(listener.heard)
            deadline = monotonic() + 5
            while len(listener.heard) == hears_until:
                assert monotonic() < deadline and not listener.code, f"a listener was closed before, with {listener.code}"
                sleep(0.001)
        asked = monotonic()
        act()
        answered = monotonic()
        for listener in listeners:
            listener.join(max(0, (at or asked) + 10 - monotonic()))
            assert listener.code == 4401, f"{self.kind}: closed with {listener.code}"
            assert listener.after == 0, f"{self.kind}: {listener.after} frames after the close frame"
            self.seconds.append(listener.closed_at - (at or asked))
            deaf = answered if is_local else (at or asked) + self.bound
            self.late += sum(self.talk.said[number] > deaf for number in listener.heard)

    def are_fine(self):
        """Prints the figures, and demands them."""
        seconds = self.seconds
        print(f"{self.kind}: {len(seconds)} sockets closed after {median(seconds) * 1000:.0f} ms (median),"
              f" {percentile(seconds, 99) * 1000:.0f} ms (p99), {max(seconds) * 1000:.0f} ms (longest); {self.late} messages"
              f" heard that were said after it, of {len(self.talk.said)} said")
        assert max(seconds) <= self.bound and self.late == 0
