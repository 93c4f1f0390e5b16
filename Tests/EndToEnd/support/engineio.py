"""A raw Engine.IO 4 client: it says what it is told and knows no more than the wire."""

import json
import os
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from time import monotonic
from urllib.parse import urlencode

import requests
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
from websockets.sync.client import connect

from support.processes import OUTPUT, answers, free_port, process, setting, stop, wait_until

PATIENCE = 5
SEPARATOR = "\x1e"
PING_INTERVAL, PING_TIMEOUT, MAX_PAYLOAD = 0.3, 0.2, 1_000_000
# Whether the server is not ours, but one that ours is measured by.
IS_REFERENCE = "DENWA_FIXTURE_URL" in os.environ
CODES = ("Transport unknown", "Session ID unknown", "Bad handshake method", "Bad request", "Forbidden", "Unsupported protocol version")


@contextmanager
def fixture_server(*options, instead="DENWA_FIXTURE_URL"):
    """The URL of a FixtureServer; of the server that the variable `instead` names, if it is set."""
    if url := os.environ.get(instead):
        yield url.rstrip("/")
        return
    port, log = free_port(), OUTPUT / f"fixture{''.join(options)}.log"
    with process([setting("DENWA_FIXTURE_SERVER"), "--port", str(port), *options], log) as child:
        wait_until(lambda: answers(f"http://127.0.0.1:{port}/healthz"), child, log)
        yield f"http://127.0.0.1:{port}"
        stop(child)


def query(transport="polling", EIO="4", **more):
    """A query; a member that is None is left out."""
    return {name: value for name, value in {"EIO": EIO, "transport": transport, **more}.items() if value is not None}


def ask(url, params=None, method="GET", **request):
    """One HTTP request on a connection of its own."""
    with requests.Session() as http:
        http.trust_env = False
        return http.request(method, url, params=query() if params is None else params, timeout=PATIENCE, **request)


def opened(packet):
    """What an open packet says."""
    assert packet[:1] == "0", packet
    return json.loads(packet[1:])


def is_refused(answer, code, status=400):
    """Demands the error of that code, as the reference writes it."""
    assert answer.status_code == status, (answer.status_code, answer.text)
    assert answer.headers["Content-Type"].partition(";")[0] == "application/json"
    is_error(answer.json(), code)


def is_error(error, code):
    """As the reference writes it; ours has advice about sessions that are not there."""
    detail = error.pop("detail", None)
    assert error == {"code": code, "message": CODES[code]}
    assert IS_REFERENCE or (detail is not None) == (code == 1), detail


class Polling:
    """A session over HTTP long-polling."""

    def __init__(self, url, **headers):
        self.url = url
        self.http = requests.Session()
        self.http.trust_env = False
        self.http.headers.update(headers)
        self.opening = self.http.get(url, params=query(), timeout=PATIENCE)
        assert self.opening.status_code == 200, self.opening.text
        self.hello = opened(self.opening.text)
        self.sid = self.hello["sid"]
        self.inbox = deque()
        self.beside = ThreadPoolExecutor()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.beside.shutdown()
        self.http.close()

    def get(self, timeout=PATIENCE):
        return self.http.get(self.url, params=query(sid=self.sid), timeout=timeout)

    def post(self, body, **request):
        body = body.encode() if isinstance(body, str) else body
        return self.http.post(self.url, params=query(sid=self.sid), data=body, timeout=PATIENCE, **request)

    def get_beside(self):
        """A GET that waits on a connection of its own; a future."""
        return self.beside.submit(ask, self.url, query(sid=self.sid))

    def says(self, *packets):
        answer = self.post(SEPARATOR.join(packets))
        assert (answer.status_code, answer.text) == (200, "ok"), (answer.status_code, answer.text)

    def hears(self):
        """The packets of one GET, which must work."""
        answer = self.get()
        assert answer.status_code == 200, answer.text
        return answer.text.split(SEPARATOR)

    def next(self, patience=PATIENCE):
        """The next packet; pings are answered, noops passed over."""
        deadline = monotonic() + patience
        while not self.inbox:
            assert monotonic() < deadline, "no packet came"
            for packet in self.hears():
                if packet == "2":
                    self.says("3")
                elif packet != "6":
                    self.inbox.append(packet)
        return self.inbox.popleft()

    def several(self, count):
        return [self.next() for _ in range(count)]

    def lives(self, mark="still here"):
        """Demands that a message comes back."""
        self.says(f"4{mark}")
        assert self.next() == f"4{mark}"

    def is_over(self):
        """Demands that the server does not know the session."""
        is_refused(self.get(), 1)

    def ends(self, patience=PATIENCE):
        """Waits until the session is over, answering pings."""
        deadline = monotonic() + patience
        while (answer := self.get()).status_code == 200:
            assert monotonic() < deadline, "the session goes on"
            if "2" in answer.text.split(SEPARATOR):
                self.post("3")
        is_refused(answer, 1)


