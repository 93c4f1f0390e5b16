"""The promise itself: two people talk at once, a third keeps losing the connection, and all hold the same history."""

import random
from threading import Thread

import psycopg

from support.processes import database_url

MESSAGES = 1_000
BREAKS = 50
WINDOW = 100


class Reader(Thread):
    """Reads the room to its end, and breaks the connection at each of the given seqs."""

    def __init__(self, person, room, through, breaks=()):
        super().__init__(daemon=True)
        self.person, self.room, self.through = person, room, through
        self.breaks = set(breaks)
        self.events, self.failure = [], None

    def run(self):
        try:
            while self.position < self.through:
                self.read_once()
        except BaseException as failure:
            self.failure = failure

    @property
    def position(self):
        return self.events[-1]["seq"] if self.events else 0

    def read_once(self):
        """One connection: subscribe behind the last seq and read until the next break."""
        socket = self.person.opens_socket()
        socket.subscribe(self.room, after=self.position, limit=1_000_000)
        while self.position < self.through:
            self.events.append(socket.next("event", timeout=30))
            if self.position in self.breaks:
                self.breaks.remove(self.position)
                return socket.cut()
        socket.close()


class Writer(Thread):
    """Sends all its messages with some of them unanswered at any time, and keeps the acks."""

    def __init__(self, person, room):
        super().__init__(daemon=True)
        self.person, self.room = person, room
        self.acks, self.failure = {}, None

    def run(self):
        try:
            for number in range(MESSAGES):
                self.person.socket.says("send", room=self.room, clientId=f"m{number}", body=f"{self.person.handle} {number}")
                if number >= WINDOW:
                    self.take_ack()
            while len(self.acks) < MESSAGES:
                self.take_ack()
        except BaseException as failure:
            self.failure = failure

    def take_ack(self):
        ack = self.person.socket.next("ack", timeout=30)
        self.acks[ack["clientId"]] = ack["seq"]


def rows(room):
    """The room's messages in the database: seq, author's handle, client id, body."""
    with psycopg.connect(database_url()) as connection:
        return connection.execute(
            """
            SELECT events.seq, accounts.handle, events.client_id, events.body
            FROM events JOIN rooms ON rooms.id = room_id JOIN accounts ON accounts.id = author_id
            WHERE rooms.name = %s AND kind = 'message' ORDER BY seq
            """, [room]).fetchall()


def test_the_same_history_for_everybody(world, alice, bob, room):
    carol = world.person("carol")
    bob.joins(room)
    carol.joins(room)
    begin = alice.history(room)["head"]
    end = begin + 2 * MESSAGES
    breaks = random.Random(50).sample(range(begin + 1, end), BREAKS)
    readers = [Reader(alice, room, end), Reader(bob, room, end), Reader(carol, room, end, breaks)]
    writers = [Writer(alice, room), Writer(bob, room)]
    for thread in readers + writers:
        thread.start()
    for thread in readers + writers:
        thread.join(120)
        assert not thread.is_alive() and thread.failure is None, thread.failure

    everything = readers[0].events
    assert [event["seq"] for event in everything] == list(range(1, end + 1))
    assert all(reader.events == everything for reader in readers)
    assert not readers[2].breaks
    messages = [(event["seq"], event["author"]["handle"], event["clientId"], event["body"]) for event in everything[begin:]]
    assert rows(room) == messages
    for writer in writers:
        mine = [(seq, client_id, body) for seq, handle, client_id, body in messages if handle == writer.person.handle]
        assert [body for _, _, body in mine] == [f"{writer.person.handle} {number}" for number in range(MESSAGES)]
        assert {client_id: seq for seq, client_id, _ in mine} == writer.acks
    assert alice.api.get(f"/v1/rooms/{room}")["room"]["head"] == end


def test_senders_that_lose_their_acks(world, alice, room):
    """What is unanswered when the connection breaks is sent again with its client id: stored once, in order."""
    unanswered = [f"m{number}" for number in range(300)]
    luck = random.Random(7)
    while unanswered:
        socket = alice.opens_socket()
        for client_id in unanswered:
            socket.says("send", room=room, clientId=client_id, body=client_id)
        for _ in range(min(luck.randint(20, 60), len(unanswered))):
            unanswered.remove(socket.next("ack")["clientId"])
        socket.cut()
    assert sorted(client_id for _, _, client_id, _ in rows(room)) == sorted(f"m{number}" for number in range(300))
    assert [seq for seq, *_ in rows(room)] == list(range(2, 302))
