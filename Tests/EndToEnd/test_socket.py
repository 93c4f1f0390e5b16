"""The native door when all is well: hello, subscribe, send, ack, event, repeats, leaving, logging out."""

import json
from time import monotonic
from uuid import uuid4

import pytest

from support.person import PASSWORD


@pytest.fixture
def both(alice, bob, room):
    """Bob is in Alice's room too (event 2), and both listen."""
    bob.joins(room)
    alice.listens(room)
    bob.listens(room)
    alice.socket.events(room, 2)
    bob.socket.events(room, 2)


def test_hello(alice, room):
    hello = alice.socket.hello
    assert hello["account"] == alice.account
    assert hello["limits"] == {"messageBytes": 65_536, "bodyCodePoints": 8_000}
    assert hello["heartbeatSeconds"] == 25
    assert {"name": room, "title": room, "head": 1, "read": 1, "unread": 0} in hello["rooms"]
    assert {each["name"] for each in hello["rooms"]} == {room, "lobby"}


def test_the_epoch_stays(alice, bob):
    assert alice.socket.hello["epoch"] == bob.socket.hello["epoch"]


def test_no_compression_is_taken(alice):
    assert alice.socket.ws.protocol.extensions == []


def test_a_message_reaches_everybody_as_it_was_stored(alice, bob, room, both):
    ack = alice.sends("もしもし", to=room)
    mine, theirs = alice.receives("もしもし"), bob.receives("もしもし")
    assert mine == theirs
    assert (ack["seq"], ack["at"], ack["duplicate"]) == (3, theirs["at"], False)
    assert (theirs["seq"], theirs["kind"], theirs["author"], theirs["clientId"]) == (3, "message", alice.account, ack["clientId"])
    del theirs["type"]
    assert bob.history(room)["events"][-1] == theirs


def test_a_reference_comes_back(alice, room):
    alice.socket.says("subscribe", ref="あ" * 64, room=room)
    assert alice.socket.next("subscribed")["ref"] == "あ" * 64
    alice.socket.says("send", ref="s", room=room, clientId="one", body="hi")
    assert alice.socket.next("ack")["ref"] == "s"
    alice.socket.says("subscribe", ref="e", room="no-such-room")
    assert alice.socket.next("error")["ref"] == "e"
    alice.socket.says("unsubscribe", ref="u", room=room)
    assert alice.socket.next("unsubscribed") == {"type": "unsubscribed", "ref": "u", "room": room, "reason": "requested"}


def test_sending_needs_no_subscription(alice, bob, room):
    bob.joins(room)
    alice.listens(room)
    assert bob.sends("just saying", to=room)["seq"] == alice.receives("just saying")["seq"]
    bob.socket.silent_for(0.2)


@pytest.mark.parametrize("position, after", [
    ({}, 0), ({"last": 2}, 9), ({"last": 0}, 11), ({"last": 200}, 0), ({"after": 0}, 0), ({"after": 7}, 7), ({"after": 11}, 11),
])
def test_subscribing_from_a_position(alice, room, position, after):
    for number in range(10):
        alice.posts(f"message {number}", to=room)
    subscribed = alice.listens(room, **position)
    assert (subscribed["after"], subscribed["head"], subscribed["title"]) == (after, 11, room)
    alice.posts("live", to=room)
    events = alice.socket.events(room, 12)
    assert [event["seq"] for event in events] == list(range(after + 1, 13))


def test_the_newest_fifty_unless_asked(alice, room):
    for number in range(60):
        alice.sends(f"message {number}", to=room)
    assert alice.listens(room)["after"] == 11
    assert len(alice.socket.events(room, 61)) == 50


def test_a_long_absence(alice, room):
    """More than one page of the log."""
    for number in range(450):
        alice.socket.says("send", room=room, clientId=str(number), body=str(number))
    for number in range(450):
        alice.socket.next("ack", clientId=str(number))
    alice.listens(room, after=1)
    assert [event["body"] for event in alice.socket.events(room, 451)] == [str(number) for number in range(450)]


def test_subscribing_again_goes_on(alice, room):
    alice.listens(room)
    alice.socket.events(room, 1)
    alice.sends("first", to=room)
    alice.receives("first")
    assert alice.listens(room, after=2)["after"] == 2
    alice.sends("second", to=room)
    assert [event["seq"] for event in alice.socket.events(room, 3)] == [3]
    alice.socket.silent_for(0.2)


def test_unsubscribing(alice, bob, room, both):
    bob.socket.says("unsubscribe", room=room)
    bob.socket.next("unsubscribed", reason="requested")
    alice.sends("not for bob", to=room)
    bob.socket.silent_for(0.2)
    bob.socket.says("unsubscribe", room=room)
    error = bob.socket.next("error")
    assert (error["code"], error["retryable"], error["room"]) == ("not_subscribed", False, room)


def test_a_socket_has_at_most_500_subscriptions(world, alice):
    # Nobody makes so many rooms at once.
    rooms = [person.makes_room() for person in [world.person("maker") for _ in range(3)] for _ in range(167)]
    for room in rooms:
        alice.joins(room)
    for room in rooms[:500]:
        alice.listens(room)
    alice.socket.says("subscribe", room=rooms[500])
    error = alice.socket.next("error")
    assert (error["code"], error["retryable"], error["room"]) == ("too_many_subscriptions", False, rooms[500])
    # One that is there can be begun anew, and one that ends makes room.
    alice.listens(rooms[0])
    alice.socket.says("unsubscribe", room=rooms[1])
    alice.socket.next("unsubscribed", reason="requested")
    alice.listens(rooms[500])