class WebSocket:
    """A WebSocket of a session: a new one, or that of a `sid`. `asked` are more members of the query."""

    def __init__(self, url, sid=None, asked=None, **headers):
        self.ws = raw_websocket(url, query("websocket", sid=sid, **asked or {}), **headers)
        if sid is None:
            self.hello = opened(self.read())
            self.sid = self.hello["sid"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.ws.close()

    def says(self, *packets):
        for packet in packets:
            self.ws.send(packet)

    def read(self, timeout=PATIENCE):
        """The next frame, whatever it is."""
        return self.ws.recv(timeout)

    def next(self, timeout=PATIENCE):
        """The next frame that is not a ping; pings are answered."""
        deadline = monotonic() + timeout
        while (packet := self.ws.recv(max(0, deadline - monotonic()))) == "2":
            self.ws.send("3")
        return packet

    def several(self, count):
        return [self.next() for _ in range(count)]

    def quiet_for(self, seconds):
        """Demands that nothing but pings comes, and answers them."""
        try:
            packet = self.next(seconds)
        except TimeoutError:
            return
        raise AssertionError(f"{packet!r} came")

    def lives(self, mark="still here"):
        """Demands that a message comes back."""
        self.says(f"4{mark}")
        assert self.next() == f"4{mark}"

    def ends(self, patience=PATIENCE):
        """Waits until the server closes, answering pings. Returns what came before."""
        packets, deadline = [], monotonic() + patience
        try:
            while True:
                packets.append(self.next(max(0, deadline - monotonic())))
        except ConnectionClosed:
            return packets
        except TimeoutError:
            raise AssertionError(f"the server does not close; there were {packets!r:.500}") from None

    def dies(self, patience=PATIENCE):
        """Waits until the server closes, without a word from us. Returns what came before."""
        packets, deadline = [], monotonic() + patience
        try:
            while True:
                packets.append(self.ws.recv(max(0, deadline - monotonic())))
        except ConnectionClosed:
            return packets

    def upgrades(self):
        """Probes and takes over."""
        self.probes()
        self.says("5")

    def probes(self):
        self.says("2probe")
        assert self.read() == "3probe"


def raw_websocket(url, params, **headers):
    address = f"{url.replace('http', 'ws', 1)}?{urlencode(params)}"
    return connect(address, additional_headers=headers, compression=None, ping_interval=None, max_size=None, proxy=None,
                   open_timeout=PATIENCE, close_timeout=2, legacy=True)


def websocket_is_refused(url, code, params):
    """Demands that a handshake is refused: by HTTP 400 with the error as JSON or as text, or by a close that follows the 101."""
    try:
        ws = raw_websocket(url, params)
    except InvalidStatus as refusal:
        answer = refusal.response
        assert answer.status_code == 400
        if answer.headers.get("Content-Type", "").startswith("application/json"):
            is_error(json.loads(answer.body), code)
        else:
            assert answer.body.decode() in ("", CODES[code])
    except (InvalidHandshake, ConnectionError, EOFError):
        pass
    else:
        with ws:
            try:
                packet = ws.recv(PATIENCE)
            except ConnectionClosed:
                return
            raise AssertionError(f"{packet!r} came")
