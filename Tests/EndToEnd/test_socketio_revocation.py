"""What ends a session ends its Socket.IO clients; and one network does not take the places of all others."""

import json
from time import monotonic, sleep

import pytest
import requests

from support.engineio import ask, query
from support.person import PASSWORD
from support.processes import free_port, server
from support.raw import CLOSE, TEXT, frame, handshake_headers
from support.revocation import ENDS, Ends, Listener, Talk

pytestmark = pytest.mark.quiet

# What one network may have, of sessions that have no WebSocket yet.
NETWORK_LIMIT = 1_000


class SocketIOListener(Listener):
    """A client on a WebSocket, in one namespace, and perhaps in another with another session."""

    beside = None

    def enters(self, headers):
        token = headers["Authorization"].partition(" ")[2]
        self.namespace = f"/rooms/{self.talk.room}"
        lines = [f"{name}: {value}" for name, value in handshake_headers(Sec_WebSocket_Protocol=None).items()]
        head = ["GET /socket.io/?EIO=4&transport=websocket HTTP/1.1", f"Host: {self.wire.host}", *lines, "", ""]
        self.wire.write("\r\n".join(head).encode())
        assert b" 101 " in self.wire.reader.readline()
        while self.wire.reader.readline() != b"\r\n":
            pass
        self.says(f"40{self.namespace},{json.dumps({'token': token, 'history': 0})}")
        if self.beside:
            self.says(f"40/,{json.dumps({'token': self.beside, 'history': 0})}")
        self.reason = self.ended_at = None

    def says(self, packet):
        self.wire.write(frame(TEXT, packet.encode()))

    def takes(self, opcode, payload):
        packet = payload.decode(errors="replace")
        if opcode == CLOSE:
            self.ended_at = monotonic()
            self.wire.write(frame(CLOSE, payload))
        elif packet == "2":
            self.says("3")
        elif packet.startswith(f"42{self.namespace},"):
            name, *values = json.loads(packet.partition(",")[2])
            if name == "denwa:error":
                self.reason = values[0]["code"]
            elif name == "message":
                self.after += self.code is not None
                self.heard.append(int(values[0].split()[1]))
                self.begins.set()
        elif packet == f"41{self.namespace},":
            self.code, self.closed_at = 4401 if self.reason == "session_ended" else 0, monotonic()

    def join(self, timeout=None):
        """Until it was sent away, which is not the end of the connection."""
        deadline = monotonic() + (timeout or 10)
        while not self.code and self.is_alive() and monotonic() < deadline:
            super().join(0.005)


@pytest.fixture
def talk(world):
    with Talk(world) as talk:
        yield talk


def ended(listener, within=2):
    """Waits for the end of the connection."""
    deadline = monotonic() + within
    while not listener.ended_at and monotonic() < deadline:
        sleep(0.02)
    return bool(listener.ended_at)


@pytest.mark.parametrize("kind", ["log out", "end the others"])
def test_revoked_is_revoked(world, talk, kind):
    """Sent away within a second, and a moment later the connection ends as well: nothing is left on it."""
    end = Ends(talk, f"Socket.IO, {kind}")
    listeners = []
    for begin in range(0, ENDS, 10):
        person = talk.joins(world.person("person"))
        others = [person.logs_in_again() for _ in range(min(10, ENDS - begin))]
        batch = [SocketIOListener(talk, other.bearer) for other in others]
        if kind == "log out":
            for other, listener in zip(others, batch):
                end([listener], lambda: other.api.delete("/v1/sessions/current"))
        else:
            end(batch, lambda: person.api.confirmed("POST", "/v1/me/sessions/removal", password=PASSWORD))
        listeners += batch
    assert all(ended(listener) for listener in listeners)
    seconds = [listener.ended_at - listener.closed_at for listener in listeners]
    print(f"the connections ended {max(seconds):.2f} s later at most")
    assert max(seconds) < 1
    end.are_fine()


def test_who_is_in_another_namespace_stays(world, talk, alice):
    """Another session was shown there, and the connection is its too."""
    person = talk.joins(world.person("person"))

    class WithTwo(SocketIOListener):
        beside = alice.token

    other = person.logs_in_again()
    listener = WithTwo(talk, other.bearer)
    Ends(talk, "one of two")([listener], lambda: other.api.delete("/v1/sessions/current"))
    assert not ended(listener, within=1.5)
    alice.api.delete("/v1/sessions/current")
    assert ended(listener)


def test_one_network_leaves_room_for_others(world):
    """One host shuts out only itself; who has a WebSocket, or has gone, does not count."""
    port = free_port()
    with server("socketio-networks", port, settings={"DENWA_GUESTS": "true"}):
        url, http = f"http://127.0.0.1:{port}/socket.io/", requests.Session()
        http.trust_env = False
        begins = lambda address: http.get(url, params=query(), headers={"X-Forwarded-For": address}, timeout=5)
        opened = [begins("203.0.113.7") for _ in range(NETWORK_LIMIT)]
        assert {answer.status_code for answer in opened} == {200}
        refused = begins("203.0.113.7")
        assert refused.status_code == 429 and int(refused.headers["Retry-After"]) >= 1
        assert refused.json()["code"] == "too_many_requests"
        assert begins("203.0.113.8").status_code == 200 and begins("2001:db8::1").status_code == 200
        assert ask(url).status_code == 200, "this machine's own addresses count for nobody"
        sid = json.loads(opened[0].text[1:])["sid"]
        assert http.post(url, params=query(sid=sid), data="1", timeout=5).status_code == 200
        assert begins("203.0.113.7").status_code == 200
        assert begins("203.0.113.7").status_code == 429
