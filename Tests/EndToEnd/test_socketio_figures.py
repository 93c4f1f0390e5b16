"""What the Socket.IO door stands and what it costs: thousands of lost connections without a lost message, the memory of idle
sessions of long-polling, and the server's work for a delivery, beside that of the native door."""

import asyncio
import http.client
import json
import os
import selectors
import socket
import struct
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from random import Random
from threading import Thread
from time import monotonic, sleep

import pytest

from support.figures import resident, size
from support.installation import own_installation
from support.raw import TEXT, frame, handshake_headers

pytestmark = pytest.mark.quiet

# How many connections of people in the room are cut.
DISCONNECTS = size("DISCONNECTS", 200)
SEED = size("SEED", int.from_bytes(os.urandom(4)))
TRANSPORTS = ("polling", "websocket", "upgrade")
EACH = 8
# Seconds between an ack and the next message of the same client.
PAUSE = 0.3
# Sessions of long-polling that do nothing, and what each may take of the server's memory, in bytes.
IDLE = size("IDLE", 100)
IDLE_BYTES = 100 << 10
# Whether they are kept over a ping, which comes after 25 s.
IS_PINGED = IDLE >= 1_000
PING_SECONDS = 25
LISTENERS = 100
SAID = size("SAID", 100)
WARM_UP = 20
IS_LONG = SAID >= 1_000
PATIENCE = 30
MARK = "🌸".encode()


