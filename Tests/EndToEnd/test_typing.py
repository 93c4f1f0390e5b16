"""Who is about to say something: told to others, never kept."""

from time import sleep

import pytest


@pytest.fixture
def chat(alice, bob, room):
    bob.joins(room)
    alice.listens(room, last=0)
    bob.listens(room, last=0)
    return room


def test_others_hear_it_and_the_log_does_not(alice, bob, chat):
    desk = alice.logs_in_again().opens_socket()
    desk.subscribe(chat, last=0)
    head = alice.history(chat)["head"]
    alice.socket.says("typing", room=chat)
    notice = bob.socket.next("typing")
    assert notice == {"type": "typing", "room": chat, "author": notice["author"]}
    assert (notice["author"]["handle"], notice["author"]["displayName"]) == (alice.handle, alice.handle)
    for socket in (alice.socket, desk):
        socket.silent_for(0.1)
    assert alice.history(chat)["head"] == head


def test_it_is_answered_if_that_is_wanted(alice, bob, chat):
    alice.socket.says("typing", room=chat, ref="r")
    answer = alice.socket.next("typing")
    assert (answer["ref"], answer["author"]["handle"]) == ("r", alice.handle)
    assert "ref" not in bob.socket.next("typing")


def test_it_is_passed_on_every_two_seconds(alice, bob, chat):
    for _ in range(5):
        alice.socket.says("typing", room=chat)
    bob.socket.next("typing")
    bob.socket.silent_for(0.3)
    sleep(1.8)
    alice.socket.says("typing", room=chat)
    bob.socket.next("typing", timeout=1)


def test_who_does_not_follow_the_room(world, alice, bob, chat):
    stranger = world.person("stranger")
    assert stranger.socket.refused("typing", room=chat) == "not_subscribed"
    bob.socket.says("unsubscribe", room=chat)
    bob.socket.next("unsubscribed")
    assert bob.socket.refused("typing", room=chat) == "not_subscribed"
    alice.socket.says("typing", room=chat)
    bob.socket.silent_for(0.2)
    bob.leaves(chat)
    assert alice.socket.next("event", room=chat)["kind"] == "left"


def test_who_may_not_send(world, admin, alice, bob, chat):
    handle = "bot-" + alice.handle[-8:]
    admin.api.post("/v1/admin/accounts", handle=handle, displayName="Reader", role="bot")
    token = admin.api.post(f"/v1/admin/accounts/{handle}/tokens", name="reader", scopes=["read", "join"])["token"]["token"]
    world.api(token).call("PUT", f"/v1/rooms/{chat}/members/me")
    socket = world.socket({"Authorization": f"Bearer {token}"})
    socket.subscribe(chat, last=0)
    assert socket.refused("typing", room=chat) == "not_allowed"
    alice.socket.says("typing", room=chat)
    socket.next("typing")
