"""How far an account has read: in `hello`, over the socket and over HTTP, on all of its devices."""

import random
from threading import Thread

import pytest


@pytest.fixture
def chat(alice, bob, room):
    """Alice's room, where Bob comes in as event 5 and Alice goes on to 8."""
    for number in range(3):
        alice.posts(f"before {number}", to=room)
    bob.joins(room)
    for number in range(3):
        alice.posts(f"after {number}", to=room)
    return room


@pytest.fixture
def phone(bob, chat):
    return bob.opens_socket()


@pytest.fixture
def desk(bob, chat):
    """A socket of another session of Bob's."""
    return bob.logs_in_again().opens_socket()


def test_it_starts_at_the_joining(alice, bob, chat):
    assert bob.room_in_hello(chat) == {"name": chat, "title": chat, "head": 8, "read": 5, "unread": 3}
    assert alice.room_in_hello(chat)["read"] == 1


def test_the_maker_of_a_room_has_read_its_first_event(alice, room):
    assert alice.room_in_hello(room) == {"name": room, "title": room, "head": 1, "read": 1, "unread": 0}


def test_reading_on_one_device_is_told_to_all(alice, bob, chat, phone, desk):
    alice.listens(chat, last=0)
    desk.says("read", ref="r", room=chat, seq=7)
    assert desk.next("read") == {"type": "read", "ref": "r", "room": chat, "read": 7, "unread": 1}
    assert phone.next("read") == {"type": "read", "room": chat, "read": 7, "unread": 1}
    alice.socket.silent_for(0.2)
    for socket in (phone, desk):
        socket.silent_for(0)
    assert bob.room_in_hello(chat)["unread"] == 1


def test_two_devices_in_turn(chat, phone, desk):
    for seq, asker, other in [(6, phone, desk), (7, desk, phone), (8, phone, desk)]:
        assert asker.marks_read(chat, seq)["read"] == seq
        assert other.next("read") == {"type": "read", "room": chat, "read": seq, "unread": 8 - seq}


@pytest.mark.parametrize("seq", [0, 5, 6, 7])
def test_it_never_moves_back(bob, chat, phone, desk, seq):
    phone.marks_read(chat, 7)
    desk.next("read")
    phone.says("read", ref="again", room=chat, seq=seq)
    assert phone.next("read") == {"type": "read", "ref": "again", "room": chat, "read": 7, "unread": 1}
    desk.silent_for(0.2)
    assert bob.room_in_hello(chat)["read"] == 7


@pytest.mark.parametrize("seq", [8, 9, 2**53 - 1])
def test_it_does_not_pass_the_head(alice, bob, chat, phone, seq):
    assert phone.marks_read(chat, seq) == {"type": "read", "room": chat, "read": 8, "unread": 0}
    alice.posts("one more", to=chat)
    assert bob.room_in_hello(chat) == {"name": chat, "title": chat, "head": 9, "read": 8, "unread": 1}


def test_over_http(bob, chat, phone, desk):
    assert bob.reads(chat, 6) == {"room": chat, "read": 6, "unread": 2}
    for socket in (phone, desk):
        assert socket.next("read") == {"type": "read", "room": chat, "read": 6, "unread": 2}
    assert bob.reads(chat, 5) == {"room": chat, "read": 6, "unread": 2}
    assert bob.reads(chat, 2**53 - 1) == {"room": chat, "read": 8, "unread": 0}
    for socket in (phone, desk):
        assert socket.next("read")["read"] == 8
        socket.silent_for(0.2)


def test_it_needs_no_subscription_and_disturbs_none(alice, bob, chat, phone):
    phone.subscribe(chat, after=5)
    assert phone.marks_read(chat, 8)["unread"] == 0
    alice.posts("live", to=chat)
    assert [event["seq"] for event in phone.events(chat, 9)] == [6, 7, 8, 9]


def test_own_messages_count_as_any_other(bob, chat, phone):
    bob.posts("mine", to=chat)
    assert phone.marks_read(chat, 0) == {"type": "read", "room": chat, "read": 5, "unread": 4}


def test_who_comes_back_starts_anew(alice, bob, chat):
    bob.leaves(chat)
    assert bob.room_in_hello(chat) is None
    alice.posts("not for bob", to=chat)
    bob.joins(chat)
    assert bob.room_in_hello(chat) == {"name": chat, "title": chat, "head": 11, "read": 11, "unread": 0}


def test_joining_over_http_again_moves_nothing(bob, chat):
    bob.joins(chat)
    assert bob.room_in_hello(chat)["read"] == 5


def test_many_at_once_end_at_the_highest(bob, chat, phone, desk):
    positions = [seq for seq in range(9) for _ in range(8)]
    random.Random(1).shuffle(positions)
    threads = [Thread(target=lambda part=part: [bob.logs_in_again().reads(chat, seq) for seq in part[:2]])
               for part in (positions[:2], positions[2:4])]
    for thread in threads:
        thread.start()
    for number, seq in enumerate(positions):
        (phone, desk)[number % 2].says("read", ref=str(number), room=chat, seq=seq)
    for number in range(len(positions)):
        (phone, desk)[number % 2].next("read", ref=str(number))
    for thread in threads:
        thread.join(20)
    assert bob.room_in_hello(chat)["read"] == 8
    for socket in (phone, desk):
        told = [frame["read"] for frame in socket.inbox if frame["type"] == "read"]
        assert told == sorted(told), "the marker moved back"


def test_only_members_have_one(alice, bob, room):
    for name, code, status in [(room, "not_a_member", 403), ("no-such-room", "room_not_found", 404)]:
        bob.socket.says("read", ref="r", room=name, seq=1)
        error = bob.socket.next("error")
        assert (error["code"], error["room"], error["ref"], error["retryable"]) == (code, name, "r", False)
        assert bob.api.refused("PUT", f"/v1/rooms/{name}/read", json={"seq": 1}) == (status, code, "room")
    assert bob.socket.inbox == []


def test_who_has_left_has_none(bob, chat, phone):
    bob.leaves(chat)
    assert phone.refused("read", room=chat, seq=8) == "not_a_member"
    assert bob.api.refused("PUT", f"/v1/rooms/{chat}/read", json={"seq": 8})[:2] == (403, "not_a_member")
