"""What docs/socket-io.md promises of the Socket.IO door, packet by packet; without a client's help, so anything can be said."""

import json
import re
import socket
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from random import Random
from time import monotonic
from typing import NamedTuple

import psycopg
import pytest
import requests
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from support.commands import run
from support.installation import installed, own_installation
from support.person import PASSWORD
from support.raw import TEXT, Wire, frame, handshake_headers

PATIENCE = 10
PACKET = re.compile(r"4(?P<kind>\d)((?P<count>\d+)-)?((?P<namespace>/[^,]*),)?(?P<id>\d+)?(?P<json>.*)", re.DOTALL)
CONNECT, DISCONNECT, EVENT, ACK, CONNECT_ERROR, BINARY_EVENT, BINARY_ACK = range(7)
ORIGIN = "http://app.example:3000"


class Packet(NamedTuple):
    kind: int
    namespace: str
    id: int | None
    value: object


class Connection:
    """A WebSocket of Engine.IO; the packets of its namespaces wait for whoever asks for them."""

    def __init__(self, url, headers=None, origin=None):
        self.ws = connect(
            f"{url.replace('http', 'ws', 1)}/socket.io/?EIO=4&transport=websocket", additional_headers=headers, origin=origin,
            compression=None, ping_interval=None, max_size=None, max_queue=None, proxy=None, close_timeout=2, legacy=True)
        self.hello = json.loads(self.ws.recv(PATIENCE)[1:])
        self.inbox = []

    def read(self, timeout):
        """Takes a packet and what belongs to it; answers pings."""
        message = self.ws.recv(timeout)
        if message == "2":
            return self.ws.send("3")
        match = PACKET.fullmatch(message)
        assert match, message
        attachments = [self.ws.recv(PATIENCE) for _ in range(int(match["count"] or 0))]
        value = json.loads(match["json"]) if match["json"] else None
        if match["count"]:
            value = filled(value, attachments)
        self.inbox.append(Packet(int(match["kind"]), match["namespace"] or "/", match["id"] and int(match["id"]), value))

    def next(self, fits, timeout=PATIENCE):
        """The next packet that fits."""
        deadline = monotonic() + timeout
        while True:
            for index, packet in enumerate(self.inbox):
                if fits(packet):
                    return self.inbox.pop(index)
            try:
                self.read(max(0, deadline - monotonic()))
            except TimeoutError:
                raise AssertionError(f"it did not come; there were {self.inbox!r:.2000}") from None

    def has_ended(self, timeout=PATIENCE):
        """Waits until the server closes."""
        deadline = monotonic() + timeout
        try:
            while True:
                self.read(max(0, deadline - monotonic()))
        except ConnectionClosed:
            return True

    def cut(self):
        self.ws.socket.close()

    def close(self):
        self.ws.close()


class Seat:
    """A namespace of a connection."""

    def __init__(self, connection, namespace="/", **auth):
        self.connection, self.namespace, self.count = connection, namespace, 0
        self.prefix = "" if namespace == "/" else namespace + ","
        connection.ws.send(f"40{self.prefix}{json.dumps(auth) if auth else ''}")
        self.answer = self.next(CONNECT, CONNECT_ERROR)
        self.is_in = self.answer.kind == CONNECT
        if self.is_in:
            self.sid, self.pid = self.answer.value["sid"], self.answer.value["pid"]

    def next(self, *kinds, timeout=PATIENCE):
        return self.connection.next(lambda packet: packet.namespace == self.namespace and packet.kind in kinds, timeout)

    def hears(self, event="message", timeout=PATIENCE):
        """The arguments of the next such event."""
        return self.connection.next(lambda packet: self.has(packet) and packet.value[0] == event, timeout).value[1:]

    def has(self, packet):
        """Whether it is an event of this namespace."""
        return packet.namespace == self.namespace and packet.kind in (EVENT, BINARY_EVENT)

    def several(self, count, event="message"):
        return [self.hears(event) for _ in range(count)]

    def texts(self, count):
        """Of messages that are nothing but texts."""
        return [text for text, _ in self.several(count)]

    def silent_for(self, seconds, event=None):
        """Demands that no event is waiting or comes."""
        deadline = monotonic() + seconds
        try:
            while True:
                self.connection.read(max(0, deadline - monotonic()))
        except TimeoutError:
            events = [packet for packet in self.connection.inbox if self.has(packet)]
            assert not [packet for packet in events if event in (None, packet.value[0])], events

    def emits(self, event, *args, id=""):
        attachments = []
        text = json.dumps([event, *emptied(list(args), attachments)], ensure_ascii=False)
        head = f"45{len(attachments)}-" if attachments else "42"
        self.connection.ws.send(f"{head}{self.prefix}{id}{text}")
        for attachment in attachments:
            self.connection.ws.send(attachment)

    def calls(self, event, *args):
        """The one argument of the acknowledgement."""
        self.count += 1
        self.emits(event, *args, id=self.count)
        number = self.count
        packet = self.connection.next(
            lambda packet: packet.namespace == self.namespace and packet.kind in (ACK, BINARY_ACK) and packet.id == number)
        answer, = packet.value
        return answer

    def refusal(self, event, *args):
        """The code of the refusal, and the member at fault."""
        answer = self.calls(event, *args)
        assert set(answer) == {"error"}, answer
        error = answer["error"]
        assert error["detail"] and isinstance(error["retryable"], bool)
        return error["code"], error.get("field")

    def is_disconnected(self, timeout=PATIENCE):
        self.next(DISCONNECT, timeout=timeout)


def emptied(value, attachments):
    """Placeholders for bytes."""
    if isinstance(value, bytes):
        attachments.append(value)
        return {"_placeholder": True, "num": len(attachments) - 1}
    return each(value, lambda item: emptied(item, attachments))


def filled(value, attachments):
    """Bytes for placeholders. Where there are none for one, the real client closes its connection."""
    if isinstance(value, dict) and value.get("_placeholder") is True:
        assert value.get("num") in range(len(attachments)), f"a message that breaks clients: {value}"
        return attachments[int(value["num"])]
    return each(value, lambda item: filled(item, attachments))


def each(value, change):
    if isinstance(value, dict):
        return {name: change(item) for name, item in value.items()}
    return [change(item) for item in value] if isinstance(value, list) else value


