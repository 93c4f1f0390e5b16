"""Socket.IO 5, rule by rule, without a client's help. Other servers than ours may be judged: DENWA_FIXTURE_URL names one,
DENWA_CLIENT_SUITE_URL one that serves the tests of socket.io-client."""

import json
import re
from contextlib import suppress
from concurrent.futures import ThreadPoolExecutor
from time import monotonic, sleep

import pytest
from websockets.exceptions import ConnectionClosed

from support.engineio import IS_REFERENCE, SEPARATOR, Polling, WebSocket, ask, fixture_server, is_refused, query

CONNECT_TIMEOUT = 1.0
RESERVED = ["connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"]
NAMESPACES = {"/": "", "/custom": "/custom,"}
ZERO, ONE = ({"_placeholder": True, "num": num} for num in (0, 1))


@pytest.fixture(scope="module")
def door():
    with fixture_server() as base:
        yield f"{base}/socket.io/"


@pytest.fixture
def socket(door):
    """A WebSocket that has not joined a namespace yet."""
    with WebSocket(door) as ws:
        yield ws


@pytest.fixture
def joined(socket):
    """A WebSocket that has joined the main namespace."""
    joins(socket)
    return socket


@pytest.fixture(params=NAMESPACES)
def place(socket, request):
    """A WebSocket in one namespace, and how packets name it."""
    joins(socket, request.param)
    return socket, NAMESPACES[request.param]


