"""Reading a room's log page by page, and sending over HTTP."""

import pytest

COUNT = 130


@pytest.fixture(scope="module")
def reader(world):
    return world.person("reader")


@pytest.fixture(scope="module")
def full_room(reader):
    """The reader's room with the events 1 (joined) and 2…131 (messages)."""
    room = reader.makes_room()
    for number in range(COUNT):
        reader.posts(f"message {number}", to=room)
    return room


def seqs(page):
    return [event["seq"] for event in page["events"]]


def test_the_newest_page(reader, full_room):
    page = reader.history(full_room)
    assert (page["room"], page["head"], page["hasMore"]) == (full_room, COUNT + 1, True)
    assert seqs(page) == list(range(COUNT + 2 - 50, COUNT + 2))


def test_all_of_it(reader, full_room):
    page = reader.history(full_room, limit=200)
    assert seqs(page) == list(range(1, COUNT + 2)) and not page["hasMore"]
    assert [event["body"] for event in page["events"][1:]] == [f"message {number}" for number in range(COUNT)]


@pytest.mark.parametrize("limit", [1, 7, 50, 131, 200])
def test_walking_back(reader, full_room, limit):
    events, before = [], COUNT + 2
    while True:
        page = reader.history(full_room, before=before, limit=limit)
        assert len(page["events"]) <= limit
        events[:0] = seqs(page)
        if not page["hasMore"]:
            break
        before = events[0]
    assert events == list(range(1, COUNT + 2))


@pytest.mark.parametrize("limit", [1, 7, 50, 131, 200])
def test_walking_forward(reader, full_room, limit):
    events = []
    while True:
        page = reader.history(full_room, after=events[-1] if events else 0, limit=limit)
        assert len(page["events"]) <= limit
        events += seqs(page)
        if not page["hasMore"]:
            break
    assert events == list(range(1, COUNT + 2))


@pytest.mark.parametrize("query", [{"before": 1}, {"after": COUNT + 1}, {"after": 2**53 - 1}])
def test_beyond_the_ends_there_is_nothing(reader, full_room, query):
    page = reader.history(full_room, **query)
    assert page["events"] == [] and not page["hasMore"] and page["head"] == COUNT + 1


def test_a_position_far_ahead_pages_back_from_the_head(reader, full_room):
    assert seqs(reader.history(full_room, before=2**53 - 1, limit=2)) == [COUNT, COUNT + 1]


@pytest.mark.parametrize("name, value", [
    ("limit", "0"), ("limit", "201"), ("limit", "-1"), ("limit", "1.5"), ("limit", "ten"), ("limit", ""), ("limit", "9" * 40),
    ("before", "0"), ("before", "-1"), ("before", "x"), ("before", "9007199254740992"), ("before", "1e3"), ("before", "%00"),
    ("around", "-1"), ("around", "x"), ("around", ""), ("around", "9007199254740992"),
    ("after", "-1"), ("after", "x"), ("after", ""), ("after", "9007199254740992"), ("after", "9" * 400), ("after", "1;2"),
])
def test_bad_parameters(reader, full_room, name, value):
    assert reader.api.refused("GET", f"/v1/rooms/{full_room}/events?{name}={value}") == (422, "invalid_field", name)


@pytest.mark.parametrize("query", [
    "before=5&after=2", "before=5&around=2", "around=5&after=2", "limit=1&limit=2", "after=1&after=1", "around=1&around=1",
])
def test_contradictory_parameters(reader, full_room, query):
    assert reader.api.refused("GET", f"/v1/rooms/{full_room}/events?{query}")[:2] == (422, "invalid_field")


def test_sending_over_http(alice, room):
    first = alice.posts("もしもし", to=room, client_id="one")
    assert (first["room"], first["seq"], first["clientId"], first["duplicate"]) == (room, 2, "one", False)
    event = alice.history(room)["events"][-1]
    assert (event["seq"], event["at"], event["clientId"], event["body"]) == (2, first["at"], "one", "もしもし")


def test_repeating_over_http(alice, room):
    first = alice.posts("hi", to=room, client_id="one")
    again = alice.api.call("POST", f"/v1/rooms/{room}/messages", json={"clientId": "one", "body": "hi"})
    assert again.status_code == 200
    assert again.json() == {**first, "duplicate": True}
    other = {"clientId": "one", "body": "hi!"}
    assert alice.api.refused("POST", f"/v1/rooms/{room}/messages", json=other)[:2] == (409, "idempotency_conflict")
    assert alice.history(room)["head"] == 2