def in_a_loop(coroutine):
    """Runs it on a thread of its own, because this one may have the browser's loop."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()


class Http:
    """A connection that is kept alive, with one request at a time."""

    def __init__(self, port):
        self.port, self.writer, self.turn = port, None, asyncio.Lock()

    async def ask(self, method, query, body=b""):
        """The body of an answer that must be 200."""
        async with self.turn:
            if self.writer is None:
                self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
            self.writer.write(request(self.port, method, query, body))
            head = (await self.reader.readuntil(b"\r\n\r\n")).decode().lower()
            length = int(head.partition("content-length:")[2].partition("\r")[0])
            answer = (await self.reader.readexactly(length)).decode()
        assert head.split()[1] == "200", (query, head, answer)
        return answer


def request(port, method, query, body=b""):
    kind = f"Content-Type: text/plain;charset=UTF-8\r\nContent-Length: {len(body)}\r\n" if method == "POST" else ""
    return f"{method} /socket.io/?EIO=4{query} HTTP/1.1\r\nHost: localhost:{port}\r\n{kind}\r\n".encode() + body


def handshake(port, path, **headers):
    headers = {"Host": f"localhost:{port}", **handshake_headers(**headers)}
    return (f"GET {path} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in headers.items()) + "\r\n").encode()


class WebSocket:
    """Text frames, read one by one."""

    def __init__(self, port):
        self.port, self.writer = port, None

    async def open(self, query):
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        self.writer.write(handshake(self.port, f"/socket.io/?EIO=4{query}", Sec_WebSocket_Protocol=None))
        head = await self.reader.readuntil(b"\r\n\r\n")
        assert head.split()[1] == b"101", head

    def says(self, packet):
        self.writer.write(frame(TEXT, packet.encode()))

    async def read(self):
        first, length = await self.reader.readexactly(2)
        if length >= 126:
            length = int.from_bytes(await self.reader.readexactly(2 if length == 126 else 8))
        payload = await self.reader.readexactly(length)
        assert first == 0x80 | TEXT, (first, payload)
        return payload.decode()


class Client:
    """As the client's library does: comes back with its pid and offset, and repeats what was not acknowledged."""

    def __init__(self, storm, name, transport, token, is_full):
        self.storm, self.name, self.transport, self.is_full = storm, name, transport, is_full
        self.prefix = f"/rooms/{storm.room},"
        self.auth = {"token": token, "history": 200, "events": "full" if is_full else "message"}
        self.pid, self.offset = None, None
        self.list, self.said = [], 0
        self.acked = asyncio.Event()
        self.connections = []
        self.stage, self.upgraded = None, False

    # The storm.

    async def lives(self):
        """Is cut until there were enough cuts, then stays until it has everything."""
        self.acked.set()
        while self.storm.goes_on():
            await self.is_cut_after(self.storm.moment())
        session = asyncio.create_task(self.session())
        while self.storm.waits_for(self):
            assert not session.done(), session.exception()
            assert monotonic() < self.storm.deadline, f"{self.name} waits for ever, {len(self.list)} events, {self.stage}"
            await asyncio.sleep(0.05)
        await self.is_over(session)

    async def is_cut_after(self, seconds):
        session = asyncio.create_task(self.session())
        await asyncio.wait([session], timeout=seconds)
        if session.done():
            raise AssertionError(f"{self.name}, {self.stage}: the server ended it") from session.exception()
        self.storm.counts(self)
        await self.is_over(session)

    async def is_over(self, session):
        """Nobody says goodbye: reset, or closed, half a request sent or not."""
        for connection in self.connections:
            if connection.writer is not None:
                self.cuts(connection)
        session.cancel()
        with suppress(asyncio.CancelledError):
            await session

    def cuts(self, connection):
        random, writer, nonsense = self.storm.random, connection.writer, b"4" * 50
        whole = request(0, "POST", "&transport=polling", nonsense) if isinstance(connection, Http) else frame(TEXT, nonsense)
        if random.random() < 0.25:
            writer.write(whole[:random.randrange(1, len(whole))])
        if random.random() < 0.5:
            with suppress(OSError):
                writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()

    # A session.

    async def session(self):
        self.connections, self.upgraded, self.stage = [], False, "opening"
        self.is_in = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            if self.transport == "websocket":
                await self.opens_a_websocket(group)
            else:
                await self.opens_polling(group)
            group.create_task(self.writes())

    def connection(self, kind):
        self.connections.append(kind(self.storm.port))
        return self.connections[-1]

    def connect_packet(self):
        back = {} if self.pid is None else {"pid": self.pid} | ({} if self.offset is None else {"offset": self.offset})
        return f"40{self.prefix}{json.dumps(self.auth | back)}"

    async def opens_a_websocket(self, group):
        self.ws = self.connection(WebSocket)
        await self.ws.open("&transport=websocket")
        assert (await self.ws.read())[0] == "0"
        self.says = self.says_on_websocket
        self.ws.says(self.connect_packet())
        group.create_task(self.reads())

    async def opens_polling(self, group):
        self.gets, self.posts = self.connection(Http), self.connection(Http)
        hello = await self.gets.ask("GET", "&transport=polling")
        self.sid = "&sid=" + json.loads(hello[1:])["sid"]
        self.says = self.says_in_a_post
        await self.says(self.connect_packet())
        polls = group.create_task(self.polls())
        if self.transport == "upgrade":
            group.create_task(self.upgrades(polls))

    async def says_in_a_post(self, packet):
        assert await self.posts.ask("POST", f"&transport=polling{self.sid}", packet.encode()) == "ok"

    async def says_on_websocket(self, packet):
        self.ws.says(packet)

    async def polls(self):
        while not self.upgraded:
            for packet in (await self.gets.ask("GET", f"&transport=polling{self.sid}")).split("\x1e"):
                await self.hears(packet)

    async def upgrades(self, polls):
        """Takes over when the waiting GET and a POST have come back; it takes its time, so that it is cut at each step."""
        self.ws = self.connection(WebSocket)
        self.stage = "upgrading"
        await self.hesitates()
        await self.ws.open(f"&transport=websocket{self.sid}")
        self.ws.says("2probe")
        assert await self.ws.read() == "3probe"
        await self.hesitates()
        self.upgraded = True
        await polls
        await self.hesitates()
        async with self.posts.turn:
            self.ws.says("5")
            self.says = self.says_on_websocket
        self.stage = "upgraded"
        await self.reads()

    async def hesitates(self):
        await asyncio.sleep(self.storm.random.random() * 0.05)

    async def reads(self):
        while True:
            await self.hears(await self.ws.read())

    async def writes(self):
        """What was not acknowledged, then one message after another."""
        await self.is_in.wait()
        while True:
            if self.acked.is_set():
                await asyncio.sleep(self.storm.random.random() * 2 * PAUSE)
                if not self.storm.goes_on():
                    return
                self.said += 1
                self.acked.clear()
            text = f"{self.name}-{self.said}"
            await self.says(f'42{self.prefix}{self.said}["message",{json.dumps({"id": text, "text": text})}]')
            self.storm.sent += 1
            await self.acked.wait()

    async def hears(self, packet):
        head = packet[:2]
        if packet == "2":
            await self.says("3")
        elif head in ("40", "42", "43"):
            assert packet.startswith(self.prefix, 2), packet
            {"40": self.enters, "42": self.is_told, "43": self.is_acked}[head](packet[2 + len(self.prefix):])
        else:
            assert packet == "6", packet

    def enters(self, text):
        pid = json.loads(text)["pid"]
        if self.pid is not None:
            assert pid == self.pid, f"{self.name} was not recovered"
            self.storm.recoveries += 1
        self.pid = pid
        if self.stage == "opening":
            self.stage = self.transport if self.transport != "upgrade" else "upgrading"
        self.is_in.set()

    def is_told(self, text):
        event, argument, self.offset = json.loads(text)
        assert event == ("denwa:event" if self.is_full else "message"), text
        self.list.append(argument)

    def is_acked(self, text):
        number, _, answer = text.partition("[")
        receipt = json.loads("[" + answer)[0]
        assert "error" not in receipt, receipt
        if int(number) == self.said and not self.acked.is_set():
            self.storm.repeats += receipt["duplicate"]
            self.acked.set()


