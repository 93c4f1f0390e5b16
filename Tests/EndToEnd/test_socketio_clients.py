"""The Socket.IO clients that people use: socket.io-client 4 in Node and in Chromium, from a page of another origin, over each
transport; and python-socketio."""

import asyncio
import os
from queue import Empty, Queue
from threading import Thread
from time import monotonic
from uuid import uuid4

import pytest
import socketio

from node.client import PAGE, Chromium, Node
from support.installation import own_installation
from support.person import PASSWORD
from support.processes import OUTPUT, answers, free_port, process, setting, stop, wait_until
from support.socketio_bundle import site
from support.tcp_proxy import Cable

TRANSPORTS = {"default": {}, "polling": {"transports": ["polling"]}, "websocket": {"transports": ["websocket"]}}
# Sooner than people would.
SOON = {"reconnectionDelay": 100, "reconnectionDelayMax": 500}
ARGUMENTS = ["もしもし", 1, -2.5, True, None, {"a": [{"b": "🌸"}]}, []]
SAID = [["もしもし"], [{"text": "hi", "mood": {"level": 3}}], ARGUMENTS, [7], [{"body": "x"}, ""], [b"\x00\xff", "bytes"],
        [{"text": "a picture", "picture": b"\x89PNG"}]]


@pytest.fixture(scope="module")
def origin():
    with site(free_port(), PAGE) as origin:
        yield origin


@pytest.fixture(scope="module")
def echo():
    """What the fixture server says is known word by word. A browser beside others may take long to answer a ping."""
    port, log = free_port(), OUTPUT / "socketio-fixture.log"
    with process([setting("DENWA_FIXTURE_SERVER"), "--port", str(port), "--ping-timeout", "20000"], log) as child:
        wait_until(lambda: answers(f"http://127.0.0.1:{port}/healthz"), child, log)
        yield f"http://localhost:{port}"
        stop(child)


@pytest.fixture(scope="module")
def own(contract, origin):
    with own_installation("socketio", contract, ["--allowed-origins", origin, "--guests"]) as own:
        yield own


@pytest.fixture(params=["node", "chromium"])
def runtime(request):
    if request.param == "node":
        runtime = Node()
    else:
        runtime = Chromium(request.getfixturevalue("browser"), request.getfixturevalue("origin"))
    yield runtime
    runtime.ends()


@pytest.fixture(params=TRANSPORTS)
def transport(request):
    return request.param


@pytest.fixture
def opens(runtime, transport):
    """Opens a socket as `io(url, options)` does."""
    return lambda url, **options: runtime.opens(url, **{**TRANSPORTS[transport], **SOON, **options})


@pytest.fixture
def alice(own):
    """Somebody with a room, who does not use Socket.IO."""
    return own.world.person("alice")


@pytest.fixture
def tea(own, room):
    """The address of the room's namespace."""
    return f"{own.url}/rooms/{room}"


# The protocol, against the fixture server.


def test_it_connects_with_its_auth(echo, opens, transport):
    client = opens(echo, auth={"token": "電話", "more": [1]})
    assert client.next("open")["transport"] == ("websocket" if transport == "websocket" else "polling")
    client.connected()
    assert client.hears("auth") == [{"token": "電話", "more": [1]}]


def test_it_upgrades(echo, opens, transport):
    client = opens(echo)
    client.connected()
    if transport == "default":
        assert client.next("upgrade")["transport"] == "websocket"
    for number in range(20):
        client.emits("message", number)
    assert [client.hears("message-back") for _ in range(20)] == [[number] for number in range(20)]


def test_nothing_is_lost_while_it_upgrades(echo, opens):
    """Said from the first moment on, without waiting for anything."""
    client = opens(echo)
    client.counts("message", 200)
    assert [client.hears("message-back") for _ in range(200)] == [[number] for number in range(200)]


def test_arguments_come_back_as_they_were(echo, opens):
    client = opens(echo)
    client.emits("message", *ARGUMENTS)
    assert client.hears("message-back") == ARGUMENTS
    assert client.calls("message-with-ack", *ARGUMENTS) == ARGUMENTS


@pytest.mark.parametrize("data", [b"", b"\x00\x01\xfe\xff", os.urandom(50_000)], ids=len)
def test_bytes_come_back_as_they_were(echo, opens, data):
    client = opens(echo)
    client.emits("message", data, {"deep": [data]}, "text")
    assert client.hears("message-back") == [data, {"deep": [data]}, "text"]
    assert client.calls("message-with-ack", {"in": data}) == [{"in": data}]