def text(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def said(packet, head):
    """The JSON of a packet that must begin with `head`, and have a JSON array or object right after it."""
    assert isinstance(packet, str) and packet.startswith(head) and packet[len(head):][:1] in ("[", "{"), (packet, head)
    return json.loads(packet[len(head):])


def joins(session, namespace="/", auth=None):
    """Joins a namespace. Returns its sid."""
    prefix = NAMESPACES[namespace]
    session.says(f"40{prefix}{'' if auth is None else text(auth)}")
    answer, event = session.several(2)
    handshake = said(answer, f"40{prefix}")
    assert list(handshake) == ["sid"] and isinstance(handshake["sid"], str) and handshake["sid"]
    assert said(event, f"42{prefix}") == ["auth", auth or {}]
    return handshake["sid"]


def filled(ws, head):
    """The JSON of a binary packet that must begin with `head`, with the bytes of its attachments in their places."""
    value = said(ws.next(), head)
    attachments = ws.several(int(head[2:].partition("-")[0]))
    assert all(isinstance(attachment, bytes) for attachment in attachments)
    return fill(value, attachments)


def fill(value, attachments):
    if isinstance(value, list):
        return [fill(item, attachments) for item in value]
    if isinstance(value, dict):
        if value.get("_placeholder") is True:
            return attachments[value["num"]]
        return {name: fill(item, attachments) for name, item in value.items()}
    return value


def echoes(session, mark="still here", prefix=""):
    """Demands that a message to a namespace comes back."""
    session.says(f"42{prefix}" + text(["message", mark]))
    assert said(session.next(), f"42{prefix}") == ["message-back", mark]


# Joining a namespace

@pytest.mark.parametrize("auth", [None, {}, {"token": "123"}, {"名": ["電話", {"a": None}], "n": 1.5, "t": True}], ids=text)
@pytest.mark.parametrize("namespace", NAMESPACES)
def test_a_namespace_is_joined(socket, namespace, auth):
    assert joins(socket, namespace, auth) != socket.sid


def test_the_comma_after_a_lone_namespace_may_be_left_out(socket):
    socket.says("40/custom")
    assert set(said(socket.next(), "40/custom,")) == {"sid"}
    assert socket.next() == '42/custom,["auth",{}]'


def test_the_main_namespace_may_be_named(socket):
    socket.says("40/,")
    assert set(said(socket.next(), "40")) == {"sid"}


@pytest.mark.parametrize("packet", ["40/random", "40/random,", '40/random,{"token":"123"}'])
def test_an_unknown_namespace_is_refused(socket, packet):
    socket.says(packet)
    assert socket.next() == '44/random,{"message":"Invalid namespace"}'
    joins(socket)


@pytest.mark.parametrize("name", ["/Custom", "/custom/", "/custom/x", "/cust", "//", "/電話", "/__proto__", "/a b", "/" + "a" * 200])
def test_namespaces_are_compared_exactly(socket, name):
    socket.says(f"40{name},")
    assert socket.next() == f'44{name},{{"message":"Invalid namespace"}}'


def test_a_refused_namespace_does_not_disturb_another(joined):
    joined.says("40/random,")
    assert joined.next() == '44/random,{"message":"Invalid namespace"}'
    echoes(joined)


def test_two_namespaces_share_a_connection(socket):
    ids = {socket.sid, joins(socket, "/", {"a": 1}), joins(socket, "/custom", {"b": 2})}
    assert len(ids) == 3
    socket.says('42["message","main"]', '42/custom,["message","custom"]', '42/custom,7["message-with-ack"]', '427["message-with-ack"]')
    assert socket.several(4) == ['42["message-back","main"]', '42/custom,["message-back","custom"]', "43/custom,7[]", "437[]"]


def test_two_connections_do_not_hear_each_other(door, joined):
    with WebSocket(door) as other:
        joins(other)
        echoes(joined, "one")
        echoes(other, "other")


def test_a_socket_that_joins_no_namespace_is_closed(socket):
    begin = monotonic()
    assert socket.ends() == []
    assert CONNECT_TIMEOUT * 0.7 < monotonic() - begin < CONNECT_TIMEOUT + 2


def test_polling_that_joins_no_namespace_ends(door):
    with Polling(door) as session:
        begin = monotonic()
        session.ends()
        assert CONNECT_TIMEOUT * 0.7 < monotonic() - begin < CONNECT_TIMEOUT + 2


def test_a_refused_namespace_is_none(socket):
    begin = monotonic()
    socket.says("40/random,")
    assert socket.ends() == ['44/random,{"message":"Invalid namespace"}']
    assert monotonic() - begin < CONNECT_TIMEOUT + 2


def test_a_socket_that_joined_stays(joined):
    joined.quiet_for(CONNECT_TIMEOUT + 0.5)
    echoes(joined)


# Leaving it

def leaves(ws):
    """Leaves the main namespace. The reference takes a moment to notice."""
    ws.says("41")
    sleep(0.05 * IS_REFERENCE)


def test_leaving_is_not_answered(place):
    ws, prefix = place
    ws.says(f"41{prefix}")
    assert ws.read() == "2"


def test_leaving_a_namespace_leaves_the_other(socket):
    joins(socket)
    joins(socket, "/custom")
    socket.says("41/custom")
    echoes(socket)
    joins(socket, "/custom")
    socket.says("41")
    echoes(socket, prefix="/custom,")


def test_a_namespace_that_was_left_can_be_joined_again(joined):
    leaves(joined)
    one = joins(joined)
    leaves(joined)
    assert joins(joined) != one
    echoes(joined)


def test_nobody_talks_to_a_namespace_that_was_left(joined):
    joins(joined, "/custom")
    leaves(joined)
    joined.says('42["message","too late"]')
    assert joined.ends() == []


# Events

ARGUMENTS = [
    [], [1, "2", {"3": [True]}], [None], ["電話 😀"], ['"\\/\b\f\n\r\t\u0001'], [0, -1, 1.5, 9_007_199_254_740_991], [[], {}, [[]], {"a": {}}],
    [""], ["42[1]"], [True, False], [{"message": "message"}], [{"_placeholder": False, "num": 0}], ["x" * 100_000], list(range(500)),
]


@pytest.mark.parametrize("arguments", ARGUMENTS)
def test_an_event_keeps_its_arguments(place, arguments):
    ws, prefix = place
    ws.says(f"42{prefix}" + text(["message", *arguments]))
    assert said(ws.next(), f"42{prefix}") == ["message-back", *arguments]


def test_escapes_are_the_same_as_the_letters(joined):
    joined.says(r'42["mess\u0061ge","\u96fb\u8a71 \ud83d\ude00"]')
    assert said(joined.next(), "42") == ["message-back", "電話 😀"]


def test_spaces_in_the_json_do_no_harm(joined):
    joined.says('42[ "message" ,\n1 ]')
    assert joined.next() == '42["message-back",1]'


def test_events_keep_their_order(joined):
    joined.says(*(f'42["message",{number}]' for number in range(300)))
    assert [said(packet, "42") for packet in joined.several(300)] == [["message-back", number] for number in range(300)]


@pytest.mark.parametrize("event", ["nobody-listens", "", "constructor", "toString", "__proto__", "Message", "error", "電話"])
def test_an_event_that_nobody_hears_is_passed_over(joined, event):
    joined.says("42" + text([event, 1]))
    echoes(joined)


@pytest.mark.parametrize("event", RESERVED)
@pytest.mark.parametrize("head", ["42", "421", "450-"])
def test_reserved_names_close(joined, head, event):
    joined.says(head + text([event]))
    assert joined.ends() == []


# Acks

@pytest.mark.parametrize("arguments", ARGUMENTS)
def test_an_ack_has_the_arguments(place, arguments):
    ws, prefix = place
    ws.says(f"42{prefix}456" + text(["message-with-ack", *arguments]))
    assert said(ws.next(), f"43{prefix}456") == arguments


@pytest.mark.parametrize("number", ["0", "7", "10", "4294967296", "9007199254740991"])
def test_an_ack_has_the_number_of_its_event(place, number):
    ws, prefix = place
    ws.says(f'42{prefix}{number}["message-with-ack",1]')
    assert ws.next() == f"43{prefix}{number}[1]"


def test_acks_with_one_number_are_one_each(joined):
    joined.says('421["message-with-ack","a"]', '421["message-with-ack","b"]')
    assert joined.several(2) == ['431["a"]', '431["b"]']


@pytest.mark.parametrize("packet", ["431[]", '43999["x"]', '43["x"]'])
def test_an_ack_that_nobody_awaits_is_passed_over(joined, packet):
    joined.says(packet)
    echoes(joined)


# Binary

BINARY = {
    "one": ("1-", [ZERO], [b"\x01\x02"]),
    "two": ("2-", [ZERO, ONE], [b"\x01\x02\x03", b"\x04\x05\x06"]),
    "among others": ("1-", ["電話", ZERO, None, 3], [b"\xff\x00"]),
    "deep inside": ("2-", [{"a": [1, {"b": ZERO}]}, [[ONE]]], [b"a", b"b"]),
    "in another order": ("2-", [ONE, ZERO], [b"zero", b"one"]),
    "an empty one": ("1-", [ZERO], [b""]),
    "a large one": ("1-", [ZERO], [bytes(range(256)) * 2_000]),
    "ten": ("10-", [{"_placeholder": True, "num": num} for num in range(10)], [bytes([num]) for num in range(10)]),
}


@pytest.mark.parametrize("case", BINARY)
def test_an_event_keeps_its_attachments(place, case):
    ws, prefix = place
    count, arguments, attachments = BINARY[case]
    ws.says(f"45{count}{prefix}" + text(["message", *arguments]), *attachments)
    assert filled(ws, f"45{count}{prefix}") == ["message-back", *fill(arguments, attachments)]


@pytest.mark.parametrize("case", BINARY)
def test_an_ack_keeps_its_attachments(place, case):
    ws, prefix = place
    count, arguments, attachments = BINARY[case]
    ws.says(f"45{count}{prefix}789" + text(["message-with-ack", *arguments]), *attachments)
    assert filled(ws, f"46{count}{prefix}789") == fill(arguments, attachments)


def test_binary_on_the_wire_looks_as_documented(joined):
    joined.says('452-["message",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]', b"\x01", b"\x02")
    assert joined.next() == '452-["message-back",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]'
    assert joined.several(2) == [b"\x01", b"\x02"]
    joined.says('451-789["message-with-ack",{"_placeholder":true,"num":0}]', b"\x01")
    assert joined.several(2) == ['461-789[{"_placeholder":true,"num":0}]', b"\x01"]


def test_binary_packets_follow_one_another(joined):
    for number in range(50):
        joined.says('451-["message",{"_placeholder":true,"num":0}]', bytes([number]))
    assert [filled(joined, "451-") for _ in range(50)] == [["message-back", bytes([number])] for number in range(50)]


def test_an_event_waits_for_its_attachments(joined):
    joined.says('452-["message",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]', b"\x01")
    joined.quiet_for(0.5)
    joined.says(b"\x02")
    assert filled(joined, "452-") == ["message-back", b"\x01", b"\x02"]


def test_an_event_whose_attachments_do_not_come_is_not_delivered(joined):
    joined.says('451-["message",{"_placeholder":true,"num":0}]')
    joined.quiet_for(1)


# What closes the connection

MALFORMED = {
    "letters": "4abc",
    "nothing": "4",
    "type 7": "47[]",
    "type 9": '49["message"]',
    "a sign for a type": '4-2["message"]',
    "a space for a type": '4 2["message"]',
    "a digit of another script": '4２["message"]',
    "an event that is an object": "42{}",
    "an event that is text": '42"message"',
    "an event that is null": "42null",
    "an event that is true": "42true",
    "an event without a name": "42[]",
    "an event named null": "42[null]",
    "an event named true": '42[true,"message"]',
    "an event named by an object": '42[{"message":1}]',
    "an event named by an array": '42[["message"]]',
    "an event cut off": '42["message"',
    "an event with a comma at the end": '42["message",]',
    "an event with more behind it": '42["message"]x',
    "two events": '42["message"]["message"]',
    "single quotes": "42['message']",
    "a comment": '42["message"/**/]',
    "NaN": '42["message",NaN]',
    "a line break in a text": '42["message","\n"]',
    "an ack number of letters": '42abc["message-with-ack",1]',
    "an ack number with a sign": '42-1["message-with-ack",1]',
    "an ack number with a plus": '42+1["message-with-ack",1]',
    "an ack number with a point": '421.5["message-with-ack",1]',
    "an ack number with an exponent": '421e3["message-with-ack",1]',
    "a hexadecimal ack number": '420x1["message-with-ack",1]',
    "an ack number with letters behind": '421a["message-with-ack",1]',
    "an ack that is an object": "431{}",
    "an ack that is text": '431"x"',
    "an ack cut off": "431[",
    "a disconnect with an object": "41{}",
    "a disconnect with letters": "41abc",
    "a second connect": "40",
    "a second connect with a payload": '40{"token":"123"}',
    "a refusal from a client": '44{"message":"no"}',
    "a namespace nobody joined": '42/custom,["message"]',
    "an unknown namespace": '42/random,["message"]',
    "an ack for a namespace nobody joined": "43/custom,1[]",
    "a disconnect of a namespace nobody joined": "41/custom,",
    "a namespace without a comma": '42/["message"]',
    "attachments that are letters": '45x-["message"]',
    "attachments without a hyphen": '451["message"]',
    "attachments with a point": '451.5-["message"]',
    "attachments below zero": '45-1-["message"]',
    "attachments that are not told": '45["message"]',
    "eleven attachments": '4511-["message"]',
    "very many attachments": '4599999999999-["message"]',
    "endless attachments": '45' + "9" * 400 + '-["message"]',
    "eleven attachments of an ack": "4611-1[]",
    "a binary event that is an object": "451-{}",
    "a binary event without a name": "451-[]",
    "a binary ack that is an object": "461-1{}",
    "binary that nobody announced": b"\x01",
}
SEQUENCES = {
    "text before the attachments": ['451-["message",{"_placeholder":true,"num":0}]', '42["message"]'],
    "an event between two attachments": ['452-["message",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]', b"\x01", '42["message"]'],
    "a placeholder beyond the attachments": ['451-["message",{"_placeholder":true,"num":1}]', b"\x01"],
    "a placeholder below zero": ['451-["message",{"_placeholder":true,"num":-1}]', b"\x01"],
    "a placeholder with a text for a number": ['451-["message",{"_placeholder":true,"num":"0"}]', b"\x01"],
    "a placeholder without a number": ['451-["message",{"_placeholder":true}]', b"\x01"],
    "a placeholder with null for a number": ['451-["message",{"_placeholder":true,"num":null}]', b"\x01"],
    "eleven attachments that all come": ["4511-" + text(["message", ZERO]), *[b"\x01"] * 11],
}


@pytest.mark.parametrize("case", MALFORMED)
def test_a_malformed_packet_closes(joined, case):
    joined.says(MALFORMED[case])
    assert joined.ends() == []


@pytest.mark.parametrize("case", SEQUENCES)
def test_a_malformed_sequence_closes(joined, case):
    try:
        joined.says(*SEQUENCES[case])
    except ConnectionClosed:
        return
    assert joined.ends() == []


def test_one_attachment_too_many_closes(joined):
    joined.says('451-["message",{"_placeholder":true,"num":0}]', b"\x01", b"\x02")
    assert joined.ends() in ([], ['451-["message-back",{"_placeholder":true,"num":0}]', b"\x01"])


BEFORE_JOINING = [
    '42["message"]', '421["message-with-ack"]', "41", "431[]", '44{"message":"no"}', '42/custom,["message"]',
    '451-["message",{"_placeholder":true,"num":0}]', "4abc",
    '40"token"', "40[]", "40null", "40true", '40{"token"', "40{}x", "40abc",
    '40/custom,"token"', "40/custom,[]", "40/custom,abc", b"\x01",
]


@pytest.mark.parametrize("packet", BEFORE_JOINING)
def test_what_is_no_connect_closes_a_new_socket(socket, packet):
    begin = monotonic()
    socket.says(packet, *[b"\x01"] * (isinstance(packet, str) and packet.startswith("451-")))
    assert socket.ends() == []
    assert monotonic() - begin < CONNECT_TIMEOUT * 0.7, "only the time to connect ran out"


# What the protocol leaves open must only do no harm.
STRANGE = {
    "an event without a payload": ["42"],
    "an event named by a number": ["42[1]"],
    "a binary event without attachments": ['450-["message","x"]'],
    "no number of attachments": ['45-["message"]'],
    "a placeholder without attachments": ["42" + text(["message", ZERO])],
    "an attachment without a placeholder": ['451-["message","x"]', b"\x01"],
    "two placeholders of one attachment": ["451-" + text(["message", ZERO, ZERO]), b"\x01"],
    "a placeholder between two numbers": ['451-["message",{"_placeholder":true,"num":0.5}]', b"\x01"],
    "an ack number above all": ["42" + "9" * 300 + '["message-with-ack",1]'],
    "an ack number with zeros in front": ['42007["message-with-ack",1]'],
    "a number above all": ['42["message",1e999]'],
    "half a character": [r'42["message","\ud83d"]'],
    "a name twice": ['42["message",{"a":1,"a":2}]'],
    "deep nesting": ['42["message",' + "[" * 1_000 + "]" * 1_000 + "]"],
    "a prototype": ['42["message",{"__proto__":{"a":1},"constructor":{"prototype":{}}}]'],
    "a namespace with a query": ["40/custom?token=123,"],
    "a very long namespace": ["40/" + "a" * 50_000 + ","],
    "a connect with an ack number": ["407"],
}


@pytest.mark.parametrize("case", STRANGE)
def test_a_strange_packet_does_no_harm(door, joined, case):
    # The first frame may be enough for the server to end it.
    with suppress(ConnectionClosed):
        joined.says(*STRANGE[case])
    with WebSocket(door) as other:
        joins(other)
        echoes(other)


def test_a_placeholder_without_an_attachment_is_nothing_or_itself(joined):
    joined.says("42" + text(["message", ZERO]))
    assert not (answers := heard_or_closed(joined)) or answers == ["42" + text(["message-back", ZERO])]


def heard_or_closed(ws, seconds=0.5):
    """What comes within that time, or until the server closes."""
    packets = []
    try:
        while True:
            packets.append(ws.next(seconds))
    except (TimeoutError, ConnectionClosed):
        return packets


# Over polling

def test_polling_joins_and_talks(door):
    with Polling(door) as session:
        assert joins(session, "/", {"token": "123"}) != session.sid
        echoes(session)
        joins(session, "/custom")
        echoes(session, prefix="/custom,")


def test_a_whole_conversation_in_one_post(door):
    with Polling(door) as session:
        session.says("40", "40/custom,", "40/random,")
        heard = session.several(5)
        assert [packet[:3] for packet in heard if "auth" not in packet and "random" not in packet] == ["40{", "40/"]
        assert '44/random,{"message":"Invalid namespace"}' in heard and '42["auth",{}]' in heard and '42/custom,["auth",{}]' in heard
        session.says('42["message",1]', '42/custom,["message",2]', '427["message-with-ack",3]', '42["message",4]')
        assert session.several(4) == ['42["message-back",1]', '42/custom,["message-back",2]', "437[3]", '42["message-back",4]']


def test_attachments_are_base64_over_polling(door):
    with Polling(door) as session:
        joins(session)
        session.says('452-["message",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]', "bAQID", "bBAUG")
        assert session.several(3) == ['452-["message-back",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]', "bAQID", "bBAUG"]
        session.says('451-5["message-with-ack",{"_placeholder":true,"num":0}]')
        session.says("b/w==")
        assert session.several(2) == ['461-5[{"_placeholder":true,"num":0}]', "b/w=="]


@pytest.mark.parametrize("packet", ["4abc", "42{}", '42abc["message"]', '42["connect"]', "4511-[]", "bAQID"])
def test_a_malformed_packet_ends_polling(door, packet):
    with Polling(door) as session:
        joins(session)
        begin = monotonic()
        # The reference breaks the connection of the POST.
        with ThreadPoolExecutor() as pool:
            pool.submit(session.post, packet).exception()
        session.ends()
        assert monotonic() - begin < 2


def test_a_namespace_survives_the_upgrade(door):
    with Polling(door) as session:
        joins(session)
        session.says('42["message","buffered"]')
        with WebSocket(door, session.sid) as ws:
            ws.upgrades()
            assert ws.next() == '42["message-back","buffered"]'
            echoes(ws)
            joins(ws, "/custom")
            ws.says('451-1["message-with-ack",{"_placeholder":true,"num":0}]', b"\x01")
            assert filled(ws, "461-1") == [b"\x01"]


def test_attachments_may_come_after_the_upgrade(door):
    with Polling(door) as session:
        joins(session)
        session.says('452-["message",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]', "bAQ==")
        with WebSocket(door, session.sid) as ws:
            ws.upgrades()
            ws.says(b"\x02")
            assert filled(ws, "452-") == ["message-back", b"\x01", b"\x02"]


def test_a_close_packet_ends_all_namespaces(door):
    with Polling(door) as session:
        joins(session)
        joins(session, "/custom")
        session.says("1")
        session.is_over()


def test_a_flood_of_events_in_one_post_keeps_its_order(door):
    with Polling(door) as session:
        joins(session)
        session.says(*(f'42["message",{number}]' for number in range(2_000)))
        assert session.several(2_000) == [f'42["message-back",{number}]' for number in range(2_000)]


def test_a_flood_of_namespaces_harms_nobody_else(door, joined):
    with Polling(door) as session:
        with ThreadPoolExecutor() as pool:
            pool.submit(session.post, SEPARATOR.join(f"40/{number}," for number in range(50_000))).exception()
    echoes(joined)


# What a server does that asks for acks and recovers connections

@pytest.fixture(scope="module")
def suite():
    with fixture_server("--client-suite", instead="DENWA_CLIENT_SUITE_URL") as base:
        yield f"{base}/socket.io/"


def recovers(session, missed=0, **auth):
    """Joins the main namespace where connections are recovered. Returns sid and pid, and the events that come along."""
    session.says(f"40{text(auth) if auth else ''}")
    packets = session.several(missed + 1)
    # The reference replays what was missed before it answers; a client takes both.
    answer = said(packets.pop(0 if packets[0].startswith("40") else -1), "40")
    assert set(answer) == {"sid", "pid"} and all(isinstance(value, str) and value for value in answer.values())
    return (answer["sid"], answer["pid"]), events(packets)


def events(packets):
    """The events without their offsets, and the offsets."""
    heard = [said(packet, "42") for packet in packets]
    assert all(isinstance(event[-1], str) for event in heard)
    return [event[:-1] for event in heard], [event[-1] for event in heard]


TEXTS = [["takeUtf8", text] for text in ("てすと", "Я Б Г Д Ж Й", "Ä ä Ü ü ß", "utf8 — string", "utf8 — string")]


def asks_for_texts(suite):
    """Somebody who has heard five events. Returns sid and pid, and the offsets."""
    with WebSocket(suite) as ws:
        ids, _ = recovers(ws)
        ws.says('42["getUtf8"]')
        heard, offsets = events(ws.several(5))
        assert heard == TEXTS and len(set(offsets)) == 5
    sleep(0.2)
    return ids, offsets


def says_hi(ws):
    """Demands the next answer, and nothing in front of it."""
    ws.says('42["hi"]')
    assert events([ws.next()])[0] == [["hi"]]


def test_the_server_may_ask_for_an_ack(suite):
    with WebSocket(suite) as ws:
        recovers(ws)
        ws.says('42["ack"]')
        packet = ws.next()
        number = packet[2:packet.index("[")]
        assert packet == f'42{number}["ack"]' and number.isdigit()
        ws.says(f'43{number}[5,{{"test":true}}]')
        assert said(ws.next(), "42")[0] == "got it"
        ws.says(f'43{number}[5,{{"test":true}}]', '420["echo","once"]')
        assert ws.next() == '430["once"]'


@pytest.mark.parametrize("asked, namespace, reason", [
    ({}, "/no", "Auth failed (custom namespace)"), ({}, "/nowhere", "Invalid namespace"), ({"fail": "1"}, "/", "Auth failed (main namespace)"),
])
def test_a_refusal_has_its_reason(suite, asked, namespace, reason):
    prefix = "" if namespace == "/" else f"{namespace},"
    with WebSocket(suite, asked=asked) as ws:
        ws.says(f"40{prefix}")
        assert said(ws.next(), f"44{prefix}")["message"] == reason


@pytest.mark.parametrize("namespace", ["/foo", "/timeout_socket", "/valid", "/asd", "/abc"])
def test_these_namespaces_are_open(suite, namespace):
    with WebSocket(suite) as ws:
        ws.says(f"40{namespace},")
        assert set(said(ws.next(), f"40{namespace},")) == {"sid", "pid"}


def test_one_namespace_tells_the_handshake(suite):
    with WebSocket(suite, asked={"b": "c d", "a": "電"}) as ws:
        ws.says('40/abc,{"token":"x"}')
        ws.next()
        event, handshake, offset = said(ws.next(), "42/abc,")
        assert event == "handshake" and isinstance(offset, str)
        assert handshake["auth"] == {"token": "x"} and handshake["query"].items() >= {"b": "c d", "a": "電", "EIO": "4"}.items()


# What a client may say to the main namespace, and what comes back: events without their offsets, or the arguments of the ack.
TIME = r'"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"'
BYTES = b"asdfasdf"
MIXED = {"hello": "lol", "message": ZERO, "goodbye": "gotcha"}
TALKS = {
    "getDate": (['42["getDate"]'], rf'42\["takeDate",{TIME}'), "getDateObj": (['42["getDateObj"]'], rf'42\["takeDateObj",{{"date":{TIME}}}'),
    "getAckDate": (['425["getAckDate",{"test":true}]'], rf"435\[{TIME}\]"),
    "doge": (['42["doge"]'], r'451-\["doge",{"_placeholder":true,"num":0}'), "getbin": (['42["getbin"]'], r'451-\["takebin",{"_placeholder":true,"num":0}'),
    "getHandshake": (['426["getHandshake"]'], r'436\[{"query":{.*"EIO":"4".*},"auth":{}}\]'), "getId": (['427["getId"]'], r'437\["[^"]+"\]'),
    "buffa": (["451-" + text(["buffa", ZERO]), BYTES], r'42\["buffack"'), "blob": (["451-" + text(["blob", ZERO]), BYTES], r'42\["back"'),
    "jsonbuff": (["451-" + text(["jsonbuff", MIXED]), BYTES], r'42\["jsonbuff-ack"'),
    "jsonblob": (["451-" + text(["jsonblob", MIXED]), BYTES], r'42\["jsonblob-ack"'),
    "abuff": (["451-" + text(["abuff1", ZERO]), BYTES, '42["abuff2","please arrive second"]'], r'42\["abuff2-ack"'),
    "blobs": (["451-" + text(["blob1", ZERO]), BYTES, '42["blob2","second"]', "451-" + text(["blob3", ZERO]), BYTES], r'42\["blob3-ack"'),
}
SILENT = {
    "a text for bytes": ['42["buffa","x"]'], "other members": ["451-" + text(["jsonbuff", {**MIXED, "hello": "lal"}]), BYTES],
    "the second without the first": ['42["abuff2"]'], "the third without the second": ["451-" + text(["blob1", ZERO]), BYTES, "451-" + text(["blob3", ZERO]), BYTES],
}


@pytest.mark.parametrize("talk", TALKS)
def test_what_the_suite_asks_for(suite, talk):
    packets, answer = TALKS[talk]
    with WebSocket(suite) as ws:
        recovers(ws)
        ws.says(*packets)
        heard = ws.next()
        assert re.match(answer, heard), heard
        if heard.startswith("451-"):
            assert ws.next() == BYTES
        says_hi(ws)


@pytest.mark.parametrize("case", SILENT)
def test_what_the_suite_does_not_accept(suite, case):
    with WebSocket(suite) as ws:
        recovers(ws)
        ws.says(*SILENT[case])
        says_hi(ws)


def test_the_id_is_that_of_the_namespace(suite):
    with WebSocket(suite) as ws:
        (sid, _), _ = recovers(ws)
        ws.says('421["getId"]', "40/foo,")
        assert ws.next() == f'431["{sid}"]'
        other = said(ws.next(), "40/foo,")["sid"]
        ws.says('42/foo,2["getId"]')
        assert ws.next() == f'43/foo,2["{other}"]' and other != sid


def test_an_event_with_an_ack_is_not_sent_again(suite):
    """B3: nobody knows what its answer would mean by then."""
    with WebSocket(suite) as ws:
        (sid, pid), _ = recovers(ws)
        ws.says('42["hi"]')
        _, (offset,) = events([ws.next()])
        ws.says('42["ack"]', '42["hi"]')
        asked, missed = ws.several(2)
        assert re.fullmatch(r'42\d+\["ack"\]', asked), "it has no offset either"
    sleep(0.2)
    with WebSocket(suite) as ws:
        assert recovers(ws, 1, pid=pid, offset=offset) == ((sid, pid), events([missed]))
        says_hi(ws)


def test_each_namespace_has_its_own_private_id(suite):
    with WebSocket(suite) as ws:
        main, _ = recovers(ws)
        ws.says("40/foo,")
        other = said(ws.next(), "40/foo,")
        assert len({ws.sid, *main, *other.values()}) == 5


def test_an_event_ends_with_its_offset(suite):
    with WebSocket(suite) as ws:
        recovers(ws)
        ws.says('42["hi"]', '42["false"]')
        heard, offsets = events(ws.several(2))
        assert heard == [["hi"], ["false", False]] and offsets[0] != offsets[1]


@pytest.mark.parametrize("position", [0, 2, 4])
def test_a_recovered_connection_hears_exactly_what_it_missed(suite, position):
    (sid, pid), offsets = asks_for_texts(suite)
    with WebSocket(suite) as ws:
        ids, missed = recovers(ws, 4 - position, pid=pid, offset=offsets[position])
        assert ids == (sid, pid) and missed == (TEXTS[position + 1:], offsets[position + 1:])
        says_hi(ws)


def test_a_recovery_may_have_an_auth_of_its_own(suite):
    (sid, pid), offsets = asks_for_texts(suite)
    with WebSocket(suite) as ws:
        assert recovers(ws, token="123", pid=pid, offset=offsets[-1])[0] == (sid, pid)


def test_a_connection_is_recovered_over_polling_too(suite):
    (sid, pid), offsets = asks_for_texts(suite)
    with Polling(suite) as session:
        assert recovers(session, 1, pid=pid, offset=offsets[3]) == ((sid, pid), (TEXTS[4:], offsets[4:]))


@pytest.mark.parametrize("change", [
    {"pid": "unknown"}, {"pid": ""}, {"offset": "unknown"}, {"pid": 1}, {"offset": 1}, {"pid": None, "offset": None}, {"pid": {}, "offset": []},
], ids=text)
def test_a_connection_that_is_not_known_starts_anew(suite, change):
    (sid, pid), offsets = asks_for_texts(suite)
    with WebSocket(suite) as ws:
        ids, _ = recovers(ws, **{"pid": pid, "offset": offsets[-1], **change})
        assert not {sid, pid} & set(ids)
        says_hi(ws)


def test_the_public_id_recovers_nothing(suite):
    (sid, pid), offsets = asks_for_texts(suite)
    with WebSocket(suite) as ws:
        assert not {sid, pid} & set(recovers(ws, pid=sid, offset=offsets[-1])[0])


def test_recovery_is_off_where_the_answer_is_the_sid_alone(joined):
    leaves(joined)
    joined.says('40{"pid":"unknown","offset":"unknown"}')
    assert set(said(joined.next(), "40")) == {"sid"}


def test_polling_with_the_id_of_a_namespace_is_refused(door, socket):
    sid = joins(socket)
    is_refused(ask(door, query(sid=sid)), 1)