class Storm:
    def __init__(self, port, room, tokens):
        self.port, self.room, self.random = port, room, Random(SEED)
        self.cuts, self.sent, self.repeats, self.recoveries = Counter(), 0, 0, 0
        self.deadline = monotonic() + PATIENCE + DISCONNECTS / 5
        self.finish = None
        self.clients = [Client(self, f"{transport}{number}", transport, tokens[number % len(tokens)], number % 2 == 0)
                        for number in range(EACH) for transport in TRANSPORTS]

    def moment(self):
        """Seconds until the next cut of a client; often within its first steps."""
        return self.random.random() * (0.02 if self.random.random() < 0.3 else 0.3)

    def goes_on(self):
        return self.disconnects < DISCONNECTS

    @property
    def disconnects(self):
        """Of those who were in the room."""
        return self.cuts.total() - self.cuts["before it was in the room"]

    def counts(self, client):
        self.cuts[client.stage if client.is_in.is_set() else "before it was in the room"] += 1

    def waits_for(self, client):
        return self.finish is None or not (client.list and text_of(client.list[-1]) == self.finish)

    async def runs(self, posts_the_last):
        async with asyncio.TaskGroup() as group:
            for client in self.clients:
                group.create_task(client.lives())
            while self.goes_on() or not all(client.acked.is_set() for client in self.clients):
                assert monotonic() < self.deadline, f"{self.cuts}"
                await asyncio.sleep(0.05)
            # A client that was about to write sees that the storm is over.
            await asyncio.sleep(2 * PAUSE)
            await asyncio.to_thread(posts_the_last)
            self.finish = "the last"


def text_of(argument):
    if isinstance(argument, dict):
        return argument.get("text") or argument.get("body")
    return argument


def without_id(event):
    """As the log has it."""
    return {name: value for name, value in event.items() if name != "id"}


def log_of(person, room):
    """All events of a room."""
    events = []
    while (page := person.history(room, after=events[-1]["seq"] if events else 0, limit=200))["events"]:
        events += page["events"]
    return events


def faults(heard, log):
    """How many of the log, from the first that was heard on, are missing, doubled, or not in their place."""
    expected = log[log.index(heard[0]):]
    first, counts = list(dict.fromkeys(heard)), Counter(heard)
    lost = len(set(expected) - set(heard))
    doubled = len(heard) - len(first)
    foreign = len(set(heard) - set(expected))
    order = {item: number for number, item in enumerate(expected)}
    places = [order[item] for item in first if item in order]
    reordered = sum(after < before for before, after in zip(places, places[1:]))
    assert (heard == expected) == (lost == doubled == foreign == reordered == 0)
    return Counter(lost=lost, doubled=doubled, reordered=reordered, foreign=foreign)