def test_many_namespaces_share_a_connection(echo, opens):
    main, custom = opens(echo, forceNew=False), opens(f"{echo}/custom", forceNew=False, auth={"who": "me"})
    assert main.connected()["sid"] != custom.connected()["sid"]
    assert (main.hears("auth"), custom.hears("auth")) == ([{}], [{"who": "me"}])
    custom.emits("message", "to custom")
    assert custom.hears("message-back") == ["to custom"]
    main.silent_for(0.3)
    main.performs("disconnect")
    assert main.gone() == "io client disconnect"
    assert custom.calls("message-with-ack", "still here") == ["still here"]


def test_an_unknown_namespace(echo, opens):
    assert opens(f"{echo}/random").refused()["message"] == "Invalid namespace"


def test_it_lives_through_many_heartbeats(echo, opens):
    client = opens(echo)
    client.connected()
    client.hears("auth")
    client.silent_for(1.5)
    assert not [report for report in client.inbox if report["what"] == "disconnect"]
    assert client.calls("message-with-ack", 1) == [1]


def test_it_disconnects_and_connects_again(echo, opens):
    client = opens(echo)
    first = client.connected()["sid"]
    client.performs("disconnect")
    assert client.gone() == "io client disconnect"
    client.performs("connect")
    again = client.connected()
    assert again["sid"] != first and not again["recovered"]
    client.performs("cut")
    assert client.gone() == "forced close"
    client.connected()
    assert client.calls("message-with-ack", 1) == [1]


# The product.


def test_what_one_says_everybody_hears(tea, opens):
    """The sender too; each argument as it was sent, and the offset behind it."""
    hana, ken = opens(tea, auth={"name": "Hana"}), opens(tea, auth={"name": "Ken"})
    assert hana.connected()["sid"] != ken.connected()["sid"]
    for arguments in SAID:
        hana.emits("message", *arguments)
        for client in (hana, ken):
            *heard, offset = client.hears()
            assert heard == arguments and isinstance(offset, str)


def test_the_main_namespace_is_the_default_room(own, opens, alice):
    client = opens(own.url)
    client.connected()
    text = f"hello {uuid4()}"
    client.emits("message", text)
    while client.hears()[0] != text:
        pass
    assert alice.history("lobby")["events"][-1]["body"] == text


def test_an_ack_comes_after_the_commit(tea, opens, alice, room):
    client = opens(tea)
    ack, = client.calls("message", "hello")
    event = alice.history(room)["events"][-1]
    assert event["body"] == "hello"
    assert ack == {"room": room, "clientId": event["clientId"], "seq": event["seq"], "id": f"{room}/{event['seq']}",
                   "at": event["at"], "duplicate": False}


def test_a_refusal(tea, opens):
    client = opens(tea)
    client.connected()
    refusal, = client.calls("message", "x" * 8_001)
    assert refusal["error"]["code"] == "invalid_field" and not refusal["error"]["retryable"]
    client.emits("message", "   ")
    error = client.hears("denwa:error")[0]
    assert error["code"] == "invalid_field" and error["detail"]


def test_the_newest_fifty_come_first(tea, opens, alice, room):
    for number in range(60):
        alice.posts(f"message {number}", to=room)
    client = opens(tea)
    assert not client.connected()["recovered"]
    assert [client.hears()[0] for _ in range(50)] == [f"message {number}" for number in range(10, 60)]
    alice.posts("live", to=room)
    assert client.hears()[0] == "live"
    few = opens(tea, auth={"history": 2})
    assert [few.hears()[0] for _ in range(2)] == ["message 59", "live"]
    none = opens(tea, auth={"history": 0})
    none.connected()
    none.silent_for(0.3)


@pytest.mark.parametrize("namespace", ["rooms/nowhere", "other", "rooms/"])
def test_a_namespace_that_is_no_room(own, opens, namespace):
    error = opens(f"{own.url}/{namespace}").refused()
    assert error["message"] == "Invalid namespace" and error["data"]["code"] == "room_not_found"


def test_a_bad_token(tea, opens):
    error = opens(tea, auth={"token": "x" * 43}).refused()
    assert error["data"]["code"] == "not_authenticated" and error["data"]["retryable"] is False
    assert error["message"] and error["data"]["detail"]


def test_a_session_and_its_end(tea, opens, own, alice, room):
    other = alice.logs_in_again()
    client = opens(tea, auth={"token": other.token})
    client.connected()
    client.calls("message", "with a token")
    assert alice.history(room)["events"][-1]["author"] == alice.account
    client.hears()
    other.api.delete("/v1/sessions/current")
    assert client.hears("denwa:error", timeout=2)[0]["code"] == "session_ended"
    assert client.gone(2) == "io server disconnect"


