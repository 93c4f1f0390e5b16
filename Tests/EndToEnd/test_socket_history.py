"""`history` on the socket: the same pages as over HTTP, beside whatever is streamed."""

import pytest

COUNT = 130
HEAD = COUNT + 1


@pytest.fixture(scope="module")
def reader(world):
    return world.person("pager")


@pytest.fixture(scope="module")
def full_room(reader):
    """The reader's room with the events 1 (joined) and 2…131 (messages)."""
    room = reader.makes_room()
    reader.fills(room, COUNT)
    return room


@pytest.fixture
def socket(reader):
    return reader.opens_socket()


def seqs(page):
    return [event["seq"] for event in page["events"]]


POSITIONS = [{}] + [
    {name: seq} for name in ("before", "after", "around")
    for seq in (1, 2, 3, 25, 50, 51, 65, 66, 81, 82, 130, 131, 132, 2**53 - 1)
] + [{"after": 0}, {"around": 0}]


@pytest.mark.parametrize("position", POSITIONS)
def test_pages_are_those_of_http(reader, socket, full_room, position):
    for limit in ({}, {"limit": 1}, {"limit": 2}, {"limit": 7}, {"limit": 50}, {"limit": 131}, {"limit": 200}):
        over_http = reader.history(full_room, **position, **limit)
        page = socket.history(full_room, **position, **limit)
        assert page.pop("type") == "history"
        assert page == over_http, (position, limit)
        assert_right(page, position, limit.get("limit", 50))


def assert_right(page, position, limit):
    """Against a list of all seqs."""
    everything, (kind, seq) = list(range(1, HEAD + 1)), next(iter(position.items()), (None, 0))
    below = [each for each in everything if kind is None or each < seq]
    above = [each for each in everything if each > seq]
    if kind == "around":
        return assert_around(page, seq, limit)
    expected = above[:limit] if kind == "after" else below[-limit:]
    assert seqs(page) == expected
    assert page["hasMore"] == (len(above if kind == "after" else below) > limit)


def assert_around(page, seq, limit):
    """Half of the limit, rounded up, at or below the seq; the rest above; what one side lacks the other may fill."""
    got = seqs(page)
    at_or_below, above = [each for each in got if each <= seq], [each for each in got if each > seq]
    assert got == list(range(got[0], got[-1] + 1)) if got else limit == 1, got
    assert len(got) <= limit
    available = min(seq, HEAD), max(0, HEAD - seq)
    assert len(at_or_below) >= min((limit + 1) // 2, available[0])
    assert len(above) >= min(limit // 2, available[1])
    assert seq > HEAD or seq == 0 or seq in got
    assert page["hasMore"] == (len(got) < HEAD)


@pytest.mark.parametrize("limit, expected", [(1, [66]), (2, [66, 67]), (3, [65, 66, 67]), (4, [65, 66, 67, 68])])
def test_around(socket, full_room, limit, expected):
    assert seqs(socket.history(full_room, around=66, limit=limit)) == expected


@pytest.mark.parametrize("limit", [1, 7, 50, 200])
def test_walking_back_and_forward(socket, full_room, limit):
    walked, position = [], {}
    while True:
        page = socket.history(full_room, limit=limit, **position)
        walked[:0] = seqs(page)
        if not page["hasMore"]:
            break
        position = {"before": walked[0]}
    assert walked == list(range(1, HEAD + 1))
    walked, hasMore = [], True
    while hasMore:
        page = socket.history(full_room, limit=limit, after=walked[-1] if walked else 0)
        walked, hasMore = walked + seqs(page), page["hasMore"]
    assert walked == list(range(1, HEAD + 1))


def test_a_reference_comes_back(socket, full_room):
    for ref in ("一", "二"):
        socket.says("history", ref=ref, room=full_room, limit=1)
    assert {socket.next("history")["ref"] for _ in range(2)} == {"一", "二"}


def test_beside_a_subscription(alice, bob, room):
    """The stream neither repeats nor leaves out what was paged."""
    bob.joins(room)
    alice.fills(room, 100)
    bob.listens(room, after=40)
    for number in range(20):
        alice.posts(f"live {number}", to=room)
        page = bob.socket.history(room, around=60 + number * 3, limit=11)
        assert page["head"] >= 102 + number
    assert [event["seq"] for event in bob.socket.events(room, 122)] == list(range(41, 123))
    bob.socket.silent_for(0.2)


def test_only_members_read(alice, bob, room):
    for name, code in [(room, "not_a_member"), ("no-such-room", "room_not_found")]:
        bob.socket.says("history", ref="h", room=name)
        error = bob.socket.next("error")
        assert (error["code"], error["ref"], error["room"], error["retryable"]) == (code, "h", name, False)
    bob.joins(room)
    assert seqs(bob.socket.history(room)) == [1, 2]
    bob.leaves(room)
    assert bob.socket.refused("history", room=room) == "not_a_member"


def test_an_event_over_http(reader, full_room):
    assert seqs(reader.history(full_room, around=66, limit=5)) == [64, 65, 66, 67, 68]
    page = reader.history(full_room, around=2, limit=200)
    assert page["hasMore"] == (len(page["events"]) < HEAD)


@pytest.mark.parametrize("position", [{"before": 101}, {"after": 0}, {"around": 50}], ids=lambda position: next(iter(position)))
def test_long_messages_make_short_pages(alice, room, position):
    """A page ends early rather than becoming huge; walking on still finds everything."""
    alice.fills(room, 99, body="電" * 7_990 + "{}")
    page = alice.socket.history(room, limit=200, **position)
    assert page["hasMore"] and 1 < len(page["events"]) < 20
    got = seqs(page)
    assert got == list(range(got[0], got[-1] + 1))
    assert (got[-1] if "before" in position else got[0] if "after" in position else 50) in (100, 1, *got)
    assert {**page, "type": None} == {**alice.history(room, limit=200, **position), "type": None}
    while got[0] > 1:
        got[:0] = seqs(alice.socket.history(room, before=got[0], limit=200))
    while got[-1] < 100:
        got += seqs(alice.socket.history(room, after=got[-1], limit=200))
    assert got == list(range(1, 101))
