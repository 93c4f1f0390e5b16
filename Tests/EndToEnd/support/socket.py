"""The native door. Every frame, in and out, is held against docs/asyncapi.yaml."""

import json
import socket as tcp
import struct
from time import monotonic

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

PATIENCE = 10


class Socket:
    def __init__(self, url, contract, headers, origin=None):
        self.contract = contract.socket
        self.inbox = []
        self.ws = connect(
            url, subprotocols=["denwa.v1"], additional_headers=headers, origin=origin,
            compression=None, ping_interval=None, max_size=None, max_queue=None, proxy=None, close_timeout=2, legacy=True)
        assert self.ws.subprotocol == "denwa.v1"
        self.hello = self.next("hello")

    def says(self, type, **members):
        """Sends a command that is in order."""
        self.ws.send(json.dumps(self.contract.command({"type": type, **members}), ensure_ascii=False))

    def says_raw(self, text):
        """Sends anything."""
        self.ws.send(text)

    def next(self, type, timeout=PATIENCE, **members):
        """The next frame of that type with those members; others wait for whoever asks for them."""
        deadline = monotonic() + timeout
        for index, frame in enumerate(self.inbox):
            if _fits(frame, type, members):
                return self.inbox.pop(index)
        while True:
            frame = self.read(max(0, deadline - monotonic()), f"{type} {members}")
            if _fits(frame, type, members):
                return frame
            self.inbox.append(frame)

    def read(self, timeout=PATIENCE, awaited="a frame"):
        """The next frame, whatever it is."""
        try:
            text = self.ws.recv(timeout)
        except TimeoutError:
            raise AssertionError(f"{awaited} did not come; there were {self.inbox!r:.1000}") from None
        assert isinstance(text, str), "a binary frame came"
        return self.contract.frame(text)

    def silent_for(self, seconds):
        """Demands that nothing but heartbeats is waiting or arrives."""
        deadline = monotonic() + seconds
        try:
            while True:
                self.inbox.append(self.contract.frame(self.ws.recv(max(0, deadline - monotonic()))))
        except TimeoutError:
            assert not [frame for frame in self.inbox if frame["type"] != "heartbeat"], self.inbox

    def closed_with(self, timeout=PATIENCE):
        """Waits until the server closes. Returns code and reason."""
        deadline = monotonic() + timeout
        try:
            while True:
                self.inbox.append(self.contract.frame(self.ws.recv(max(0, deadline - monotonic()))))
        except ConnectionClosed as end:
            assert end.rcvd, "the connection broke without a close frame"
            return self.contract.close(end.rcvd.code), end.rcvd.reason

    def subscribe(self, room, **position):
        """Returns the `subscribed` frame."""
        self.says("subscribe", room=room, **position)
        return self.next("subscribed", room=room)

    def events(self, room, through):
        """All events of the room that come until seq `through`, in the order of arrival."""
        events = []
        while not events or events[-1]["seq"] < through:
            events.append(self.next("event", room=room))
        return events

    def history(self, room, **query):
        """Returns the page."""
        self.says("history", room=room, **query)
        return self.next("history", room=room)

    def marks_read(self, room, seq):
        """Returns where the marker is then."""
        self.says("read", room=room, seq=seq)
        return self.next("read", room=room)

    def refused(self, type, **members):
        """The code of the refusal of a command."""
        self.says(type, **members)
        return self.next("error")["code"]

    def close(self):
        self.ws.close()

    def cut(self):
        """Ends the TCP connection without a goodbye."""
        self.ws.socket.setsockopt(tcp.SOL_SOCKET, tcp.SO_LINGER, struct.pack("ii", 1, 0))
        self.ws.socket.shutdown(tcp.SHUT_RDWR)


def _fits(frame, type, members):
    return frame["type"] == type and all(frame.get(name) == value for name, value in members.items())