def test_what_was_missed_comes_after_a_cut(tea, opens, alice, room):
    client = opens(tea)
    sid = client.connected()["sid"]
    alice.posts("before", to=room)
    assert client.hears()[0] == "before"
    client.performs("cut")
    client.gone()
    for number in range(20):
        alice.posts(f"missed {number}", to=room)
    again = client.connected()
    assert again["recovered"] and again["sid"] == sid
    assert [client.hears()[0] for _ in range(20)] == [f"missed {number}" for number in range(20)]
    client.silent_for(0.3)
    alice.posts("live", to=room)
    assert client.hears()[0] == "live"


def test_it_recovers_without_having_heard_anything(tea, opens, alice, room):
    client = opens(tea, auth={"history": 0})
    client.connected()
    client.performs("cut")
    client.gone()
    alice.posts("missed", to=room)
    assert client.connected()["recovered"]
    assert client.hears()[0] == "missed"
    client.silent_for(0.3)


def test_it_recovers_after_its_own_goodbye(tea, opens, alice, room):
    client = opens(tea)
    sid = client.connected()["sid"]
    client.performs("disconnect")
    client.gone()
    alice.posts("missed", to=room)
    client.performs("connect")
    again = client.connected()
    assert again["recovered"] and again["sid"] == sid
    assert client.hears()[0] == "missed"
    client.silent_for(0.3)


def test_the_server_is_killed(tea, opens, own, alice, room):
    """And comes back: everybody goes on where they were, and nothing comes twice."""
    hana, ken = opens(tea), opens(tea, auth={"history": 0})
    sids = [client.connected()["sid"] for client in (hana, ken)]
    hana.calls("message", "before")
    for client in (hana, ken):
        assert client.hears()[0] == "before"
    own.kill()
    for client in (hana, ken):
        client.gone()
    own.start()
    for number in range(5):
        alice.posts(f"missed {number}", to=room)
    for client, sid in zip((hana, ken), sids):
        again = client.connected(20)
        assert again["recovered"] and again["sid"] == sid
        assert [client.hears()[0] for _ in range(5)] == [f"missed {number}" for number in range(5)]
    ken.emits("message", "after")
    for client in (hana, ken):
        assert client.hears()[0] == "after"
        client.silent_for(0.2)


def test_retries_are_stored_once(tea, opens, own, alice, room):
    """With the client's own `retries`, and an id in what it sends; the connection breaks all the time."""
    with Cable(free_port(), own.port) as cable:
        url = tea.replace(str(own.port), str(cable.listener.getsockname()[1]))
        # Enough for the 45 s in which a client may not notice that its connection has gone: it drops what it has tried so often.
        client = opens(url, retries=1000, ackTimeout=300)
        client.connected()
        texts = [f"message {number}" for number in range(40)]
        for number, text in enumerate(texts):
            client.emits("message", {"id": f"m{number}", "text": text})
        end = monotonic() + 3
        while monotonic() < end:
            client.runtime.hears(0.3)
            cable.pull()
            cable.plug_in()
        # A client whose upgrade was cut in the middle notices with its next heartbeat, after 45 s at most.
        heard = []
        while not heard or heard[-1] != texts[-1]:
            heard.append(client.hears(timeout=60)[0]["text"])
    assert heard == texts
    assert [event["body"] for event in alice.history(room, limit=200)["events"] if event["kind"] == "message"] == texts


def test_a_page_that_is_logged_in_by_its_cookie(own, browser, origin, alice, tea, room):
    """Another origin of the same site, and one of the allowed."""
    api = own.world.api()
    api.post("/v1/sessions", handle=alice.handle, password=PASSWORD, session="cookie")
    runtime = Chromium(browser, origin)
    name, value = next(iter(api.http.cookies.items()))
    runtime.context.add_cookies([{"name": name, "value": value, "url": own.url, "sameSite": "Lax", "httpOnly": True}])
    for transports in (["polling"], ["websocket"]):
        client = runtime.opens(tea, transports=transports, withCredentials=True)
        client.connected()
        client.calls("message", "by cookie")
        assert alice.history(room)["events"][-1]["author"] == alice.account
    runtime.ends()


def test_a_page_of_a_foreign_origin(own, browser, tea):
    with site(free_port(), PAGE) as foreign:
        runtime = Chromium(browser, foreign)
        for transports in (["polling"], ["websocket"]):
            assert runtime.opens(tea, transports=transports, reconnection=False).refused()["data"] is None
        runtime.ends()


# python-socketio.


