"""Engine.IO 4, rule by rule, without a client's help. Another server than ours may be judged: DENWA_FIXTURE_URL names it."""

import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from time import monotonic, sleep

import pytest
import requests
from websockets.exceptions import ConnectionClosed

from support.engineio import (
    IS_REFERENCE, MAX_PAYLOAD, PATIENCE, PING_INTERVAL, PING_TIMEOUT, SEPARATOR, Polling, WebSocket, ask, fixture_server,
    is_refused, opened, query, websocket_is_refused)

PAGE = "http://page.example:3000"
HELLO = {"pingInterval": 300, "pingTimeout": 200, "maxPayload": MAX_PAYLOAD}
ABANDONED = 10


@pytest.fixture(scope="module")
def base():
    with fixture_server() as base:
        yield base


@pytest.fixture
def echo(base):
    """The bare Engine.IO: each message comes back."""
    return f"{base}/engine.io/"


@pytest.fixture(params=["engine.io", "socket.io"])
def door(base, request):
    """What holds for the bare Engine.IO and for that under Socket.IO."""
    return f"{base}/{request.param}/"


# The handshake

def test_polling_opens_with_one_packet(door):
    with Polling(door) as session:
        assert SEPARATOR not in session.opening.text
        assert session.hello == {"sid": session.sid, "upgrades": ["websocket"], **HELLO}


def test_a_websocket_opens_with_one_packet(door):
    with WebSocket(door) as ws:
        assert ws.hello == {"sid": ws.sid, "upgrades": [], **HELLO}


def test_session_ids_are_twenty_characters_and_differ(door):
    with Polling(door) as one, Polling(door) as other, WebSocket(door) as third:
        ids = {one.sid, other.sid, third.sid}
        assert len(ids) == 3 and all(re.fullmatch("[A-Za-z0-9_-]{20}", sid) for sid in ids)


def test_polling_answers_are_utf8_text_that_nobody_keeps(echo):
    with Polling(echo) as session:
        session.says("4電話")
        for answer in (session.opening, session.get()):
            assert answer.headers["Content-Type"].lower().replace(" ", "") == "text/plain;charset=utf-8"
            assert "no-store" in answer.headers["Cache-Control"]


def test_other_query_members_are_ignored(door):
    answer = ask(door, query(t="Pabc123", b64="1", foo=""))
    assert answer.status_code == 200 and answer.text.startswith("0{")


def test_the_trailing_slash_is_optional(door):
    with Polling(door.rstrip("/")) as session:
        assert session.hello["upgrades"] == ["websocket"]
    with WebSocket(door.rstrip("/")) as ws:
        assert ws.hello["upgrades"] == []


WRONG_QUERIES = {
    "no transport": (query(None), 0),
    "an empty transport": (query(""), 0),
    "an unknown transport": (query("abc"), 0),
    "a transport of another case": (query("POLLING"), 0),
    "webtransport": (query("webtransport"), 0),
    "an unknown transport before an unknown session": (query("abc", sid="unknown"), 0),
    "no query at all": ({}, 0),
    "an unknown session": (query(sid="unknown"), 1),
    "a session like a property of objects": (query(sid="__proto__"), 1),
    "a session of a strange alphabet": (query(sid="電話\x00"), 1),
    "a very long session": (query(sid="a" * 2_000), 1),
    "no version": (query(EIO=None), 5),
    "a version that is no number": (query(EIO="abc"), 5),
    "version 3": (query(EIO="3"), 5),
    "version 5": (query(EIO="5"), 5),
    "version 44": (query(EIO="44"), 5),
    "an empty version": (query(EIO=""), 5),
}


@pytest.mark.parametrize("case", WRONG_QUERIES)
def test_a_wrong_polling_query_is_refused(door, case):
    params, code = WRONG_QUERIES[case]
    is_refused(ask(door, params), code)


@pytest.mark.parametrize("case", WRONG_QUERIES)
def test_a_wrong_websocket_query_is_refused(door, case):
    params, code = WRONG_QUERIES[case]
    websocket_is_refused(door, code, {**params, "transport": "websocket"} if params.get("transport") == "polling" else params)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_a_handshake_is_a_get(door, method):
    is_refused(ask(door, method=method), 2)


