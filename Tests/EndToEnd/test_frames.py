"""RFC 6455 frame by frame: what breaks the protocol is closed with the right code; what is legal works."""

import json
import struct
from time import sleep
from uuid import uuid4

import pytest

from support.raw import BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, Wire, close_frame, frame

HI = b'{"type":"dance"}'


def stretched(payload, form):
    """A text frame whose length takes more bytes than it needs."""
    mark = {">H": 0xFE, ">Q": 0xFF}[form]
    return bytes([0x81, mark]) + struct.pack(form, len(payload)) + bytes(4) + payload


# What to send, and the code that must come back.
BROKEN = {
    "unmasked text": (frame(TEXT, HI, masked=False), 1002),
    "unmasked empty text": (frame(TEXT, masked=False), 1002),
    "unmasked ping": (frame(PING, b"a", masked=False), 1002),
    "unmasked close": (frame(CLOSE, b"\x03\xe8", masked=False), 1002),
    "unmasked continuation": (frame(TEXT, HI[:4], fin=False) + frame(CONTINUATION, HI[4:], masked=False), 1002),
    **{f"RSV {bits:03b} on text": (frame(TEXT, HI, rsv=bits), 1002) for bits in range(1, 8)},
    "RSV1 on a ping": (frame(PING, rsv=4), 1002),
    "RSV1 on a close": (frame(CLOSE, rsv=4), 1002),
    "RSV1 on a continuation": (frame(TEXT, HI[:4], fin=False) + frame(CONTINUATION, HI[4:], rsv=4), 1002),
    **{f"reserved opcode {opcode:#x}": (frame(opcode, HI), 1002) for opcode in (*range(3, 8), *range(11, 16))},
    "fragmented ping": (frame(PING, b"a", fin=False), 1002),
    "fragmented pong": (frame(PONG, b"a", fin=False), 1002),
    "fragmented close": (frame(CLOSE, b"\x03\xe8", fin=False), 1002),
    "ping of 126 bytes": (frame(PING, b"x" * 126), 1002),
    "pong of 126 bytes": (frame(PONG, b"x" * 126), 1002),
    "close of 126 bytes": (close_frame(1000, b"x" * 124), 1002),
    "continuation of nothing": (frame(CONTINUATION, HI), 1002),
    "unfinished continuation of nothing": (frame(CONTINUATION, HI, fin=False), 1002),
    "continuation after a whole message": (frame(TEXT, HI) + frame(CONTINUATION, HI), 1002),
    "text within a message": (frame(TEXT, HI[:4], fin=False) + frame(TEXT, HI), 1002),
    "binary within a message": (frame(TEXT, HI[:4], fin=False) + frame(BINARY, HI), 1002),
    "close of 1 byte": (frame(CLOSE, b"\x03"), 1002),
    **{f"close code {code}": (close_frame(code), 1002) for code in (0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2999, 5000, 65535)},
    "close reason that is not UTF-8": (close_frame(1000, b"\xff"), 1007),
    "binary": (frame(BINARY, HI), 1003),
    "empty binary": (frame(BINARY), 1003),
    "fragmented binary": (frame(BINARY, HI[:4], fin=False) + frame(CONTINUATION, HI[4:]), 1003),
    "text with 0xFF": (frame(TEXT, b'{"type":"\xff"}'), 1007),
    "text with an overlong form": (frame(TEXT, b"\xc0\xaf"), 1007),
    "text with a surrogate": (frame(TEXT, b"\xed\xa0\x80"), 1007),
    "text past U+10FFFF": (frame(TEXT, b"\xf4\x90\x80\x80"), 1007),
    "text that ends in a character": (frame(TEXT, "電".encode()[:2]), 1007),
    "fragments that end in a character": (frame(TEXT, b"\xe9", fin=False) + frame(CONTINUATION, b"\x9b"), 1007),
    "fragments with 0xFF": (frame(TEXT, HI, fin=False) + frame(CONTINUATION, b"\xff"), 1007),
    "65,537 bytes": (frame(TEXT, b" " * 65_537), 1009),
    "65,537 bytes in fragments": (frame(TEXT, b" " * 40_000, fin=False) + frame(CONTINUATION, b" " * 25_537), 1009),
    "endless fragments": (frame(TEXT, b" ", fin=False) + frame(CONTINUATION, b" " * 1_000, fin=False) * 70, 1009),
    "2 bytes for a length of 16": (stretched(HI, ">H"), 1002),
    "2 bytes for a length of 125": (stretched(HI.ljust(125), ">H"), 1002),
    "2 bytes for no length": (stretched(b"", ">H"), 1002),
    "8 bytes for a length of 16": (stretched(HI, ">Q"), 1002),
    "8 bytes for a length of 65,535": (stretched(HI.ljust(65_535), ">Q"), 1002),
    "a length of 1 GiB": (frame(TEXT, b"x" * 10, length=1 << 30), 1009),
    "a length of 2^63-1": (frame(TEXT, b"x" * 10, length=(1 << 63) - 1), 1009),
    "60 pings at once": (frame(PING, b"flood") * 60, 1008),
    "pings hidden between fragments": (frame(TEXT, HI, fin=False) + frame(PING) * 60, 1008),
}


