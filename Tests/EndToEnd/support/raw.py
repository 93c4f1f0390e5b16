"""A TCP connection that says exactly what it is told: HTTP/1.1 requests and WebSocket frames (RFC 6455, 5.2)."""

import base64
import http.client
import json
import os
import socket
import struct
from contextlib import closing
from typing import NamedTuple

from support.contract import parse

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10


class Answer(NamedTuple):
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def problem(self):
        return parse(self.body.decode())


class Frame(NamedTuple):
    opcode: int
    payload: bytes


def frame(opcode, payload=b"", fin=True, rsv=0, masked=True, length=None):
    """The bytes of a client's frame; `length` lies about the payload's."""
    length = len(payload) if length is None else length
    head = bytes([fin << 7 | rsv << 4 | opcode])
    mask_bit = masked << 7
    if length < 126:
        head += bytes([mask_bit | length])
    elif length < 65_536:
        head += bytes([mask_bit | 126]) + struct.pack(">H", length)
    else:
        head += bytes([mask_bit | 127]) + struct.pack(">Q", length)
    if not masked:
        return head + payload
    key = os.urandom(4)
    repeated = key * (len(payload) // 4 + 1)
    return head + key + bytes(a ^ b for a, b in zip(payload, repeated))


def close_frame(code, reason=b""):
    return frame(CLOSE, struct.pack(">H", code) + reason)


def handshake_headers(**changes):
    """A handshake's headers. A change to None leaves one out; underscores stand for hyphens."""
    headers = {
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
        "Sec-WebSocket-Protocol": "denwa.v1",
    }
    headers.update({name.replace("_", "-"): value for name, value in changes.items()})
    return {name: value for name, value in headers.items() if value is not None}


class Wire:
    def __init__(self, port, contract, timeout=5, receive_buffer=None):
        """`receive_buffer` bytes are what our side of the connection takes without being read from."""
        self.contract = contract
        self.host = f"localhost:{port}"
        self.tcp = socket.socket()
        self.tcp.settimeout(timeout)
        if receive_buffer:
            self.tcp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.tcp.connect(("127.0.0.1", port))
        self.tcp.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.reader = self.tcp.makefile("rb")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.reader.close()
        self.tcp.close()

    def write(self, data):
        self.tcp.sendall(data)

    def request(self, method, path, headers=()):
        """Sends a request without a body and reads the answer. `headers` is a mapping or a list of pairs."""
        pairs = list(headers.items() if isinstance(headers, dict) else headers)
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self.host}"] + [f"{name}: {value}" for name, value in pairs]
        self.write(("\r\n".join(lines) + "\r\n\r\n").encode())
        return self.read_answer(method, path)

    def read_answer(self, method, path):
        status = int(self.reader.readline().split()[1])
        headers = http.client.parse_headers(self.reader)
        length = 0 if method == "HEAD" else int(headers.get("Content-Length", 0))
        body = self.reader.read(length)
        self.contract.http.check(method, path, status, headers, body)
        return Answer(status, headers, body)

    def get(self, path):
        return self.request("GET", path)

    def upgrade(self, headers, path="/v1/socket"):
        """Opens a WebSocket, which must work, and reads `hello`."""
        answer = self.request("GET", path, handshake_headers(**headers))
        assert answer.status == 101, answer
        return self.read_json("hello")

    def says(self, type, **members):
        """Sends a command that is in order."""
        text = json.dumps(self.contract.socket.command({"type": type, **members}), ensure_ascii=False)
        self.write(frame(TEXT, text.encode()))

    def read_frame(self):
        first, second = self._exactly(2)
        assert first & 0x70 == 0, "reserved bits are set"
        assert first & 0x80, "the server fragmented a message"
        assert second & 0x80 == 0, "the server masked a frame"
        length = second
        if length == 126:
            (length,) = struct.unpack(">H", self._exactly(2))
        elif length == 127:
            (length,) = struct.unpack(">Q", self._exactly(8))
        return Frame(first & 0x0F, self._exactly(length))

    def read_json(self, type):
        """The next frame that is not a heartbeat; it must be text and of that type."""
        while True:
            opcode, payload = self.read_frame()
            if opcode == PING:
                continue
            assert opcode == TEXT, (opcode, payload)
            parsed = self.contract.socket.frame(payload.decode())
            if parsed["type"] != "heartbeat":
                assert parsed["type"] == type, parsed
                return parsed

    def read_goodbye(self):
        """Code and reason of the next close frame; what comes before it is skipped."""
        while True:
            opcode, payload = self.read_frame()
            if opcode == TEXT:
                self.contract.socket.frame(payload.decode())
            if opcode == CLOSE:
                return int.from_bytes(payload[:2]) or None, payload[2:].decode()

    def read_close(self):
        return self.read_goodbye()[0]

    def at_end(self):
        """Whether the server ends the connection before our time-out."""
        try:
            return self.reader.read(1) == b""
        except ConnectionResetError:
            return True

    def _exactly(self, count):
        data = self.reader.read(count)
        if len(data) < count:
            raise EOFError("the connection ended")
        return data


def silent_connection(port):
    """A TCP connection to be closed by whoever asks for it."""
    return closing(socket.create_connection(("127.0.0.1", port), 10))
