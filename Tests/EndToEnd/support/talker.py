"""Somebody who goes on talking through a failure, as a good client does: each message again until it is acked."""

from threading import Event, Thread
from time import monotonic

RETRYABLE = {"storage_unavailable", "storage_full", "overloaded", "outcome_unknown"}


class Talker(Thread):
    """Sends one message after another on one socket and keeps what was answered, and after how many seconds."""

    def __init__(self, person, room):
        super().__init__(daemon=True)
        self.socket, self.room = person.opens_socket(), room
        self.acks = {}
        self.refusals = []
        self.slowest = 0.0
        self.enough = Event()
        self.failure = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *failure):
        self.enough.set()
        self.join(30)
        if failure == (None, None, None):
            assert not self.is_alive() and self.failure is None, self.failure

    def run(self):
        try:
            while not self.enough.is_set():
                self.says_one(f"m{len(self.acks)}")
        except BaseException as failure:
            self.failure = failure

    def says_one(self, client_id):
        while True:
            begin = monotonic()
            self.socket.says("send", room=self.room, clientId=client_id, body=client_id)
            answer = self.hears()
            self.slowest = max(self.slowest, monotonic() - begin)
            assert answer["clientId"] == client_id, answer
            if answer["type"] == "ack":
                self.acks[client_id] = answer["seq"]
                return
            assert answer["retryable"] and answer["code"] in RETRYABLE, answer
            self.refusals.append(answer["code"])
            self.enough.wait(0.1)

    def hears(self):
        while True:
            frame = self.socket.read(20)
            if frame["type"] in ("ack", "error"):
                return frame

    def waits_for_acks(self, count, patience=20):
        """Until that many more messages are acked."""
        goal, deadline = len(self.acks) + count, monotonic() + patience
        while len(self.acks) < goal:
            assert self.failure is None, self.failure
            assert monotonic() < deadline, f"{len(self.acks)} acks, not {goal}; refused: {self.refusals[-5:]}"
            self.enough.wait(0.02)

    def waits_for_refusal(self, patience=20):
        """Until one more message is refused."""
        goal, deadline = len(self.refusals) + 1, monotonic() + patience
        while len(self.refusals) < goal:
            assert self.failure is None, self.failure
            assert monotonic() < deadline, "nothing is refused"
            self.enough.wait(0.02)