def test_nothing_is_lost_in_a_storm_of_disconnects(contract):
    with own_installation("socketio-storm", contract) as own:
        people = [own.world.person(f"p{number}") for number in range(4)]
        room = people[0].makes_room()
        for person in people:
            person.joins(room)
            person.posts(f"{person.handle} is here", to=room)
        storm = Storm(own.port, room, [person.token for person in people])
        print(f"\nseed {SEED}")
        begin = monotonic()
        in_a_loop(storm.runs(lambda: people[0].posts("the last", to=room)))
        seconds = monotonic() - begin
        events = log_of(people[0], room)
        full = [json.dumps(event, sort_keys=True) for event in events]
        texts = [event["body"] for event in events if event["kind"] == "message"]
        total, heard = Counter(), 0
        for client in storm.clients:
            keys = [json.dumps(without_id(item), sort_keys=True) if client.is_full else text_of(item) for item in client.list]
            total += faults(keys, full if client.is_full else texts)
            heard += len(keys)
        said = [f"{client.name}-{number}" for client in storm.clients for number in range(1, client.said + 1)]
        stored = Counter(texts)
        print(f"{storm.disconnects} disconnects in {seconds:.0f} s, {len(storm.clients)} clients: {dict(storm.cuts)};"
              f" {storm.recoveries} recoveries; {len(said)} messages acked, sent {storm.sent} times,"
              f" {storm.repeats} acked as repeats; {heard} events heard: {total['lost']} lost, {total['doubled']} doubled,"
              f" {total['reordered']} reordered, {total['foreign']} of nobody")
        assert not +total, total
        assert all(stored[text] == 1 for text in said) and len(texts) == len(said) + len(people) + 1
        assert storm.disconnects >= DISCONNECTS
        assert all(storm.cuts[stage] for stage in ("polling", "websocket", "upgrading", "upgraded"))


# Memory.


class Sleeper:
    """A session of long-polling on one connection, which only answers pings."""

    def __init__(self, port, token):
        self.http, self.token, self.pings, self.texts = Http(port), token, 0, []

    async def opens(self):
        hello = await self.http.ask("GET", "&transport=polling")
        self.query = "&transport=polling&sid=" + json.loads(hello[1:])["sid"]
        await self.http.ask("POST", self.query, f'40{json.dumps({"token": self.token, "history": 0})}'.encode())

    async def sleeps(self):
        while "awake" not in self.texts:
            for packet in (await self.http.ask("GET", self.query)).split("\x1e"):
                if packet == "2":
                    await self.http.ask("POST", self.query, b"3")
                    self.pings += 1
                elif packet.startswith("42"):
                    self.texts.append(json.loads(packet[2:])[1])

    def leaves(self):
        self.http.writer.transport.abort()


async def sleep_together(own, person, count):
    """The server's memory with so many sessions: when all are open, and later, when each has answered a ping and waits again."""
    sleepers = [Sleeper(own.port, person.token) for _ in range(count)]
    for begin in range(0, count, 50):
        await asyncio.gather(*(sleeper.opens() for sleeper in sleepers[begin:begin + 50]))
    tasks = [asyncio.create_task(sleeper.sleeps()) for sleeper in sleepers]
    await asyncio.sleep(0.5)
    opened = resident(own.child.pid)
    deadline = monotonic() + PING_SECONDS + 15
    while IS_PINGED and count == IDLE and not all(sleeper.pings for sleeper in sleepers):
        assert monotonic() < deadline, "pings are missing"
        failed = [task.exception() for task in tasks if task.done()]
        assert not failed, failed[0]
        await asyncio.sleep(0.1)
    await asyncio.sleep(0.5)
    pinged = resident(own.child.pid)
    await asyncio.to_thread(person.posts, "awake", "lobby")
    await asyncio.wait_for(asyncio.gather(*tasks), PATIENCE)
    for sleeper in sleepers:
        sleeper.leaves()
    return opened, pinged


def test_memory_of_idle_sessions(contract):
    with own_installation("socketio-idle", contract) as own:
        person = own.world.person("sleeper")
        fresh = resident(own.child.pid)
        # What the first session of all takes is not each one's.
        in_a_loop(sleep_together(own, person, 1))
        before = resident(own.child.pid)
        opened, pinged = in_a_loop(sleep_together(own, person, IDLE))
        each = [(after - before) / IDLE / 1024 for after in (opened, pinged)]
        print(f"\n{IDLE} idle sessions of long-polling: resident memory {before / (1 << 20):.1f} MiB before ({fresh / (1 << 20):.1f} MiB"
              f" before any session), {opened / (1 << 20):.1f} MiB when they are open, {each[0]:.1f} KiB each,"
              f" {pinged / (1 << 20):.1f} MiB {'after a ping' if IS_PINGED else 'a moment later'}, {each[1]:.1f} KiB each")
        assert (max(opened, pinged) - before) / IDLE <= IDLE_BYTES


# The server's work.