def test_a_repeat_gets_the_first_answer(alice, bob, room, both):
    first = alice.sends("once", to=room, client_id="key")
    again = alice.sends("once", to=room, client_id="key")
    assert again == {**first, "duplicate": True}
    assert alice.posts("once", to=room, client_id="key")["duplicate"]
    alice.sends("twice", to=room)
    assert [event["body"] for event in bob.socket.events(room, 4)] == ["once", "twice"]


def test_a_repeat_on_another_connection(alice, room):
    first = alice.sends("once", to=room, client_id="key")
    alice.socket.cut()
    alice.first_socket = None
    assert alice.sends("once", to=room, client_id="key") == {**first, "duplicate": True}


def test_twenty_repeats_at_once(alice, room):
    sockets = [alice.opens_socket() for _ in range(4)]
    for socket in sockets * 5:
        socket.says("send", room=room, clientId="key", body="once")
    acks = [socket.next("ack") for socket in sockets * 5]
    assert {ack["seq"] for ack in acks} == {2}
    assert sorted(ack["duplicate"] for ack in acks) == [False] + [True] * 19
    assert alice.history(room)["head"] == 2


def test_a_client_id_belongs_to_its_author_and_room(alice, bob, room, both):
    other = alice.makes_room()
    seqs = [alice.sends("a", to=room, client_id="key")["seq"], bob.sends("b", to=room, client_id="key")["seq"]]
    assert seqs == [3, 4]
    assert not alice.sends("c", to=other, client_id="key")["duplicate"]


def test_the_same_client_id_with_other_content(alice, bob, room, both):
    alice.sends("hi", to=room, client_id="key")
    bob.receives("hi")
    alice.socket.says("send", ref="r", room=room, clientId="key", body="hi!")
    error = alice.socket.next("error")
    assert (error["code"], error["retryable"], error["ref"]) == ("idempotency_conflict", False, "r")
    assert (error["room"], error["clientId"]) == (room, "key")
    bob.socket.silent_for(0.2)


def test_strangers_hear_and_say_nothing(alice, bob, room):
    for command in [{"type": "subscribe"}, {"type": "send", "clientId": "a", "body": "a"}]:
        bob.socket.says(**command, room=room)
        error = bob.socket.next("error")
        assert (error["code"], error["room"]) == ("not_a_member", room)
    alice.sends("private", to=room)
    bob.socket.silent_for(0.2)


def test_joining_is_seen_and_opens_the_room(alice, bob, room):
    alice.listens(room)
    bob.joins(room)
    assert alice.socket.next("event", kind="joined", seq=2)["author"] == bob.account
    assert bob.listens(room)["head"] == 2


def test_leaving_ends_all_subscriptions_of_the_account(alice, bob, room, both):
    second = bob.opens_socket()
    second.subscribe(room, last=0)
    bob.leaves(room)
    for socket in (bob.socket, second):
        assert socket.next("unsubscribed") == {"type": "unsubscribed", "room": room, "reason": "left"}
    assert alice.socket.next("event", kind="left")["author"] == bob.account
    alice.sends("gone?", to=room)
    assert not [frame for frame in bob.socket.inbox if frame.get("body") == "gone?"]
    bob.socket.says("send", room=room, clientId="a", body="still here")
    assert bob.socket.next("error")["code"] == "not_a_member"


def test_logging_out_closes_the_sockets_of_the_session(alice, room):
    elsewhere = alice.logs_in_again()
    elsewhere.listens(room)
    second = alice.opens_socket()
    first = alice.socket
    begin = monotonic()
    alice.api.delete("/v1/sessions/current")
    assert first.closed_with()[0] == second.closed_with()[0] == 4401
    assert monotonic() - begin < 1
    assert elsewhere.sends("still here", to=room)["seq"] == 2


def test_a_cookie_opens_a_socket(world, alice):
    api = world.api()
    api.post("/v1/sessions", handle=alice.handle, password=PASSWORD, session="cookie")
    cookie = {"Cookie": f"denwa_session={api.http.cookies['denwa_session']}"}
    assert world.socket(cookie, origin=world.url).hello["account"] == alice.account


def test_what_is_unknown_is_ignored(alice, room):
    alice.socket.says("send", room=room, clientId="key", body="hi", future={"a": [1, 2.5, None]}, at="never")
    assert alice.socket.next("ack")["seq"] == 2


def test_messages_of_one_socket_keep_their_order(alice, room):
    alice.listens(room, last=0)
    for number in range(200):
        alice.socket.says("send", room=room, clientId=str(number), body=str(number))
    assert [event["body"] for event in alice.socket.events(room, 201)] == [str(number) for number in range(200)]


@pytest.mark.parametrize("body", [
    " spaces stay ", "a\n", "line\r\nline\rline\n", "tab\there", '"quotes" \\ and / slashes', "</script><b>&amp;", "%s %n ${x} {0}",
    "'; DROP TABLE events; --", "👩‍👩‍👧‍👦🏳️‍🌈", "が か\u3099", "שלום مرحبا", "\u202ereversed", "\ufeffmark", "a\u2028b\u2029c",
    "\u0001\u001f\u007f\u0080", "\ufffe\uffff\U0010ffff", "x" * 8_000, "🌸" * 8_000, "\u200b",
], ids=lambda body: body[:12].encode("unicode_escape").decode())
def test_a_body_is_stored_exactly(alice, room, body):
    alice.listens(room)
    alice.sends(body, to=room)
    assert alice.socket.next("event", kind="message")["body"] == body
    assert alice.history(room)["events"][-1]["body"] == body


def test_raw_unicode_needs_no_escapes(alice, room):
    alice.socket.says_raw(json.dumps({"type": "send", "room": room, "clientId": uuid4().hex, "body": "電話🌸"}, ensure_ascii=False))
    alice.socket.next("ack")
    assert alice.history(room)["events"][-1]["body"] == "電話🌸"
