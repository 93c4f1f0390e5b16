"""SIGTERM: what was taken is stored and acked, sockets are told when to come back, and the server ends in time."""

import json
from threading import Thread
from time import monotonic, sleep
from uuid import uuid4

import pytest
import requests

from support.installation import installed
from support.postgres import own_cluster
from support.raw import Wire, handshake_headers

pytestmark = pytest.mark.quiet


@pytest.fixture(scope="module")
def cluster():
    with own_cluster("shutdown") as cluster:
        yield cluster


@pytest.fixture
def own(cluster, contract):
    with installed("shutdown", cluster, contract) as installation:
        installation.cluster = cluster
        yield installation
        cluster.heal()


class Sender(Thread):
    """Sends without waiting until the server closes the socket; keeps every answer."""

    def __init__(self, person, room):
        super().__init__(daemon=True)
        self.person, self.room, self.socket = person, room, person.opens_socket()
        self.sent, self.answers, self.end, self.failure = {}, {}, None, None

    def run(self):
        speaker = Thread(target=self.speak, daemon=True)
        speaker.start()
        try:
            self.end = self.socket.closed_with(20)
            for frame in self.socket.inbox:
                if "clientId" in frame:
                    assert frame["clientId"] not in self.answers, "two answers to one message"
                    self.answers[frame["clientId"]] = frame
        except BaseException as failure:
            self.failure = failure
        speaker.join()

    def speak(self):
        try:
            while True:
                client_id = str(uuid4())
                self.sent[client_id] = monotonic()
                self.socket.says("send", room=self.room, clientId=client_id, body=f"{self.person.handle} {len(self.sent)}")
                sleep(0.001)
        except Exception:  # The socket was closed.
            return

    @property
    def acked(self):
        return {client_id: answer["seq"] for client_id, answer in self.answers.items() if answer["type"] == "ack"}


def hint(reason):
    """The reason's retryAfterMs."""
    reason = json.loads(reason)
    assert list(reason) == ["retryAfterMs"] and type(reason["retryAfterMs"]) is int
    return reason["retryAfterMs"]


def test_what_was_sent_is_acked_before_the_goodbye(own):
    people = [own.world.person(f"sender{number}") for number in range(4)]
    room = people[0].makes_room()
    for person in people[1:]:
        person.joins(room)
    senders = [Sender(person, room) for person in people]
    for sender in senders:
        sender.start()
    sleep(1)
    begin = monotonic()
    own.asks_to_stop()
    for sender in senders:
        sender.join(20)
        assert sender.failure is None, sender.failure
    own.stops()
    assert monotonic() - begin <= 10
    stored = dict(own.cluster.rows("SELECT client_id, seq FROM events JOIN rooms ON id = room_id WHERE name = %s AND kind = 'message'", room))
    assert stored == {client_id: seq for sender in senders for client_id, seq in sender.acked.items()}, "acked is not what is stored"
    for sender in senders:
        assert sender.acked and sender.end[0] == 1012
        assert 0 <= hint(sender.end[1]) <= 2_000
        others = [answer for answer in sender.answers.values() if answer["type"] != "ack"]
        assert all(answer["code"] == "shutting_down" and answer["retryable"] for answer in others), others
    assert own.start() <= 2
    for person, sender in zip(people, senders):
        person.first_socket = None
        for client_id in list(sender.acked)[:3]:
            number = list(sender.sent).index(client_id) + 1
            ack = person.sends(f"{person.handle} {number}", to=room, client_id=client_id)
            assert ack["duplicate"] and ack["seq"] == sender.acked[client_id]


def test_the_way_back_is_spread_out(own):
    person = own.world.person("many")
    sockets = [person.opens_socket() for _ in range(40)]
    own.asks_to_stop()
    ends = [socket.closed_with() for socket in sockets]
    assert {code for code, _ in ends} == {1012}
    hints = [hint(reason) for _, reason in ends]
    assert all(0 <= each <= 2_000 for each in hints)
    assert len(set(hints)) > 20 and min(hints) < 700 and max(hints) > 1_300, hints


def handshake(own, person):
    """Status and code of the answer to a handshake; `None` if nobody takes the connection."""
    try:
        with Wire(own.port, own.world.contract, timeout=2) as wire:
            answer = wire.request("GET", "/v1/socket", handshake_headers(**person.bearer))
            return answer.status, answer.problem["code"]
    except ConnectionError:
        return None


def test_while_it_stops_nobody_comes_in(own):
    """A database that stands still holds the stop up, because a message waits for it."""
    alice = own.world.person("alice")
    alice.listens("lobby", last=0)
    own.cluster.pause()
    alice.socket.says("send", room="lobby", clientId="last", body="the last message")
    sleep(0.2)
    begin = monotonic()
    own.asks_to_stop()
    statuses, refusals = [], []
    while monotonic() - begin < 1:
        statuses.append(own.readiness())
        refusals.append(handshake(own, alice))
        sleep(0.05)
    assert own.runs()
    assert alice.socket.silent_for(0.1) is None
    own.cluster.resume()
    assert alice.socket.next("ack", clientId="last")
    assert alice.socket.closed_with()[0] == 1012
    own.stops(within=max(0.1, 10 - (monotonic() - begin)))
    assert 200 not in statuses[2:] and 503 in statuses, statuses
    assert (503, "shutting_down") in refusals and set(refusals[2:]) <= {(503, "shutting_down"), None}, refusals


def test_it_ends_without_a_database(own):
    """What cannot be stored any more is answered, not forgotten."""
    alice = own.world.person("alice")
    alice.listens("lobby")
    own.cluster.crash()
    alice.socket.says("send", room="lobby", clientId="lost", body="?")
    begin = monotonic()
    own.asks_to_stop()
    answer = alice.socket.next("error", clientId="lost")
    assert answer["code"] in ("storage_unavailable", "outcome_unknown", "shutting_down") and answer["retryable"]
    assert alice.socket.closed_with()[0] == 1012
    own.stops()
    assert monotonic() - begin <= 10


def test_who_does_not_read_does_not_hold_it_up(own, contract):
    alice, bob = own.world.person("alice"), own.world.person("bob")
    with Wire(own.port, contract, receive_buffer=65_536) as silent, Wire(own.port, contract) as mute:
        for wire in (silent, mute):
            wire.upgrade(bob.bearer)
            wire.says("subscribe", room="lobby", last=0)
            wire.read_json("subscribed")
        alice.fills("lobby", 400, body="電" * 7_990 + "{}")
        begin = monotonic()
        own.stops()
        assert monotonic() - begin <= 10


def test_requests_over_http_end_well(own):
    """A client that posts all the time gets an answer to each, until nobody takes the connection."""
    alice = own.world.person("alice")
    room, receipts, end = alice.makes_room(), [], None
    stopper = Thread(target=lambda: (sleep(0.5), own.asks_to_stop()))
    stopper.start()
    for number in range(100_000):
        try:
            answer = alice.api.call("POST", f"/v1/rooms/{room}/messages", json={"clientId": str(number), "body": "x"})
        except requests.ConnectionError as error:
            end = error
            break
        if answer.status_code != 201:
            assert answer.json()["code"] in ("shutting_down", "storage_unavailable"), answer.text
        else:
            receipts.append(answer.json()["seq"])
    stopper.join()
    own.stops()
    assert end is not None and receipts == list(range(2, len(receipts) + 2))
    (stored,) = own.cluster.rows("SELECT head FROM rooms WHERE name = %s", room)
    assert stored[0] in (len(receipts) + 1, len(receipts) + 2), "one request may have lost its answer"