def test_a_post_to_an_unknown_session_is_refused(door):
    is_refused(ask(door, query(sid="unknown"), "POST", data="4hello"), 1)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_other_methods_do_nothing_to_a_session(echo, method):
    with Polling(echo) as session:
        answer = ask(echo, query(sid=session.sid), method, data="4hello")
        assert answer.status_code in (400, 405, 500)
        session.lives()


def test_a_websocket_without_an_upgrade_is_a_bad_request(door):
    is_refused(ask(door, query("websocket")), 3)


def test_the_transport_of_a_session_is_not_changed_by_http(echo):
    with Polling(echo) as session:
        is_refused(ask(echo, query("websocket", sid=session.sid)), 3)
        session.lives()


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_polling_for_the_session_of_a_websocket_is_a_bad_request(echo, method):
    with WebSocket(echo) as ws:
        is_refused(ask(echo, query(sid=ws.sid), method, data=b"4hello" if method == "POST" else None), 3)
        ws.lives()


# Messages

TEXTS = ["4hello", "4", "4電話 😀", "4" + '{"a":[1,2]}', "4 \n\r\t", "4" + "0123456", "4b", "4\x00\x1d\x1f\x7f", "4" + "x" * 200_000]
BINARY = {
    "b": b"", "bAQ==": b"\x01", "bAQI=": b"\x01\x02", "bAQID": b"\x01\x02\x03", "bAQIDBA==": b"\x01\x02\x03\x04", "b+/8A/w==": b"\xfb\xff\x00\xff",
}


@pytest.mark.parametrize("packet", [*TEXTS, *BINARY])
def test_polling_carries_a_message_both_ways(echo, packet):
    with Polling(echo) as session:
        session.says(packet)
        assert session.next() == packet


@pytest.mark.parametrize("packet", TEXTS)
def test_a_websocket_carries_text_both_ways(echo, packet):
    with WebSocket(echo) as ws:
        ws.says(packet)
        assert ws.next() == packet


@pytest.mark.parametrize("packet", [*BINARY.values(), bytes(range(256)), bytes(900_000)], ids=len)
def test_a_websocket_carries_binary_as_it_is(echo, packet):
    with WebSocket(echo) as ws:
        ws.says(packet)
        assert ws.next() == packet


def test_several_packets_in_one_post(echo):
    with Polling(echo) as session:
        session.says("4one", "4two", "4three")
        assert session.several(3) == ["4one", "4two", "4three"]


def test_text_and_binary_in_one_post(echo):
    with Polling(echo) as session:
        session.says("4hello", "bAQIDBA==", "4電話", "b/w==")
        assert session.several(4) == ["4hello", "bAQIDBA==", "4電話", "b/w=="]


def test_several_posts_are_answered_in_order(echo):
    with Polling(echo) as session:
        for number in range(20):
            session.says(f"4{number}")
        assert session.several(20) == [f"4{number}" for number in range(20)]


def test_a_waiting_get_is_answered_by_a_message(echo):
    with Polling(echo) as session:
        waiting = session.get_beside()
        sleep(0.1)
        assert not waiting.done()
        session.says("4hello")
        assert waiting.result(PATIENCE).text == "4hello"


def test_a_websocket_keeps_the_order_of_text_and_binary(echo):
    packets = [f"4{number}" if number % 3 else bytes([number]) for number in range(200)]
    with WebSocket(echo) as ws:
        ws.says(*packets)
        assert ws.several(len(packets)) == packets


@pytest.mark.parametrize("packet", ["3", "6"], ids=["a pong nobody asked for", "noop"])
def test_packets_without_meaning_do_no_harm(echo, packet):
    with Polling(echo) as session, WebSocket(echo) as ws:
        session.says(packet)
        session.lives()
        ws.says(packet)
        ws.lives()


UNDECODABLE = {
    "letters": "abc", "an unknown type": "7", "nothing": "", "a separator at the end": "4ok\x1e", "a separator in front": "\x1e4ok",
    "two separators": "4ok\x1e\x1e4ok", "letters after a message": "4ok\x1eabc", "a sign": "-1",
}