@pytest.fixture(scope="module")
def own(contract):
    with own_installation("socketio-door", contract, ["--guests", "--allowed-origins", ORIGIN]) as own:
        yield own


@pytest.fixture(scope="module")
def members_only(own, contract):
    """A second server on the same database, which lets no guests in."""
    with installed("socketio-members", own.cluster, contract) as other:
        yield other


@pytest.fixture
def alice(own):
    return own.world.person("alice")


@pytest.fixture
def bob(own):
    return own.world.person("bob")


@pytest.fixture
def space(room):
    """The namespace of Alice's room."""
    return f"/rooms/{room}"


@pytest.fixture
def sits(own):
    """Connects to a namespace with an `auth`, on a connection of its own."""
    opened = []

    def sit(namespace="/", headers=None, origin=None, url=None, **auth):
        opened.append(Connection(url or own.url, headers, origin))
        return Seat(opened[-1], namespace, **auth)

    yield sit
    for connection in opened:
        connection.close()


@contextmanager
def away(seat):
    """Cuts its connection; meanwhile something may happen."""
    seat.connection.cut()
    yield


def returns(sits, seat, offset=None, **more):
    """As the client's library does: with the last pid, and the last offset if there is one."""
    return sits(seat.namespace, pid=seat.pid, **({} if offset is None else {"offset": offset}), **more)


def author(person, room):
    """Who wrote the newest event."""
    return person.history(room)["events"][-1]["author"]


# Engine.IO as the product is set.


def test_the_open_packet(own):
    hello = requests.get(f"{own.url}/socket.io/?EIO=4&transport=polling", timeout=5)
    assert hello.headers["Content-Type"].lower() == "text/plain; charset=utf-8" and hello.text[0] == "0"
    opening = json.loads(hello.text[1:])
    assert re.fullmatch("[A-Za-z0-9_-]{20}", opening.pop("sid"))
    assert opening == {"upgrades": ["websocket"], "pingInterval": 25_000, "pingTimeout": 20_000, "maxPayload": 131_072}
    assert Connection(own.url).hello["upgrades"] == []


@pytest.mark.parametrize("query, code", [
    ("EIO=4&transport=tram", 0), ("EIO=4", 0), ("EIO=4&transport=polling&sid=" + "x" * 20, 1),
    ("EIO=3&transport=polling", 5), ("transport=polling", 5),
])
def test_errors_have_codes(own, query, code):
    answer = requests.get(f"{own.url}/socket.io/?{query}", timeout=5)
    assert (answer.status_code, answer.json()["code"]) == (400, code) and answer.json()["message"]
    assert answer.headers["Content-Type"].startswith("application/json")
    # C24: where several processes share an address, half of a client's requests meet another one.
    assert ('transports: ["websocket"]' in answer.json().get("detail", "")) == (code == 1)


@pytest.mark.parametrize("path", ["/healthz", "/v1/me", "/socket.io/?EIO=4&transport=polling", "/socket.io/?EIO=4"])
@pytest.mark.parametrize("option", ["close", "Close", "close, TE"])
def test_a_connection_that_ends_says_so(own, path, option):
    """Clients that keep connections would use it once more. Node's do so from version 19 on."""
    with requests.Session() as http:
        assert http.get(own.url + path, headers={"Connection": option}, timeout=5).headers["Connection"] == "close"
        assert "Connection" not in http.get(own.url + path, timeout=5).headers
    with socket.create_connection(("127.0.0.1", own.port), 5) as tcp:
        tcp.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: {option}\r\n\r\n".encode())
        answer = b""
        while data := tcp.recv(65_536):
            answer += data
        assert answer.startswith(b"HTTP/1.1 ")


# Pages of another origin. Their browser shows them only what says that it is for them, refusals too.


def is_for_the_page(answer, status):
    assert answer.status_code == status, answer.text
    assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN and answer.headers["Vary"] == "Origin"
    assert answer.headers["Access-Control-Allow-Credentials"] == "true"


def test_every_answer_is_for_the_page(own):
    url = f"{own.url}/socket.io/?EIO=4&transport=polling"
    page = {"Origin": ORIGIN}
    first = requests.get(url, headers=page, timeout=5)
    is_for_the_page(first, 200)
    session = url + "&sid=" + json.loads(first.text[1:])["sid"]
    is_for_the_page(requests.post(session, data="40", headers=page, timeout=5), 200)
    is_for_the_page(requests.get(session, headers=page, timeout=5), 200)
    is_for_the_page(requests.post(session, data="4" + "x" * 131_072, headers=page, timeout=5), 413)
    is_for_the_page(requests.get(session, headers=page, timeout=5), 400)
    is_for_the_page(requests.post(url, data="40", headers=page, timeout=5), 400)
    is_for_the_page(requests.put(url, headers=page, timeout=5), 400)


def test_a_refusal_while_the_server_has_too_much_to_do_is_for_the_page(own):
    """A thousand sessions of one network."""
    url = f"{own.url}/socket.io/?EIO=4&transport=polling"
    headers = {"Origin": ORIGIN, "X-Forwarded-For": "203.0.113.77"}
    with requests.Session() as http:
        while (answer := http.get(url, headers=headers, timeout=5)).status_code == 200:
            pass
    is_for_the_page(answer, 429)
    assert int(answer.headers["Retry-After"]) >= 1


def test_a_refusal_while_the_server_stops_is_for_the_page(contract):
    with own_installation("socketio-late", contract, ["--guests", "--allowed-origins", ORIGIN]) as own:
        polling = Polling(own.url)
        polling.post("connect", '40{"history":0}')
        assert polling.get("connected").startswith("40")
        with held(own, "lobby"):
            polling.post("say", '421["message","last words"]')
            own.asks_to_stop()
            own.seconds_until_readiness(503)
            is_for_the_page(requests.get(f"{own.url}/socket.io/?EIO=4&transport=polling", headers={"Origin": ORIGIN}, timeout=5), 503)
        own.stops()


