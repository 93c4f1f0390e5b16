"""The primary goes, and a synchronous standby takes its place: the same server goes on, and nothing acked is missing."""

import signal
from time import monotonic

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from support.installation import installed
from support.postgres import own_cluster
from support.standby import synchronous_standby
from support.talker import Talker

pytestmark = pytest.mark.quiet

ANSWER_WITHIN = 3 + 0.25
# Promoting takes a second or two; a primary that stands still costs each new connection the time-out of libpq, 2 s.
BACK_WITHIN = 15


class Pair:
    """What the server is told: both hosts, of which it wants the one that takes writes."""

    def __init__(self, primary, standby):
        self.primary, self.standby = primary, standby

    def url(self):
        return f"postgresql://denwa@/denwa?host={self.primary.folder},{self.standby.folder}&target_session_attrs=read-write"


class Persistent(Talker):
    """Comes back when its socket is closed, with what has no ack."""

    def __init__(self, person, room):
        super().__init__(person, room)
        self.person = person
        self.closings = []

    def says_one(self, client_id):
        while client_id not in self.acks and not self.enough.is_set():
            try:
                super().says_one(client_id)
            except ConnectionClosed as end:
                self.closings.append(end.rcvd and end.rcvd.code)
                self.comes_back()

    def comes_back(self):
        while not self.enough.is_set():
            try:
                self.socket = self.person.opens_socket()
                return
            except (InvalidStatus, OSError):
                self.enough.wait(0.1)


@pytest.fixture
def pair():
    with own_cluster("failover-primary") as primary, synchronous_standby(primary, "failover-standby") as standby:
        yield Pair(primary, standby)


@pytest.fixture
def own(pair, contract):
    with installed("failover", pair, contract) as installation:
        yield installation


@pytest.mark.parametrize("end", [lambda primary: primary.stop(signal.SIGKILL), lambda primary: primary.pause()],
                         ids=["it is gone", "it stands still"])
def test_a_synchronous_standby_takes_over(own, pair, end):
    alice, bob = own.world.person("alice"), own.world.person("bob")
    room = alice.makes_room()
    bob.joins(room)
    bob.listens(room, after=0, limit=1_000_000)
    epoch, process = bob.socket.hello["epoch"], own.child.pid
    # Enough to keep the checkpoint busy that a promotion begins: the new timeline must be known before it ends.
    with pair.primary.administrator() as administrator:
        administrator.execute("CREATE TABLE filler AS SELECT repeat('x', 400) AS filler FROM generate_series(1, 100000)")
    with Persistent(alice, room) as talker:
        talker.waits_for_acks(50)
        end(pair.primary)
        talker.waits_for_refusal()
        before = dict(talker.acks)
        begin = monotonic()
        pair.standby.promote()
        talker.waits_for_acks(1, BACK_WITHIN)
        print(f"back {monotonic() - begin:.1f} s after it was told to take over, slowest answer {talker.slowest:.1f} s")
        talker.waits_for_acks(50)
        talker.enough.set()
        talker.join(20)
    assert own.runs() and own.child.pid == process
    assert talker.slowest <= ANSWER_WITHIN, f"an answer took {talker.slowest:.1f} s"
    stored = dict(pair.standby.rows(
        "SELECT client_id, seq FROM events JOIN rooms ON id = room_id WHERE name = %s AND kind = 'message'", room))
    assert {client_id: stored.get(client_id) for client_id in before} == before, "something acked is lost"
    assert stored == talker.acks

    # A promoted standby cannot be told from a database that was set back to an earlier moment: everybody begins anew.
    assert set(talker.closings) <= {1012} and bob.socket.closed_with(5)[0] == 1012
    seen = [(event["seq"], event.get("clientId")) for event in bob.socket.inbox if event["type"] == "event"]
    bob.first_socket = None
    # A handshake may still meet a connection to the one that stands still; it is told to come again then.
    own.uses_all_its_connections()
    assert bob.socket.hello["epoch"] != epoch
    bob.socket.says("subscribe", room=room, after=seen[-1][0], epoch=epoch)
    assert bob.socket.next("error")["code"] == "resync_required"
    head = bob.listens(room, after=0, limit=1_000_000)["head"]
    events = [(event["seq"], event.get("clientId")) for event in bob.socket.events(room, head)]
    assert [seq for seq, _ in events] == list(range(1, head + 1))
    assert events[:len(seen)] == seen, "something that was shown is not in the log"
    assert {client_id: seq for seq, client_id in events if client_id} == talker.acks