class Audience(Thread):
    """Connections that are read and not understood; only the marks in what comes are counted.

    Pings are not answered, so the server ends them after 45 s.
    """

    def __init__(self, sockets):
        super().__init__(daemon=True)
        self.sockets, self.marks, self.bytes, self.enough = sockets, 0, 0, False
        self.selector, self.tails = selectors.DefaultSelector(), {}
        for sock in sockets:
            sock.setblocking(False)
            self.selector.register(sock, selectors.EVENT_READ)
            self.tails[sock] = b""

    def run(self):
        while not self.enough:
            for key, _ in self.selector.select(0.1):
                data = key.fileobj.recv(262_144)
                if not data:
                    self.selector.unregister(key.fileobj)
                    continue
                self.bytes += len(data)
                data = self.tails[key.fileobj] + data
                self.marks += data.count(MARK)
                self.tails[key.fileobj] = data[1 - len(MARK):]

    def waits_for(self, marks):
        deadline = monotonic() + PATIENCE
        while self.marks < marks:
            assert monotonic() < deadline, f"{self.marks} deliveries of {marks}"
            sleep(0.002)
        assert self.marks == marks

    def leaves(self):
        self.enough = True
        self.join(5)
        self.selector.close()
        for sock in self.sockets:
            sock.close()


def connected(port, data):
    """A WebSocket, and the first frame on it is ours."""
    sock = socket.create_connection(("127.0.0.1", port), 10)
    sock.sendall(data)
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += sock.recv(1)
    assert answer.split()[1] == b"101", answer
    return sock


def native(port, token, room):
    sock = connected(port, handshake(port, "/v1/socket", Authorization=f"Bearer {token}"))
    sock.sendall(frame(TEXT, json.dumps({"type": "subscribe", "room": room, "last": 0}).encode()))
    return until(sock, b'"type":"subscribed"')


def socket_io(port, token, room):
    sock = connected(port, handshake(port, "/socket.io/?EIO=4&transport=websocket", Sec_WebSocket_Protocol=None))
    sock.sendall(frame(TEXT, f'40/rooms/{room},{json.dumps({"token": token, "history": 0})}'.encode()))
    return until(sock, b'"pid":')


def until(sock, words):
    heard = b""
    while words not in heard:
        data = sock.recv(65_536)
        assert data, heard
        heard += data
    return sock


def cpu_seconds(pid):
    """User and system time of a process."""
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Writer:
    """One message after another over HTTP."""

    def __init__(self, port, token, room):
        self.http = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        self.path, self.number = f"/v1/rooms/{room}/messages", 0
        self.headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", "Host": f"localhost:{port}"}

    def writes(self, count):
        for _ in range(count):
            self.number += 1
            body = json.dumps({"clientId": f"m{self.number}", "body": f"{MARK.decode()} number {self.number:06}"})
            self.http.request("POST", self.path, body.encode(), self.headers)
            answer = self.http.getresponse()
            assert answer.read() and answer.status in (200, 201), answer.status


def turn(own, opens, writer, person, room):
    """The server's microseconds of CPU for each delivery on a door, and the bytes of one."""
    audience = Audience([opens(own.port, person.token, room) for _ in range(LISTENERS)])
    audience.start()
    writer.writes(WARM_UP)
    audience.waits_for(WARM_UP * LISTENERS)
    before, length = cpu_seconds(own.child.pid), audience.bytes
    writer.writes(SAID)
    audience.waits_for((WARM_UP + SAID) * LISTENERS)
    spent, length = cpu_seconds(own.child.pid) - before, audience.bytes - length
    audience.leaves()
    sleep(0.5)
    return spent * 1e6 / (SAID * LISTENERS), length / (SAID * LISTENERS)


def test_work_for_a_delivery(contract):
    """In turns, so that what else the machine has to do meets both."""
    with own_installation("socketio-work", contract, ["--heartbeat-seconds", "300"]) as own:
        writer, listener = own.world.person("writer"), own.world.person("listener")
        room = writer.makes_room()
        listener.joins(room)
        hand = Writer(own.port, writer.token, room)
        figures = {"native": [], "Socket.IO": []}
        for _ in range(2):
            for name, opens in (("native", native), ("Socket.IO", socket_io)):
                figures[name].append(turn(own, opens, hand, listener, room))
        print(f"\n{SAID} messages to {LISTENERS} listeners in each turn, {SAID * LISTENERS} deliveries")
        for name, turns in figures.items():
            print(f"{name}: {', '.join(f'{work:.2f}' for work, _ in turns)} µs of CPU for a delivery of {turns[0][1]:.0f} bytes")
        sums = {name: sum(work for work, _ in turns) for name, turns in figures.items()}
        ratio = sums["Socket.IO"] / sums["native"]
        print(f"Socket.IO takes {ratio:.2f} times the CPU of the native door")
        if IS_LONG:
            assert ratio <= 1.3