@pytest.mark.parametrize("fields", ["content-type", "x-own-header,content-type", "authorization, X-Request-Id", ""])
def test_a_preflight_allows_what_the_page_wants_to_send(own, fields):
    """`extraHeaders` may be any."""
    preflight = requests.options(f"{own.url}/socket.io/?EIO=4&transport=polling", headers={
        "Origin": ORIGIN, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": fields}, timeout=5)
    is_for_the_page(preflight, 204)
    assert "POST" in preflight.headers["Access-Control-Allow-Methods"]
    allowed = {name.strip().lower() for name in preflight.headers["Access-Control-Allow-Headers"].split(",")}
    assert allowed >= {name.strip().lower() for name in fields.split(",") if name} | {"authorization", "content-type"}


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://app.example", ORIGIN + "0"])
def test_pages_of_other_origins(own, origin):
    answer = requests.get(f"{own.url}/socket.io/?EIO=4&transport=polling", headers={"Origin": origin}, timeout=5)
    assert (answer.status_code, answer.json()["code"]) == (403, 4)
    with pytest.raises(InvalidStatus, match="403"):
        Connection(own.url, origin=origin)


# Long-polling. When a connection breaks, browsers repeat a request by themselves, also a POST, and the page hears nothing of it;
# the repeat has the same `t`.


class Polling:
    """A session of long-polling, with a `t` for each request."""

    def __init__(self, url, **headers):
        self.url = f"{url}/socket.io/?EIO=4&transport=polling"
        self.http = requests.Session()
        self.http.headers.update(headers)
        self.url += "&sid=" + json.loads(self.get("first")[1:])["sid"]

    def get(self, t):
        answer = self.http.get(f"{self.url}&t={t}", timeout=PATIENCE)
        assert answer.status_code == 200, answer.text
        return answer.text

    def post(self, t, body):
        answer = self.http.post(f"{self.url}&t={t}", data=body.encode(), timeout=PATIENCE)
        assert (answer.status_code, answer.text) == (200, "ok")


@pytest.fixture
def polling(own, space):
    """A session whose client is in Alice's room."""
    polling = Polling(own.url)
    polling.post("connect", f"40{space}," + '{"history":0}')
    assert polling.get("connected").startswith(f"40{space},")
    return polling


def test_an_answer_that_was_lost_on_its_way(polling, space, alice, room):
    alice.posts("one", to=room)
    first = polling.get("a")
    assert '"one"' in first
    alice.posts("two", to=room)
    assert polling.get("a") == first
    second = polling.get("b")
    assert '"two"' in second and '"one"' not in second


def test_a_request_that_came_twice(polling, space, alice, room):
    head = alice.history(room)["head"]
    for _ in range(2):
        polling.post("a", f'42{space},["message","once"]')
    polling.post("b", f'42{space},["message","once more"]')
    heard = ""
    while "once more" not in heard:
        heard += polling.get(f"get-{len(heard)}")
    assert [event["body"] for event in alice.history(room, after=head)["events"]] == ["once", "once more"]


def test_a_client_whose_marks_are_a_clock(polling, space, alice, room):
    """Seconds, for example. What looks like a repeat is none then."""
    head = alice.history(room)["head"]
    for text in ("one", "two", "lol", "lol"):
        polling.post("1764320000", f'42{space},["message","{text}"]')
    heard = ""
    while heard.count("lol") < 2:
        heard += polling.get("1764320000")
    assert [event["body"] for event in alice.history(room, after=head)["events"]] == ["one", "two", "lol", "lol"]
    assert heard.count('"one"') == heard.count('"two"') == 1


# Logging in.


def test_a_token_in_auth(sits, space, alice, room):
    sits(space, token=alice.token).calls("message", "hi")
    assert author(alice, room) == alice.account


def test_a_token_in_the_handshake(sits, space, alice, room):
    sits(space, headers=alice.bearer).calls("message", "hi")
    assert author(alice, room) == alice.account


def test_the_token_in_auth_comes_first(sits, space, alice, bob, room):
    sits(space, headers=bob.bearer, token=alice.token).calls("message", "hi")
    assert author(alice, room) == alice.account


def test_the_cookie_of_a_page(own, sits, space, alice, room):
    """It counts only where an origin says that the page is one of ours or allowed."""
    api = own.world.api()
    api.post("/v1/sessions", handle=alice.handle, password=PASSWORD, session="cookie")
    cookie = {"Cookie": "; ".join(f"{name}={value}" for name, value in api.http.cookies.items())}
    for origin in (own.url, ORIGIN):
        sits(space, headers=cookie, origin=origin).calls("message", "hi")
        assert author(alice, room) == alice.account
    sits(space, headers=cookie).calls("message", "hi")
    assert author(alice, room)["handle"].startswith("guest-")


@pytest.mark.parametrize("auth, name", [({}, "Guest"), ({"name": "花子"}, "花子"), ({"token": None, "name": None}, "Guest")])
def test_a_guest(sits, space, alice, room, auth, name):
    guest = sits(space, **auth)
    guest.calls("message", "hi")
    first = author(alice, room)
    assert first["displayName"] == name and first["handle"].startswith("guest-")
    guest.connection.cut()
    again = returns(sits, guest)
    again.calls("message", "hi again")
    assert author(alice, room) == first and again.pid and again.sid == guest.sid


def test_a_guest_is_one_person_in_all_namespaces(sits, alice, room):
    first = sits("/", name="Hana")
    second = Seat(first.connection, f"/rooms/{room}", name="Yuki")
    first.calls("message", "hi")
    second.calls("message", "hi")
    assert author(alice, room)["displayName"] == "Hana"


def test_the_cookie_of_a_page_of_our_own_on_polling(own, alice):
    """Such a page asks without an origin; its browser says that it is ours."""
    api = own.world.api()
    api.post("/v1/sessions", handle=alice.handle, password=PASSWORD, session="cookie")
    handles = {}
    for site in ("same-origin", "cross-site", "none"):
        polling = Polling(own.url, **{"Sec-Fetch-Site": site, "Cookie": "; ".join(f"{n}={v}" for n, v in api.http.cookies.items())})
        polling.post("connect", '40{"events":"full","history":0}')
        polling.get("connected")
        polling.post("say", '420["message","hi"]')
        heard = ""
        while "denwa:event" not in heard:
            heard += polling.get(f"get-{len(heard)}")
        handles[site] = re.findall(r'"handle":"([^"]+)"', heard)[-1]
    assert handles.pop("same-origin") == alice.handle
    assert all(handle.startswith("guest-") for handle in handles.values())


def test_a_guest_in_another_room(sits, alice, room):
    """A pid tells who somebody is in every namespace; the place it tells only in its own."""
    guest = sits("/", name="Hana")
    there = sits(f"/rooms/{room}", pid=guest.pid)
    there.calls("message", "hi")
    assert author(alice, room)["displayName"] == "Hana" and there.sid != guest.sid


def refused(seat):
    assert not seat.is_in, "it was let in"
    value = seat.answer.value
    assert set(value) == {"message", "data"} and value["message"]
    assert value["data"]["detail"] and isinstance(value["data"]["retryable"], bool)
    return value["data"]["code"]


@pytest.mark.parametrize("token", ["", "x", "x" * 43, "x" * 5_000, "電話"])
def test_a_bad_token(sits, token):
    """Nobody becomes a guest by mistake."""
    assert refused(sits("/", token=token)) == "not_authenticated"


def test_too_many_guests_of_one_network(own):
    """Their client tries again by itself, which it does not after a refusal."""
    connections = [Connection(own.url, {"X-Forwarded-For": "203.0.113.9"}) for _ in range(12)]
    for connection in connections:
        connection.ws.send("40")
    ended = 0
    for connection in connections:
        try:
            packet = connection.next(lambda packet: packet.kind in (CONNECT, CONNECT_ERROR))
            assert packet.kind == CONNECT, packet
        except ConnectionClosed:
            ended += 1
        connection.close()
    assert 1 <= ended <= 2, "ten at once, and one in twelve seconds"


def test_no_guests(sits, members_only, alice):
    assert refused(sits("/", url=members_only.url)) == "not_authenticated"
    assert sits("/", url=members_only.url, token=alice.token).is_in


def test_a_guest_where_there_are_none_any_more(sits, members_only):
    """A session is a session, until it ends."""
    guest = sits("/")
    assert sits("/", url=members_only.url, pid=guest.pid).is_in


@pytest.mark.parametrize("auth", [
    {"history": -1}, {"history": 201}, {"history": "50"}, {"history": 1.5}, {"events": "all"}, {"name": 7}, {"name": ""},
    {"name": "x" * 81}, {"token": 7},
])
def test_an_auth_that_is_not_in_order(sits, auth):
    assert refused(sits("/", **auth)) == "invalid_field"


@pytest.mark.parametrize("namespace", [
    "/rooms/nowhere", "/rooms/", "/rooms", "/rooms/No", "/rooms/a/b", "/x", "/rooms/%6c", "/lobby", "/rooms/..", "/ROOMS/lobby",
])
def test_a_namespace_that_is_no_room(sits, namespace):
    seat = sits(namespace)
    assert refused(seat) == "room_not_found" and seat.answer.value["message"] == "Invalid namespace"


def test_who_connects_becomes_a_member(sits, space, alice, bob, room):
    assert not bob.api.get(f"/v1/rooms/{room}")["room"]["member"]
    sits(space, token=bob.token)
    assert bob.api.get(f"/v1/rooms/{room}")["room"]["member"]
    joined = [event for event in alice.history(room)["events"] if event["kind"] == "joined" and event["author"] == bob.account]
    assert len(joined) == 1
    sits(space, token=bob.token)
    assert alice.history(room)["head"] == joined[0]["seq"]


def test_a_bot_with_few_rights(own, sits, space, alice):
    run("account", "role", alice.handle, "owner", "--database-url", own.database_url, database=False)
    owner = alice.logs_in_again()
    handle = "bot-" + alice.handle[-8:]
    owner.api.post("/v1/admin/accounts", handle=handle, role="bot")

    def token(*scopes):
        return owner.api.post(f"/v1/admin/accounts/{handle}/tokens", name="x", scopes=list(scopes))["token"]["token"]

    assert refused(sits(space, token=token("read", "send"))) in ("not_allowed", "not_a_member")
    assert sits(space, token=token("read", "join")).refusal("message", "hi")[0] == "not_allowed"
    assert sits(space, token=token("read", "send")).calls("message", "now a member")["seq"]
    assert refused(sits(space, token=token("send"))) == "not_allowed"


def test_two_accounts_on_one_connection(own, space, alice, bob, room):
    connection = Connection(own.url)
    first, second = Seat(connection, "/", token=alice.token), Seat(connection, space, token=bob.token)
    assert first.sid != second.sid and connection.hello["sid"] not in (first.sid, second.sid)
    second.calls("message", "hi")
    assert author(alice, room) == bob.account
    first.silent_for(0.2, event="nothing")
    connection.ws.send("41/rooms/" + room + ",")
    assert first.calls("message", "still here")["seq"]
    connection.close()


# Messages.

SHAPES = [
    (["もしもし"], "もしもし"), ([{"text": "a", "body": "b"}], "a"), ([{"body": "b", "message": "c"}], "b"),
    ([{"content": "d", "message": "c"}], "c"), ([{"text": 5, "content": "d"}], "d"), (["one", "two"], "one"), ([1, "two"], "two"),
    ([None, {"text": "x"}], "x"), ([{"mood": {"level": [1, 2.5, True, None]}}], None), ([7], None), ([[]], None),
    ([{"text": "🌸\u2028\\\"</script>"}], "🌸\u2028\\\"</script>"), (list(range(16)), None), ([b"only bytes"], "[1 attachment]"),
    ([b"", {"bytes": b"", "name": 7}], "[2 attachments]"), ([bytes(48_000)], "[1 attachment]"),
    ([b"\x00\xff", {"text": "a picture", "in": [b"", b"\x89PNG"]}], "a picture"),
]


@pytest.mark.parametrize("arguments, text", SHAPES)
def test_everybody_hears_what_was_said(sits, space, alice, bob, room, arguments, text):
    """The sender too; the text is what other doors show, and what was said is its data."""
    speaker, listener, full = sits(space, token=alice.token), sits(space), sits(space, events="full", history=0)
    bob.joins(room)
    bob.listens(room, last=0)
    ack = speaker.calls("message", *arguments)
    for seat in (speaker, listener):
        *heard, offset = seat.hears()
        assert heard == arguments and isinstance(offset, str)
    event = alice.history(room)["events"][-1]
    assert event["seq"] == ack["seq"] and event["clientId"] == ack["clientId"] and event["at"] == ack["at"]
    stored = named(arguments)
    assert event["body"] == text or text is None and json.loads(event["body"]) == stored
    assert event.get("data", [event["body"]]) == stored
    native = bob.socket.next("event", seq=ack["seq"])
    assert {name: value for name, value in native.items() if name != "type"} == event
    bob.joins(room)
    while (heard := full.hears("denwa:event")[0])["seq"] != ack["seq"]:
        pass
    assert heard == identified(event)


def identified(event):
    """As a `denwa:event` has it."""
    return {"id": f"{event['room']}/{event['seq']}", **event}


def named(value):
    """Bytes as they stand in the data of an event."""
    if isinstance(value, bytes):
        return {"_binary": b64encode(value).decode()}
    return each(value, named)


def test_an_ack(sits, space, alice, room):
    ack = sits(space).calls("message", "hi")
    seq = alice.history(room)["head"]
    assert ack == {"room": room, "clientId": ack["clientId"], "seq": seq, "id": f"{room}/{seq}", "at": ack["at"], "duplicate": False}
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", ack["at"])


@pytest.mark.parametrize("arguments, field", [
    ([], "message"), (["x"] * 17, "message"), ([""], "body"), (["  \n"], "body"), (["x" * 8_001], "body"), (["a\0b"], "body"),
    ([{"text": "x" * 8_001}], "body"), ([{"text": "  "}], "body"), ([["x" * 8_001]], "body"),
    ([{"text": "x", "id": ""}], "id"), ([{"text": "x", "id": "a b"}], "id"), ([{"text": "x", "clientId": "x" * 65}], "clientId"),
    ([{"text": "x", "clientId": "電話"}], "clientId"), ([{"_binary": "AAAA"}], "message"), ([bytes(49_200)], "data"),
    ([{"text": "x", "more": "x" * 65_536}], "data"),
])
def test_messages_that_are_refused(sits, space, alice, room, arguments, field):
    seat = sits(space)
    head = alice.history(room)["head"]
    assert seat.refusal("message", *arguments) == ("invalid_field", field)
    seat.emits("message", *arguments)
    error, = seat.hears("denwa:error")
    assert error["code"] == "invalid_field" and error["detail"]
    assert alice.history(room)["head"] == head and seat.calls("message", "the next one is fine")["seq"] == head + 1


def test_the_longest_message(sits, space):
    seat = sits(space)
    seat.calls("message", "🌸" * 8_000)
    assert seat.hears()[0] == "🌸" * 8_000


def test_nesting_and_attachments_have_bounds(sits, space):
    seat = sits(space)
    deep = json.loads("[" * 15 + "]" * 15)
    assert seat.calls("message", {"text": "x", "deep": json.loads("[" * 12 + "]" * 12)})["seq"]
    assert seat.refusal("message", {"text": "x", "deep": [[deep]]})[0] in ("invalid_field", "malformed_json")
    assert seat.calls("message", *[b"x"] * 10)["seq"]
    with suppress(ConnectionClosed):
        seat.emits("message", *[b"x"] * 11)
    assert seat.connection.has_ended(5)


@pytest.mark.parametrize("placeholder", [
    '{"_placeholder":true,"num":1}', '{"num":1,"_placeholder":true}', '{"_placeholder":true,"num":1,"more":0}', '{"_placeholder":true}',
    '{ "_placeholder" : true , "num" : 1 }', '{"\\u005fplaceholder":true,"num":1}', '{"_placeholder":true,"num":-1}',
    '{"_placeholder":true,"num":0.5}', '{"_placeholder":true,"num":"0"}', '{"num":1.0,"_placeholder":true}', '{"_placeholder":true,"num":1e0}',
])
def test_no_message_breaks_those_who_read_it(sits, space, alice, room, placeholder):
    """Clients close their connection over a placeholder without bytes, and would do so again whenever they come back."""
    speaker, listener = sits(space), sits(space)
    for packet in (f'451-{space},["message",{{"_placeholder":true,"num":0}},{placeholder}]', f'42{space},["message",{placeholder}]'):
        with suppress(ConnectionClosed):
            speaker.connection.ws.send(packet)
            speaker.connection.ws.send(b"bytes")
        speaker = sits(space)
    alice.posts("the last", to=room)
    while listener.hears()[0] != "the last":
        pass
    assert sits(space).several(1)


@pytest.mark.parametrize("event", ["massage", "denwa:typing", "denwa:event", "", "__proto__"])
def test_an_event_that_there_is_not(sits, space, event):
    seat = sits(space)
    assert seat.refusal(event, 1)[0] == "unknown_type"
    seat.emits(event, 1)
    assert seat.hears("denwa:error")[0]["code"] == "unknown_type"


def test_other_doors_and_this_one_tell_the_same(sits, space, alice, bob, room):
    seat = sits(space, token=bob.token, history=0)
    first = alice.posts("over HTTP", to=room)
    second = alice.sends("natively", to=room)
    third = seat.calls("message", "by Socket.IO")
    assert [second["seq"], third["seq"]] == [first["seq"] + 1, first["seq"] + 2]
    assert seat.texts(3) == ["over HTTP", "natively", "by Socket.IO"]
    assert [event["body"] for event in alice.history(room, limit=3)["events"]] == ["over HTTP", "natively", "by Socket.IO"]


# Safe retries.


@pytest.mark.parametrize("message, client_id", [
    ({"text": "hi", "id": "m-1"}, "m-1"), ({"text": "hi", "clientId": "m-1", "id": "other"}, "m-1"), ({"text": "hi", "id": 17}, "17"),
    ({"text": "hi", "id": "A" * 64}, "A" * 64), ({"text": "hi", "id": "a.b_c:d-e"}, "a.b_c:d-e"),
])
def test_a_repeat_is_stored_once(sits, space, alice, bob, room, message, client_id):
    seat = sits(space, token=bob.token)
    first = seat.calls("message", message)
    assert first["clientId"] == client_id and not first["duplicate"]
    assert seat.calls("message", message) == {**first, "duplicate": True}
    assert sits(space, token=bob.token).calls("message", message) == {**first, "duplicate": True}
    assert seat.hears()[0] == message
    seat.silent_for(0.2)
    assert alice.history(room)["head"] == first["seq"]
    assert not sits(space, token=alice.token).calls("message", message)["duplicate"], "it is another account's"


def test_another_message_under_the_same_id(sits, space):
    seat = sits(space)
    seat.calls("message", {"id": "one", "text": "hi"})
    assert seat.refusal("message", {"id": "one", "text": "ho"})[0] == "idempotency_conflict"
    assert seat.refusal("message", {"id": "one", "text": "hi", "more": 1})[0] == "idempotency_conflict"


# History, read markers, membership.


def test_the_newest_messages_come_first(sits, space, alice, bob, room):
    alice.fills(room, 60)
    seat = sits(space)
    assert seat.texts(50) == [f"message {number}" for number in range(10, 60)]
    for history in (0, 1, 200):
        other = sits(space, history=history)
        assert other.texts(min(history, 60)) == [f"message {number}" for number in range(60)][60 - min(history, 60):]
        other.silent_for(0.2)
    alice.posts("live", to=room)
    assert seat.hears()[0] == "live"
    seat.silent_for(0.1)


def test_history_counts_messages_only(sits, space, own, alice, room):
    """Comings and goings take no place among the fifty."""
    alice.fills(room, 50)
    for _ in range(10):
        own.world.person("visitor").joins(room)
    assert sits(space).texts(50) == [f"message {number}" for number in range(50)]


@pytest.mark.parametrize("options", [
    {}, {"limit": 1}, {"before": 5}, {"after": 3, "limit": 2}, {"around": 6, "limit": 4}, {"before": 1}, {"after": 10_000},
])
def test_a_page_of_history(sits, space, alice, room, options):
    alice.fills(room, 9)
    seat = sits(space, token=alice.token)
    seat.calls("message", {"with": "data", "text": "x"})
    assert seat.calls("history", options) == alice.history(room, **options)


@pytest.mark.parametrize("options, field", [
    ({"limit": 0}, "limit"), ({"limit": 201}, "limit"), ({"limit": "5"}, "limit"), ({"before": 0}, "before"), ({"after": -1}, "after"),
    ({"around": 1.5}, "around"),
])
def test_a_page_that_there_is_not(sits, space, options, field):
    assert sits(space).refusal("history", options) == ("invalid_field", field)


def test_contradictory_positions(sits, space):
    assert sits(space).refusal("history", {"before": 5, "after": 2})[0] == "invalid_field"


@pytest.mark.parametrize("form", [lambda seq: seq, lambda seq: {"seq": seq}], ids=["a number", "an object"])
def test_reading(sits, space, alice, room, form):
    alice.fills(room, 5)
    seat, other = sits(space, token=alice.token), sits(space, token=alice.token)
    head = alice.history(room)["head"]
    marker = seat.calls("read", form(head - 2))
    assert marker == {"room": room, "read": head - 2, "unread": 2}
    assert other.hears("denwa:read") == [marker]
    assert alice.reads(room, head) == {"room": room, "read": head, "unread": 0}
    for each in (seat, other):
        assert each.hears("denwa:read") == [{"room": room, "read": head, "unread": 0}]


@pytest.mark.parametrize("argument", [-1, "5", None, {}, {"seq": "x"}, 1.5, 2**53])
def test_reading_nothing(sits, space, argument):
    assert sits(space).refusal("read", argument) == ("invalid_field", "seq")


def test_typing(sits, space, alice, bob, room):
    bob.joins(room)
    bob.listens(room, last=0)
    seat, plain, full = sits(space, token=alice.token), sits(space), sits(space, events="full", history=0)
    answer = seat.calls("typing")
    assert answer == {"room": room, "author": {"id": answer["author"]["id"], "handle": alice.handle, "displayName": alice.handle}}
    assert full.hears("denwa:typing") == [answer] and bob.socket.next("typing")["author"] == answer["author"]
    plain.silent_for(0.2, "denwa:typing")
    bob.socket.says("typing", room=room)
    assert full.hears("denwa:typing")[0]["author"]["handle"] == bob.handle


def test_leaving_and_joining(sits, space, alice, bob, room):
    seat, plain = sits(space, token=bob.token), sits(space, token=alice.token)
    watcher = sits(space, token=alice.token, events="full", history=0)
    joined = seat.calls("join")
    assert set(joined) == {"room", "seq", "at", "duplicate"} and joined["duplicate"] and joined["room"] == room
    left = seat.calls("leave")
    assert left["room"] == room and not left["duplicate"]
    seat.is_disconnected()
    assert not bob.api.get(f"/v1/rooms/{room}")["room"]["member"]
    alice.posts("for those who are here", to=room)
    with pytest.raises((AssertionError, ConnectionClosed)):
        seat.hears(timeout=0.3)
    event, offset = watcher.hears("denwa:event")
    assert event == identified(alice.history(room, after=left["seq"] - 1, limit=1)["events"][0])
    assert event["kind"] == "left" and isinstance(offset, str)
    assert plain.hears()[0] == "for those who are here"
    plain.silent_for(0.1)
    again = Seat(seat.connection, space, token=bob.token)
    assert again.is_in and bob.api.get(f"/v1/rooms/{room}")["room"]["member"]


def test_somebody_leaves_elsewhere(sits, space, bob):
    """By HTTP, and the namespace ends."""
    seat = sits(space, token=bob.token)
    bob.leaves(space.rpartition("/")[2])
    seat.is_disconnected(2)


def test_every_event_in_full(sits, space, alice, bob, room):
    alice.fills(room, 3)
    full = sits(space, token=alice.token, events="full")
    bob.joins(room)
    full.calls("message", {"text": "x"}, 2)
    bob.leaves(room)
    heard = {}
    while len(heard) == 0 or max(heard) < alice.history(room)["head"]:
        event, offset = full.hears("denwa:event")
        assert isinstance(offset, str) and event["seq"] not in heard
        heard[event["seq"]] = event
    stored = {event["seq"]: identified(event) for event in alice.history(room, limit=200)["events"]}
    assert heard == {seq: event for seq, event in stored.items() if seq >= min(heard)} and min(heard) <= 2
    full.silent_for(0.1)


# Recovery.


def test_back_without_having_heard_anything(sits, space, alice, room):
    seat = sits(space, history=0)
    with away(seat):
        alice.fills(room, 3)
    again = returns(sits, seat)
    assert (again.sid, again.pid) == (seat.sid, seat.pid)
    assert again.texts(3) == [f"message {number}" for number in range(3)]
    again.silent_for(0.2)


def test_back_after_300_messages(sits, space, alice, room):
    seat = sits(space)
    alice.posts("before", to=room)
    *_, offset = seat.hears()
    with away(seat):
        alice.fills(room, 300)
    again = returns(sits, seat, offset)
    assert (again.sid, again.pid) == (seat.sid, seat.pid)
    assert again.texts(300) == [f"message {number}" for number in range(300)]
    again.silent_for(0.2)
    alice.posts("live", to=room)
    assert again.hears()[0] == "live"


def test_back_at_any_offset(sits, space, alice, room):
    """Each offset is good for itself, also an old one, and also more than once."""
    alice.fills(room, 40)
    seat = sits(space, token=alice.token)
    heard = seat.several(40)
    offsets = [offset for _, offset in heard]
    assert len(set(offsets)) == 40
    for place in Random(5).sample(range(40), 8):
        again = returns(sits, seat, offsets[place], token=alice.token)
        assert again.several(39 - place) == heard[place + 1:]
        again.silent_for(0.05)


def test_back_in_full(sits, space, alice, bob, room):
    seat = sits(space, events="full", history=0)
    with away(seat):
        bob.joins(room)
        head = alice.posts("missed", to=room)["seq"]
    again = returns(sits, seat, events="full")
    heard = [again.hears("denwa:event")[0]["seq"] for _ in range(2)]
    assert again.sid == seat.sid and heard == [head - 1, head]


def test_back_on_another_server(sits, space, alice, room, members_only):
    seat = sits(space, history=0)
    with away(seat):
        alice.fills(room, 3)
    again = returns(sits, seat, url=members_only.url)
    assert again.sid == seat.sid and again.texts(3) == [f"message {number}" for number in range(3)]


def test_back_after_a_kill(own, sits, space, alice, room):
    guest, member = sits(space, history=0), sits(space, history=0, token=alice.token)
    own.kill()
    own.start()
    alice.first_socket = None
    alice.fills(room, 3)
    for again, seat in ((returns(sits, guest), guest), (returns(sits, member, token=alice.token), member)):
        assert again.sid == seat.sid and again.texts(3) == [f"message {number}" for number in range(3)]


def is_new(again, seat):
    assert again.is_in and again.sid != seat.sid and again.pid != seat.pid
    return again


def test_back_as_somebody_else(sits, space, alice, bob, room):
    alice.fills(room, 3)
    seat = sits(space, token=alice.token)
    *_, offset = seat.several(3)[-1]
    again = is_new(returns(sits, seat, offset, token=bob.token), seat)
    assert again.texts(3) == [f"message {number}" for number in range(3)]


def test_a_pid_is_nobodys_key(sits, space, alice):
    """Whoever has that of a member without the token is not let in: not as the member, and not as a guest without noticing it."""
    seat = sits(space, token=alice.token)
    assert refused(returns(sits, seat)) == "not_authenticated"
    assert refused(sits("/", pid=seat.pid)) == "not_authenticated"


def test_back_when_the_session_has_ended(own, sits, space, alice):
    """What is typed does not go out as a guest's."""
    api = own.world.api()
    api.post("/v1/sessions", handle=alice.handle, password=PASSWORD, session="cookie")
    cookie = {"Cookie": "; ".join(f"{name}={value}" for name, value in api.http.cookies.items())}
    seat = sits(space, headers=cookie, origin=own.url)
    with away(seat):
        alice.api.confirmed("POST", "/v1/me/sessions/removal", password=PASSWORD)
    assert refused(returns(sits, seat, headers=cookie, origin=own.url)) == "not_authenticated"
    assert sits(space, headers=cookie, origin=own.url).is_in, "whoever was not here before may be a guest"


@pytest.mark.parametrize("pid", ["", "x", "x" * 5_000, 7, None, ".....", {"a": 1}, "a letter less", "a letter more"])
def test_a_pid_that_is_none(sits, space, alice, room, pid):
    """Whatever it is, it does not keep anybody out, and lets nobody in as somebody."""
    guest = sits(space, name="Hana")
    again = sits(space, pid={"a letter less": guest.pid[:-1], "a letter more": guest.pid + "x"}.get(str(pid), pid))
    assert again.is_in and again.pid != guest.pid
    again.calls("message", "hi")
    assert author(alice, room)["displayName"] == "Guest"


@pytest.mark.parametrize("offset", ["", "x", "-1", "1e3", "9" * 30, "9007199254740993", 7, None, {"a": 1}, "x" * 5_000])
def test_an_offset_that_is_none(sits, space, alice, room, offset):
    """Nothing is lost by it: it is as if there were none, or as if nobody had been here before."""
    alice.fills(room, 3)
    seat = sits(space, history=3, token=alice.token)
    seat.several(3)
    alice.posts("missed", to=room)
    again = returns(sits, seat, offset, token=alice.token, history=3)
    texts = []
    while not texts or texts[-1] != "missed":
        texts += again.texts(1)
    again.silent_for(0.1)
    assert texts == ["message 0", "message 1", "message 2", "missed"][-len(texts):]


def test_back_in_another_database(contract, tmp_path):
    """An older backup was put back, and went on differently: whoever has seen more begins anew."""
    with own_installation("socketio-restore", contract, ["--guests"]) as own:
        alice = own.world.person("alice")
        room = alice.makes_room()
        alice.fills(room, 3)
        own.cluster.dump(tmp_path / "backup")
        seat = Seat(Connection(own.url), f"/rooms/{room}", token=alice.token)
        alice.fills(room, 5, body="forgotten {}")
        *_, offset = seat.several(8)[-1]
        own.world.end_sockets()
        own.stops()
        own.cluster.restore(tmp_path / "backup", "restored")
        own.database_url = own.cluster.url("restored")
        own.start()
        alice.first_socket = None
        alice.fills(room, 10, body="another future {}")
        again = is_new(Seat(Connection(own.url), f"/rooms/{room}", token=alice.token, pid=seat.pid, offset=offset), seat)
        texts = again.texts(13)
        assert texts == [f"message {number}" for number in range(3)] + [f"another future {number}" for number in range(10)]
        again.connection.close()


# Ends.


@pytest.mark.parametrize("kind", ["log out", "end one", "end the others"])
def test_revoked_is_revoked(own, sits, space, alice, room, kind):
    """Twenty times: within a second, and nothing is heard after. Others on the same connection stay."""
    person = own.world.person("person")
    others = [person.logs_in_again() for _ in range(19)]
    seats = [sits(space, token=other.token, history=0) for other in others]
    beside = Seat(seats[0].connection, "/", token=alice.token, history=0)
    begin = monotonic()
    if kind == "log out":
        for other in others:
            other.api.delete("/v1/sessions/current")
    elif kind == "end one":
        for session in person.api.get("/v1/me/sessions")["sessions"]:
            if not session["current"]:
                person.api.confirmed("POST", f"/v1/me/sessions/{session['id']}/removal", password=PASSWORD)
    else:
        person.api.confirmed("POST", "/v1/me/sessions/removal", password=PASSWORD)
    done = monotonic()
    alice.posts("secret", to=room)
    for seat in seats:
        seat.is_disconnected(2)
        assert seat.hears("denwa:error", timeout=0.1)[0]["code"] == "session_ended"
    assert monotonic() - done < 1, f"ended after {monotonic() - done:.2f} s ({done - begin:.2f} s for ending them)"
    for seat in seats:
        assert not [packet for packet in seat.connection.inbox if packet.value and "secret" in packet.value]
    assert beside.calls("message", "still here")["seq"]
    assert refused(sits(space, token=others[0].token)) == "not_authenticated"


def test_a_session_that_is_about_to_end_says_so(own, sits, space, alice):
    with psycopg.connect(own.cluster.url(), autocommit=True) as connection:
        connection.execute("UPDATE sessions SET expires_at = now() + interval '3 s' WHERE account_id = %s", [alice.account["id"]])
    seat = sits(space, token=alice.token)
    assert "expiresAt" in seat.hears("denwa:expiring")[0]
    assert seat.hears("denwa:error", timeout=5)[0]["code"] == "session_ended"
    seat.is_disconnected(1)


def test_the_server_stops(contract):
    with own_installation("socketio-stop", contract, ["--guests"]) as own:
        seats = [Seat(Connection(own.url)) for _ in range(5)]
        for number, seat in enumerate(seats):
            seat.emits("message", f"last words {number}", id=number)
        own.asks_to_stop()
        for number, seat in enumerate(seats):
            seat.connection.next(lambda packet, number=number: packet.kind == ACK and packet.id == number)
            assert seat.connection.has_ended()
        own.stops()


@contextmanager
def held(own, room):
    """What is said in the room is not stored until this is over."""
    with psycopg.connect(own.cluster.url()) as connection:
        connection.execute("SELECT 1 FROM rooms WHERE name = %s FOR UPDATE", [room])
        yield
        connection.rollback()


def test_polling_clients_hear_of_what_they_said_while_the_server_stops(contract):
    with own_installation("socketio-drain", contract, ["--guests"]) as own:
        alice = own.world.person("alice")
        room = alice.makes_room()
        # In two namespaces: one has nothing to wait for, the other has.
        clients = [Polling(own.url) for _ in range(3)]
        for client in clients:
            client.post("connect", f'40{{"history":0}}\x1e40/rooms/{room},{{"history":0}}')
            heard = ""
            while heard.count("pid") < 2:
                heard += client.get(f"get-{len(heard)}")
        with held(own, room):
            for number, client in enumerate(clients):
                client.post("say", f'42/rooms/{room},1["message","last words {number}"]')
            own.asks_to_stop()
            own.seconds_until_readiness(503)
        for number, client in enumerate(clients):
            heard = ""
            while f"43/rooms/{room},1[" not in heard:
                heard += client.get(f"stop-{len(heard)}")
            assert '"duplicate":false' in heard
        own.stops()


# A client that does not read. 32 kB a message, and more of them than all buffers on the way hold.
LONG = "🌸" * 7_990 + "{}"
MANY = 300
SLOW = 20
RESIDENT = 48 * 1024


class SlowReader(Wire):
    """A WebSocket with a small buffer, which reads when it is told to."""

    def __init__(self, port, contract, namespace, token):
        super().__init__(port, contract, timeout=20, receive_buffer=65_536)
        headers = {"Host": self.host, **handshake_headers(Sec_WebSocket_Protocol=None)}
        lines = ["GET /socket.io/?EIO=4&transport=websocket HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
        self.write(("\r\n".join(lines) + "\r\n\r\n").encode())
        assert b" 101 " in self.reader.readline()
        while self.reader.readline() != b"\r\n":
            pass
        self.write(frame(TEXT, f"40{namespace},{json.dumps({'token': token, 'history': 0})}".encode()))
        while not self.read_frame().payload.startswith(b"40"):
            pass

    def hears(self, count):
        """The ends of so many messages."""
        ends = []
        while len(ends) < count:
            payload = self.read_frame().payload.decode()
            if payload == "2":
                self.write(frame(TEXT, b"3"))
            elif payload.startswith("42"):
                ends.append(int(json.loads(payload[payload.index("["):])[1].strip("🌸")))
        return ends


def resident(process):
    """Kilobytes of memory."""
    return int(Path(f"/proc/{process}/status").read_text().split("VmRSS:")[1].split()[0])


def test_who_does_not_read_costs_little_and_misses_nothing(own, contract, sits, space, alice, bob, room):
    slow = [SlowReader(own.port, contract, space, bob.token) for _ in range(SLOW)]
    quick = sits(space, token=alice.token, history=0)
    alice.fills(room, 1)
    before = resident(own.child.pid)
    with ThreadPoolExecutor(1) as pool:
        heard = pool.submit(quick.texts, MANY + 1)
        alice.fills(room, MANY, body=LONG)
        assert [int(text.strip("🌸")) for text in heard.result(60)[1:]] == list(range(MANY))
    grown = resident(own.child.pid) - before
    print(f"{SLOW} sockets that do not read {MANY * 32 // 1_000} MB: {grown // 1_024} MiB more")
    assert grown < RESIDENT
    for wire in slow[:3]:
        while not wire.read_frame().payload.startswith(b"42"):
            pass
        assert wire.hears(MANY) == list(range(MANY))
    for wire in slow:
        wire.__exit__()
