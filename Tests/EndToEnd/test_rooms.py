"""Rooms: making, listing, joining, leaving."""

from support.person import PASSWORD


def test_who_makes_a_room_is_in_it(alice):
    name = alice.makes_room(title="お茶の時間")
    room = alice.api.get(f"/v1/rooms/{name}")["room"]
    assert (room["name"], room["title"], room["head"], room["member"]) == (name, "お茶の時間", 1, True)
    (event,) = alice.history(name)["events"]
    assert (event["seq"], event["kind"], event["author"]) == (1, "joined", alice.account)


def test_a_title_is_the_name_unless_given(alice, room):
    assert alice.api.get(f"/v1/rooms/{room}")["room"]["title"] == room


def test_a_name_is_taken_once(alice, bob, room):
    assert bob.api.refused("POST", "/v1/rooms", json={"name": room})[:2] == (409, "room_exists")
    assert alice.api.get(f"/v1/rooms/{room}")["room"]["head"] == 1


def test_everybody_sees_public_rooms_by_name(alice, bob, room):
    rooms = bob.api.get("/v1/rooms")["rooms"]
    names = [each["name"] for each in rooms]
    assert names == sorted(names) and {room, "lobby"} <= set(names)
    assert not rooms[names.index(room)]["member"]


def test_joining_and_leaving_are_events(alice, bob, room):
    assert bob.joins(room)["member"]
    bob.leaves(room)
    kinds = [(event["kind"], event["author"]["handle"]) for event in alice.history(room)["events"]]
    assert kinds == [("joined", alice.handle), ("joined", bob.handle), ("left", bob.handle)]
    assert not bob.api.get(f"/v1/rooms/{room}")["room"]["member"]


def test_joining_and_leaving_twice_is_harmless(alice, bob, room):
    bob.joins(room)
    assert bob.joins(room)["head"] == 2
    bob.leaves(room)
    bob.leaves(room)
    assert alice.api.get(f"/v1/rooms/{room}")["room"]["head"] == 3


def test_coming_back(alice, bob, room):
    bob.joins(room)
    bob.leaves(room)
    assert bob.joins(room)["head"] == 4
    assert bob.posts("back", to=room)["seq"] == 5


def test_only_members_read_and_write(bob, room):
    assert bob.api.refused("GET", f"/v1/rooms/{room}/events") == (403, "not_a_member", "room")
    message = {"clientId": "a", "body": "a"}
    assert bob.api.refused("POST", f"/v1/rooms/{room}/messages", json=message) == (403, "not_a_member", "room")


def test_rooms_that_are_not_there(alice):
    for name in ["no-such-room", "Lobby", "x" * 65, "-a", "%00", "%ff", "..%2flobby", "%E9%9B%BB", "a%20b"]:
        for method, path in [("GET", ""), ("PUT", "/members/me"), ("DELETE", "/members/me"), ("GET", "/events")]:
            refused = alice.api.refused(method, f"/v1/rooms/{name}{path}")
            assert refused == (404, "room_not_found", "room"), (method, name)
        message = {"clientId": "a", "body": "a"}
        assert alice.api.refused("POST", f"/v1/rooms/{name}/messages", json=message)[1] == "room_not_found"


def test_a_room_is_made_with_the_longest_names(world, alice):
    name = (alice.handle + "-" + "x" * 64)[:64].replace(".", "-")
    room = alice.api.post("/v1/rooms", name=name, title=" " + "電" * 80 + " ")["room"]
    assert (room["name"], room["title"]) == (name, "電" * 80)
    answer = world.api().post("/v1/accounts", handle=("z" * 32 + alice.handle)[-32:], password=PASSWORD, displayName="🌸" * 64)
    assert answer["account"]["displayName"] == "🌸" * 64


def test_nobody_makes_rooms_without_end(world):
    """Each is in everybody's list, and in the memory of each of its members' sockets. Others go on."""
    carol = world.person("carol")
    answers = [carol.api.call("POST", "/v1/rooms", json={"name": f"{carol.handle}-{number}"}) for number in range(220)]
    statuses = [answer.status_code for answer in answers]
    assert statuses[:200] == [201] * 200 and statuses[-1] == 429 and answers[-1].headers["Retry-After"] == "1"
    world.person("dan").makes_room()
