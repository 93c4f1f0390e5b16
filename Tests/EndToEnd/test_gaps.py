"""Coming back after a long absence: what is streamed, what is named as a gap, and that together they are everything."""

import random

import pytest

COUNT = 1_200
OTHER_EPOCH = "00000000-0000-4000-8000-000000000000"


@pytest.fixture(scope="module")
def writer(world):
    return world.person("writer")


@pytest.fixture(scope="module")
def long_room(writer):
    """The writer's room with the events 1 (joined) and 2…1201."""
    room = writer.makes_room()
    writer.fills(room, COUNT)
    writer.socket.close()
    writer.first_socket = None
    return room


HEAD = COUNT + 1


def comes_back(person, room, **position):
    """The `subscribed` frame, and the seqs that are streamed until the head."""
    socket = person.opens_socket()
    subscribed = socket.subscribe(room, **position)
    streamed = socket.events(room, subscribed["head"]) if subscribed["after"] < subscribed["head"] else []
    socket.close()
    return subscribed, [event["seq"] for event in streamed]


def check(room, after, limit, subscribed, streamed):
    """What docs/asyncapi.yaml says of `after`, `limit` and `gaps`."""
    missing = HEAD - after
    tail = missing if missing <= limit else min(limit, 50)
    start = HEAD - tail
    assert (subscribed["after"], subscribed["head"]) == (start, HEAD)
    assert streamed == list(range(start + 1, HEAD + 1))
    gap = [{"room": room, "from": after + 1, "to": start, "count": start - after}] if start > after else []
    assert subscribed["gaps"] == gap


@pytest.mark.parametrize("missing", [0, 1, 7, 50, 51, 130])
@pytest.mark.parametrize("limit", ["0", "1", "one less", "exactly", "one more", "most"])
def test_limits(writer, long_room, missing, limit):
    limits = {"0": 0, "1": 1, "one less": max(0, missing - 1), "exactly": missing, "one more": missing + 1, "most": 1_000_000}
    limit = limits[limit]
    check(long_room, HEAD - missing, limit, *comes_back(writer, long_room, after=HEAD - missing, limit=limit))


@pytest.mark.parametrize("missing", [0, 1, 999, 1_000, 1_001, 1_200, 1_201])
def test_a_thousand_unless_asked(writer, long_room, missing):
    check(long_room, HEAD - missing, 1_000, *comes_back(writer, long_room, after=HEAD - missing))


def test_any_position_and_limit(writer, long_room):
    luck = random.Random(42)
    for _ in range(25):
        after, limit = luck.randint(0, HEAD), luck.choice([0, 1, 10, 49, 50, 51, 300, luck.randint(0, 1_300)])
        check(long_room, after, limit, *comes_back(writer, long_room, after=after, limit=limit))


@pytest.mark.parametrize("position", [{}, {"last": 0}, {"last": 200}])
def test_who_asks_for_the_newest_misses_nothing(writer, long_room, position):
    subscribed, streamed = comes_back(writer, long_room, **position)
    assert subscribed["gaps"] == [] and len(streamed) == position.get("last", 50)


@pytest.mark.parametrize("limit", [0, 1, 60, 600])
def test_the_pages_of_a_gap_are_exactly_what_was_not_streamed(alice, bob, room, limit):
    """The tail comes first, the gap page by page, and meanwhile somebody goes on talking."""
    bob.joins(room)
    alice.fills(room, 698)
    socket = bob.opens_socket()
    subscribed = socket.subscribe(room, after=0, limit=limit)
    (gap,) = subscribed["gaps"]
    assert (gap["from"], gap["to"], subscribed["after"]) == (1, 700 - min(limit, 50), gap["to"])

    pulled, before, live = [], gap["to"] + 1, 0
    while before > gap["from"]:
        alice.posts(f"live {live}", to=room)
        live += 1
        page = socket.history(room, before=before, limit=64)
        pulled[:0] = page["events"]
        before = page["events"][0]["seq"]
    streamed = socket.events(room, 700 + live)
    for event in streamed:
        del event["type"]
    assert [event["seq"] for event in pulled] == list(range(gap["from"], gap["to"] + 1))
    assert [event["seq"] for event in pulled + streamed] == list(range(1, 700 + live + 1))
    assert pulled[-64:] == bob.history(room, before=gap["to"] + 1, limit=64)["events"]
    assert not page["hasMore"]


def test_what_is_sent_while_joining_is_in_the_stream(alice, bob, room):
    """However the limit cuts, the stream goes on from what `subscribed` says."""
    bob.joins(room)
    alice.fills(room, 100)
    for number in range(40):
        for _ in range(5):
            alice.socket.says("send", room=room, clientId=f"{number}-{_}", body="x")
        socket = bob.opens_socket()
        subscribed = socket.subscribe(room, after=1, limit=number)
        alice.posts("the end", to=room)
        end = alice.history(room, limit=1)["head"]
        streamed = [event["seq"] for event in socket.events(room, end)]
        assert streamed == list(range(subscribed["after"] + 1, end + 1))
        assert sum(gap["count"] for gap in subscribed["gaps"]) == subscribed["after"] - 1
        socket.close()


def test_subscribing_anew_with_another_limit(writer, long_room):
    socket = writer.opens_socket()
    assert socket.subscribe(long_room, after=0, limit=0)["gaps"][0]["count"] == HEAD
    assert socket.subscribe(long_room, after=HEAD - 10, limit=10)["gaps"] == []
    assert [event["seq"] for event in socket.events(long_room, HEAD)] == list(range(HEAD - 9, HEAD + 1))
    socket.silent_for(0.2)


def test_the_right_epoch(alice, room):
    epoch = alice.socket.hello["epoch"]
    alice.posts("hi", to=room)
    assert alice.socket.subscribe(room, after=1, epoch=epoch)["after"] == 1
    assert alice.socket.next("event")["seq"] == 2


@pytest.mark.parametrize("after", [0, 1])
def test_a_position_of_another_epoch(alice, room, after):
    alice.socket.says("subscribe", ref="r", room=room, after=after, epoch=OTHER_EPOCH)
    error = alice.socket.next("error")
    assert (error["code"], error["retryable"], error["room"], error["ref"]) == ("resync_required", False, room, "r")
    alice.sends("nobody listens", to=room)
    alice.socket.silent_for(0.2)
    assert alice.listens(room)["head"] == 2
    assert [event["seq"] for event in alice.socket.events(room, 2)] == [1, 2]


@pytest.mark.parametrize("after", [2, 500, 2**53 - 1])
def test_a_position_ahead(alice, room, after):
    for epoch in ({}, {"epoch": alice.socket.hello["epoch"]}):
        alice.socket.says("subscribe", room=room, after=after, **epoch)
        error = alice.socket.next("error")
        assert (error["code"], error["retryable"], error["room"]) == ("resync_required", False, room)
    assert alice.listens(room)["head"] == 1