@pytest.mark.parametrize("case", UNDECODABLE)
def test_an_undecodable_post_ends_the_session(echo, case):
    with Polling(echo) as session:
        # The reference breaks the connection or answers 200, before it ends the session all the same.
        with suppress(*[requests.ConnectionError] * IS_REFERENCE):
            assert session.post(UNDECODABLE[case]).status_code == 400 or IS_REFERENCE
        session.is_over()


@pytest.mark.parametrize("case", [case for case in UNDECODABLE if "separator" not in case and "message" not in case])
def test_an_undecodable_frame_closes_the_websocket(echo, case):
    with WebSocket(echo) as ws:
        ws.says(UNDECODABLE[case])
        assert ws.ends() == []
        is_refused(ask(echo, query(sid=ws.sid)), 1)


def test_a_ping_of_the_client_ends_the_session(echo):
    with Polling(echo) as session, WebSocket(echo) as ws:
        with suppress(requests.ConnectionError):
            session.post("2")
        session.is_over()
        ws.says("2")
        assert ws.ends() == []


def test_a_post_of_binary_content_is_refused(echo):
    with Polling(echo) as session:
        assert session.post(b"4hello", headers={"Content-Type": "application/octet-stream"}).status_code == 400
        session.is_over()


# Limits

def test_a_post_of_the_largest_size_is_taken(echo):
    with Polling(echo) as session:
        packet = "4" + "x" * (MAX_PAYLOAD - 1)
        session.says(packet)
        assert session.next() == packet


