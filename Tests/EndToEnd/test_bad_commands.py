"""Bad input on the native door: an `error` frame with its code; the socket and everybody else go on."""

import json

import pytest

from support import malformed
from support.raw import TEXT, Wire, frame

NUMBERS = {
    ("subscribe", "after"): malformed.NOT_COUNTS,
    ("subscribe", "last"): {**malformed.NOT_COUNTS, "201": "201"},
    ("subscribe", "limit"): {**malformed.NOT_COUNTS, "1000001": "1000001"},
    ("history", "before"): {**malformed.NOT_COUNTS, "0": "0"},
    ("history", "after"): malformed.NOT_COUNTS,
    ("history", "around"): malformed.NOT_COUNTS,
    ("history", "limit"): {**malformed.NOT_COUNTS, "0": "0", "201": "201"},
    ("read", "seq"): malformed.NOT_COUNTS,
}
COMMANDS = ["subscribe", "unsubscribe", "send", "history", "read"]


@pytest.fixture(scope="module")
def sender(world):
    """Somebody whose socket gets all the rubbish."""
    person = world.person("sender")
    person.room = person.makes_room()
    person.listens(person.room, after=1)
    return person


@pytest.fixture(autouse=True)
def nobody_is_harmed(bystander, sender):
    yield
    bystander.is_unharmed()
    assert sender.sends("fine", to=sender.room)["seq"] == sender.receives("fine")["seq"]


@pytest.fixture
def commands(sender):
    """A command of each type that is in order."""
    return {
        "subscribe": {"type": "subscribe", "room": sender.room},
        "unsubscribe": {"type": "unsubscribe", "room": sender.room},
        "send": {"type": "send", "room": sender.room, "clientId": "key", "body": "hi"},
        "history": {"type": "history", "room": sender.room},
        "read": {"type": "read", "room": sender.room, "seq": 1},
    }


def refusal(sender, text):
    """Code and field of the answer to a frame."""
    sender.socket.says_raw(text)
    error = sender.socket.next("error")
    assert not error["retryable"]
    return error["code"], error.get("field")


@pytest.mark.parametrize("case", malformed.TEXTS)
def test_malformed_json(sender, case):
    assert refusal(sender, malformed.TEXTS[case]) == ("malformed_json", None)


@pytest.mark.parametrize("type", ["dance", "", "hello", "ack", "SEND", "send ", "subscribe\u0000", "x" * 10_000])
def test_unknown_type(sender, type):
    assert refusal(sender, json.dumps({"type": type, "room": sender.room})) == ("unknown_type", "type")


@pytest.mark.parametrize("case", malformed.NOT_STRINGS)
@pytest.mark.parametrize("command, member", [
    ("subscribe", "type"), ("subscribe", "ref"), ("subscribe", "epoch"), ("send", "clientId"), ("send", "body"), ("send", "ref"),
    ("history", "ref"), ("read", "ref"), *[(command, "room") for command in COMMANDS],
])
def test_wrong_type(sender, commands, command, member, case):
    text = malformed.with_raw(commands[command], member, malformed.NOT_STRINGS[case])
    assert refusal(sender, text) == ("invalid_field", member)


@pytest.mark.parametrize("command, member", [
    ("subscribe", "type"), ("send", "clientId"), ("send", "body"), ("read", "seq"), *[(command, "room") for command in COMMANDS],
])
def test_missing(sender, commands, command, member):
    del commands[command][member]
    assert refusal(sender, json.dumps(commands[command])) == ("invalid_field", member)
    assert refusal(sender, json.dumps({**commands[command], member: None})) == ("invalid_field", member)


@pytest.mark.parametrize("command, member, value", [
    *[(command, "room", value) for command in COMMANDS for value in malformed.ROOM_NAMES],
    *[("send", "clientId", value) for value in malformed.CLIENT_IDS],
    *[("send", "body", value) for value in malformed.BODIES],
    *[("send", "ref", value) for value in ("", "x" * 65)],
])
def test_out_of_bounds(sender, commands, command, member, value):
    assert refusal(sender, json.dumps({**commands[command], member: value})) == ("invalid_field", member)


@pytest.mark.parametrize("command, member, case", [(*where, case) for where, cases in NUMBERS.items() for case in cases])
def test_bad_numbers(sender, commands, command, member, case):
    needed = {"after": 1} if (command, member) == ("subscribe", "limit") else {}
    text = malformed.with_raw({**commands[command], **needed}, member, NUMBERS[command, member][case])
    assert refusal(sender, text) == ("invalid_field", member)


@pytest.mark.parametrize("command, positions", [
    ("subscribe", {"after": 1, "last": 1}), ("history", {"before": 1, "after": 1}), ("history", {"before": 1, "around": 1}),
    ("history", {"after": 1, "around": 1}), ("history", {"before": 1, "after": 1, "around": 1}),
])
def test_two_positions(sender, commands, command, positions):
    code, field = refusal(sender, json.dumps({**commands[command], **positions}))
    assert code == "invalid_field" and field in positions


@pytest.mark.parametrize("position", [{}, {"last": 1}])
def test_a_limit_without_after(sender, commands, position):
    assert refusal(sender, json.dumps({**commands["subscribe"], **position, "limit": 5})) == ("invalid_field", "limit")


@pytest.mark.parametrize("command", ["subscribe", "send", "history", "read"])
def test_a_room_that_is_not_there(sender, commands, command):
    assert refusal(sender, json.dumps({**commands[command], "room": "no-such-room"})) == ("room_not_found", "room")


def test_the_answer_says_what_it_answers(sender):
    sender.socket.says_raw(json.dumps({"type": "send", "ref": "r", "room": sender.room, "clientId": "key", "body": ""}))
    error = sender.socket.next("error")
    assert (error["ref"], error["room"], error["clientId"], error["field"]) == ("r", sender.room, "key", "body")


def test_endless_rubbish_ends_the_socket(sender, ports, contract):
    with Wire(ports.server, contract, timeout=20) as wire:
        wire.upgrade(sender.bearer)
        try:
            for _ in range(100):
                wire.write(frame(TEXT, b"{") * 100)
        except ConnectionError:
            pass
        assert wire.read_close() == 4429
