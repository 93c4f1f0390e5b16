"""A message is stored once, whatever happens between: the header `Idempotency-Key`, restarts and crashes of the server."""

import random
from uuid import uuid4

import pytest

from support import malformed
from support.installation import own_installation


def post(person, room, key=None, **body):
    headers = {} if key is None else {"Idempotency-Key": key}
    return person.api.call("POST", f"/v1/rooms/{room}/messages", json=body, headers=headers)


@pytest.mark.parametrize("form", ["{}", '"{}"'], ids=["bare", "quoted"])
def test_the_header_is_the_client_id(alice, room, form):
    key = str(uuid4())
    first = post(alice, room, form.format(key), body="hi")
    assert first.status_code == 201 and first.json()["clientId"] == key
    assert alice.history(room)["events"][-1]["clientId"] == key
    again = post(alice, room, form.format(key), body="hi")
    assert again.status_code == 200 and again.json() == {**first.json(), "duplicate": True}


def test_header_and_member_are_one(alice, room):
    first = post(alice, room, '"key"', body="hi", clientId="key").json()
    for again in (post(alice, room, "key", body="hi"), post(alice, room, body="hi", clientId="key")):
        assert again.json() == {**first, "duplicate": True}
    assert alice.sends("hi", to=room, client_id="key")["duplicate"]
    conflict = post(alice, room, "key", body="something else")
    assert (conflict.status_code, conflict.json()["code"]) == (409, "idempotency_conflict")


@pytest.mark.parametrize("key", ["other", '"other"', '"KEY"'])
def test_header_and_member_contradict(alice, room, key):
    answer = post(alice, room, key, body="hi", clientId="key")
    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (422, "invalid_field", "Idempotency-Key")
    assert alice.history(room)["head"] == 1


@pytest.mark.parametrize("key", [
    '"', '""', '"a', 'a"', "'a'", '"a";b=1', '"a", "b"', "a b", '"a b"', "a,b", '"a\\"b"', "x" * 65, '"' + "x" * 65 + '"', "?1", ":YQ==:",
    "a/b", "\u00e9".encode("latin-1"),
])
def test_keys_that_are_none(alice, room, key):
    answer = post(alice, room, key, body="hi")
    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (422, "invalid_field", "Idempotency-Key")
    assert alice.history(room)["head"] == 1


def test_neither(alice, room):
    assert alice.api.refused("POST", f"/v1/rooms/{room}/messages", json={"body": "hi"}) == (422, "invalid_field", "clientId")


@pytest.mark.parametrize("value", malformed.CLIENT_IDS)
def test_a_good_header_does_not_excuse_a_bad_member(alice, room, value):
    answer = post(alice, room, "key", body="hi", clientId=value)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_field")


@pytest.fixture(scope="module")
def own(contract):
    with own_installation("idempotency", contract) as installation:
        yield installation


def everything(person, room):
    """All events of a room, page by page."""
    events = []
    while True:
        page = person.history(room, after=len(events), limit=200)
        events += page["events"]
        if not page["hasMore"]:
            return events


@pytest.mark.parametrize("end", ["stops", "kill"])
def test_a_repeat_after_the_server_ended(own, end):
    """In the middle of 500 messages; all of them are then sent again."""
    alice = own.world.person("alice")
    room = alice.makes_room()
    bodies = {str(uuid4()): f"message {number}" for number in range(500)}
    for client_id, body in bodies.items():
        alice.socket.says("send", room=room, clientId=client_id, body=body)
    first = {}
    while len(first) < random.Random(3).randint(50, 150):
        ack = alice.socket.next("ack")
        first[ack["clientId"]] = ack
    getattr(own, end)()
    alice.first_socket = None
    assert own.start() < 2
    for client_id, body in bodies.items():
        alice.socket.says("send", room=room, clientId=client_id, body=body)
    for client_id in bodies:
        ack = alice.socket.next("ack", clientId=client_id)
        if client_id in first:
            assert ack == {**first[client_id], "duplicate": True}
    events = everything(alice, room)
    assert [event["seq"] for event in events] == list(range(1, 502))
    assert {event["clientId"]: event["body"] for event in events[1:]} == bodies


def test_a_crashed_server_is_soon_ready(own):
    """With sockets that were in the middle of something."""
    people = [own.world.person(f"guest{number}") for number in range(3)]
    for person in people:
        person.listens("lobby")
        for number in range(100):
            person.socket.says("send", room="lobby", clientId=f"{person.handle}-{number}", body="x")
    own.kill()
    assert own.start() <= 2
    for person in people:
        person.first_socket = None
        assert person.sends("back", to="lobby")["seq"]