class PythonClient:
    """Its client that waits; what happens is kept in its order."""

    kind = socketio.Client
    # Its WebSockets say the address as their origin, which is not ours behind a proxy.
    options = {"websocket_extra_options": {"suppress_origin": True}}

    def __init__(self, url, namespace, transports=None, auth=None):
        self.namespace = namespace
        self.events = Queue()
        self.client = self.kind(reconnection_delay=0.1, reconnection_delay_max=0.5, **self.options)
        for event in ("connect", "disconnect"):
            self.client.on(event, lambda *args, event=event: self.events.put((event, list(args))), namespace=namespace)
        self.client.on("*", lambda event, *args: self.events.put((event, list(args))), namespace=namespace)
        self.does(self.client.connect(url, namespaces=[namespace], transports=transports, auth=auth, wait_timeout=10))

    def does(self, done):
        return done

    def emits(self, event, *args):
        self.does(self.client.emit(event, args, namespace=self.namespace))

    def calls(self, event, *args):
        return self.does(self.client.call(event, args, namespace=self.namespace, timeout=10))

    def hears(self, event="message"):
        while True:
            try:
                name, args = self.events.get(timeout=10)
            except Empty:
                raise AssertionError(f"{event} did not come") from None
            if name == event:
                return args

    def ends(self):
        self.does(self.client.shutdown())


class AsyncPythonClient(PythonClient):
    """The one for asyncio, on a loop of its own."""

    kind = socketio.AsyncClient
    options = {}

    def __init__(self, *args, **options):
        self.loop = asyncio.new_event_loop()
        self.thread = Thread(target=self.loop.run_forever)
        self.thread.start()
        try:
            super().__init__(*args, **options)
        except BaseException:
            self.stops()
            raise

    def does(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(20)

    def ends(self):
        super().ends()
        self.stops()

    def stops(self):
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(5)
        self.loop.close()


@pytest.fixture(params=[PythonClient, AsyncPythonClient], ids=["sync", "async"])
def python(request, transport):
    opened = []

    def open_one(url, namespace="/", **options):
        opened.append(request.param(url, namespace, TRANSPORTS[transport].get("transports"), **options))
        return opened[-1]

    yield open_one
    for client in opened:
        client.ends()


def test_python_and_the_echo(echo, python, transport):
    client = python(echo, auth={"who": "me"})
    assert client.client.transport() == ("polling" if transport == "polling" else "websocket")
    assert client.hears("auth") == [{"who": "me"}]
    for arguments in (["もしもし", 1, None], [b"\x00\xff", {"deep": [b"x"]}], [{"a": []}]):
        client.emits("message", *arguments)
        assert client.hears("message-back") == arguments
    assert client.calls("message-with-ack", b"\x01", "two") == (b"\x01", "two")
    assert python(echo, "/custom").calls("message-with-ack", 5) == 5


def test_python_disconnects_and_connects_again(echo, python):
    client = python(echo)
    client.does(client.client.disconnect())
    assert client.hears("disconnect") == ["client disconnect"]
    client.does(client.client.connect(echo, wait_timeout=10))
    client.hears("connect")
    assert client.calls("message-with-ack", 1) == 1


def test_python_is_refused(echo, own, python):
    for url, namespace in ((echo, "/random"), (own.url, "/rooms/nowhere")):
        with pytest.raises(socketio.exceptions.ConnectionError):
            python(url, namespace)


def test_python_in_a_room(own, python, alice, room):
    alice.posts("before", to=room)
    hana, ken = (python(own.url, f"/rooms/{room}", auth={"token": own.world.person(name).token}) for name in ("hana", "ken"))
    for client in (hana, ken):
        assert client.hears()[0] == "before"
    ack = hana.calls("message", {"text": "hello", "id": 1})
    assert ack["seq"] == alice.history(room)["head"] and not ack["duplicate"]
    assert hana.calls("message", {"text": "hello", "id": 1}) == {**ack, "duplicate": True}
    for client in (hana, ken):
        assert client.hears()[:-1] == [{"text": "hello", "id": 1}]
    ken.emits("message", b"\x00\xff")
    for client in (hana, ken):
        assert client.hears()[:-1] == [b"\x00\xff"]
    page = hana.calls("history", {"limit": 1})
    assert page["events"][-1]["seq"] == ack["seq"] + 1


def test_python_comes_back(own, python, alice, room):
    """It knows nothing of the recovery, so the last messages come again."""
    with Cable(free_port(), own.port) as cable:
        client = python(f"http://localhost:{cable.listener.getsockname()[1]}", f"/rooms/{room}", auth={"token": alice.token})
        client.hears("connect")
        client.calls("message", "before")
        assert client.hears()[0] == "before"
        cable.pull()
        client.hears("disconnect")
        alice.posts("missed", to=room)
        cable.plug_in()
        client.hears("connect")
        assert [client.hears()[0] for _ in range(2)] == ["before", "missed"]
        assert client.calls("message", "after")["seq"] == alice.history(room)["head"]