def chunks(size):
    yield b"4"
    yield from (b"x" * 50_000 for _ in range(size // 50_000))


LARGER = {
    "one byte more": lambda: b"4" + b"x" * MAX_PAYLOAD,
    "fewer characters, but more bytes": lambda: b"4" + "電".encode() * (MAX_PAYLOAD // 3 + 1),
    "in chunks": lambda: chunks(MAX_PAYLOAD),
}


@pytest.mark.parametrize("case", LARGER)
def test_a_larger_post_is_refused_with_413(echo, case):
    with Polling(echo) as session:
        answer = session.post(LARGER[case](), headers={"Origin": PAGE})
        assert answer.status_code == 413
        allows(answer)


def test_a_frame_of_the_largest_size_is_taken(echo):
    with WebSocket(echo) as ws:
        packet = "4" + "x" * (MAX_PAYLOAD - 1)
        ws.says(packet)
        assert ws.next() == packet


@pytest.mark.parametrize("packet", ["4" + "x" * MAX_PAYLOAD, bytes(MAX_PAYLOAD + 1)], ids=["text", "binary"])
def test_a_larger_frame_closes_the_websocket(echo, packet):
    with WebSocket(echo) as ws:
        with suppress(ConnectionClosed):
            ws.says(packet)
        assert ws.ends() == []
        assert ws.ws.close_code in (1006, 1009)


def test_a_flood_of_packets_in_one_post_keeps_its_order(echo):
    packets = [f"4{number}" for number in range(2_000)]
    with Polling(echo) as session:
        session.says(*packets)
        assert session.several(len(packets)) == packets


def test_a_flood_of_the_smallest_packets_harms_nobody_else(echo):
    with Polling(echo) as flood:
        with suppress(requests.RequestException):
            assert flood.post(SEPARATOR.join(["4"] * (MAX_PAYLOAD // 2))).status_code in (200, 400, 413)
        with Polling(echo) as other:
            other.lives()


def test_a_client_that_does_not_read_is_not_heard(echo):
    """What it is sent may not pile up: its POST comes back when it has asked for the answers."""
    with Polling(echo) as session:
        session.says("4" + "x" * 900_000)
        waiting = session.beside.submit(ask, echo, query(sid=session.sid), "POST", data="4" + "y" * 900_000)
        sleep(0.1)
        assert not waiting.done() or IS_REFERENCE
        assert [packet[:2] for packet in session.several(2)] == ["4x", "4y"]
        assert waiting.result(PATIENCE).text == "ok"


# Requests side by side

def test_a_post_beside_one_that_waits_ends_the_session(echo):
    with Polling(echo) as session:
        session.says("4" + "x" * 900_000)
        waiting = session.beside.submit(ask, echo, query(sid=session.sid), "POST", data="4" + "y" * 900_000)
        sleep(0.1)
        assert session.post("4z").status_code == 400 or IS_REFERENCE
        assert waiting.result(PATIENCE).status_code == 200
        if not IS_REFERENCE:
            session.is_over()


@pytest.mark.parametrize("t", ["1764320000", "", "a%20b", "電話"])
def test_a_t_that_stays_the_same_makes_no_difference(echo, t):
    """It is only there so that nobody keeps the answers, and may be as coarse as a clock's seconds."""
    with requests.Session() as http:
        def asks(method, data=None):
            answer = http.request(method, echo, params=query(sid=sid, t=t), data=data, timeout=PATIENCE)
            assert answer.status_code == 200, answer.text
            return answer.text

        sid = None
        sid = opened(asks("GET"))["sid"]
        for packet in ("4one", "4two", "4lol", "4lol"):
            assert asks("POST", packet) == "ok"
        assert asks("GET").split(SEPARATOR) == ["4one", "4two", "4lol", "4lol"]
        for packet in ("4one", "4one", "4two"):
            assert asks("POST", packet) == "ok" and asks("GET") == packet


def test_two_gets_at_once_end_the_session(door):
    with Polling(door) as session:
        waiting = [session.get_beside(), session.get_beside()]
        ended, refused = sorted((answer.result(PATIENCE) for answer in waiting), key=lambda answer: answer.status_code)
        assert (ended.status_code, ended.text) == (200, "1")
        assert refused.status_code in (400, 500)
        session.is_over()


def test_a_cancelled_get_ends_the_session(door):
    with Polling(door) as session:
        with pytest.raises(requests.Timeout):
            session.get(timeout=0.05)
        sleep(0.1)
        session.is_over()


def test_sessions_do_not_hear_each_other(echo):
    with Polling(echo) as one, Polling(echo) as other, WebSocket(echo) as third:
        one.says("4one")
        third.says("4third")
        other.lives("other")
        assert (one.next(), third.next()) == ("4one", "4third")


def test_many_sessions_at_once(echo):
    def talks(number):
        with Polling(echo) as session, WebSocket(echo) as ws:
            session.lives(f"polling {number}")
            ws.lives(f"websocket {number}")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(talks, range(40)))


# The heartbeat

def test_polling_beats(door):
    with Polling(door) as session:
        for _ in range(2):
            begin = monotonic()
            assert session.hears() == ["2"]
            assert monotonic() - begin > PING_INTERVAL / 2
            session.says("3")


def test_a_websocket_beats(echo):
    with WebSocket(echo) as ws:
        for _ in range(3):
            begin = monotonic()
            assert ws.read() == "2"
            assert monotonic() - begin > PING_INTERVAL / 2
            ws.says("3")


def test_a_websocket_beats_before_the_first_connect(base):
    with WebSocket(f"{base}/socket.io/") as ws:
        for _ in range(2):
            assert ws.read() == "2"
            ws.says("3")


def test_polling_that_beats_lives_on(echo):
    with Polling(echo) as session:
        for _ in range(5):
            assert session.hears() == ["2"]
            session.says("3")
        session.lives()


def test_a_websocket_that_beats_lives_on(echo):
    with WebSocket(echo) as ws:
        ws.quiet_for(1.5)
        ws.lives()


def test_a_message_is_no_answer_to_a_ping(echo):
    with WebSocket(echo) as ws:
        begin = monotonic()
        assert ws.read() == "2"
        ws.says("4hello")
        assert ws.dies() == ["4hello"]
        assert monotonic() - begin < 2


def test_a_missed_heartbeat_ends_polling(door):
    with Polling(door) as session:
        sleep(PING_INTERVAL + PING_TIMEOUT + 0.15)
        session.is_over()


def test_a_missed_heartbeat_ends_a_waiting_get(door):
    with Polling(door) as session:
        assert session.hears() == ["2"]
        begin = monotonic()
        answer = session.get()
        assert PING_TIMEOUT / 2 < monotonic() - begin < 2
        assert (answer.status_code, answer.text) == (200, "1")
        session.is_over()


def test_a_missed_heartbeat_closes_a_websocket(door):
    with WebSocket(door) as ws:
        begin = monotonic()
        assert ws.dies() == ["2"]
        assert PING_INTERVAL + PING_TIMEOUT - 0.1 < monotonic() - begin < 2


# The end

def test_a_close_packet_ends_polling(door):
    with Polling(door) as session:
        waiting = session.get_beside()
        sleep(0.1)
        session.says("1")
        answer = waiting.result(PATIENCE)
        assert (answer.status_code, answer.text) == (200, "6")
        session.is_over()


def test_a_close_packet_ends_polling_without_a_waiting_get(door):
    with Polling(door) as session:
        session.says("1")
        session.is_over()
        is_refused(session.post("4hello"), 1)


def test_messages_before_a_close_packet_do_no_harm(echo):
    with Polling(echo) as session:
        session.says("4hello", "1")
        session.is_over()


def test_a_close_packet_closes_a_websocket(door):
    with WebSocket(door) as ws:
        ws.says("1")
        ws.dies()
        is_refused(ask(door, query(sid=ws.sid)), 1)


def test_a_closed_websocket_ends_the_session(door):
    with WebSocket(door) as ws:
        pass
    sleep(0.05)
    is_refused(ask(door, query(sid=ws.sid)), 1)


# The upgrade

def test_an_upgrade_ends_the_waiting_get_with_a_noop(door):
    with Polling(door) as session:
        waiting = session.get_beside()
        sleep(0.1)
        with WebSocket(door, session.sid) as ws:
            ws.probes()
            assert waiting.result(PATIENCE).text == "6"
            ws.says("5")
            ws.quiet_for(0.5)


def test_a_get_that_comes_after_the_probe_ends_with_a_noop(echo):
    with Polling(echo) as session, WebSocket(echo, session.sid) as ws:
        ws.probes()
        assert session.hears() == ["6"]
        ws.says("5")
        ws.lives()


def test_an_upgraded_session_carries_text_and_binary(echo):
    with Polling(echo) as session, WebSocket(echo, session.sid) as ws:
        ws.upgrades()
        ws.says("4電話", b"\x01\x02")
        assert ws.several(2) == ["4電話", b"\x01\x02"]


def test_buffered_packets_come_over_the_websocket(echo):
    with Polling(echo) as session:
        session.says("4one", "bAQID", "4two")
        with WebSocket(echo, session.sid) as ws:
            ws.upgrades()
            ws.says("4three")
            assert ws.several(4) == ["4one", b"\x01\x02\x03", "4two", "4three"]


def test_nothing_is_lost_between_probe_and_upgrade(echo):
    with Polling(echo) as session, WebSocket(echo, session.sid) as ws:
        session.says("4one")
        ws.probes()
        heard = session.hears()
        session.says("4two")
        heard += session.hears()
        session.says("4three")
        ws.says("5", "4four")
        heard = [packet for packet in heard if packet not in ("2", "6")]
        while len(heard) < 4:
            heard.append(ws.next())
        assert heard == ["4one", "4two", "4three", "4four"]


def test_an_upgraded_session_beats_over_the_websocket(door):
    with Polling(door) as session, WebSocket(door, session.sid) as ws:
        ws.upgrades()
        begin = monotonic()
        assert ws.read() == "2"
        ws.says("3")
        assert ws.dies() == ["2"]
        assert monotonic() - begin < 3


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_polling_after_the_upgrade_is_a_bad_request(echo, method):
    with Polling(echo) as session, WebSocket(echo, session.sid) as ws:
        ws.upgrades()
        ws.lives()
        is_refused(session.get() if method == "GET" else session.post("4lost"), 3)
        ws.lives()


def test_a_second_websocket_after_the_upgrade_is_closed(echo):
    with Polling(echo) as session, WebSocket(echo, session.sid) as ws:
        ws.upgrades()
        ws.lives()
        websocket_is_refused(echo, 3, query("websocket", sid=session.sid))
        ws.lives()


def test_a_second_websocket_during_the_probe_is_closed(echo):
    with Polling(echo) as session, WebSocket(echo, session.sid) as ws:
        ws.probes()
        websocket_is_refused(echo, 3, query("websocket", sid=session.sid))
        ws.says("5")
        ws.lives()


def test_a_probe_that_the_client_gives_up_changes_nothing(echo):
    with Polling(echo) as session:
        with WebSocket(echo, session.sid) as ws:
            ws.probes()
        session.lives()
        with WebSocket(echo, session.sid) as ws:
            ws.upgrades()
            ws.lives()


def test_a_websocket_that_says_nothing_changes_nothing(echo):
    with Polling(echo) as session:
        with WebSocket(echo, session.sid):
            session.lives()
        session.lives()


@pytest.mark.parametrize("packet", ["4hello", "3probe", "6", "1", "abc", b"\x01"])
def test_a_websocket_that_starts_without_a_probe_is_closed(echo, packet):
    with Polling(echo) as session, WebSocket(echo, session.sid) as ws:
        ws.says(packet)
        assert ws.dies() == []
        session.lives()


def test_a_probe_that_goes_on_with_a_message_is_closed(echo):
    with Polling(echo) as session, WebSocket(echo, session.sid) as ws:
        ws.probes()
        ws.says("4hello")
        assert ws.dies() == []
        session.lives()


def test_a_session_that_ends_takes_the_probe_with_it(echo):
    with Polling(echo) as session, WebSocket(echo, session.sid) as ws:
        ws.probes()
        session.says("1")
        assert ws.dies() == []


def test_a_probe_without_an_end_is_given_up_after_ten_seconds(echo):
    with Polling(echo) as session, WebSocket(echo, session.sid) as ws, ThreadPoolExecutor() as pool:
        begin = monotonic()
        ws.probes()
        given_up = pool.submit(ws.dies, ABANDONED + 3)
        while not given_up.done():
            session.says(*(["3"] if "2" in session.hears() else ["6"]))
        assert given_up.result() == []
        assert ABANDONED - 1 < monotonic() - begin
        session.lives()


# Pages of another origin

def allows(answer):
    assert answer.headers.get("Access-Control-Allow-Origin") in ("*", PAGE), answer.headers


def test_every_answer_of_a_session_allows_the_page(echo):
    with Polling(echo, Origin=PAGE) as session:
        for answer in (session.opening, session.post("4hello"), session.get(), session.post("1"), session.get()):
            allows(answer)


@pytest.mark.parametrize("case", WRONG_QUERIES)
def test_every_refusal_allows_the_page(echo, case):
    params, code = WRONG_QUERIES[case]
    answer = ask(echo, params, headers={"Origin": PAGE})
    is_refused(answer, code)
    allows(answer)


@pytest.mark.parametrize("method, transport", [("POST", "polling"), ("PUT", "polling"), ("GET", "websocket")])
def test_refusals_of_methods_allow_the_page(echo, method, transport):
    answer = ask(echo, query(transport), method, headers={"Origin": PAGE})
    assert answer.status_code == 400
    allows(answer)


@pytest.mark.parametrize("params", [query(), query(sid="unknown"), {}], ids=["a handshake", "a session", "no query"])
def test_a_preflight_is_allowed(echo, params):
    answer = ask(echo, params, "OPTIONS", headers={
        "Origin": PAGE, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type,x-own"})
    assert answer.status_code == 204 and answer.content == b""
    allows(answer)
    listed = {name: {item.strip().lower() for item in answer.headers[f"Access-Control-Allow-{name}"].split(",")} for name in ("Methods", "Headers")}
    assert "post" in listed["Methods"] and "content-type" in listed["Headers"]


def test_a_websocket_of_another_origin_is_taken(echo):
    with WebSocket(echo, Origin=PAGE) as ws:
        ws.lives()