@pytest.fixture(scope="module")
def talker(world):
    person = world.person("talker")
    person.room = person.makes_room()
    return person


@pytest.fixture
def wire(talker, ports, contract):
    """A WebSocket in our own hands, after `hello`."""
    with Wire(ports.server, contract) as wire:
        wire.upgrade(talker.bearer)
        yield wire


@pytest.fixture
def message(talker):
    """A command, as bytes, that is answered with an ack."""
    return json.dumps({"type": "send", "room": talker.room, "clientId": uuid4().hex, "body": "電話"}, ensure_ascii=False).encode()


@pytest.mark.parametrize("case", BROKEN)
def test_broken(wire, bystander, case):
    data, code = BROKEN[case]
    wire.write(data)
    assert wire.contract.socket.close(wire.read_close()) == code
    assert wire.at_end(), "the connection stays open"
    bystander.is_unharmed()


def test_a_length_with_the_highest_bit(wire):
    wire.write(frame(TEXT, b"x" * 10, length=1 << 63))
    assert wire.read_close() in (1002, 1009)


@pytest.mark.parametrize("payload", [b"", b"a", "電話".encode(), bytes(range(125))])
def test_a_ping_is_echoed(wire, payload):
    wire.write(frame(PING, payload))
    assert wire.read_frame() == (PONG, payload)


def test_ten_pings_a_second_are_fine(wire):
    for round in range(2):
        wire.write(b"".join(frame(PING, bytes([number])) for number in range(10)))
        assert [wire.read_frame() for _ in range(10)] == [(PONG, bytes([number])) for number in range(10)]
        sleep(1.1)


def test_a_pong_nobody_asked_for_is_ignored(wire, message):
    wire.write(frame(PONG) + frame(PONG, b"x" * 125) + frame(TEXT, message))
    wire.read_json("ack")


@pytest.mark.parametrize("size", [1, 2, 7, 50])
def test_fragments_are_put_together(wire, message, size):
    parts = [message[start:start + size] for start in range(0, len(message), size)]
    opcodes = [TEXT] + [CONTINUATION] * (len(parts) - 1)
    wire.write(b"".join(frame(opcode, part, fin=False) for opcode, part in zip(opcodes, parts)) + frame(CONTINUATION))
    wire.read_json("ack")


def test_a_ping_between_fragments(wire, message):
    wire.write(frame(TEXT, message[:9], fin=False) + frame(PING, b"now") + frame(CONTINUATION, message[9:]))
    assert wire.read_frame() == (PONG, b"now")
    wire.read_json("ack")


def test_empty_fragments(wire, message):
    empty = frame(CONTINUATION, fin=False)
    wire.write(frame(TEXT, fin=False) + empty * 5 + frame(CONTINUATION, message, fin=False) + empty + frame(CONTINUATION))
    wire.read_json("ack")


def test_an_empty_text_is_an_error_not_the_end(wire, message):
    wire.write(frame(TEXT) + frame(TEXT, message))
    assert wire.read_json("error")["code"] == "malformed_json"
    wire.read_json("ack")


def test_byte_by_byte(wire, message):
    for byte in frame(TEXT, message):
        wire.write(bytes([byte]))
    wire.read_json("ack")


def test_many_frames_in_one_segment(wire, message):
    wire.write(frame(TEXT, message) * 50)
    assert [wire.read_json("ack")["duplicate"] for _ in range(50)] == [False] + [True] * 49


@pytest.mark.parametrize("fragments", [1, 2, 64])
def test_exactly_65536_bytes(wire, message, fragments):
    padded = message.ljust(65_536)
    size = 65_536 // fragments
    for number in range(fragments):
        part = padded[number * size:(number + 1) * size]
        wire.write(frame(TEXT if number == 0 else CONTINUATION, part, fin=number == fragments - 1))
    wire.read_json("ack")


@pytest.mark.parametrize("code", [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999])
def test_a_close_is_answered(wire, code):
    wire.write(close_frame(code, "さようなら".encode()))
    assert wire.read_close() == code
    assert wire.at_end()


def test_a_close_without_a_code_is_answered(wire):
    wire.write(frame(CLOSE))
    assert wire.read_close() in (None, 1000)
    assert wire.at_end()


def test_nothing_is_done_after_a_close(talker, wire, message):
    head = talker.history(talker.room)["head"]
    wire.write(close_frame(1000) + frame(TEXT, message))
    assert wire.read_close() == 1000
    assert wire.at_end()
    assert talker.history(talker.room)["head"] == head


def test_an_abrupt_end_harms_nobody(talker, wire, bystander):
    wire.write(frame(TEXT, b"x" * 100)[:50])
    wire.tcp.close()
    bystander.is_unharmed()
